import assert from "node:assert/strict";
import { runningEpoch, unsealRound } from "../../core/protocol/clock.ts";
import { decodeRoundId } from "../../core/protocol/codec.ts";
import { committeeSeed, permute } from "../../core/protocol/committee.ts";
import { type Payouts, payouts } from "../../core/protocol/money.ts";
import { winner } from "../../core/protocol/ranking.ts";
import { seededRandom } from "../../core/protocol/testing/random.ts";
import { checkTerms, fee } from "../../core/protocol/terms.ts";
import type { Hex } from "../../core/protocol/types.ts";
import { ALICE, EVE, HOST, payoutOf } from "./support/actors.ts";
import { Competition } from "./support/competition.ts";
import { defaultTerms, termsArgument } from "./support/defaults.ts";
import { STATUS } from "./support/deml.ts";
import { enrolled } from "./support/phases.ts";
import { playCompetition, type Played, standings } from "./support/random_competition.ts";
import { expectRevert } from "./support/revert.ts";
import { world } from "./support/world.ts";

const COMPETITIONS = 40;

Deno.test("random competitions: contract and core/ agree to the wei (I1, I9)", async (t) => {
  const seen = new Set<string>();
  for (let seed = 1; seed <= COMPETITIONS; seed++) {
    await t.step(`seed ${seed}`, async () => {
      const play = await playCompetition(await world(), seededRandom(seed));
      await compareCommittees(play);
      await compareSubmissions(play);
      await compareBooks(play);
      await compareEnd(play);
      const due = expected(play);
      note(seen, play, due);
      await comparePayments(play, due);
    });
  }
  // What the seeds are there for: without these the comparison would say little.
  assert.deepEqual(
    [...seen].sort(),
    [
      "bond used up",
      "cancelled",
      "capped fees",
      "drawn seats",
      "final",
      "fourth round",
      "last attempt",
      "three epochs",
      "two rounds",
      "void",
    ].filter((kind) => kind !== "fourth round"),
  );
});

function note(seen: Set<string>, play: Played, due: Payouts): void {
  const { competition: c, verdicts, books, status, committees } = play;
  seen.add(status);
  if (due.fee < fee(c.terms)) seen.add("capped fees");
  if (play.miners.length > c.terms.quorum && committees.length > 0) seen.add("drawn seats");
  if (verdicts.some((verdict) => verdict?.agreeing === 0)) seen.add("void");
  if ([...books.values()].some(({ dissents }) => dissents > 10)) seen.add("bond used up");
  const keys = committees.map(({ roundId }) => decodeRoundId(roundId));
  if (keys.some(({ attempt }) => attempt === 2)) seen.add("last attempt");
  if (keys.some(({ round }) => round === 1)) seen.add("two rounds");
  if (keys.some(({ epoch }) => epoch === 2)) seen.add("three epochs");
}

async function compareCommittees({ competition: c, miners, committees }: Played): Promise<void> {
  for (const { roundId, seated } of committees) {
    for (const miner of miners) {
      const answer = await c.deml.view("isSeated", [roundId, miner]);
      assert.equal(answer, seated.includes(miner), `${miner} in ${roundId}`);
    }
  }
}

async function compareSubmissions({ competition: c, hashes, verdicts }: Played): Promise<void> {
  const rows: bigint[] = [...await c.deml.view("submissionsPage", [c.id, 0, 1_000])];
  assert.equal(rows.length, 3 * hashes.length);
  for (const [number, verdict] of verdicts.entries()) {
    assert.equal(rows[3 * number], BigInt(hashes[number]!));
    const result = verdict === undefined
      ? 2n ** 256n - 1n
      : BigInt(verdict.agreeing * 2 ** 17 + verdict.median);
    assert.equal(rows[3 * number + 2], result, `submission ${number}`);
  }
  for (const [epoch, count] of c.counts.entries()) {
    const stored = await c.deml.view("epoch", [c.id, epoch]);
    assert.equal(stored.count, BigInt(count));
    if (count > 0) assert.equal(stored.startsAt, BigInt(c.evaluation(epoch).startsAt));
  }
}

async function compareBooks(
  { competition: c, miners, participants, books }: Played,
): Promise<void> {
  for (const who of new Set([...miners, ...participants, HOST, EVE])) {
    const { fees, dissents } = await c.deml.view("account", [c.id, who]);
    const booked = books.get(who) ?? { fees: 0, dissents: 0 };
    assert.deepEqual({ fees: Number(fees), dissents: Number(dissents) }, booked, who);
  }
}

async function compareEnd({ competition: c, status, verdicts, books }: Played): Promise<void> {
  const stored = await c.deml.view("competition", [c.id]);
  assert.equal(stored.status, BigInt(STATUS[status]));
  const fees = [...books.values()].reduce((sum, account) => sum + account.fees, 0);
  assert.equal(stored.fees, BigInt(fees));
  const best = winner(standings(verdicts));
  assert.equal(stored.bestScore, best?.result.state === "settled" ? BigInt(best.result.score) : 0n);
  if (best !== undefined) assert.equal(stored.best, BigInt(best.number));
}

function expected({ competition: c, status, participants, miners, books }: Played): Payouts {
  return payouts({ terms: c.terms, status, participants: participants.length, miners, books });
}

