import assert from "node:assert/strict";
import { SELECTORS } from "../core/chain/calls.ts";
import type { Provider } from "../core/chain/rpc.ts";
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
    enrolls: false,
    wallTime: 0,
  } as const;
  assert.deepEqual(await findWork(provider, key), { ids: [mine.id], missing: [] });
  const enrolling = { ...key, enrolls: true };
  assert.deepEqual((await findWork(provider, enrolling)).ids, [mine.id, other.id]);
  const named = { ...key, wanted: [other.id, 7] };
  assert.deepEqual(await findWork(provider, named), { ids: [other.id], missing: [7] });

  const later = { ...enrolling, wallTime: registrationEndsAt + 100 };
  assert.deepEqual((await findWork(provider, later)).ids, [mine.id]);
  const forgetful = { ...provider, request: bad(provider) };
  assert.deepEqual((await findWork(forgetful, later)).ids, []);
  assert.deepEqual((await findWork(provider, later)).ids, [mine.id], "nothing is remembered");
});

/** A node that knows no account. */
function bad(provider: Provider): Provider["request"] {
  return async (call) => {
    const answer = await provider.request(call) as string;
    // Four words: the payout address, the index, fees and dissents.
    return answer.length === 2 + 4 * 64 ? `0x${"0".repeat(4 * 64)}` : answer;
  };
}

Deno.test("named competitions are read alone, and a count without bounds is refused", async () => {
  await using world = await World.start();
  const { provider, contract } = world.chain;
  for (let i = 0; i < 3; i++) await Competition.open(world);
  const rows: number[] = [];
  let count = "";
  const node: Provider = {
    async request(call) {
      const answer = await provider.request(call) as string;
      if (JSON.stringify(call).includes(SELECTORS.competitionsPage)) rows.push(answer.length);
      return answer.length === 2 + 64 && count !== "" ? count : answer;
    },
  };
  const key = { contract, miner: contract, enrolls: true, wallTime: 0 };
  assert.deepEqual((await findWork(node, { ...key, wanted: [2] })).ids, [2]);
  assert.deepEqual((await findWork(node, { ...key, wanted: "all" })).ids, [0, 1, 2]);
  assert.equal(rows.length, 2);
  assert.ok(rows[1]! > 2 * rows[0]!, `${rows}`);
  count = `0x${(100_001).toString(16).padStart(64, "0")}`;
  await assert.rejects(findWork(node, { ...key, wanted: "all" }), {
    name: "RangeError",
    message: "expected at most 100000 competitions, not 100001: name some in DEML_COMPETITIONS",
  });
  assert.deepEqual((await findWork(node, { ...key, wanted: [1] })).ids, [1]);
});

Deno.test("the time is the block's or the wall clock's, whichever is later and not far ahead", async () => {
  await using world = await World.start();
  const { provider, contract } = world.chain;
  const { id } = await Competition.open(world);
  const block = await world.chain.now();
  const key = { contract, miner: contract, id };
  for (
    const [wallTime, blockSecs, expected] of [
      [0, 12, block],
      [block - 1, 12, block],
      [block + 5, 12, block + 5],
      [block + 120, 12, block + 120],
      [block + 121, 12, block],
      [block + 121, 60, block + 121],
      [block + 601, 60, block],
    ] as const
  ) {
    const { now, clockError } = await readView(provider, { ...key, wallTime, blockSecs });
    assert.equal(now, expected);
    const fast = wallTime > block && now === block;
    assert.equal(clockError?.includes("s ahead of the chain's latest block") ?? false, fast);
  }
});
