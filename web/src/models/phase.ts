/** Where a competition stands, from a snapshot and the chain's clock (PROTOCOL.md sections 2, 5 and 6). */
import type { Competition, Snapshot } from "../../../core/chain/types.ts";
import {
  attemptAt,
  epochEndsAt,
  evaluationEndsAt,
  roundCount,
  runningEpoch,
} from "../../../core/protocol/clock.ts";

/** The part of a competition's life that runs. */
export type Phase =
  | { name: "registration"; endsAt: number }
  | { name: "submission"; epoch: number; endsAt: number }
  /** Submissions are over and rounds are open. */
  | { name: "evaluation" }
  /** How it ends is certain, but nobody has called finalize yet. */
  | { name: "closing" }
  | { name: "final" }
  | { name: "cancelled" };

/** What the miners do, beside or after the submission phase. */
export interface Evaluation {
  /** The epoch whose submissions are evaluated, from 0. */
  epoch: number;
  /** "beacon": waiting for it, or for the epoch before; "commit", "reveal", "settle": the window that is open; "over": past all attempts. */
  window: "beacon" | "commit" | "reveal" | "settle" | "over";
  /** 0, 1 or 2 while a window is open. */
  attempt: number | undefined;
  /** Unix second at which the window ends; undefined if none is open. */
  endsAt: number | undefined;
}

/** The phase at a moment of the chain's clock. */
export function phaseAt(snapshot: Snapshot, now: number): Phase {
  const over = evaluationAt(snapshot, now)?.window === "over";
  return over ? { name: "closing" } : listPhase(snapshot.competition, now);
}

/** The phase as far as a row of the list tells: without the rounds, evaluation and closing look alike. */
export function listPhase(competition: Competition, now: number): Phase {
  if (competition.status !== "open") return { name: competition.status };
  const { registrationEndsAt, miners, participants, minReveals, rounds, decided } = competition;
  if (now < registrationEndsAt) return { name: "registration", endsAt: registrationEndsAt };
  if (participants === 0 || miners < minReveals) return { name: "closing" };
  const epoch = runningEpoch(competition, now);
  if (epoch !== undefined) {
    return { name: "submission", epoch, endsAt: epochEndsAt(competition, epoch) };
  }
  return { name: decided < rounds ? "evaluation" : "closing" };
}

/** The evaluation of the first epoch that is over and has undecided rounds; undefined if there is none. */
export function evaluationAt(snapshot: Snapshot, now: number): Evaluation | undefined {
  const { competition, epochs } = snapshot;
  if (competition.status !== "open") return undefined;
  const epoch = epochs.find(({ count, decided }) => decided < roundCount(count));
  if (epoch === undefined || now < epochEndsAt(competition, epoch.number)) return undefined;
  const { number, startsAt, count } = epoch;
  const rounds = roundCount(count);
  const running = attemptAt(competition, now, { startsAt, rounds });
  if (running === undefined) {
    return now < startsAt
      ? { epoch: number, window: "beacon", attempt: undefined, endsAt: startsAt }
      : { epoch: number, window: "over", attempt: undefined, endsAt: undefined };
  }
  const { window, attempt, commitEndsAt, revealEndsAt, settleEndsAt } = running;
  const endsAt = { commit: commitEndsAt, reveal: revealEndsAt, settle: settleEndsAt }[window];
  return { epoch: number, window, attempt, endsAt };
}

/** Unix second by which the evaluation of an epoch's submissions is over at the latest; undefined without any. */
export function resultsBy({ competition, epochs }: Snapshot, epoch: number): number | undefined {
  const found = epochs[epoch];
  if (found === undefined || found.count === 0) return undefined;
  return evaluationEndsAt(competition, {
    startsAt: found.startsAt,
    rounds: roundCount(found.count),
  });
}
