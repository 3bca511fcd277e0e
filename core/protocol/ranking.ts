/** What the revealed scores of a round decide, and the order of the leaderboard (PROTOCOL.md sections 5.6 and 6). */
import { ABSTAIN } from "./codec.ts";

/** What a round decides about one submission. */
export interface Verdict {
  /** Lower median of all revealed evaluations; {@linkcode ABSTAIN} where abstentions reach it. */
  median: number;
  /** Evaluations that agree; 0 if the submission is void. */
  agreeing: number;
}

/** What a round decides. */
export interface Consensus {
  /** One verdict for each submission of the round, in order. */
  verdicts: Verdict[];
  /** Bit j is set if submission j of the round is settled; an unsigned integer below 2^32. */
  settledMask: number;
}

/** How a submission stands: pending until its round is decided; a settled one has the score of its agreeing evaluations. */
export type Result =
  | { state: "pending" }
  | { state: "settled"; score: number; agreeing: number }
  | { state: "void" };

/** What the leaderboard needs to know of a submission. */
export interface Standing {
  /** Number of the submission. */
  number: number;
  /** How it stands. */
  result: Result;
}

/**
 * Decides a round: a submission is settled with its lower median if more than half of the revealed evaluations are
 * equal and no abstentions (such a value is the lower median and the average of those that agree), otherwise void.
 *
 * @param rows the rows of all who revealed, each with one score (0..100001) for each submission
 * @throws {RangeError} for no rows, or rows of different lengths
 */
export function consensus(rows: readonly (readonly number[])[]): Consensus {
  const size = rows[0]?.length ?? 0;
  if (size === 0) {
    throw new RangeError("a round is decided by at least one row of at least one score");
  }
  const odd = rows.find((row) => row.length !== size);
  if (odd !== undefined) {
    throw new RangeError(`all rows of a round must have ${size} scores, not ${odd.length}`);
  }
  const verdicts = Array.from({ length: size }, (_, j) => verdict(rows.map((row) => row[j]!)));
  const settledMask = verdicts.reduce(
    (mask, { agreeing }, j) => mask + (agreeing > 0 ? 2 ** j : 0),
    0,
  );
  return { verdicts, settledMask };
}

function verdict(evaluations: number[]): Verdict {
  evaluations.sort((a, b) => a - b);
  const median = evaluations[Math.floor((evaluations.length - 1) / 2)]!;
  const equal = evaluations.lastIndexOf(median) - evaluations.indexOf(median) + 1;
  const settled = median !== ABSTAIN && 2 * equal > evaluations.length;
  return { median, agreeing: settled ? equal : 0 };
}

/** The submissions in the order of the leaderboard: by score, ties to the lower number; unsettled ones follow. */
export function leaderboard<T extends Standing>(submissions: readonly T[]): T[] {
  return submissions.toSorted((a, b) => rank(b) - rank(a) || a.number - b.number);
}

function rank({ result }: Standing): number {
  return result.state === "settled" ? result.score : -1;
}

/** The winning submission: the highest settled score above 0, ties to the lower number; undefined if there is none. */
export function winner<T extends Standing>(submissions: readonly T[]): T | undefined {
  const [best] = leaderboard(submissions);
  return best !== undefined && rank(best) > 0 ? best : undefined;
}
