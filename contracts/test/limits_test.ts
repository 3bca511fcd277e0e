import assert from "node:assert/strict";
import { evaluations } from "../../core/protocol/clock.ts";
import { bookRound, type Books, payouts } from "../../core/protocol/money.ts";
import { fee } from "../../core/protocol/terms.ts";
import type { Hex, Terms } from "../../core/protocol/types.ts";
import { ALICE, BOB, EVE, HOST, miners as minersNamed, payoutOf } from "./support/actors.ts";
import { type Ballot, unanimous } from "./support/ballot.ts";
import { addressOf } from "./support/chain.ts";
import { Competition } from "./support/competition.ts";
import { row } from "./support/judged.ts";
import {
  authors,
  created,
  enrolled,
  MINERS,
  SCORES,
  settling,
  submitting,
} from "./support/phases.ts";
import { expectRevert } from "./support/revert.ts";
import { competitionField, type Field, personField, setField } from "./support/storage.ts";
import { describe } from "./support/tree.ts";
import { world } from "./support/world.ts";

const MAX_WEI = 2n ** 96n - 1n;
const DAY = 86_400;
const MAX_AHEAD = 366 * DAY;
/** Panic(0x11): arithmetic that does not fit. */
const OVERFLOW = [0x11];

const GREATEST: Partial<Terms> = {
  prizeFund: MAX_WEI,
  bond: MAX_WEI,
  miningPoolBps: 5_000,
  buyInBps: 10_000,
  pricedSubmissions: 10_000,
  maxPerParticipant: 8,
  quorum: 256,
};

/** Whoever is about to pay much. */
async function enrich(...people: Hex[]): Promise<void> {
  const { chain } = await world();
  for (const who of people) await chain.setBalance(who, 2n * MAX_WEI);
}

/** A competition with 32 submissions at the greatest terms; of 256 miners 128 say otherwise about all of them. */
async function playGreatest(
  truth: number,
): Promise<{ c: Competition; books: Books; crowd: Hex[] }> {
  const { participants, authors: list } = authors(32);
  const crowd = minersNamed(256);
  await enrich(HOST, ...participants, ...crowd);
  const c = await Competition.create(await world(), GREATEST);
  for (const participant of participants) await c.register(participant);
  for (const miner of crowd) await c.enroll(miner);
  c.world.chain.travelTo(c.terms.registrationEndsAt);
  for (const author of list) await c.submit(author);
  c.world.chain.travelTo(c.unsealAt());
  await c.postBeacon();
  const ballots = crowd.map((miner, i): Ballot => ({
    miner,
    scores: row(32, i % 2 === 0 || i === 1 ? truth : 1 + i),
    silent: i === 255,
  }));
  await c.commitAll(ballots);
  c.world.chain.travelTo(c.windows().commitEndsAt);
  for (let i = 0; i < 256; i += 32) await c.revealMany(ballots.slice(i, i + 32));
  await c.settleAll(ballots);
  await c.finalize();
  const { books } = bookRound(new Map(), {
    rows: new Map(
      ballots.filter(({ silent }) => !silent).map(({ miner, scores }) => [miner, scores]),
    ),
    silent: [crowd[255]!],
    settler: EVE,
  });
  return { c, books, crowd };
}

/** Pays everybody and compares with core/protocol/money. */
async function paysAll(
  c: Competition,
  { books, miners, participants, status, winner }: {
    books: Books;
    miners: Hex[];
    participants: Hex[];
    status: "final" | "cancelled";
    winner: Hex;
  },
): Promise<void> {
  const { chain, deml } = c.world;
  const due = payouts({ terms: c.terms, status, participants: participants.length, miners, books });
  const send = async (name: "claim" | "refund" | "withdrawPrize", to: Hex, ...who: Hex[]) => {
    const before = await chain.balance(to);
    await deml.send(name, [c.id, ...who], { from: addressOf("passer-by") });
    return await chain.balance(to) - before;
  };
  let paid = 0n;
  for (const [who, amount] of due.claims) {
    if (amount === 0n) continue;
    const to = miners.includes(who) ? payoutOf(who) : who;
    assert.equal(await send("claim", to, who), amount);
    paid += amount;
  }
  if (status === "final") {
    assert.equal(await send("withdrawPrize", winner), due.pot);
  } else {
    assert.equal(await send("refund", HOST, HOST), due.pot);
    for (const who of participants) assert.equal(await send("refund", who, who), due.refund);
  }
  paid += due.pot + BigInt(participants.length) * due.refund;
  const { prizeFund, bond } = c.terms;
  const buyIns = BigInt(participants.length) * c.buyIn;
  assert.equal(paid, prizeFund + buyIns + BigInt(miners.length) * bond);
}

