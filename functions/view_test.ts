import assert from "node:assert/strict";
import { Competition, World } from "./testing/world.ts";
import { findWork, readView } from "./view.ts";

Deno.test("work is found where the miner is enrolled, or could be", async () => {
  await using world = await World.start();
  const { provider, contract } = world.chain;
  const [mine, other] = [await Competition.open(world), await Competition.open(world)];
  const ann = await world.miner("ann", { maxBond: mine.terms.bond, competitions: [mine.id] });
  await ann.tick();
  const { registrationEndsAt } = mine.terms;
  const key = {
    contract,
    miner: ann.address,
    wanted: "all",
    over: new Set<number>(),
    enrolls: false,
    wallTime: 0,
  } as const;
  assert.deepEqual(await findWork(provider, key), { ids: [mine.id], missing: [] });
  const enrolling = { ...key, enrolls: true };
  assert.deepEqual((await findWork(provider, enrolling)).ids, [mine.id, other.id]);
  const named = { ...key, wanted: [other.id, 7] };
  assert.deepEqual(await findWork(provider, named), { ids: [other.id], missing: [7] });
  assert.equal(key.over.size, 0);

  const later = { ...enrolling, wallTime: registrationEndsAt + 100 };
  assert.deepEqual((await findWork(provider, later)).ids, [mine.id]);
  assert.deepEqual([...key.over], [other.id], "never looked at again");
  assert.deepEqual((await findWork(provider, enrolling)).ids, [mine.id]);
});

Deno.test("the time is the block's or the wall clock's, whichever is later", async () => {
  await using world = await World.start();
  const { provider, contract } = world.chain;
  const { id } = await Competition.open(world);
  const block = await world.chain.now();
  const miner = contract;
  for (
    const [wallTime, expected] of [[0, block], [block - 1, block], [block + 5, block + 5]] as const
  ) {
    assert.equal((await readView(provider, { contract, miner, id, wallTime })).now, expected);
  }
});
