import { deepEqual, equal, throws } from "node:assert/strict";
import { MAX_BLOCK_BYTES, rawCid } from "./cid.ts";
import { MemoryStore } from "./store.ts";

Deno.test("MemoryStore keeps blocks and knows what it has", async () => {
  const store = new MemoryStore();
  const block = Uint8Array.from([1, 2, 3]);
  const cid = await rawCid(block);
  equal(await store.has(cid), false);
  equal(await store.get(cid), undefined);
  await store.put(cid, block);
  await store.put(cid, block);
  equal(await store.has(cid), true);
  equal(store.size, 1);
  deepEqual(await store.get(cid), block);
});

Deno.test("MemoryStore is not changed by what its caller does with the buffer", async () => {
  const store = new MemoryStore();
  const block = Uint8Array.from([1, 2, 3]);
  const cid = await rawCid(block);
  await store.put(cid, block);
  block.fill(0);
  deepEqual(await store.get(cid), Uint8Array.from([1, 2, 3]));
});

Deno.test("MemoryStore refuses a block that no peer would accept", async () => {
  const store = new MemoryStore();
  const cid = await rawCid(new Uint8Array(0));
  await store.put(cid, new Uint8Array(MAX_BLOCK_BYTES));
  throws(() => store.put(cid, new Uint8Array(MAX_BLOCK_BYTES + 1)), RangeError);
});
