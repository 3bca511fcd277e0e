/**
 * The rules of money (PROTOCOL.md section 6) as a model that is fast enough for simulations: what a settled round
 * books, and who gets what at the end, to the wei. Amounts are wei, fees are counted as whole numbers.
 */
import { ABSTAIN } from "./codec.ts";
import { buyIn, fee, miningPool } from "./terms.ts";
import { type Consensus, consensus } from "./ranking.ts";
import type { Hex, Terms } from "./types.ts";

/** A settled round. Each address has one spelling throughout. */
export interface SettledRound {
  /** The rows of all who revealed, by miner: one score, 0..100001, for each submission of the round. */
  rows: ReadonlyMap<Hex, readonly number[]>;
  /** The miners who committed and did not reveal. */
  silent: readonly Hex[];
  /** Who called settle: a miner or anybody else. */
  settler: Hex;
}

/** What a miner or another settler has earned and lost so far. */
export interface Account {
  /** Number of fees earned. */
  fees: number;
  /** Number of dissenting evaluations of settled submissions. */
  dissents: number;
}

/** The accounts of a competition, by address. */
export type Books = ReadonlyMap<Hex, Account>;

/** The terms that money depends on. */
export type MoneyTerms = Pick<
  Terms,
  "prizeFund" | "miningPoolBps" | "buyInBps" | "pricedSubmissions" | "quorum" | "bond"
>;

/** A competition at its end. */
export interface EndedCompetition {
  /** As they were fixed at creation. */
  terms: MoneyTerms;
  /** How it ended. */
  status: "final" | "cancelled";
  /** Number of participants. */
  participants: number;
  /** All enrolled miners, also those without an account in the books. */
  miners: readonly Hex[];
  /** The accounts after its last settled round. */
  books: Books;
}

/** Who gets what. Everything together equals prize fund + buy-ins + bonds. */
export interface Payouts {
  /** What one fee is worth. */
  fee: bigint;
  /** All fees earned, F. */
  fees: bigint;
  /** All penalties. */
  penalties: bigint;
  /** `claim`: stake and fees of each miner, fees of each other settler. */
  claims: Map<Hex, bigint>;
  /** `refund` of each participant: the buy-in if cancelled, otherwise 0. */
  refund: bigint;
  /** `withdrawPrize` of the winner if final, `refund` of the host if cancelled. */
  pot: bigint;
}

/** How many fees one counts as in a round of this many submissions: `5 / n`, at least 1, so that a lone one pays as 5. */
export function feeWeight(submissions: number): number {
  return Math.max(1, Math.floor(5 / submissions));
}

/** What is taken from a bond for dissenting evaluations: `bond / 10` each, never more than the bond. */
export function penalty(bond: bigint, dissents: number): bigint {
  const due = BigInt(dissents) * (bond / 10n);
  return due < bond ? due : bond;
}

/**
 * Books a settled round: a fee for each agreeing evaluation of a settled submission, a dissent for each other one that
 * does not abstain, dissent on everything settled for silent seats, and a fee for each settled submission to whoever
 * settles. Void submissions book nothing.
 *
 * @returns the new books and what was decided; the books given stay as they are
 * @throws {RangeError} as {@linkcode consensus} does
 */
export function bookRound(books: Books, round: SettledRound): { books: Books; decided: Consensus } {
  const decided = consensus([...round.rows.values()]);
  const weight = feeWeight(decided.verdicts.length);
  const settled = decided.verdicts.filter(({ agreeing }) => agreeing > 0).length;
  const next = new Map(books);
  for (const [miner, row] of round.rows) {
    const { agreed, dissents } = compare(row, decided);
    add(next, miner, { fees: agreed * weight, dissents });
  }
  for (const miner of round.silent) add(next, miner, { fees: 0, dissents: settled });
  add(next, round.settler, { fees: settled * weight, dissents: 0 });
  return { books: next, decided };
}

function compare(row: readonly number[], { verdicts }: Consensus) {
  let [agreed, dissents] = [0, 0];
  verdicts.forEach(({ median, agreeing }, j) => {
    if (agreeing === 0 || row[j] === ABSTAIN) return;
    if (row[j] === median) agreed++;
    else dissents++;
  });
  return { agreed, dissents };
}

function add(books: Map<Hex, Account>, who: Hex, { fees, dissents }: Account): void {
  const before = books.get(who) ?? { fees: 0, dissents: 0 };
  books.set(who, { fees: before.fees + fees, dissents: before.dissents + dissents });
}

/**
 * Who gets what when a competition ended. Final: the winner gets prize fund + all buy-ins - fees + penalties.
 * Cancelled: participants get their buy-ins back and the host prize fund - fees + penalties; if the fees earned exceed
 * the mining pool, each is worth `miningPool / number of fees`.
 */
export function payouts(ended: EndedCompetition): Payouts {
  const { terms, status, books, miners } = ended;
  const count = [...books.values()].reduce((sum, account) => sum + account.fees, 0);
  const value = status === "final" ? fee(terms) : cancelledFee(terms, count);
  const fees = BigInt(count) * value;
  const claims = new Map<Hex, bigint>();
  for (const [who, account] of books) claims.set(who, BigInt(account.fees) * value);
  let penalties = 0n;
  for (const miner of miners) {
    const lost = penalty(terms.bond, books.get(miner)?.dissents ?? 0);
    penalties += lost;
    claims.set(miner, (claims.get(miner) ?? 0n) + terms.bond - lost);
  }
  const buyIns = BigInt(ended.participants) * buyIn(terms);
  const pot = terms.prizeFund - fees + penalties + (status === "final" ? buyIns : 0n);
  return {
    fee: value,
    fees,
    penalties,
    claims,
    refund: status === "final" ? 0n : buyIn(terms),
    pot,
  };
}

function cancelledFee(terms: MoneyTerms, count: number): bigint {
  const full = fee(terms);
  const pool = miningPool(terms);
  return BigInt(count) * full > pool ? pool / BigInt(count) : full;
}
