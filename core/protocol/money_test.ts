import assert from "node:assert/strict";
import { ABSTAIN } from "./codec.ts";
import {
  type Account,
  bookRound,
  type Books,
  feeWeight,
  type MoneyTerms,
  payouts,
  penalty,
  type SettledRound,
} from "./money.ts";
import { buyIn, fee, miningPool } from "./terms.ts";
import { type Random, seededRandom } from "./testing/random.ts";
import type { Hex } from "./types.ts";

const [A, B, C, D, STRANGER] = ["0x0a", "0x0b", "0x0c", "0x0d", "0xff"] as const;
const NO_BOOKS: Books = new Map();
const TERMS: MoneyTerms = {
  prizeFund: 1_000_000n,
  miningPoolBps: 2_000,
  buyInBps: 1_000,
  pricedSubmissions: 10,
  quorum: 7,
  bond: 1_250_003n,
};

function round(rows: Record<Hex, number[]>, more: Partial<SettledRound> = {}): SettledRound {
  return { rows: new Map(Object.entries(rows)) as never, silent: [], settler: STRANGER, ...more };
}

function account(books: Books, who: Hex): Account | undefined {
  return books.get(who);
}

Deno.test("feeWeight() is 5 / n, at least 1", () => {
  const weights = [1, 2, 3, 4, 5, 6, 32].map(feeWeight);
  assert.deepEqual(weights, [5, 2, 1, 1, 1, 1, 1]);
});

Deno.test("penalty() is a tenth of the bond for each dissent and never more than the bond", () => {
  const bond = 1_009n;
  const taken = [0, 1, 9, 10, 11, 1_000_000].map((dissents) => penalty(bond, dissents));
  assert.deepEqual(taken, [0n, 100n, 900n, 1_000n, 1_009n, 1_009n]);
  assert.equal(penalty(9n, 5), 0n);
});

Deno.test("bookRound() books agreeing, dissenting, abstaining, silent and settling", () => {
  // Six submissions, so that each fee counts once. The fourth goes void: 1, 2, 3, 1.
  const { books, decided } = bookRound(
    NO_BOOKS,
    round({
      [A]: [10, 20, 30, 1, 50, 60],
      [B]: [10, 20, 31, 2, 50, 60],
      [C]: [10, ABSTAIN, 30, 3, 50, 61],
      [D]: [11, 20, 30, 1, 50, 60],
    }, { silent: ["0x0e"] }),
  );
  assert.equal(decided.settledMask, 0b110111);
  assert.deepEqual(account(books, A), { fees: 5, dissents: 0 });
  assert.deepEqual(account(books, B), { fees: 4, dissents: 1 });
  assert.deepEqual(account(books, C), { fees: 3, dissents: 1 });
  assert.deepEqual(account(books, D), { fees: 4, dissents: 1 });
  assert.deepEqual(account(books, "0x0e"), { fees: 0, dissents: 5 });
  assert.deepEqual(account(books, STRANGER), { fees: 5, dissents: 0 });
});

Deno.test("bookRound() weighs fees by the submissions of the round, not by the settled ones", () => {
  const lone = bookRound(NO_BOOKS, round({ [A]: [7], [B]: [7] }, { settler: A })).books;
  assert.deepEqual(account(lone, A), { fees: 10, dissents: 0 });
  assert.deepEqual(account(lone, B), { fees: 5, dissents: 0 });
  const pair = bookRound(NO_BOOKS, round({ [A]: [7, 1], [B]: [7, 2], [C]: [7, 3] })).books;
  assert.deepEqual(account(pair, A), { fees: 2, dissents: 0 });
  assert.deepEqual(account(pair, STRANGER), { fees: 2, dissents: 0 });
});

Deno.test("bookRound() books nothing for a round in which all goes void", () => {
  const { books } = bookRound(NO_BOOKS, round({ [A]: [1], [B]: [2] }, { silent: [C] }));
  for (const booked of books.values()) assert.deepEqual(booked, { fees: 0, dissents: 0 });
});

Deno.test("bookRound() adds to the books given and leaves them as they are", () => {
  const first = bookRound(NO_BOOKS, round({ [A]: [7], [B]: [7] })).books;
  const copy = structuredClone(first);
  const second = bookRound(first, round({ [A]: [8], [B]: [8] })).books;
  assert.deepEqual(first, copy);
  assert.deepEqual(account(second, A), { fees: 10, dissents: 0 });
});

Deno.test("payouts() of a final competition by hand", () => {
  // fee = 200,000 / (10 * 8) = 2,500; buy-in 100,000; a dissent costs 125,000.
  const books = new Map([[A, { fees: 6, dissents: 0 }], [B, { fees: 1, dissents: 2 }], [
    STRANGER,
    { fees: 3, dissents: 0 },
  ]]);
  const miners = [A, B, C];
  assert.deepEqual(payouts({ terms: TERMS, status: "final", participants: 4, miners, books }), {
    fee: 2_500n,
    fees: 25_000n,
    penalties: 250_000n,
    claims: new Map([
      [A, 1_250_003n + 15_000n],
      [B, 1_250_003n - 250_000n + 2_500n],
      [STRANGER, 7_500n],
      [C, 1_250_003n],
    ]),
    refund: 0n,
    pot: 1_000_000n + 400_000n - 25_000n + 250_000n,
  });
});

