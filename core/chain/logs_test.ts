import assert from "node:assert/strict";
import { encodeScores, toHex } from "../protocol/codec.ts";
import type { Hex } from "../protocol/types.ts";
import { verifyBeacon } from "../seal/beacon.ts";
import { readBeaconSignature, readBox, readReveals, readSettlement } from "./logs.ts";
import { ChainUnreachable, type Provider, RpcError } from "./provider.ts";
import { readSeats, readSnapshot } from "./reader.ts";
import { boxOf, saltOf, TestCompetition } from "./testing/competition.ts";
import { startChain, type TestChain } from "./testing/chain.ts";
import { serveChain } from "./testing/http.ts";
import type { Round } from "./types.ts";
import { revealManyCall } from "./writes.ts";

const SCORES = [97_345, 100_001];

/** A round of two submissions that miners have committed in, with the clock at the start of the reveal window. */
async function committed(
  chain: TestChain,
  { miners = 9, silent = 0 }: { miners?: number; silent?: number } = {},
) {
  const people = { id: 0, participants: 1, miners: miners + silent };
  const terms = { quorum: 16, minReveals: 9 };
  const competition = await TestCompetition.open(chain, { ...people, ...terms });
  const [author] = competition.cast.participants as [Hex];
  await competition.submit(author, Uint8Array.of(1));
  await competition.submit(author, Uint8Array.of(2));
  await competition.postBeacon(0);
  const roundId = competition.roundId(0, 0);
  for (const miner of competition.cast.miners) {
    await competition.commit(miner, { roundId, scores: SCORES });
  }
  await chain.at(competition.commitEndsAt([2], 0));
  const revealing = competition.cast.miners.slice(0, miners);
  return { competition, roundId, revealing };
}

async function roundOf({ provider, contract }: TestChain): Promise<Round> {
  return (await readSnapshot(provider, { contract, id: 0 })).rounds[0]![0]!;
}

async function seatsOf({ provider, contract }: TestChain, roundId: bigint) {
  const { competition: { miners } } = await readSnapshot(provider, { contract, id: 0 });
  return (await readSeats(provider, { contract, roundIds: [roundId], miners })).get(roundId)!;
}

function mine({ provider }: TestChain, blocks: number) {
  return provider.request({ method: "hardhat_mine", params: [`0x${blocks.toString(16)}`, "0x1"] });
}

/** A node that refuses log queries over more blocks than it likes, and counts the others. */
function limited(provider: Provider, maxBlocks: number) {
  const queries: number[] = [];
  const refused: number[] = [];
  return {
    queries,
    refused,
    async request(call: { method: string; params?: readonly unknown[] }) {
      if (call.method !== "eth_getLogs") return await provider.request(call);
      const [{ fromBlock, toBlock }] = call.params as [{ fromBlock: Hex; toBlock: Hex }];
      const blocks = Number(toBlock) - Number(fromBlock) + 1;
      if (blocks > maxBlocks) {
        refused.push(blocks);
        throw new RpcError(`block range is too large, max is ${maxBlocks}`, { code: -32600 });
      }
      queries.push(blocks);
      return await provider.request(call);
    },
  };
}

Deno.test("readReveals() finds all reveals in order, wherever they lie, in one request", async () => {
  await using chain = await startChain();
  const { competition, roundId, revealing } = await committed(chain, { miners: 12 });
  for (const [i, miner] of revealing.entries()) {
    await competition.reveal(miner, { roundId, scores: SCORES });
    await mine(chain, [0, 1, 30][i % 3]!);
  }
  await using served = serveChain(chain.provider);
  const key = { contract: chain.contract, roundId, round: await roundOf(chain) };
  const seats = await seatsOf(chain, roundId);
  const reveals = await readReveals(served.connect(), { ...key, seats });
  const scores = encodeScores(SCORES);
  assert.deepEqual(reveals, revealing.map((miner) => ({ miner, scores })));
  assert.equal(served.posts.length, 1);
});

Deno.test("readReveals() goes block by block where a node refuses ranges", async () => {
  await using chain = await startChain();
  const { competition, roundId, revealing } = await committed(chain);
  for (const miner of revealing) {
    await competition.reveal(miner, { roundId, scores: SCORES });
    await mine(chain, 3);
  }
  const key = { contract: chain.contract, roundId, round: await roundOf(chain) };
  const expected = await readReveals(chain.provider, key);
  const single = limited(chain.provider, 1);
  assert.deepEqual(await readReveals(single, key), expected);
  assert.deepEqual(single.queries, Array(9).fill(1));
  const ten = limited(chain.provider, 10);
  assert.deepEqual(await readReveals(ten, key), expected);
  assert.deepEqual(ten.queries, [1, 9, 10, 10]);
  assert(ten.refused.length > 0);
});

