import assert from "node:assert/strict";
import { createVault } from "./vault.ts";

const MODEL = `0x${"11".repeat(32)}` as const;
const PAYLOAD = Uint8Array.from({ length: 5000 }, (_, i) => i % 251);

Deno.test("a vault keeps one payload for each key, across visits", async () => {
  const key = crypto.randomUUID();
  const vault = createVault();
  try {
    assert.equal(await vault.get(key), undefined);
    await vault.put(key, { payload: PAYLOAD, model: MODEL });
    assert.deepEqual(await createVault().get(key), { payload: PAYLOAD, model: MODEL });
    const other = { payload: PAYLOAD.subarray(1, 9), model: `0x${"22".repeat(32)}` } as const;
    await vault.put(key, other);
    const kept = await vault.get(key);
    assert.deepEqual([...kept!.payload], [...other.payload]);
    assert.equal(kept!.model, other.model);
    assert.equal(await vault.get(`${key}/2`), undefined);
  } finally {
    await vault.delete(key);
  }
  assert.equal(await vault.get(key), undefined);
});

Deno.test("a vault without storage, or with one that is forbidden or full, keeps nothing", async () => {
  const open = () => Promise.reject(new DOMException("denied", "SecurityError"));
  const storages = [null, { open } as Partial<CacheStorage> as CacheStorage];
  for (const storage of storages) {
    const vault = createVault(storage);
    await vault.put("a", { payload: PAYLOAD, model: MODEL });
    assert.equal(await vault.get("a"), undefined);
    await vault.delete("a");
  }
});
