import assert from "node:assert/strict";
import { fromHex, toHex, toWord, word } from "../protocol/codec.ts";
import { evaluations, unsealRound } from "../protocol/clock.ts";
import { drandRandomness } from "../seal/beacon.ts";
import { SELECTORS, type View } from "./calls.ts";
import { explainError } from "./errors.ts";
import type { Provider } from "./provider.ts";
import { readSnapshot } from "./snapshot.ts";
import { BEACON, startChain, type TestChain } from "./testing/chain.ts";
import { TestCompetition } from "./testing/competition.ts";
import { serveChain } from "./testing/http.ts";

/** A competition of one epoch with so many submissions by up to 10 participants, and 7 miners. */
async function withSubmissions(
  chain: TestChain,
  { id, submissions }: { id: number; submissions: number },
): Promise<TestCompetition> {
  const people = { participants: 10, miners: 7 };
  const competition = await TestCompetition.open(chain, { id, ...people, maxPerParticipant: 8 });
  const { participants } = competition.cast;
  for (let i = 0; i < submissions; i++) {
    const author = participants[i % participants.length]!;
    await competition.submit(author, Uint8Array.of(i + 1, 2, 3));
  }
  return competition;
}

Deno.test("readSnapshot() makes 3 HTTP requests whatever the number of submissions", async () => {
  await using chain = await startChain();
  await using served = serveChain(chain.provider);
  const provider = served.connect();
  const counts: number[] = [];
  for (const [id, submissions] of [[0, 0], [1, 1], [2, 40]] as const) {
    const competition = await withSubmissions(chain, { id, submissions });
    const before = served.posts.length;
    const snapshot = await readSnapshot(provider, { contract: chain.contract, id });
    counts.push(served.posts.length - before);
    assert.equal(snapshot.submissions.length, submissions);
    assert.equal(snapshot.miners.length, competition.cast.miners.length);
    assert.equal(snapshot.rounds[0]!.length, Math.ceil(submissions / 32));
  }
  assert.deepEqual(counts, [3, 3, 3]);
  assert.ok(served.posts.every((methods) => methods.length <= 100));
});

Deno.test("epochs, submissions and terms are in the snapshot", async () => {
  await using chain = await startChain();
  const { contract, provider } = chain;
  const people = { participants: 2, miners: 5 };
  const competition = await TestCompetition.open(chain, { id: 0, ...people, epochs: 3, quorum: 4 });
  const [anna, ben] = competition.cast.participants as [`0x${string}`, `0x${string}`];
  const { terms, cast, clock } = competition;

  await competition.submit(anna, new Uint8Array(9).fill(1));
  await competition.submit(ben, new Uint8Array(8).fill(2));
  const open = await readSnapshot(provider, { contract, id: 0 });
  assert.equal(open.chainId, 31_337);
  assert.equal(open.block.timestamp, await chain.now());
  assert.deepEqual(open.constants, { ...chain.beacon.network, sealGap: BEACON.sealGap });
  const { id, host, fee, status, participants, miners, submissions, rounds, decided, ...rest } =
    open.competition;
  const { prizeFund, manifest, bond, epochs } = terms;
  assert.deepEqual({ id, host, status }, { id: 0, host: cast.host, status: "open" });
  assert.deepEqual({ participants, miners, submissions, rounds, decided }, {
    participants: 2,
    miners: 5,
    submissions: 2,
    rounds: 1,
    decided: 0,
  });
  assert.equal(fee, prizeFund * 2_000n / 10_000n / (100n * 5n));
  assert.deepEqual(rest, {
    prizeFund,
    manifest,
    bond,
    epochs,
    miningPoolBps: terms.miningPoolBps,
    buyInBps: terms.buyInBps,
    pricedSubmissions: terms.pricedSubmissions,
    maxPerParticipant: terms.maxPerParticipant,
    registrationEndsAt: terms.registrationEndsAt,
    submissionEndsAt: terms.submissionEndsAt,
    commitSecs: terms.commitSecs,
    revealSecs: terms.revealSecs,
    byteLimit: terms.byteLimit,
    quorum: terms.quorum,
    minReveals: terms.minReveals,
    best: undefined,
    bestScore: 0,
    lastEpoch: 0,
    fees: 0n,
    penalties: 0n,
    paid: false,
  });
  assert.deepEqual(
    open.miners.map(({ address, index }) => [address, index]),
    cast.miners.map((m, i) => [m, i]),
  );
  assert.deepEqual(open.miners[0]!.account, {
    payout: cast.miners[0],
    index: 0,
    fees: 0,
    dissents: 0,
  });
  assert.deepEqual(open.beacons, [undefined, undefined, undefined]);
  const { startsAt } = evaluations(terms, [2, 0, 0], clock)[0]!;
  assert.deepEqual(open.epochs[0], {
    number: 0,
    first: 0,
    count: 2,
    decided: 0,
    startsAt,
    previous: undefined,
  });
  assert.deepEqual(open.epochs.map(({ count }) => count), [2, 0, 0]);
  assert.deepEqual(open.rounds.map(({ length }) => length), [1, 0, 0]);
  assert.equal(open.rounds[0]![0]!.attempt, undefined);

  // Epoch 1 stays empty, epoch 2 has one submission and waits for epoch 0.
  await chain.at(terms.submissionEndsAt - 5);
  await competition.submit(anna, new Uint8Array(7), { epoch: 2 });
  const third = await readSnapshot(provider, { contract, id: 0 });
  assert.deepEqual(third.epochs.map(({ first, count, previous }) => [first, count, previous]), [
    [0, 2, undefined],
    [0, 0, undefined],
    [2, 1, 0],
  ]);
  assert.equal(third.submissions[2]!.epoch, 2);
  assert.equal(third.competition.lastEpoch, 2);
});

