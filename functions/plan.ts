/**
 * What a miner does next in a competition: a pure function of what the chain says, the clock and the operator's policy.
 * It names a reason for what it leaves undone. A competition at rest has no actions.
 */
import type { Competition, Hex, Miner, Snapshot } from "../core/chain/types.ts";
import { unsealRound } from "../core/protocol/clock.ts";
import { ATTEMPTS } from "../core/protocol/codec.ts";
import { penalty } from "../core/protocol/money.ts";
import type { Plan, Policy, View } from "./actions.ts";
import { ending } from "./ending.ts";
import {
  beaconOf,
  type Context,
  formatTime,
  isMyTurn,
  revealRisk,
  roundIdOf,
  runningEvaluation,
  sameAddress,
  skip,
  type Step,
} from "./plan_context.ts";
import { planCommit, planReveal, planSettle } from "./plan_round.ts";

/**
 * Plans one competition.
 *
 * @param now Unix second of the chain's clock
 * @throws {RangeError} if the view lacks the seats of a round that {@linkcode roundsToWatch} names
 */
export function plan(view: View, now: number, policy: Policy): Plan {
  const steps = planCompetition(view, now, policy);
  return {
    actions: steps.filter((step) => "kind" in step),
    skipped: steps.filter((step) => "reason" in step),
  };
}

/** The roundIds whose seats a plan needs: undecided rounds with commits in the running attempt. */
export function roundsToWatch(snapshot: Snapshot, now: number): bigint[] {
  const running = runningEvaluation(snapshot, now);
  if (snapshot.competition.status !== "open" || running === undefined) return [];
  const { attempt } = running.attempt;
  return snapshot.rounds[running.epoch.number]!
    .filter((round) => !round.decided && round.attempt === attempt)
    .map((round) => roundIdOf(snapshot.competition, round, attempt));
}

/** The miner's own entry, if it is enrolled. */
export function findMiner({ miners }: Snapshot, address: Hex): Miner | undefined {
  return miners.find((miner) => sameAddress(miner.address, address));
}

function planCompetition(view: View, now: number, policy: Policy): Step[] {
  const { snapshot } = view;
  const me = findMiner(snapshot, view.miner);
  if (snapshot.competition.status !== "open") return [planClaim(snapshot.competition, me)];
  if (me === undefined) return [planEnroll(view, now, policy)];
  // Also where an earlier epoch lapsed with an undecided round: no later one is evaluated then.
  const end = ending(snapshot, now);
  if (end !== undefined) {
    const { epoch, round, opensAt } = end;
    const chore = { key: BigInt(snapshot.competition.id), opensAt };
    return isMyTurn(chore, { view, now, policy, me })
      ? [{ kind: "finalize", epoch, round }]
      : [skip("finalize", "another miner's turn")];
  }
  const running = runningEvaluation(snapshot, now);
  if (running === undefined) return [skip("commit", atRest(snapshot, now))];
  return planEvaluation({ view, now, policy, me, running });
}

function planClaim({ bond }: Competition, me: Miner | undefined): Step {
  if (me === undefined) return skip("claim", "not a miner of this competition");
  if (me.account === undefined) return skip("claim", "already claimed");
  const { fees, dissents } = me.account;
  const stake = bond - penalty(bond, dissents);
  return fees > 0 || stake > 0n ? { kind: "claim" } : skip("claim", "stake lost, no fees earned");
}

function planEnroll({ snapshot, miner }: View, now: number, policy: Policy): Step {
  const { registrationEndsAt, bond, host } = snapshot.competition;
  const { maxBond, blockSecs } = policy;
  if (now + blockSecs >= registrationEndsAt) {
    return skip("enroll", `not enrolled, and enrolment ends at ${formatTime(registrationEndsAt)}`);
  }
  if (sameAddress(host, miner)) return skip("enroll", "the host may not be a miner");
  if (maxBond === undefined) return skip("enroll", "not enrolled, and DEML_ENROLL is off");
  const risk = revealRisk(snapshot.competition, policy);
  if (risk !== undefined) return skip("enroll", risk);
  if (bond <= maxBond) return { kind: "enroll", bond };
  return skip("enroll", `a bond of ${bond} wei is over DEML_ENROLL (${maxBond} wei)`);
}

function atRest({ competition, epochs }: Snapshot, now: number): string {
  if (now < competition.registrationEndsAt) {
    return `enrolment runs until ${formatTime(competition.registrationEndsAt)}`;
  }
  const starts = epochs.filter(({ count, startsAt }) => count > 0 && startsAt > now);
  const next = Math.min(...starts.map(({ startsAt }) => startsAt));
  return next === Infinity
    ? "no submissions wait for evaluation"
    : `the next evaluation starts at ${formatTime(next)}`;
}

function planEvaluation(context: Context): Step[] {
  const { view, running } = context;
  const { epoch, attempt } = running;
  const open = view.snapshot.rounds[epoch.number]!.filter((round) => !round.decided);
  if (open.length === 0) return [skip("commit", `all rounds of epoch ${epoch.number} are decided`)];
  const beacon = beaconOf(context) === undefined ? [planBeacon(context)] : [];
  const rounds = open.flatMap((round) => {
    if (attempt.window === "commit") return [planCommit(round, context)];
    const settle = planSettle(round, context);
    return attempt.window === "reveal" ? [planReveal(round, context), settle] : [settle];
  });
  return [...beacon, ...rounds];
}

/** The beacon is worth its gas once its epoch's turn has come, and as long as somebody can still commit. */
function planBeacon(context: Context): Step {
  const { view, now, policy, running } = context;
  const { competition, constants } = view.snapshot;
  const { attempt, commitStartsAt, commitEndsAt } = running.attempt;
  if (attempt === ATTEMPTS - 1 && now + policy.blockSecs >= commitEndsAt) {
    return skip("postBeacon", "no commit window is left");
  }
  const round = unsealRound(competition, running.epoch.number, constants);
  const chore = { key: BigInt(round), opensAt: commitStartsAt, endsAt: commitEndsAt };
  if (!isMyTurn(chore, context)) return skip("postBeacon", "another miner's turn");
  return { kind: "postBeacon", epoch: running.epoch.number, round };
}
