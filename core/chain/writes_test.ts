/** Every call on a real chain: a competition that ends with a winner, and one that is cancelled. */
import assert from "node:assert/strict";
import { Interface, type InterfaceAbi } from "ethers";
import { abi } from "../protocol/abi.ts";
import { encodeScores, fromHex } from "../protocol/codec.ts";
import { buyIn } from "../protocol/terms.ts";
import { seededRandom } from "../protocol/testing/random.ts";
import type { Hex } from "../protocol/types.ts";
import { readReveals } from "./logs.ts";
import { readOwed, readPot, readSnapshot } from "./reader.ts";
import { startChain, type TestChain } from "./testing/chain.ts";
import { saltOf, TestCompetition } from "./testing/competition.ts";
import {
  claimCall,
  encodeCall,
  finalizeCall,
  refundCall,
  revealManyCall,
  settleCall,
  splitChunks,
  withdrawPrizeCall,
} from "./writes.ts";

const ethersInterface = new Interface(abi as unknown as InterfaceAbi);
const HONEST = [93_000, 97_345];
const LIE = [100, 100];

async function balance({ provider }: TestChain, who: Hex): Promise<bigint> {
  const params = [who, "latest"];
  return BigInt(await provider.request({ method: "eth_getBalance", params }) as string);
}

/** What an action of somebody else brings to an account. */
async function gain(chain: TestChain, who: Hex, action: () => Promise<unknown>): Promise<bigint> {
  const before = await balance(chain, who);
  await action();
  return await balance(chain, who) - before;
}

Deno.test("a competition with a winner, call by call", async () => {
  await using chain = await startChain();
  const { contract, provider } = chain;
  const people = { id: 0, participants: 2, miners: 7 };
  const competition = await TestCompetition.open(chain, { ...people, quorum: 7, minReveals: 5 });
  const { cast: { host, miners, participants }, terms, id } = competition;
  const [liar, ...others] = miners as [Hex, ...Hex[]];
  const [silent] = others.splice(-1) as [Hex];
  await competition.submit(participants[0]!, Uint8Array.of(1));
  await competition.submit(participants[1]!, new Uint8Array(5).fill(2), { max: 2 });
  await competition.postBeacon(0);
  const roundId = competition.roundId(0, 0);
  const rowOf = (miner: Hex) => miner === liar ? LIE : HONEST;
  for (const miner of miners) await competition.commit(miner, { roundId, scores: rowOf(miner) });

  // One reveals by itself, and somebody reveals for all but the silent one: who was first does not matter.
  await chain.at(competition.commitEndsAt([2], 0));
  await competition.reveal(others[2]!, { roundId, scores: HONEST });
  const revealing = miners.filter((miner) => miner !== silent);
  const reveals = revealing.map((miner) => ({
    miner,
    salt: saltOf(miner),
    scores: encodeScores(rowOf(miner)),
  }));
  await chain.send(host, revealManyCall(contract, { roundId, reveals }));

  await chain.at(competition.commitEndsAt([2], 0) + terms.revealSecs);
  const { rounds } = await readSnapshot(provider, { contract, id });
  const read = await readReveals(provider, { contract, roundId, round: rounds[0]![0]! });
  const settler = participants[0]!;
  await chain.send(settler, settleCall(contract, { roundId, reveals: read, silent: [silent] }));
  await chain.send(host, finalizeCall(contract, { id }));

  const { competition: end, submissions } = await readSnapshot(provider, { contract, id });
  assert.equal(end.status, "final");
  assert.deepEqual([end.best, end.bestScore], [1, 97_345]);
  assert.deepEqual(
    submissions.map(({ result }) => result),
    HONEST.map((score) => ({
      state: "settled",
      score,
      agreeing: 5,
    })),
  );
  // In a round of two each fee counts as 5 / 2, rounded down; a dissent costs a tenth of the bond.
  const winner = participants[1]!;
  const { fee, bond } = end;
  const claims = new Map<Hex, bigint>([
    [liar, bond - 2n * (bond / 10n)],
    [silent, bond - 2n * (bond / 10n)],
    [settler, 4n * fee],
    ...others.map((miner) => [miner, bond + 4n * fee] as const),
  ]);
  for (const [who, amount] of claims) {
    assert.equal(await readOwed(provider, { contract, id, who }), amount);
    const call = claimCall(contract, { id, who });
    assert.equal(await gain(chain, who, () => chain.send(host, call)), amount);
  }
  const pot = terms.prizeFund + 2n * buyIn(terms) + 4n * (bond / 10n) - 24n * fee;
  assert.equal(await readPot(provider, { contract, id }), pot);
  const call = withdrawPrizeCall(contract, { id });
  assert.equal(await gain(chain, winner, () => chain.send(host, call)), pot);
  assert.equal(await balance(chain, contract), 0n);
  assert.equal((await readSnapshot(provider, { contract, id })).competition.paid, true);
});