/** A counter of a competition that is about to be settled by Alice, with how much the settling adds. */
interface Counter {
  field: Field;
  adds: bigint;
}

/** What settling adds to: the third miner dissents on both submissions, each fee counts twice. */
function settlingCounters(c: Competition): Counter[] {
  const [first, , third] = MINERS as [Hex, Hex, Hex];
  const account = (who: Hex, offset: number) =>
    personField("accounts", { id: c.id, who, offset, bits: 32 });
  return [
    { field: account(first, 192), adds: 4n }, // fees of a miner
    { field: account(ALICE, 192), adds: 4n }, // fees of the settler
    { field: account(third, 224), adds: 2n }, // dissents of a miner
    { field: competitionField(c.id, { word: 4, offset: 160, bits: 64 }), adds: 12n }, // all fees
    {
      field: competitionField(c.id, { word: 5, offset: 0, bits: 128 }), // all penalties
      adds: 2n * (c.terms.bond / 10n),
    },
  ];
}

const DISSENTING = MINERS.map((miner, i) => ({ miner, scores: i < 2 ? SCORES : [1, 2] }));

/** A counter of 32 bits in a competition's words. */
function counter(c: Competition, place: { word: number; offset: number }): Field {
  return competitionField(c.id, { ...place, bits: 32 });
}

/** Counters that a call adds one to, and the call. */
async function plainCounters(): Promise<
  { c: Competition; field: Field; call: () => Promise<unknown> }[]
> {
  const running = await submitting();
  const open = await enrolled();
  const newcomer = addressOf("late newcomer");
  const submit = [running.id, 0, 1, "0x00"];
  const submits = () => running.deml.send("submitModel", submit, { from: ALICE });
  return [
    {
      c: open,
      field: counter(open, { word: 3, offset: 192 }),
      call: () => open.register(newcomer),
    }, // participants
    { c: open, field: counter(open, { word: 3, offset: 224 }), call: () => open.enroll(newcomer) }, // miners
    { c: running, field: counter(running, { word: 4, offset: 0 }), call: submits }, // submissions
    { c: running, field: counter(running, { word: 4, offset: 32 }), call: submits }, // rounds
    {
      c: running, // one author's uploads
      field: personField("participants", { id: running.id, who: ALICE, offset: 16, bits: 24 }),
      call: () => running.upload(ALICE, { size: 2, data: "0x00" }),
    },
  ];
}

