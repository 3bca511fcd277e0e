import assert from "node:assert/strict";
import { compressG1, compressG2 } from "./points.ts";
import { EMPTY_UPLOAD, nextUploadHash } from "../protocol/commitment.ts";
import { g1ToEip2537, g2ToEip2537 } from "../seal/points.ts";
import { localBeacon } from "../seal/local_beacon.ts";
import { fromHex, toHex } from "../protocol/codec.ts";
import type { Hex } from "../protocol/types.ts";
import {
  readAccount,
  readCompetitionCount,
  readCompetitions,
  readOwed,
  readParticipant,
  readPot,
  readSeats,
  readSnapshot,
} from "./reader.ts";
import { startChain } from "./testing/chain.ts";
import { TestCompetition } from "./testing/competition.ts";
import { serveChain } from "./testing/http.ts";
import { submitModelCall } from "./writes.ts";

const NOBODY: Hex = "0x00000000000000000000000000000000000000aa";

Deno.test("readCompetitions() gives pages by number, each in one HTTP request", async () => {
  await using chain = await startChain();
  const { contract } = chain;
  for (const id of [0, 1, 2]) {
    await TestCompetition.open(chain, { id, participants: id, miners: 1 });
  }
  await using served = serveChain(chain.provider);
  const provider = served.connect();
  const all = await readCompetitions(provider, { contract });
  assert.equal(served.posts.length, 1);
  assert.deepEqual(all.map(({ id, participants }) => [id, participants]), [[0, 0], [1, 1], [2, 2]]);
  assert.deepEqual(await readCompetitions(provider, { contract, from: 1, count: 1 }), [all[1]]);
  assert.deepEqual(await readCompetitions(provider, { contract, from: 2 }), [all[2]]);
  assert.deepEqual(await readCompetitions(provider, { contract, from: 3 }), []);
  assert.deepEqual((await readSnapshot(provider, { contract, id: 2 })).competition, all[2]);
  assert.equal(await readCompetitionCount(provider, contract), 3);
});

Deno.test("readSeats() gives the seats of several rounds in one HTTP request, at a block", async () => {
  await using chain = await startChain();
  const { contract } = chain;
  const people = { participants: 5, miners: 5 };
  const terms = { maxPerParticipant: 8, quorum: 5, minReveals: 3 };
  const competition = await TestCompetition.open(chain, { id: 0, ...people, ...terms });
  const { participants, miners } = competition.cast;
  for (let i = 0; i < 33; i++) await competition.submit(participants[i % 5]!, Uint8Array.of(i));
  await competition.postBeacon(0);
  const roundIds = [competition.roundId(0, 0), competition.roundId(0, 1)] as const;
  await competition.commit(miners[1]!, { roundId: roundIds[0], scores: Array(32).fill(5) });
  await competition.commit(miners[4]!, { roundId: roundIds[1], scores: [5] });
  const { block, rounds } = await readSnapshot(chain.provider, { contract, id: 0 });
  await chain.at(competition.commitEndsAt([33], 0));
  await competition.reveal(miners[4]!, { roundId: roundIds[1], scores: [5] });

  await using served = serveChain(chain.provider);
  const key = { contract, roundIds, miners: miners.length };
  const seats = await readSeats(served.connect(), { ...key, block });
  assert.equal(served.posts.length, 1);
  assert.deepEqual([...seats.keys()], roundIds);
  const states = roundIds.map((roundId) => seats.get(roundId)!.map(({ state }) => state));
  assert.deepEqual(states, [
    ["none", "committed", "none", "none", "none"],
    ["none", "none", "none", "none", "committed"],
  ]);
  assert.deepEqual(seats.get(roundIds[0])!.map(({ miner }) => miner), miners);
  assert.equal(seats.get(roundIds[1])![4]!.commitBlock, block.number);
  assert.deepEqual(rounds[0]!.map(({ committed, count }) => [committed, count]), [[1, 32], [1, 1]]);

  const later = await readSeats(served.connect(), key);
  assert.equal(later.get(roundIds[1])![4]!.state, "revealed");
  assert.deepEqual(await readSeats(served.connect(), { ...key, pageRows: 2 }), later);
  assert.equal((await readSeats(served.connect(), { ...key, roundIds: [] })).size, 0);
});

Deno.test("readAccount() and readOwed() give what a miner has, and nothing for others", async () => {
  await using chain = await startChain();
  const { contract, provider } = chain;
  const { cast, terms } = await TestCompetition.open(chain, { id: 0, participants: 1, miners: 3 });
  const miner = cast.miners[2]!;
  const key = { contract, id: 0, who: miner };
  const account = { payout: miner, index: 2, fees: 0, dissents: 0 };
  assert.deepEqual(await readAccount(provider, key), account);
  assert.equal(await readOwed(provider, key), terms.bond);
  assert.equal(await readAccount(provider, { ...key, who: NOBODY }), undefined);
  assert.equal(await readOwed(provider, { ...key, who: NOBODY }), 0n);
  assert.equal(await readPot(provider, key), terms.prizeFund + terms.prizeFund / 10n);
});

Deno.test("readParticipant() tells of an upload that is not finished", async () => {
  await using chain = await startChain();
  const { contract, provider } = chain;
  const competition = await TestCompetition.open(chain, { id: 0, participants: 1, miners: 3 });
  const [who] = competition.cast.participants as [Hex];
  const key = { contract, id: 0, who };
  const fresh = { registered: true, submissions: 0, uploads: 0, upload: undefined };
  assert.deepEqual(await readParticipant(provider, key), fresh);
  assert.deepEqual(await readParticipant(provider, { ...key, who: NOBODY }), {
    ...fresh,
    registered: false,
  });

  const data = Uint8Array.of(1, 2, 3);
  const call = submitModelCall(contract, { id: 0, epoch: 0, size: 10, data });
  const { block } = await chain.send(who, call);
  assert.deepEqual(await readParticipant(provider, key), {
    registered: true,
    submissions: 0,
    uploads: 1,
    upload: {
      epoch: 0,
      size: 10,
      received: 3,
      lastBlock: block,
      hash: nextUploadHash(EMPTY_UPLOAD, data),
    },
  });

  await competition.submit(who, data);
  const done = { registered: true, submissions: 1, uploads: 2, upload: undefined };
  assert.deepEqual(await readParticipant(provider, key), done);
});

Deno.test("compressG1() and compressG2() undo what the precompiles' encoding does to points", () => {
  // Keys and signatures of both signs.
  for (let i = 1; i <= 8; i++) {
    const beacon = localBeacon(new Uint8Array(32).fill(i), { genesis: 0, period: 1 });
    const key = fromHex(beacon.network.publicKey, { length: 96 });
    assert.deepEqual(compressG2(g2ToEip2537(key)), key);
    const { signature } = beacon.sign(i);
    assert.deepEqual(compressG1(g1ToEip2537(signature)), signature);
  }
});

Deno.test("compressG1() and compressG2() refuse what is not in that encoding", () => {
  const padded = new Uint8Array(128);
  padded[79] = 1;
  assert.throws(() => compressG1(padded.subarray(1)), /128 bytes, not 127/);
  assert.throws(() => compressG2(padded), /256 bytes, not 128/);
  padded[64] = 1;
  assert.throws(() => compressG1(padded), /field element 1 .* 16 zero bytes/);
  assert.equal(toHex(compressG1(new Uint8Array(128))).slice(0, 4), "0x80");
});
