/** How a team of miners behaves that owns a submission and wants it to win: what each member does with its seat. */
import { ABSTAIN, MAX_SCORE } from "../../core/protocol/codec.ts";
import { captureAt, type Prospect, stopsAll } from "./shopping.ts";
import { honest } from "./strategies.ts";
import type { Commit, CommitView, RevealView, Strategy } from "./strategies.ts";

/** Gives its own submission full marks and all others nothing. */
export const pushing: Strategy = {
  name: "push",
  honest: false,
  commit: (view) => ({ scores: pushed(view) }),
};

/** Honest about its own submission and worse ones, dissents on each better one so that it goes void. */
export const voiding: Strategy = {
  name: "void by dissent",
  honest: false,
  commit: (view) => ({ scores: onBetter(view, () => view.random.int(0, MAX_SCORE)) }),
};

/** The same by abstaining, which costs nothing. */
export const voidingFreely: Strategy = {
  name: "void by abstention",
  honest: false,
  commit: (view) => ({ scores: onBetter(view, () => ABSTAIN) }),
};

/** Lies only where it has most of the seats; works honestly otherwise. */
export const opportunist: Strategy = {
  name: "opportunist",
  honest: false,
  commit: (view) => captured(view) ? { scores: pushed(view) } : honest.commit(view),
};

/**
 * Lies where it has most of the seats. Where it will have them in a later attempt, it stays away until then, if that
 * stops the attempts before; where no round offers that, it cancels rather than lose, or else works honestly.
 */
export const shopper: Strategy = {
  name: "committee shopping",
  honest: false,
  commit: (view) => {
    if (view.team.winning) return honest.commit(view);
    if (captured(view)) return { scores: pushed(view) };
    if (view.team.ahead) return honest.commit(view);
    const waits = view.team.own.includes(true) && captureAt(prospectOf(view)) !== undefined;
    return waits ? "stays away" : cancelOrWork(view);
  },
};

/** Never lies, but cancels a competition that it would lose, if it can. */
export const canceller: Strategy = {
  name: "cancel if losing",
  honest: false,
  commit: (view) => view.team.winning ? honest.commit(view) : cancelOrWork(view),
};

/** Commits a lie, and reveals it only if the reveals so far say that it will settle. */
export const withholder: Strategy = {
  name: "lie, reveal if it wins",
  honest: false,
  commit: pushing.commit,
  reveals: ({ revealed, team, scores, minReveals }: RevealView) => {
    const others = revealed.filter((row) => row.some((score, j) => score !== scores[j])).length;
    return team.seats > others && team.seats + others >= minReveals;
  },
};

/** Those that act together, for tables. */
export const TOGETHER: readonly Strategy[] = [
  pushing,
  voiding,
  voidingFreely,
  opportunist,
  withholder,
  canceller,
  shopper,
];

function pushed({ count, team }: CommitView): number[] {
  return Array.from({ length: count }, (_, j) => team.own[j] ? MAX_SCORE : 0);
}

function onBetter(view: CommitView, instead: () => number): number[] {
  const { team } = view;
  return view.evaluate().map((score, j) => !team.own[j] && score >= team.best ? instead() : score);
}

/** Most of the seats are the team's, even if all others reveal. */
function captured({ team, seats }: CommitView): boolean {
  return 2 * team.seats > seats;
}

function cancelOrWork(view: CommitView): Commit {
  return stopsAll(prospectOf(view)) ? "stays away" : honest.commit(view);
}

function prospectOf({ attempt, seats, minReveals, team }: CommitView): Prospect {
  return { attempt, attempts: team.attempts, seats, minReveals };
}