Deno.test("payouts() of a cancelled competition: buy-ins go back, the rest to the host", () => {
  const books = new Map<Hex, Account>([[A, { fees: 80, dissents: 0 }], [B, {
    fees: 0,
    dissents: 1,
  }]]);
  const ended = { terms: TERMS, status: "cancelled" as const, participants: 4, miners: [A, B] };
  // 80 fees are exactly the mining pool of 200,000.
  const exact = payouts({ ...ended, books });
  assert.deepEqual(
    [exact.fee, exact.fees, exact.refund, exact.pot],
    [2_500n, 200_000n, 100_000n, 925_000n],
  );
  // One more: 200,000 / 81 = 2,469.1, and the 11 wei that are left over go to the host.
  books.set(STRANGER, { fees: 1, dissents: 0 });
  const over = payouts({ ...ended, books });
  assert.deepEqual([over.fee, over.fees, over.pot], [2_469n, 199_989n, 925_011n]);
  assert.equal(over.claims.get(STRANGER), 2_469n);
});

Deno.test("payouts() without a single round returns everything", () => {
  const result = payouts({
    terms: TERMS,
    status: "cancelled",
    participants: 1,
    miners: [A],
    books: NO_BOOKS,
  });
  assert.deepEqual([result.pot, result.refund, result.claims.get(A)], [
    1_000_000n,
    100_000n,
    1_250_003n,
  ]);
});

/** A competition as it could be: terms that creation accepts, rounds within what the buy-ins pay for, and its end. */
function randomCompetition(random: Random) {
  const quorum = random.int(1, 9);
  const maxPerParticipant = random.int(1, 8);
  const terms = randomTerms(random, { quorum, maxPerParticipant });
  const miners = Array.from({ length: random.int(quorum, 14) }, () => random.hex(20));
  const participants = random.int(1, 12);
  let submissions = random.int(1, participants * maxPerParticipant);
  const worthless = random.int(0, 9) === 0;
  const rounds: SettledRound[] = [];
  while (submissions > 0) {
    const size = Math.min(submissions, random.pick([1, 2, 3, 4, 5, 32]));
    rounds.push(randomRound(random, { miners, quorum, size, worthless }));
    submissions -= size;
  }
  // A round that stays undecided cancels the competition; what was decided before stays booked.
  const undecided = random.int(0, 3) === 0;
  if (undecided) rounds.length = random.int(0, rounds.length);
  return { terms, miners, participants, rounds, undecided };
}

function randomTerms(
  random: Random,
  { quorum, maxPerParticipant }: { quorum: number; maxPerParticipant: number },
): MoneyTerms {
  for (;;) {
    const terms = {
      prizeFund: random.pick([
        BigInt(random.int(1, 2 ** 48)) * BigInt(random.int(1, 2 ** 48)),
        BigInt(random.int(1, 100_000)),
        2n ** 96n - 1n,
      ]),
      miningPoolBps: random.int(1, 5_000),
      buyInBps: random.int(1, 10_000),
      pricedSubmissions: random.pick([random.int(1, 10), random.int(1, 200), 10_000]),
      quorum,
    };
    const covered = BigInt(5 * maxPerParticipant * (quorum + 1));
    if (fee(terms) === 0n || buyIn(terms) < covered * fee(terms)) continue;
    return { ...terms, bond: 500n * fee(terms) + BigInt(random.int(0, 1_000_000)) };
  }
}

function randomRound(
  random: Random,
  { miners, quorum, size, worthless }: {
    miners: Hex[];
    quorum: number;
    size: number;
    worthless: boolean;
  },
): SettledRound {
  const seated = shuffle(random, [...miners]).slice(0, quorum);
  const most = worthless ? 0 : 100_000;
  const truth = Array.from({ length: size }, () => random.pick([0, random.int(0, most)]));
  const silent = random.int(0, Math.floor((quorum - 1) / 3));
  const rows = seated.slice(silent).map((miner): [Hex, number[]] => {
    const honesty = random.int(0, 3);
    return [
      miner,
      truth.map((score) => {
        if (random.int(0, 3) < honesty) return score;
        return random.int(0, 2) === 0 ? ABSTAIN : random.int(0, most);
      }),
    ];
  });
  const settler = random.pick([...miners, random.hex(20)]);
  return { rows: new Map(rows), silent: seated.slice(0, silent), settler };
}

function shuffle<T>(random: Random, items: T[]): T[] {
  for (let i = items.length - 1; i > 0; i--) {
    const j = random.int(0, i);
    [items[i], items[j]] = [items[j]!, items[i]!];
  }
  return items;
}

