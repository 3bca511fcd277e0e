import assert from "node:assert/strict";
import { rawCid } from "../core/ipfs/cid.ts";
import { RecentStore } from "./recent_store.ts";

const block = (fill: number, length = 100) => new Uint8Array(length).fill(fill);

Deno.test("keeps what came last within its bound", async () => {
  const store = new RecentStore({ maxBytes: 250 });
  const cids = await Promise.all([1, 2, 3].map((fill) => rawCid(block(fill))));
  for (const [i, cid] of cids.entries()) await store.put(cid, block(i + 1));
  assert.equal(await store.get(cids[0]!), undefined);
  assert.equal(await store.has(cids[0]!), false);
  assert.deepEqual(await store.get(cids[1]!), block(2));
  assert.deepEqual(await store.get(cids[2]!), block(3));
});

Deno.test("keeps a copy, counts a block once, and drops one that is larger than all", async () => {
  const store = new RecentStore({ maxBytes: 250 });
  const mine = block(1);
  const cid = await rawCid(mine);
  for (let i = 0; i < 5; i++) await store.put(cid, mine);
  mine.fill(9);
  assert.deepEqual(await store.get(cid), block(1));
  const large = block(5, 300);
  await store.put(await rawCid(large), large);
  assert.equal(await store.has(await rawCid(large)), false);
  await assert.rejects(async () => await store.put(cid, new Uint8Array(2 ** 21 + 1)), RangeError);
});
