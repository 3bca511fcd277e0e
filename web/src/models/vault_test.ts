import assert from "node:assert/strict";
import { createVault } from "./vault.ts";

const PAYLOAD = Uint8Array.from({ length: 5000 }, (_, i) => i % 251);
const LATER = Date.now() / 1000 + 1000;

/** Cache storage in memory: the part that a vault uses, with `keys`, which Deno's lacks. */
function memoryStorage(): CacheStorage {
  const entries = new Map<string, Response>();
  const urlOf = (request: string | Request) => typeof request === "string" ? request : request.url;
  const cache = {
    match: (request: string | Request) => Promise.resolve(entries.get(urlOf(request))?.clone()),
    put: (url: string, response: Response) => Promise.resolve(void entries.set(url, response)),
    delete: (request: string | Request) => Promise.resolve(entries.delete(urlOf(request))),
    keys: () => Promise.resolve([...entries.keys()].map((url) => new Request(url))),
  };
  return { open: () => Promise.resolve(cache) } as unknown as CacheStorage;
}

Deno.test("a vault keeps one payload for each key, across visits", async () => {
  const key = crypto.randomUUID();
  const vault = createVault();
  try {
    assert.equal(await vault.get(key), undefined);
    assert.equal(await vault.put(key, { payload: PAYLOAD, until: LATER }), true);
    assert.deepEqual(await createVault().get(key), PAYLOAD);
    await vault.put(key, { payload: PAYLOAD.subarray(1, 9), until: LATER });
    assert.deepEqual([...(await vault.get(key))!], [...PAYLOAD.subarray(1, 9)]);
    assert.equal(await vault.get(`${key}/2`), undefined);
  } finally {
    await vault.delete(key);
  }
  assert.equal(await vault.get(key), undefined);
});

Deno.test("a vault forgets what nobody needs any more when something else is kept", async () => {
  const vault = createVault(memoryStorage());
  await vault.put("over", { payload: PAYLOAD, until: Date.now() / 1000 - 1 });
  await vault.put("runs", { payload: PAYLOAD, until: LATER });
  await vault.put("new", { payload: PAYLOAD, until: LATER });
  const found = await Promise.all(["over", "runs", "new"].map(vault.get));
  assert.deepEqual(found.map((payload) => payload?.length), [undefined, 5000, 5000]);
});

Deno.test("a vault without storage, or with one that is forbidden or full, keeps nothing and says so", async () => {
  const open = () => Promise.reject(new DOMException("denied", "SecurityError"));
  const storages = [null, { open } as Partial<CacheStorage> as CacheStorage];
  for (const storage of storages) {
    const vault = createVault(storage);
    assert.equal(await vault.put("a", { payload: PAYLOAD, until: LATER }), false);
    assert.equal(await vault.get("a"), undefined);
    await vault.delete("a");
  }
});