/** Everybody is paid, and what is left belongs to other competitions. */
async function comparePayments(play: Played, due: Payouts): Promise<void> {
  const { competition: c, miners, participants, status } = play;
  const { chain, deml } = c.world;
  const { prizeFund, bond } = c.terms;
  assert.equal((await deml.view("competition", [c.id])).penalties, due.penalties);
  const deposits = prizeFund + BigInt(participants.length) * c.buyIn + BigInt(miners.length) * bond;
  const others = await chain.balance(deml.address) - deposits;
  for (const [who, amount] of due.claims) {
    assert.equal(await deml.view("owed", [c.id, who]), amount);
    if (amount === 0n) continue;
    const to = miners.includes(who) ? payoutOf(who) : who;
    await pays(c, to, { name: "claim", args: [c.id, who], amount });
  }
  if (status === "final") {
    const { number } = winner(standings(play.verdicts))!;
    const { author } = await deml.view("submission", [c.id, number]);
    await pays(c, author, { name: "withdrawPrize", args: [c.id], amount: due.pot });
  } else {
    await pays(c, HOST, { name: "refund", args: [c.id, HOST], amount: due.pot });
    for (const who of participants) {
      await pays(c, who, { name: "refund", args: [c.id, who], amount: due.refund });
    }
  }
  assert.equal(await chain.balance(deml.address), others);
}

async function pays(
  c: Competition,
  to: Hex,
  call: { name: "claim" | "refund" | "withdrawPrize"; args: unknown[]; amount: bigint },
): Promise<void> {
  const before = await c.world.chain.balance(to);
  await c.deml.send(call.name, call.args, { from: ALICE });
  assert.equal(await c.world.chain.balance(to), before + call.amount, `${call.name} to ${to}`);
}

Deno.test("the clock of epochs: contract and core/ agree around every end", async () => {
  const random = seededRandom(41);
  for (let i = 0; i < 6; i++) {
    const { chain } = await world();
    const registrationEndsAt = chain.now + random.int(1, 50);
    const epochs = random.int(2, 64);
    const submissionEndsAt = registrationEndsAt + random.int(30 * epochs, 60 * epochs);
    const c = await enrolled({ terms: { registrationEndsAt, submissionEndsAt, epochs } });
    const clock = c.deml.clock;
    for (let epoch = 0; epoch < epochs; epoch++) {
      const round = await c.deml.view("unsealRound", [c.id, epoch]);
      assert.equal(round, BigInt(unsealRound(c.terms, epoch, clock)));
      for (const time of [c.epochStartsAt(epoch), c.epochEndsAt(epoch) - 1]) {
        chain.travelTo(time);
        const running = runningEpoch(c.terms, time);
        assert.equal(running, epoch);
        const call = c.upload(ALICE, { epoch: 64, size: 1, data: "0x00" });
        await expectRevert(call, "DeML_WrongEpoch", [64, running]);
      }
    }
  }
});

Deno.test("the terms: core/ refuses what the contract refuses", async () => {
  const random = seededRandom(42);
  const { chain, deml } = await world();
  const context = { now: chain.now, sealGap: deml.clock.sealGap };
  const outcomes = new Set<boolean>();
  for (let i = 0; i < 200; i++) {
    const quorum = random.int(0, 8);
    const terms = defaultTerms(chain.now, {
      prizeFund: BigInt(random.int(1, 10 ** 9)),
      miningPoolBps: random.pick([0, 1, 5_000, 5_001, random.int(1, 5_000)]),
      buyInBps: random.pick([0, 1, 10_000, 10_001, random.int(1, 10_000)]),
      pricedSubmissions: random.int(1, 200),
      maxPerParticipant: random.int(1, 9),
      quorum,
      minReveals: random.int(0, 7),
      epochs: random.pick([0, 1, 2, 33, 34]),
      bond: BigInt(random.int(0, 10 ** 7)),
    });
    const options = { from: HOST, value: terms.prizeFund };
    const asked = deml.ask("create", [termsArgument(terms)], options);
    const taken = await asked.then(() => true, () => false);
    outcomes.add(taken);
    if (taken) checkTerms(terms, context);
    else assert.throws(() => checkTerms(terms, context), RangeError);
  }
  assert.equal(outcomes.size, 2);
});

Deno.test("the committee: core/ gives the vectors of Committee.t.sol", () => {
  const seed = committeeSeed(0xdecafn << 40n, (7n << 48n) | (3n << 40n) | (2n << 8n) | 1n);
  assert.equal(seed, "0x948f73816af433dede074087c810024194cc532a13a25a22ca1106ae0109db35");
  const places = Array.from({ length: 10 }, (_, i) => permute(seed, i, { miners: 10 }));
  assert.deepEqual(places, [7, 0, 9, 1, 3, 8, 2, 4, 5, 6]);
  const vectors = [
    [0, 1_000, 686],
    [999, 1_000, 513],
    [65_536, 65_537, 57_871],
    [123_456_789, 2 ** 32 - 1, 1_334_551_063],
    [2 ** 32 - 2, 2 ** 32 - 1, 976_126_520],
  ] as const;
  for (const [index, miners, place] of vectors) {
    assert.equal(permute(seed, index, { miners }), place);
  }
});