Deno.test("readReveals() takes several reveals from one block", async () => {
  await using chain = await startChain();
  const { competition, roundId, revealing } = await committed(chain);
  const scores = encodeScores(SCORES);
  const [first, ...others] = revealing as [Hex, ...Hex[]];
  await competition.reveal(first, { roundId, scores: SCORES });
  const reveals = others.map((miner) => ({ miner, salt: saltOf(miner), scores }));
  await chain.send(first, revealManyCall(chain.contract, { roundId, reveals }));
  const key = { contract: chain.contract, roundId, round: await roundOf(chain) };
  const read = await readReveals(chain.provider, key);
  assert.deepEqual(read.map(({ miner }) => miner), revealing);
});

Deno.test("readReveals() reads the attempt alone that it is asked for", async () => {
  await using chain = await startChain();
  const { competition, roundId, revealing } = await committed(chain);
  const [anna, ben, ...others] = revealing as [Hex, Hex, ...Hex[]];
  await competition.reveal(anna, { roundId, scores: SCORES });
  await competition.reveal(ben, { roundId, scores: SCORES });
  // Too few: a second attempt, in which nobody has revealed at first.
  const { commitSecs, revealSecs } = competition.terms;
  await chain.at(competition.commitEndsAt([2], 0) + 2 * revealSecs);
  const second = competition.roundId(0, 0, 1);
  for (const miner of revealing) {
    await competition.commit(miner, { roundId: second, scores: SCORES });
  }
  const key = { contract: chain.contract, roundId: second };
  assert.deepEqual(await readReveals(chain.provider, { ...key, round: await roundOf(chain) }), []);

  await chain.at(competition.commitEndsAt([2], 0) + 2 * revealSecs + commitSecs);
  for (const miner of others) await competition.reveal(miner, { roundId: second, scores: SCORES });
  const round = await roundOf(chain);
  assert.equal(round.attempt, 1);
  const reveals = await readReveals(chain.provider, { ...key, round });
  assert.deepEqual(reveals.map(({ miner }) => miner), others);
});

interface RawLog {
  data: Hex;
  topics: Hex[];
}

/** A node whose logs are changed by the test. */
function changing(provider: Provider, change: (logs: RawLog[]) => RawLog[]): Provider {
  return {
    async request(call) {
      const answer = await provider.request(call);
      return call.method === "eth_getLogs" ? change(answer as RawLog[]) : answer;
    },
  };
}

Deno.test("readReveals() finds out a node that hides, changes or repeats reveals", async () => {
  await using chain = await startChain();
  const { competition, roundId, revealing } = await committed(chain);
  for (const miner of revealing) await competition.reveal(miner, { roundId, scores: SCORES });
  const [liar, victim] = revealing as [Hex, Hex];
  const key = {
    contract: chain.contract,
    roundId,
    round: await roundOf(chain),
    seats: await seatsOf(chain, roundId),
  };
  const isOf = (miner: Hex) => ({ topics }: RawLog) => topics[2]!.endsWith(miner.slice(2));
  const lies: [(logs: RawLog[]) => RawLog[], RegExp][] = [
    [() => [], /9 reveals are counted in round 0, but the chain node has 0 of them/],
    [(logs) => logs.filter((log) => !isOf(liar)(log)), /the chain node has 8 of them/],
    [
      (logs) =>
        logs.map((log) =>
          isOf(victim)(log)
            ? { ...log, data: log.data.replace("00017c41", "00017c40") as Hex }
            : log
        ),
      /the scores of 0x.* are not those that the contract has recorded/,
    ],
    [
      (logs) =>
        logs.map((log) =>
          isOf(victim)(log)
            ? { ...log, topics: log.topics.with(2, `0x${"0".repeat(24)}${liar.slice(2)}`) }
            : log
        ),
      /a miner reveal twice/,
    ],
    [
      (logs) =>
        logs.map((log) => ({ ...log, data: log.data.replace("000186a1", "000186a2") as Hex })),
      /a score must be a whole number from 0 to 100001/,
    ],
    [
      // One score of four bytes where there are two.
      (logs) =>
        logs.map((log) => {
          const words = log.data.slice(2).match(/.{64}/g)!;
          return { ...log, data: `0x${words.with(2, "4".padStart(64, "0")).join("")}` as Hex };
        }),
      /expected 2 scores of a miner, not 1/,
    ],
  ];
  for (const [lie, message] of lies) {
    await assert.rejects(
      readReveals(changing(chain.provider, lie), key),
      { message },
      `${message}`,
    );
  }
});

