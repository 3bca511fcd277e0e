/** What a miner does in one round of the running attempt (PROTOCOL.md section 5). */
import type { Round, Seat } from "../core/chain/types.ts";
import { canSettle, settleStartsAt } from "../core/protocol/clock.ts";
import { ROUND_SIZE } from "../core/protocol/codec.ts";
import { committeeSeed, isSeated } from "../core/protocol/committee.ts";
import {
  beaconOf,
  type Context,
  formatTime,
  isMyTurn,
  revealRisk,
  roundIdOf,
  sameAddress,
  skip,
  type Step,
} from "./plan_context.ts";

/** An evaluation is put off only if so many ticks are left. */
const LAST_TICKS = 2;

/** In the commit window: evaluate and commit, or not. */
export function planCommit(round: Round, context: Context): Step {
  const { view, now, policy, running, me } = context;
  const { commitEndsAt } = running.attempt;
  const roundId = currentId(round, context);
  const beacon = beaconOf(context);
  if (beacon === undefined) return skip("commit", "the epoch's beacon is not posted yet", roundId);
  const seed = committeeSeed(BigInt(beacon.randomness), roundId);
  if (!isSeated(seed, me.index, view.snapshot.competition)) {
    return skip("commit", "no seat in this attempt", roundId);
  }
  const seat = mySeat(round, context);
  if (seat !== undefined) return skip("commit", `committed in block ${seat.commitBlock}`, roundId);
  const risk = revealRisk(view.snapshot.competition, policy);
  if (risk !== undefined) return skip("commit", risk, roundId);
  const left = commitEndsAt - now;
  if (left <= policy.blockSecs) return skip("commit", "too late for a transaction", roundId);
  const submissions = submissionsOf(round, context);
  const lastChance = left < LAST_TICKS * policy.everySecs;
  return { kind: "commit", roundId, submissions, endsAt: commitEndsAt, lastChance };
}

/** In the reveal window: reveal what the miner committed, or not. */
export function planReveal(round: Round, context: Context): Step {
  const { minReveals } = context.view.snapshot.competition;
  const roundId = currentId(round, context);
  const seat = mySeat(round, context);
  if (seat === undefined) return skip("reveal", "nothing committed in this attempt", roundId);
  if (seat.state === "revealed") return skip("reveal", "already revealed", roundId);
  // An attempt that cannot settle has no effect: no fee for those who reveal, no penalty for those who do not.
  if (round.committed < minReveals) {
    const reason = `${round.committed} commitments, and settling takes ${minReveals} reveals`;
    return skip("reveal", reason, roundId);
  }
  return { kind: "reveal", roundId, seat };
}

/** After the commit window: settle, or not. */
export function planSettle(round: Round, context: Context): Step {
  const { view, now, running } = context;
  const { attempt } = running;
  const { minReveals } = view.snapshot.competition;
  const roundId = currentId(round, context);
  const none = { committed: 0, revealed: 0 };
  const { committed, revealed } = round.attempt === attempt.attempt ? round : none;
  if (!canSettle(attempt, now, { committed, revealed, minReveals })) {
    const reason = revealed < minReveals
      ? `${revealed} of at least ${minReveals} reveals`
      : `${committed - revealed} may still reveal until ${formatTime(attempt.revealEndsAt)}`;
    return skip("settle", reason, roundId);
  }
  const opensAt = settleStartsAt(attempt, { committed, revealed });
  const chore = { key: roundId, opensAt, endsAt: attempt.settleEndsAt };
  if (!isMyTurn(chore, context)) return skip("settle", "another miner's turn", roundId);
  return { kind: "settle", roundId, round, seats: seatsOf(roundId, context) };
}

/** The miner's own commitment in the running attempt, if there is one. */
function mySeat(round: Round, context: Context): Seat | undefined {
  if (round.attempt !== context.running.attempt.attempt) return undefined;
  const seats = seatsOf(currentId(round, context), context);
  const seat = seats.find(({ miner }) => sameAddress(miner, context.view.miner));
  return seat?.state === "none" ? undefined : seat;
}

function seatsOf(roundId: bigint, { view }: Context): readonly Seat[] {
  const seats = view.seats.get(roundId);
  if (seats !== undefined) return seats;
  throw new RangeError(`expected the seats of round ${roundId} in the view`);
}

/** Numbers of the round's submissions. */
function submissionsOf({ number }: Round, { running }: Context): number[] {
  const { first, count } = running.epoch;
  const length = Math.min(ROUND_SIZE, count - ROUND_SIZE * number);
  return Array.from({ length }, (_, i) => first + ROUND_SIZE * number + i);
}

function currentId(round: Round, { view, running }: Context): bigint {
  return roundIdOf(view.snapshot.competition, round, running.attempt.attempt);
}