Deno.test("a cancelled competition, call by call", async () => {
  await using chain = await startChain();
  const { contract, provider } = chain;
  const competition = await TestCompetition.open(chain, { id: 0, participants: 1, miners: 3 });
  const { cast: { host, miners, participants: [participant] }, terms, id } = competition;
  await competition.submit(participant!, Uint8Array.of(1));
  await competition.postBeacon(0);
  const end = competition.commitEndsAt([1], 0) - terms.commitSecs;
  await chain.at(end + 3 * (terms.commitSecs + 2 * terms.revealSecs));
  await chain.send(miners[0]!, finalizeCall(contract, { id, epoch: 0, round: 0 }));
  assert.equal((await readSnapshot(provider, { contract, id })).competition.status, "cancelled");
  const refund = (who: Hex) => chain.send(miners[1]!, refundCall(contract, { id, who }));
  assert.equal(await gain(chain, host, () => refund(host)), terms.prizeFund);
  assert.equal(await gain(chain, participant!, () => refund(participant!)), buyIn(terms));
  for (const who of miners) await chain.send(host, claimCall(contract, { id, who }));
  assert.equal(await balance(chain, contract), 0n);
});

Deno.test("settleCall() sorts as the contract compares, whatever the letters' case", () => {
  const random = seededRandom(61);
  const miners = Array.from({ length: 20 }, () => random.hex(20));
  const silent = Array.from({ length: 20 }, () => random.hex(20));
  const upper = (address: Hex): Hex => `0x${address.slice(2).toUpperCase()}`;
  const rows = miners.map((miner, i) => ({
    miner: i % 2 === 0 ? miner : upper(miner),
    scores: encodeScores([i, 5]),
  }));
  const key = { roundId: 2n ** 48n, reveals: rows, silent };
  const { data } = settleCall("0x00000000000000000000000000000000000000aa", key);
  const [roundId, sorted, scores, sortedSilent, medians, mask] = ethersInterface
    .decodeFunctionData("settle", data);
  const lower = (addresses: string[]) => addresses.map((address) => address.toLowerCase());
  assert.equal(roundId, 2n ** 48n);
  assert.deepEqual(lower(sorted), miners.toSorted());
  assert.deepEqual(lower(sortedSilent), silent.toSorted());
  const order = miners.toSorted().map((miner) => miners.indexOf(miner));
  const expected = order.flatMap((i) => [...encodeScores([i, 5])]);
  assert.deepEqual([...fromHex(scores, { max: 1_000 })], expected);
  // The lower median of 0..19, which only one has, and the 5 of all.
  assert.deepEqual([...fromHex(medians, { length: 8 })], [...encodeScores([9, 5])]);
  assert.equal(mask, 0b10n);
});

Deno.test("settleCall() refuses nothing to settle with", () => {
  const contract = "0x00000000000000000000000000000000000000aa";
  assert.throws(() => settleCall(contract, { roundId: 1n, reveals: [], silent: [] }), RangeError);
});

Deno.test("encodeCall() encodes as ethers does, and refuses what does not fit", () => {
  const who: Hex = "0x00000000000000000000000000000000000000aa";
  const calls = [
    ["refund", [7, who]],
    ["postBeacon", [5n, new Uint8Array(128)]],
    ["revealMany", [1n, [who], [`0x${"11".repeat(32)}`], Uint8Array.of(1, 2)]],
  ] as const;
  for (const [name, args] of calls) {
    const data = ethersInterface.encodeFunctionData(name, args);
    assert.equal(encodeCall(name, args as never), data);
  }
  assert.throws(() => encodeCall("refund", [-1, who]));
  assert.throws(() => encodeCall("refund", [1, "0x12"]), TypeError);
});

Deno.test("splitChunks() gives chunks that make up the payload, the last one shorter", () => {
  const random = seededRandom(62);
  for (let i = 0; i < 100; i++) {
    const payload = random.bytes(random.int(1, 300));
    const max = random.int(1, 100);
    const chunks = splitChunks(payload, max);
    assert.deepEqual(chunks.flatMap((chunk) => [...chunk]), [...payload]);
    assert.ok(chunks.slice(0, -1).every((chunk) => chunk.length === max));
    assert.ok(chunks.at(-1)!.length >= 1 && chunks.at(-1)!.length <= max);
  }
  const sizes = splitChunks(new Uint8Array(370_284)).map(({ length }) => length);
  assert.deepEqual(sizes, [120_000, 120_000, 120_000, 10_284]);
  assert.throws(() => splitChunks(new Uint8Array(0)), /not 0 and 120000/);
  for (const max of [0, -1, 0.5, NaN]) {
    assert.throws(() => splitChunks(Uint8Array.of(1), max), RangeError);
  }
});
