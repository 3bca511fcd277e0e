import { deepEqual, equal, rejects } from "node:assert/strict";
import { exporter, type UnixFSFile } from "ipfs-unixfs-exporter";
import { CID } from "multiformats/cid";
import { addFile, addFolder, type FolderFile } from "./add.ts";
import { MemoryStore } from "./store.ts";
import { collect, inPieces, seededBytes } from "./testing.ts";

const utf8 = new TextEncoder();

/** Reads back with the library's own exporter, which shares no code with ours. */
async function exported(path: string, store: MemoryStore): Promise<Uint8Array> {
  const blocks = {
    async *get(cid: CID) {
      yield (await store.get(cid))!;
    },
  };
  return await collect((await exporter(path, blocks) as UnixFSFile).content());
}

// Kubo's test/cli/cid_profiles_test.go, profile unixfs-v1-2025.
const KUBO: { name: string; file: Uint8Array; cid: string }[] = [
  {
    name: "hello world",
    file: utf8.encode("hello world"),
    cid: "bafkreifzjut3te2nhyekklss27nh3k72ysco7y32koao5eei66wof36n5e",
  },
  {
    name: "1 MiB, the largest single block",
    file: seededBytes("chunk-v1-seed", 1_048_576),
    cid: "bafkreiacndfy443ter6qr2tmbbdhadvxxheowwf75s6zehscklu6ezxmta",
  },
  {
    name: "1 MiB and one byte, the smallest file of two blocks",
    file: seededBytes("chunk-v1-seed", 1_048_577),
    cid: "bafybeigmix7t42i6jacydtquhet7srwvgpizfg7gjbq7627d35mjomtu64",
  },
];

for (const { name, file, cid } of KUBO) {
  Deno.test(`addFile() gives Kubo's CID: ${name}`, async () => {
    equal(`${await addFile(file, new MemoryStore())}`, cid);
    equal(`${await addFile(inPieces(file), new MemoryStore())}`, cid);
  });
}

Deno.test("addFile() of nothing is the empty block", async () => {
  const store = new MemoryStore();
  const cid = await addFile(new Uint8Array(0), store);
  equal(`${cid}`, "bafkreihdwdcefgh4dqkjv67uzcmw7ojee6xedzdetojuzjevtenxquvyku");
  equal((await store.get(cid))?.length, 0);
});

Deno.test("addFile() stores what an independent reader finds again", async () => {
  const file = seededBytes("several blocks", 3_500_000);
  const store = new MemoryStore();
  const cid = await addFile(inPieces(file), store);
  equal(store.size, 5);
  deepEqual(await exported(`${cid}`, store), file);
});

Deno.test("addFile() passes on what its source or store throws", async () => {
  async function* broken() {
    yield await Promise.resolve(new Uint8Array(10));
    throw new Error("the disk is gone");
  }
  await rejects(addFile(broken(), new MemoryStore()), /the disk is gone/);
  const full = { ...new MemoryStore(), put: () => Promise.reject(new Error("the store is full")) };
  await rejects(addFile(new Uint8Array(10), full as unknown as MemoryStore), /the store is full/);
});

const SITE: FolderFile[] = [
  { path: "index.html", content: utf8.encode("<h1>hello</h1>") },
  { path: "data/test.csv", content: utf8.encode("1,2,3\n") },
  { path: "data/deep/er.bin", content: seededBytes("er", 1_200_000) },
];

Deno.test("addFolder() gives the same root in whatever order the files come", async () => {
  const store = new MemoryStore();
  const root = await addFolder(SITE, store);
  for (const { path, content } of SITE) {
    deepEqual(await exported(`${root}/${path}`, store), content);
  }
  equal(`${await addFolder(SITE.toReversed(), new MemoryStore())}`, `${root}`);
  equal(`${await addFolder(SITE.slice(0, 1), new MemoryStore())}` === `${root}`, false);
});

Deno.test("addFolder() splits a folder too large for one block, and an independent reader finds its files", async () => {
  const store = new MemoryStore();
  const files = Array.from({ length: 6000 }, (_, i) => (
    { path: `${i}-${"x".repeat(40)}.txt`, content: utf8.encode(`${i}`) }
  ));
  const root = await addFolder(files, store);
  deepEqual(await exported(`${root}/${files[4321]!.path}`, store), utf8.encode("4321"));
});

const CONFLICTS: [string, string[]][] = [
  ["an empty path", [""]],
  ["an absolute path", ["/etc/passwd"]],
  ["a way out of the folder", ["data/../../x"]],
  ["a dot part", ["./x"]],
  ["a trailing slash", ["data/"]],
  ["a backslash", ["data\\x"]],
  ["a path given twice", ["a", "b", "a"]],
  ["a file where a folder is", ["a/b", "a"]],
  ["a folder where a file is", ["a", "a/b"]],
];

for (const [name, paths] of CONFLICTS) {
  Deno.test(`addFolder() refuses ${name}`, async () => {
    const files = paths.map((path) => ({ path, content: utf8.encode("x") }));
    await rejects(addFolder(files, new MemoryStore()), TypeError);
  });
}

Deno.test("addFolder() of nothing is the empty folder", async () => {
  // The CID that IPFS documentation gives for it, QmUNLLsPACCz1vLxQVkXqqLX5R1X345qqfHbsf67hvA3Nn, as version 1.
  const empty = "bafybeiczsscdsbs7ffqz55asqdf3smv6klcw3gofszvwlyarci47bgf354";
  equal(`${await addFolder([], new MemoryStore())}`, empty);
});
