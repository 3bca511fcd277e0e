/** How often a committee falls to a hostile share of the miners: drawn as the contract draws, and computed exactly. */
import { committee, committeeSeed } from "../../core/protocol/committee.ts";
import { minRevealsRange } from "../../core/protocol/terms.ts";

/** Shares of hostile miners in the tables, percent. */
export const HOSTILE_SHARES = [10, 20, 30, 33, 40, 45, 50];

/** The committees in the tables. */
export const COMMITTEES = [
  { quorum: 7, miners: 21 },
  { quorum: 7, miners: 70 },
  { quorum: 31, miners: 93 },
  { quorum: 31, miners: 310 },
  { quorum: 100, miners: 300 },
  { quorum: 100, miners: 1_000 },
] as const;

/** Seats, and the miners among whom they are drawn. */
export interface CommitteeSize {
  /** Seats. */
  quorum: number;
  /** Enrolled miners. */
  miners: number;
}

/** Hostile seats that it takes if all honest ones reveal. */
export interface Thresholds {
  /** More than the honest ones: false scores settle. */
  settle: number;
  /** As many as the honest ones: what is better goes void. */
  void: number;
  /** So many silent ones that the attempt has no effect. */
  block: number;
}

/** The thresholds of a quorum, at the default minReveals if no other is given. */
export function thresholds(
  quorum: number,
  minReveals: number = minRevealsRange(quorum).max,
): Thresholds {
  return {
    settle: Math.floor(quorum / 2) + 1,
    void: Math.ceil(quorum / 2),
    block: quorum - minReveals + 1,
  };
}

/** For each number of hostile seats from 0 to the quorum: in how many draws it came up. */
export type Histogram = number[];

/**
 * Draws committees as the contract does. Which miners are hostile does not matter, so it is the first ones; with which
 * seeds neither, so they are counted up.
 *
 * @returns a histogram for each of {@linkcode HOSTILE_SHARES}
 */
export function drawCommittees(
  { quorum, miners }: CommitteeSize,
  { draws, seed }: { draws: number; seed: number },
): Histogram[] {
  const histograms = HOSTILE_SHARES.map(() => Array<number>(quorum + 1).fill(0));
  for (let i = 0; i < draws; i++) {
    // A beacon's kept randomness has its lowest 40 bits cleared.
    const randomness = BigInt(seed * 2 ** 24 + i + 1) << 40n;
    const seated = committee(committeeSeed(randomness, 1n), { miners, quorum });
    for (const [s, share] of HOSTILE_SHARES.entries()) {
      const hostile = hostileMiners(miners, share);
      const seats = seated.filter((index) => index < hostile).length;
      histograms[s]![seats]!++;
    }
  }
  return histograms;
}

/** Hostile miners of a share in percent, rounded. */
export function hostileMiners(miners: number, share: number): number {
  return Math.round((miners * share) / 100);
}

/** Share of the draws with at least so many hostile seats. */
export function drawnTail(histogram: Histogram, from: number): number {
  const all = histogram.reduce((sum, count) => sum + count, 0);
  return histogram.slice(from).reduce((sum, count) => sum + count, 0) / all;
}

/**
 * Chance of at least `from` hostile seats, by the hypergeometric distribution:
 * `sum over k of C(hostile, k) * C(miners - hostile, quorum - k) / C(miners, quorum)`.
 */
export function exactTail(
  { quorum, miners, hostile }: CommitteeSize & { hostile: number },
  from: number,
): number {
  const all = logChoose(miners, quorum);
  let sum = 0;
  for (let k = Math.max(from, quorum - (miners - hostile)); k <= Math.min(quorum, hostile); k++) {
    sum += Math.exp(logChoose(hostile, k) + logChoose(miners - hostile, quorum - k) - all);
  }
  return Math.min(1, sum);
}

function logChoose(n: number, k: number): number {
  let sum = 0;
  for (let i = 1; i <= k; i++) sum += Math.log((n - k + i) / i);
  return sum;
}

/** Chance that it happens at least once in `times` independent committees. */
export function anyOf(times: number, chance: number): number {
  return 1 - (1 - chance) ** times;
}

/** How many standard errors the drawn share lies from the exact chance; 0 where both are the same. */
export function deviation(
  drawn: number,
  { exact, draws }: { exact: number; draws: number },
): number {
  // A count of rare events is Poisson: one event where none was to be expected is no surprise of many errors.
  const error = Math.sqrt(Math.max(exact * (1 - exact), 1 / draws) / draws);
  return Math.abs(drawn - exact) / error;
}