/** Fees and dissents of one address by the words of PROTOCOL.md sections 5.6 and 6, evaluation by evaluation. */
function recount(rounds: readonly SettledRound[], who: Hex): Account {
  let [fees, dissents] = [0, 0];
  for (const { rows, silent, settler } of rounds) {
    const all = [...rows.values()];
    const size = all[0]!.length;
    const unit = size === 1 ? 5 : size === 2 ? 2 : 1;
    for (let j = 0; j < size; j++) {
      const column = all.map((row) => row[j]!);
      const agreed = column.find((score) =>
        score <= 100_000 && 2 * column.filter((other) => other === score).length > column.length
      );
      if (agreed === undefined) continue;
      if (settler === who) fees += unit;
      const mine = rows.get(who)?.[j];
      if (mine === agreed) fees += unit;
      else if (mine !== undefined && mine !== ABSTAIN) dissents++;
      if (silent.includes(who)) dissents++;
    }
  }
  return { fees, dissents };
}

/** Plays a competition by the rules and asserts that its money adds up. @returns what was special about it */
function playOut(seed: number): string[] {
  const { terms, miners, participants, rounds, undecided } = randomCompetition(seededRandom(seed));
  let books = NO_BOOKS;
  const verdicts = rounds.flatMap((each) => {
    const booked = bookRound(books, each);
    books = booked.books;
    return booked.decided.verdicts;
  });
  const hasWinner = verdicts.some(({ agreeing, median }) => agreeing > 0 && median > 0);
  const status = hasWinner && !undecided ? "final" : "cancelled";
  const result = payouts({ terms, status, participants, miners, books });
  const claims = [...result.claims.values()];
  const paid = claims.reduce((sum, amount) => sum + amount, 0n) + result.pot +
    BigInt(participants) * result.refund;
  const buyIns = BigInt(participants) * buyIn(terms);
  assert.equal(paid, terms.prizeFund + buyIns + BigInt(miners.length) * terms.bond, `${seed}`);
  // I9: fees never exceed the mining pool, or mining pool plus buy-ins; nobody loses more than the bond.
  const bound = miningPool(terms) + (status === "final" ? buyIns : 0n);
  assert.ok(result.fees <= bound, `${seed}`);
  assert.ok(result.penalties <= BigInt(miners.length) * terms.bond, `${seed}`);
  assert.ok(claims.every((amount) => amount >= 0n), `${seed}`);
  assert.ok(result.pot >= terms.prizeFund - miningPool(terms), `${seed}`);
  if (seed % 20 === 0) {
    for (const [who, booked] of books) assert.deepEqual(booked, recount(rounds, who), `${seed}`);
  }
  const dissents = [...books.values()].map((account) => account.dissents);
  return [
    status,
    ...(undecided && rounds.length > 0 ? ["cancelled over an undecided round"] : []),
    ...(status === "cancelled" && !undecided ? ["cancelled for want of a score"] : []),
    ...(result.fee < fee(terms) ? ["fees cut to the mining pool"] : []),
    ...(dissents.some((count) => count === 10) ? ["ten dissents"] : []),
    ...(dissents.some((count) => count > 10) ? ["more dissents than a bond pays for"] : []),
    ...(verdicts.some(({ agreeing }) => agreeing === 0) ? ["void"] : []),
    ...(rounds.some(({ silent }) => silent.length > 0) ? ["silent"] : []),
    ...(rounds.some(({ settler }) => !miners.includes(settler)) ? ["settled by a stranger"] : []),
    ...(terms.prizeFund === 2n ** 96n - 1n ? ["the greatest prize fund"] : []),
    ...(fee(terms) === 1n ? ["a fee of a wei"] : []),
    ...rounds.map(({ rows }) => `${Math.min(5, [...rows.values()][0]!.length)} submissions`),
  ];
}

const COMPETITIONS = 100_000;
/** Each kind comes up in one of a thousand competitions at least. */
const LEAST = COMPETITIONS / 1_000;

Deno.test("money is conserved to the wei in 100,000 random competitions of all kinds", () => {
  const seen = new Map<string, number>();
  for (let seed = 0; seed < COMPETITIONS; seed++) {
    for (const kind of new Set(playOut(seed))) seen.set(kind, (seen.get(kind) ?? 0) + 1);
  }
  const kinds = [
    "1 submissions",
    "2 submissions",
    "3 submissions",
    "4 submissions",
    "5 submissions",
    "a fee of a wei",
    "cancelled",
    "cancelled for want of a score",
    "cancelled over an undecided round",
    "fees cut to the mining pool",
    "final",
    "more dissents than a bond pays for",
    "settled by a stranger",
    "silent",
    "ten dissents",
    "the greatest prize fund",
    "void",
  ];
  assert.deepEqual([...seen.keys()].sort(), kinds);
  for (const [kind, count] of seen) assert.ok(count >= LEAST, `${kind}: ${count}`);
});
