/**
 * How miners behave: pure functions from what a miner may know to what it does. The referee asks whoever is dishonest
 * last, so that it has seen all that the honest ones have made public by then.
 */
import { ABSTAIN, MAX_SCORE } from "../../core/protocol/codec.ts";
import type { Random } from "../../core/protocol/testing/random.ts";
import type { Hex } from "../../core/protocol/types.ts";

/** What a team knows together: seats of all attempts are public once the beacon is, and its members tell one another everything. */
export interface TeamView {
  /** Seats of the team in this attempt of the round. */
  seats: number;
  /** The same in each of the round's three attempts. */
  attempts: readonly number[];
  /** Whether each submission of the round is the team's. */
  own: readonly boolean[];
  /** The team's best true score in the competition; -1 without a submission. */
  best: number;
  /** Whether an honest evaluation would make the team win. */
  winning: boolean;
  /** Whether it has a false score in another round, or will have the seats for one there before it has them here. */
  ahead: boolean;
}

/** What a seated miner knows when it decides what to commit. */
export interface CommitView {
  /** 0, 1 or 2. */
  attempt: number;
  /** Seats of the round. */
  seats: number;
  /** Reveals without which the attempt has no effect. */
  minReveals: number;
  /** Rows of the test set: scores are multiples of 100,000 / rows, rounded down. */
  rows: number;
  /** Submissions of the round. */
  count: number;
  /** Does the work: the true scores, and an abstention where the evaluation fails on this miner's machine. */
  evaluate(): number[];
  /** The scores that somebody else found, without doing the work. */
  ask(): number[];
  /** Commitments of this attempt that are on the chain. */
  commitments: readonly Hex[];
  /** Rows that earlier attempts of the round made public. */
  published: readonly (readonly number[])[];
  /** What its team knows; for a miner by itself, `seats` is 1 and nothing is its own. */
  team: TeamView;
  /** Seeded. */
  random: Random;
}

/** What a miner who committed scores knows when it decides whether to reveal. */
export interface RevealView {
  /** Its own row. */
  scores: readonly number[];
  /** Rows that others revealed so far in this attempt. */
  revealed: readonly (readonly number[])[];
  /** As in {@linkcode CommitView}. */
  minReveals: number;
  /** As in {@linkcode CommitView}. */
  team: TeamView;
}

/** Scores, or 32 bytes that need not hide any; or nothing. */
export type Commit = { scores: number[] } | { commitment: Hex } | "stays away";

/** How a miner behaves. */
export interface Strategy {
  /** Stands in the tables. */
  name: string;
  /** Follows the protocol to the letter. */
  honest: boolean;
  /** Uses results that somebody else found and gave away: earns what honest work earns, and saves the work. */
  shares?: true;
  /** What it commits. */
  commit(view: CommitView): Commit;
  /** Whether it reveals what it committed; without this it does. */
  reveals?(view: RevealView): boolean;
}

/** Evaluates, commits, reveals. */
export const honest: Strategy = {
  name: "honest",
  honest: true,
  commit: (view) => ({ scores: view.evaluate() }),
};

/** Has what somebody else found: the one shortcut that no commitment can prevent. */
export const sharing: Strategy = {
  name: "sharing",
  honest: false,
  shares: true,
  commit: (view) => ({ scores: view.ask() }),
};

/** Does not evaluate: guesses among the scores that models like these usually get. */
export const lazy: Strategy = {
  name: "lazy: likely score",
  honest: false,
  commit: (view) => ({ scores: each(view, () => likelyScore(view)) }),
};

/** Does not evaluate: calls everything worthless, which is right about junk. */
export const zero: Strategy = {
  name: "lazy: always 0",
  honest: false,
  commit: (view) => ({ scores: each(view, () => 0) }),
};

/** Commits 32 random bytes, to be there; has nothing to reveal. */
export const garbage: Strategy = {
  name: "lazy: garbage commitment",
  honest: false,
  commit: ({ random }) => ({ commitment: random.hex(32) }),
};

/** Scores out of the air. */
export const randomScores: Strategy = {
  name: "random",
  honest: false,
  commit: (view) => ({ scores: each(view, () => view.random.int(0, MAX_SCORE)) }),
};

/** Abstains on everything. */
export const abstaining: Strategy = {
  name: "abstaining",
  honest: false,
  commit: (view) => ({ scores: each(view, () => ABSTAIN) }),
};

/** Posts the bond and never comes back. */
export const absent: Strategy = {
  name: "absent",
  honest: false,
  commit: () => "stays away",
};

/** Commits the bytes of another's commitment, hoping to reveal them as its own (the referee lets it try). */
export const copyingCommitment: Strategy = {
  name: "copying: commitment",
  honest: false,
  commit: ({ commitments }) => {
    const [first] = commitments;
    return first === undefined ? "stays away" : { commitment: first };
  },
};

/** Waits until scores are public: an earlier attempt's, or this one's (the referee lets it try to commit late). */
export const copyingScores: Strategy = {
  name: "copying: revealed scores",
  honest: false,
  shares: true,
  commit: ({ published }) => {
    const [first] = published;
    return first === undefined ? "stays away" : { scores: [...first] };
  },
};

/** Guesses, and reveals only if the others' reveals say that the guess is right more often than not. */
export const selective: Strategy = {
  name: "selective reveal",
  honest: false,
  commit: lazy.commit,
  reveals: ({ scores, revealed }) => {
    const [other] = revealed;
    if (other === undefined) return true;
    return 2 * scores.filter((score, j) => score === other[j]).length >= scores.length;
  },
};

/** Those that act by themselves, for tables. */
export const ALONE: readonly Strategy[] = [
  honest,
  sharing,
  copyingScores,
  lazy,
  zero,
  garbage,
  copyingCommitment,
  selective,
  randomScores,
  abstaining,
  absent,
];

/** Good models get 90 % to 99 %; casting.ts draws the true scores from the same range. */
export const LIKELY = { min: 0.9, max: 0.99 };

function likelyScore({ rows, random }: CommitView): number {
  const correct = random.int(Math.ceil(LIKELY.min * rows), Math.floor(LIKELY.max * rows));
  return Math.floor((MAX_SCORE * correct) / rows);
}

function each({ count }: CommitView, score: () => number): number[] {
  return Array.from({ length: count }, score);
}