Deno.test("readReveals() does not go on where the chain cannot be reached", async () => {
  await using chain = await startChain();
  const { competition, roundId, revealing } = await committed(chain);
  for (const miner of revealing) await competition.reveal(miner, { roundId, scores: SCORES });
  let queries = 0;
  const dying = changing(chain.provider, (logs) => {
    if (++queries > 1) throw new ChainUnreachable("gone");
    return logs;
  });
  const key = { contract: chain.contract, roundId, round: await roundOf(chain) };
  await assert.rejects(readReveals(dying, key), { name: "ChainUnreachable" });
  assert.equal(queries, 3); // One batch; nothing lies before the third range.
});

Deno.test("readBox() gives each miner's box, also after it has revealed", async () => {
  await using chain = await startChain();
  const { competition, roundId, revealing } = await committed(chain, { silent: 1 });
  for (const miner of revealing) await competition.reveal(miner, { roundId, scores: SCORES });
  const { contract } = chain;
  const seats = await seatsOf(chain, roundId);
  await using served = serveChain(chain.provider);
  const provider = served.connect();
  const boxes = await Promise.all(
    seats.map((seat) => readBox(provider, { contract, roundId, seat })),
  );
  assert.deepEqual(boxes, competition.cast.miners.map(boxOf));
  assert.equal(served.posts.length, 1);
});

Deno.test("readBox() says what is missing", async () => {
  await using chain = await startChain();
  const { roundId, competition } = await committed(chain);
  const { contract, provider } = chain;
  const other = competition.roundId(0, 0, 1);
  const [seat] = await seatsOf(chain, other);
  await assert.rejects(
    readBox(provider, { contract, roundId: other, seat: seat! }),
    /has not committed/,
  );
  const [committedSeat] = await seatsOf(chain, roundId);
  const moved = { ...committedSeat!, commitBlock: 1 };
  const message = "the chain node has no ScoresCommitted in block 1, where the contract has it";
  await assert.rejects(readBox(provider, { contract, roundId, seat: moved }), { message });
});

Deno.test("readSettlement() tells how a round was settled, once it is", async () => {
  await using chain = await startChain();
  const { competition, roundId, revealing } = await committed(chain, { silent: 2 });
  for (const miner of revealing) await competition.reveal(miner, { roundId, scores: SCORES });
  const { contract, provider } = chain;
  const key = { contract, roundId };
  const open = await roundOf(chain);
  await assert.rejects(readSettlement(provider, { ...key, round: open }), /round 0 is not decided/);
  const reveals = await readReveals(provider, { ...key, round: open });
  await chain.at(competition.commitEndsAt([2], 0) + competition.terms.revealSecs);
  const silent = competition.cast.miners.slice(9);
  await competition.settle({ roundId, reveals: reveals.toReversed(), silent });
  const round = await roundOf(chain);
  assert.deepEqual(await readSettlement(provider, { ...key, round }), {
    settler: competition.cast.host,
    revealed: 9,
    medians: SCORES,
    settledMask: 0b01,
  });
  const wrong = [{ ...round, count: 3 }, { ...round, revealed: 8 }];
  for (const round of wrong) {
    await assert.rejects(readSettlement(provider, { ...key, round }), /does not fit/);
  }
});

Deno.test("readBeaconSignature() gives the signature, checked against the randomness", async () => {
  await using chain = await startChain();
  const { competition } = await committed(chain);
  const { contract, provider } = chain;
  const { beacons, constants } = await readSnapshot(provider, { contract, id: 0 });
  const [beacon] = beacons;
  const signature = await readBeaconSignature(provider, { contract, beacon: beacon! });
  assert.deepEqual({ round: beacon!.round, signature }, chain.beacon.sign(beacon!.round));
  verifyBeacon(constants, { round: beacon!.round, signature });
  assert.equal(competition.terms.epochs, 1);

  const changed = { ...beacon!, randomness: toHex(new Uint8Array(32).fill(1, 0, 27)) };
  await assert.rejects(
    readBeaconSignature(provider, { contract, beacon: changed }),
    /has other randomness than posted/,
  );
});
