import assert from "node:assert/strict";
import { type Cid, rawCid } from "../core/ipfs/cid.ts";
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

Deno.test("pinned blocks stay, whatever comes; without room for them it says so", async () => {
  const store = new RecentStore({ maxBytes: 250 });
  const cids = await Promise.all([1, 2, 3, 4].map((fill) => rawCid(block(fill))));
  const [one, two, three, four] = cids as [Cid, Cid, Cid, Cid];
  const [first, second] = [store.pins(), store.pins()];
  await store.put(one, block(1));
  assert.deepEqual(await first.get(one), block(1));
  await second.put(one, block(1));
  await store.put(two, block(2));
  await store.put(three, block(3));
  assert.deepEqual(await held(store, cids), [true, false, true, false]);
  assert.equal(await first.get(two), undefined, "what is not here is not pinned");
  await first.put(four, block(4));
  assert.deepEqual(await held(store, cids), [true, false, false, true]);
  await assert.rejects(second.put(two, block(2)), {
    name: "RangeError",
    message: /over 250 bytes: set DEML_CACHE to a folder$/,
  });
  // Blocks of others pass through.
  await store.put(two, block(2));
  assert.deepEqual(await held(store, cids), [true, false, false, true]);
  // Another part has it too.
  first.release();
  await store.put(two, block(2));
  await store.put(three, block(3));
  assert.deepEqual(await held(store, cids), [true, false, true, false]);
  second.release();
  second.release();
  await second.put(two, block(2));
  await second.put(four, block(4));
  assert.deepEqual(await held(store, cids), [false, true, false, true]);
});

function held(store: RecentStore, cids: Cid[]): Promise<boolean[]> {
  return Promise.all(cids.map((cid) => store.has(cid)));
}
