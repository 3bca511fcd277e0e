import assert from "node:assert/strict";
import { folderScores, memoryScores, type ScoreCache, type ScoreKey } from "./scores_cache.ts";

const KEY: ScoreKey = {
  payload: `0x${"11".repeat(32)}`,
  manifest: `0x${"22".repeat(32)}`,
  wasm: "33".repeat(32),
};

async function withFolder(test: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await test(`${folder}/scores`);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

async function checkCache(cache: ScoreCache): Promise<void> {
  assert.equal(await cache.get(KEY), undefined);
  await cache.put(KEY, 97_010);
  assert.equal(await cache.get(KEY), 97_010);
  const others = [
    { ...KEY, payload: KEY.manifest },
    { ...KEY, manifest: KEY.payload },
    { ...KEY, wasm: "34".repeat(32) },
    { ...KEY, seal: KEY.payload },
  ];
  for (const other of others) assert.equal(await cache.get(other), undefined);
  for (const score of [0, 100_000]) {
    await cache.put(KEY, score);
    assert.equal(await cache.get(KEY), score);
  }
  for (const score of [-1, 100_001, 0.5, NaN]) {
    await assert.rejects(async () => await cache.put(KEY, score), RangeError);
  }
  assert.equal(await cache.get(KEY), 100_000);
}

Deno.test("scores stay in memory, each under its own key", () => checkCache(memoryScores()));

Deno.test("scores stay in a folder, also for the next process", () =>
  withFolder(async (folder) => {
    await checkCache(folderScores(folder));
    assert.equal(await folderScores(folder).get(KEY), 100_000);
    const files = await Array.fromAsync(Deno.readDir(folder));
    assert.equal(files.length, 1, "no parts are left");
  }));

Deno.test("a file that holds no score counts as missing", () =>
  withFolder(async (folder) => {
    const cache = folderScores(folder);
    await cache.put(KEY, 5);
    const [{ name }] = await Array.fromAsync(Deno.readDir(folder)) as [Deno.DirEntry];
    for (const text of ["", "5", "100001\n", "-1\n", "0x10\n", "1e3\n", "9".repeat(10_000)]) {
      await Deno.writeTextFile(`${folder}/${name}`, text);
      assert.equal(await cache.get(KEY), undefined, text.slice(0, 10));
    }
  }));

Deno.test("many may write the same score at once", () =>
  withFolder(async (folder) => {
    const caches = Array.from({ length: 8 }, () => folderScores(folder));
    await Promise.all(caches.map((cache) => cache.put(KEY, 7)));
    assert.equal(await caches[0]!.get(KEY), 7);
  }));