describe(import.meta.url, {
  "given the greatest prize fund, bond, quorum and price, and a round that uses up bonds": {
    "it is Final and pays everybody to the wei (I1, I11)": async () => {
      const { c, books, crowd } = await playGreatest(100_000);
      const participants = authors(32).participants;
      const winner = participants[0]!;
      await paysAll(c, { books, miners: crowd, participants, status: "final", winner });
    },
    "it is Cancelled and pays everybody to the wei (I1, I11)": async () => {
      const { c, books, crowd } = await playGreatest(0);
      const participants = authors(32).participants;
      await paysAll(c, { books, miners: crowd, participants, status: "cancelled", winner: HOST });
    },
  },
  "given the least prize fund, whose fee is a wei": {
    "it is Final and pays everybody to the wei (I1, I11)": async () => {
      // A mining pool of 2 wei for one submission of one seat and the settler.
      const terms: Partial<Terms> = {
        prizeFund: 10n,
        buyInBps: 10_000,
        pricedSubmissions: 1,
        maxPerParticipant: 1,
        quorum: 1,
      };
      const c = await created({ terms });
      assert.equal(fee(c.terms), 1n);
      await c.register(ALICE);
      const [miner] = MINERS as [Hex];
      await c.enroll(miner);
      c.world.chain.travelTo(c.terms.registrationEndsAt);
      await c.submit(ALICE);
      c.world.chain.travelTo(c.unsealAt());
      await c.postBeacon();
      const ballots = unanimous([miner], [1]);
      await c.evaluate(ballots);
      await c.finalize();
      const rows = new Map(ballots.map(({ scores }) => [miner, scores]));
      const { books } = bookRound(new Map(), { rows, silent: [], settler: EVE });
      const participants = [ALICE];
      await paysAll(c, { books, miners: [miner], participants, status: "final", winner: ALICE });
    },
  },
  "given 64 epochs with the longest windows, as late as can be": {
    "it evaluates each after the other and is Final, decades later (I3, I11)": async () => {
      const { chain, deml } = await world();
      await chain.undoing(async () => {
        const submissionEndsAt = chain.now + MAX_AHEAD;
        const terms: Partial<Terms> = {
          registrationEndsAt: submissionEndsAt - 64 * 31,
          submissionEndsAt,
          epochs: 64,
          commitSecs: 30 * DAY,
          revealSecs: 30 * DAY,
          byteLimit: 2 ** 20,
          maxPerParticipant: 8,
        };
        const people = Array.from({ length: 8 }, (_, i) => addressOf(`long author ${i}`));
        const c = await submitting({ terms, participants: people });
        for (let epoch = 0; epoch < 64; epoch++) {
          chain.travelTo(c.epochStartsAt(epoch));
          await c.submit(people[epoch % 8]!, { epoch });
        }
        const expected = evaluations(c.terms, c.counts, deml.clock);
        for (let epoch = 0; epoch < 64; epoch++) {
          const { startsAt } = await deml.view("epoch", [c.id, epoch]);
          assert.equal(startsAt, BigInt(expected[epoch]!.startsAt));
        }
        for (let epoch = 0; epoch < 64; epoch++) {
          chain.travelTo(Math.max(chain.now, c.evaluation(epoch).startsAt));
          await c.postBeacon(epoch);
          await c.evaluate(unanimous(MINERS, [1_000 + epoch]), { epoch });
        }
        const years = (chain.now - submissionEndsAt) / (365 * DAY);
        assert.ok(years > 45, `${years} years`);
        await c.finalize();
        assert.equal((await deml.view("competition", [c.id])).best, 63n);
        await deml.send("withdrawPrize", [c.id], { from: EVE });
      });
    },
  },
  "given a counter near the limit of its type": {
    "it takes the last that fits": async () => {
      const { chain } = await world();
      for (const { c, field, call } of await plainCounters()) {
        await chain.undoing(async () => {
          await setField(c.deml, field, 2n ** BigInt(field.bits) - 2n);
          await call();
        });
      }
      const c = await settling({ ballots: DISSENTING });
      for (const { field, adds } of settlingCounters(c)) {
        await chain.undoing(async () => {
          await setField(c.deml, field, 2n ** BigInt(field.bits) - 1n - adds);
          await c.settle(DISSENTING, {}, ALICE);
        });
      }
    },
    "it reverts with Panic on the first that does not, and changes nothing (I11)": async () => {
      const { chain } = await world();
      for (const { c, field, call } of await plainCounters()) {
        await chain.undoing(async () => {
          await setField(c.deml, field, 2n ** BigInt(field.bits) - 1n);
          await expectRevert(call(), "Panic", OVERFLOW);
        });
      }
      const c = await settling({ ballots: DISSENTING });
      for (const { field, adds } of settlingCounters(c)) {
        await chain.undoing(async () => {
          await setField(c.deml, field, 2n ** BigInt(field.bits) - adds);
          await expectRevert(c.settle(DISSENTING, {}, ALICE), "Panic", OVERFLOW);
          assert.equal((await c.deml.view("round", [c.roundId()])).decided, false);
        });
      }
    },
    "it lets time end the competition and everybody be paid (I3, I11)": async () => {
      const { chain } = await world();
      const c = await settling({ ballots: DISSENTING });
      const [first] = MINERS as [Hex];
      const [fees, , , total] = settlingCounters(c);
      const most = 2n ** 32n - 1n;
      await setField(c.deml, fees!.field, most);
      await setField(c.deml, total!.field, most);
      await expectRevert(c.settle(DISSENTING, {}, ALICE), "Panic", OVERFLOW);
      chain.travelTo(c.evaluationEndsAt());
      await c.finalize();
      const books: Books = new Map([[first, { fees: Number(most), dissents: 0 }]]);
      const participants = [ALICE, BOB];
      await paysAll(c, { books, miners: MINERS, participants, status: "cancelled", winner: HOST });
    },
  },
});