Deno.test("a decided round is in the snapshot with its results, and a beacon with its block", async () => {
  await using chain = await startChain();
  const { contract, provider } = chain;
  const competition = await withSubmissions(chain, { id: 0, submissions: 2 });
  const { cast, terms, clock } = competition;
  const round = await competition.postBeacon(0);
  const posted = (await readSnapshot(provider, { contract, id: 0 })).beacons[0]!;
  assert.equal(round, unsealRound(terms, 0, clock));
  const { signature } = chain.beacon.sign(round);
  const digest = BigInt(toHex(drandRandomness(signature)));
  assert.deepEqual(posted, {
    round,
    randomness: toHex(toWord((digest >> 40n) << 40n)),
    block: (await readSnapshot(provider, { contract, id: 0 })).block.number,
  });

  const roundId = competition.roundId(0, 0);
  const seated = (await seatedMiners(competition, roundId)).slice(0, 3);
  for (const miner of seated) await competition.commit(miner, { roundId, scores: [500, 7] });
  await chain.at(competition.commitEndsAt([2], 0));
  for (const miner of seated) await competition.reveal(miner, { roundId, scores: [500, 7] });
  const revealed = await readSnapshot(provider, { contract, id: 0 });
  const { commitEndsAt } = revealed.rounds[0]![0]!;
  assert.deepEqual(revealed.rounds[0]![0], {
    epoch: 0,
    number: 0,
    attempt: 0,
    decided: false,
    count: 2,
    committed: 3,
    revealed: 3,
    drawnFrom: cast.miners.length,
    revealSecs: terms.revealSecs,
    commitEndsAt: competition.commitEndsAt([2], 0),
    lastRevealBlock: revealed.block.number,
    settleBlock: 0,
  });
  assert.equal(commitEndsAt, competition.commitEndsAt([2], 0));
  const row = new Uint8Array([0, 0, 500 >> 8, 500 & 0xff, 0, 0, 0, 7]);
  const reveals = seated.map((miner) => ({ miner, scores: row }));
  await competition.settle({ roundId, reveals, silent: [] });
  const settled = await readSnapshot(provider, { contract, id: 0 });
  assert.deepEqual(settled.submissions.map(({ result }) => result), [
    { state: "settled", score: 500, agreeing: 3 },
    { state: "settled", score: 7, agreeing: 3 },
  ]);
  assert.equal(settled.rounds[0]![0]!.settleBlock, settled.block.number);
  assert.deepEqual([settled.competition.best, settled.competition.bestScore], [0, 500]);
  const paid = settled.miners.filter(({ account }) => account!.fees > 0);
  assert.deepEqual(paid.map(({ address }) => address).sort(), seated.toSorted());
});

/** Those that the contract seats, asked one by one. */
async function seatedMiners({ chain, cast }: TestCompetition, roundId: bigint) {
  const seats = await Promise.all(cast.miners.map(async (miner) => {
    const data = SELECTORS.isSeated + toHex(toWord(roundId)).slice(2) +
      miner.slice(2).padStart(64, "0");
    const params = [{ to: chain.contract, data }, "latest"];
    return BigInt(await chain.provider.request({ method: "eth_call", params }) as string) === 1n;
  }));
  return cast.miners.filter((_, i) => seats[i]);
}

