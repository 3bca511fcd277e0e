/** What the parts of a plan share: the evaluation that runs, and how to speak of it. */
import type {
  Competition,
  Epoch,
  Hex,
  Miner,
  PostedBeacon,
  Round,
  Snapshot,
} from "../core/chain/types.ts";
import { attemptAt, roundCount, type RunningAttempt } from "../core/protocol/clock.ts";
import { encodeRoundId } from "../core/protocol/codec.ts";
import type { Action, Policy, Skip, View } from "./actions.ts";
import { type Chore, isTurn } from "./turn.ts";

/** An epoch whose evaluation runs, and the attempt that runs of it. */
export interface Running {
  /** The epoch. */
  epoch: Epoch;
  /** The attempt, and the window that is open. */
  attempt: RunningAttempt;
}

/** What the parts of a plan look at. */
export interface Context {
  /** What the miner sees. */
  view: View;
  /** Unix second. */
  now: number;
  /** How it wants to work. */
  policy: Policy;
  /** The miner itself. */
  me: Miner;
  /** What is evaluated. */
  running: Running;
}

/** An action, or why there is none. */
export type Step = Action | Skip;

/** The epoch whose evaluation runs at `now`; never more than one does. */
export function runningEvaluation(snapshot: Snapshot, now: number): Running | undefined {
  for (const epoch of snapshot.epochs) {
    if (epoch.count === 0) continue;
    const { startsAt, count } = epoch;
    const attempt = attemptAt(snapshot.competition, now, { startsAt, rounds: roundCount(count) });
    if (attempt !== undefined) return { epoch, attempt };
  }
  return undefined;
}

/** The posted beacon of the epoch whose evaluation runs. */
export function beaconOf({ view, running }: Context): PostedBeacon | undefined {
  return view.snapshot.beacons[running.epoch.number];
}

/** The roundId of one attempt of a round. */
export function roundIdOf({ id }: Competition, { epoch, number }: Round, attempt: number): bigint {
  return encodeRoundId({ competition: id, epoch, round: number, attempt });
}

/** Whether it is the miner's turn to do what anybody may do. */
export function isMyTurn(
  chore: Chore,
  { view, now, policy, me }: Omit<Context, "running">,
): boolean {
  const { miners } = view.snapshot.competition;
  return isTurn(chore, { index: me.index, miners, everySecs: policy.everySecs, now });
}

/** Notes that something is not to be done now. */
export function skip(action: Action["kind"], reason: string, roundId?: bigint): Skip {
  return roundId === undefined ? { action, reason } : { action, roundId, reason };
}

/** Why a miner that commits could miss all of the reveal window; undefined if it could not. */
export function revealRisk(
  { revealSecs }: Competition,
  { everySecs, blockSecs }: Policy,
): string | undefined {
  const least = 2 * everySecs + 2 * blockSecs;
  if (revealSecs >= least) return undefined;
  return `the reveal window of ${revealSecs} s is under the ${least} s that two ticks and their transactions take`;
}

/** Whether two addresses are the same, however they are written. */
export function sameAddress(a: Hex, b: Hex): boolean {
  return a.toLowerCase() === b.toLowerCase();
}

/** A Unix second for people: 2026-01-01T00:00:00Z. */
export function formatTime(seconds: number): string {
  return new Date(1000 * seconds).toISOString().replace(".000Z", "Z");
}
