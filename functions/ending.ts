/** When and how a competition ends (PROTOCOL.md section 6). */
import type { Snapshot } from "../core/chain/types.ts";
import {
  attemptWindows,
  evaluationEndsAt,
  roundCount,
  settleStartsAt,
} from "../core/protocol/clock.ts";

/** A way in which `finalize` ends a competition. */
export interface Ending {
  /** The undecided round that cancels it; 0 and 0 where it ends otherwise. */
  epoch: number;
  /** See `epoch`. */
  round: number;
  /** Unix second since when it has been certain, at the earliest. */
  opensAt: number;
}

/** How `finalize` would end an open competition at `now`; undefined while that is not certain. */
export function ending(snapshot: Snapshot, now: number): Ending | undefined {
  const { competition: c } = snapshot;
  if (now < c.registrationEndsAt) return undefined;
  if (c.participants === 0 || c.miners < c.minReveals) {
    return { epoch: 0, round: 0, opensAt: c.registrationEndsAt };
  }
  if (now >= c.submissionEndsAt && c.rounds === c.decided) {
    return { epoch: 0, round: 0, opensAt: Math.max(c.submissionEndsAt, lastSettlable(snapshot)) };
  }
  return lapsedRound(snapshot, now);
}

/** Unix second at which the last of the decided rounds could be settled at the earliest; 0 without any. */
function lastSettlable({ competition, epochs, rounds }: Snapshot): number {
  const times = rounds.flat().map((round) => {
    if (round.attempt === undefined) return 0;
    const { startsAt, count } = epochs[round.epoch]!;
    const evaluation = { startsAt, rounds: roundCount(count) };
    return settleStartsAt(attemptWindows(competition, round.attempt, evaluation), round);
  });
  return Math.max(0, ...times);
}

/** An undecided round of an epoch whose last attempt is over. */
function lapsedRound({ competition, epochs, rounds }: Snapshot, now: number): Ending | undefined {
  for (const { number, startsAt, count } of epochs) {
    if (count === 0) continue;
    const opensAt = evaluationEndsAt(competition, { startsAt, rounds: roundCount(count) });
    const undecided = rounds[number]?.find((round) => !round.decided);
    if (undecided !== undefined && now >= opensAt) {
      return { epoch: number, round: undecided.number, opensAt };
    }
  }
  return undefined;
}