Deno.test("pages of 3 rows give the same snapshot as one page", async () => {
  await using chain = await startChain();
  await withSubmissions(chain, { id: 0, submissions: 34 });
  const key = { contract: chain.contract, id: 0 };
  const whole = await readSnapshot(chain.provider, key);
  assert.deepEqual(await readSnapshot(chain.provider, { ...key, pageRows: 3 }), whole);
  assert.deepEqual(await readSnapshot(chain.provider, { ...key, pageRows: 17 }), whole);
});

Deno.test("a competition that does not exist is named", async () => {
  await using chain = await startChain();
  await using served = serveChain(chain.provider);
  for (const provider of [chain.provider, served.connect()]) {
    const error: unknown = await readSnapshot(provider, { contract: chain.contract, id: 7 })
      .then(() => assert.fail("expected no snapshot"), (error) => error);
    assert.match(explainError(error).message, /there is no competition 7/);
  }
});

/** A node that answers as the chain does, except where a test changes the answer. */
function tampering(
  provider: Provider,
  change: { view: View; words(words: bigint[]): bigint[] },
): Provider {
  return {
    async request(call) {
      const answer = await provider.request(call) as `0x${string}`;
      const data = (call.params?.[0] as { data?: string } | undefined)?.data;
      if (data?.startsWith(SELECTORS[change.view]) !== true) return answer;
      const bytes = fromHex(answer, { max: 1e6 });
      const words = Array.from({ length: bytes.length / 32 }, (_, i) => word(bytes, i));
      return `0x${change.words(words).map((value) => toHex(toWord(value)).slice(2)).join("")}`;
    },
  };
}

Deno.test("answers that do not fit together, or are too large to be true, are refused", async () => {
  await using chain = await startChain();
  await withSubmissions(chain, { id: 0, submissions: 2 });
  const key = { contract: chain.contract, id: 0 };
  // In `competitionsPage`, after offset and length: miners at 224 of word 3, submissions, rounds, decided from 0 of 4.
  const at = (index: number, delta: bigint) => (words: bigint[]) =>
    words.with(index + 2, words[index + 2]! + delta);
  const changes: [View, (words: bigint[]) => bigint[], RegExp][] = [
    ["competitionsPage", at(4, 1n), /about the submissions of competition 0 do not fit/],
    ["competitionsPage", at(4, 1n << 32n), /about the rounds of/],
    ["competitionsPage", at(4, 1n << 64n), /about the decided rounds of/],
    ["competitionsPage", at(4, 100_000n), /100002 submissions .* more than the 100000/],
    ["competitionsPage", at(3, 100_000n << 224n), /100007 miners, more than the 100000/],
    ["competitionsPage", at(3, 1n << 224n), /minersPage gave 7 of 8 rows/],
    ["competitionsPage", at(2, 1n << 240n), /about the epochs of/],
    ["epochsPage", at(0, 1n), /about the epoch 0 of/],
    ["epochsPage", at(0, 1n << 32n), /about the submissions of/],
    ["submissionsPage", (words) => [32n, 3n, ...words.slice(2, 5)], /submissionsPage gave 1 of 2/],
    ["roundsPage", () => [32n, 0n], /roundsPage of 0x.*expected 96 bytes/],
  ];
  for (const [view, words, message] of changes) {
    const liar = tampering(chain.provider, { view, words });
    await assert.rejects(readSnapshot(liar, key), { name: "RangeError", message }, `${message}`);
  }
});

Deno.test("a reorganisation while it is read is noticed", async () => {
  await using chain = await startChain();
  await withSubmissions(chain, { id: 0, submissions: 1 });
  const before = await chain.provider.request({ method: "evm_snapshot" });
  await chain.provider.request({ method: "evm_mine" });
  let reorganised: Promise<void> | undefined;
  // The block that was the latest gives way to another one.
  async function reorganise() {
    await chain.provider.request({ method: "evm_revert", params: [before] });
    await chain.at(await chain.now() + 100);
    await chain.provider.request({ method: "evm_mine" });
  }
  const provider: Provider = {
    async request(call) {
      const data = (call.params?.[0] as { data?: string } | undefined)?.data;
      if (data?.startsWith(SELECTORS.competitionsPage)) reorganised ??= reorganise();
      await reorganised;
      return await chain.provider.request(call);
    },
  };
  const key = { contract: chain.contract, id: 0 };
  await assert.rejects(readSnapshot(provider, key), /reorganised at block \d+ .* try again/);
  await readSnapshot(provider, key);
});
