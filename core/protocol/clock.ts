/**
 * Everything that follows from the clock: epochs, unseal rounds and the windows of evaluation (PROTOCOL.md sections 2
 * and 5). Times are Unix seconds of `block.timestamp`; windows include their start and exclude their end.
 */
import { ATTEMPTS, ROUND_SIZE } from "./codec.ts";
import type { Terms } from "./types.ts";

/** The beacon's clock, constants of the contract. */
export interface BeaconClock {
  /** Unix second of round 1. */
  genesis: number;
  /** Seconds between two rounds. */
  period: number;
  /** Least seconds between an epoch's end and its beacon. */
  sealGap: number;
}

/** The terms that lay out the submission phase. */
export type PhaseTerms = Pick<Terms, "registrationEndsAt" | "submissionEndsAt" | "epochs">;

/** The terms that lay out an attempt. */
export type WindowTerms = Pick<Terms, "commitSecs" | "revealSecs">;

/** When and for how many rounds an epoch is evaluated. */
export interface Evaluation {
  /** Start of attempt 0. */
  startsAt: number;
  /** Rounds of the epoch, at least 1. */
  rounds: number;
}

/** The windows of one attempt, which touch one another. */
export interface AttemptWindows {
  /** 0, 1 or 2. */
  attempt: number;
  /** Start of the attempt and of its commit window. */
  commitStartsAt: number;
  /** End of the commit window, start of the reveal window. */
  commitEndsAt: number;
  /** End of the reveal window; from here on the attempt can only be settled. */
  revealEndsAt: number;
  /** End of the attempt. */
  settleEndsAt: number;
}

/** The attempt that runs at a moment, and the window that is open then. */
export interface RunningAttempt extends AttemptWindows {
  /** "settle" is the window for settling only; settling may start before it. */
  window: "commit" | "reveal" | "settle";
}

/** Unix second at which an epoch of the submission phase starts. @throws {RangeError} for no epoch of the terms */
export function epochStartsAt(terms: PhaseTerms, epoch: number): number {
  checkEpoch(terms, epoch);
  return phaseTime(terms, epoch);
}

/**
 * Unix second at which an epoch ends: `registrationEndsAt + (e + 1) * (submissionEndsAt - registrationEndsAt) / epochs`.
 *
 * @throws {RangeError} for no epoch of the terms
 */
export function epochEndsAt(terms: PhaseTerms, epoch: number): number {
  checkEpoch(terms, epoch);
  return phaseTime(terms, epoch + 1);
}

function phaseTime(terms: PhaseTerms, parts: number): number {
  const { registrationEndsAt, submissionEndsAt, epochs } = terms;
  return registrationEndsAt +
    Math.floor((parts * (submissionEndsAt - registrationEndsAt)) / epochs);
}

function checkEpoch(terms: PhaseTerms, epoch: number): void {
  if (Number.isInteger(epoch) && epoch >= 0 && epoch < terms.epochs) return;
  throw new RangeError(`epoch must be from 0 to ${terms.epochs - 1}, not ${epoch}`);
}

/** The epoch whose submissions are taken at `now`, or undefined outside the submission phase. */
export function runningEpoch(terms: PhaseTerms, now: number): number | undefined {
  const { registrationEndsAt, submissionEndsAt, epochs } = terms;
  if (now < registrationEndsAt || now >= submissionEndsAt) return undefined;
  // The least e with now < epochEndsAt(e), solved for e: the plain quotient is wrong where an epoch's end was rounded.
  const seconds = submissionEndsAt - registrationEndsAt;
  return Math.floor(((now - registrationEndsAt + 1) * epochs - 1) / seconds);
}

/** Unix second of a beacon's round: `genesis + (round - 1) * period`, as drand counts. */
export function beaconTime(round: number, clock: Omit<BeaconClock, "sealGap">): number {
  return clock.genesis + (round - 1) * clock.period;
}

/** The first round of a beacon at or after a Unix second. */
export function beaconRound(time: number, clock: Omit<BeaconClock, "sealGap">): number {
  return Math.max(0, Math.ceil((time - clock.genesis) / clock.period)) + 1;
}

/** The beacon that opens an epoch: the first round at or after `epochEndsAt(e) + sealGap`. */
export function unsealRound(terms: PhaseTerms, epoch: number, clock: BeaconClock): number {
  return beaconRound(epochEndsAt(terms, epoch) + clock.sealGap, clock);
}

/** Unix second at which an epoch's beacon appears. */
export function unsealAt(terms: PhaseTerms, epoch: number, clock: BeaconClock): number {
  return beaconTime(unsealRound(terms, epoch, clock), clock);
}

/** Rounds of an epoch with this many submissions: `ceil(S / 32)`. */
export function roundCount(submissions: number): number {
  return Math.ceil(submissions / ROUND_SIZE);
}

/** Seconds of one attempt: `rounds * commitSecs + 2 * revealSecs`. */
export function attemptSecs(terms: WindowTerms, rounds: number): number {
  return rounds * terms.commitSecs + 2 * terms.revealSecs;
}

/** Unix second at which the last attempt of an epoch's rounds ends. */
export function evaluationEndsAt(terms: WindowTerms, evaluation: Evaluation): number {
  return evaluation.startsAt + ATTEMPTS * attemptSecs(terms, evaluation.rounds);
}

/**
 * When each epoch is evaluated, from its number of submissions: an epoch starts at its beacon, or at the end of the
 * last earlier epoch with submissions if that is later. Undefined for an epoch without submissions.
 *
 * @param submissions complete submissions of epoch 0, 1, ...
 */
export function evaluations(
  terms: PhaseTerms & WindowTerms,
  submissions: readonly number[],
  clock: BeaconClock,
): (Evaluation | undefined)[] {
  let free = 0;
  return submissions.map((count, epoch) => {
    if (count === 0) return undefined;
    const startsAt = Math.max(unsealAt(terms, epoch, clock), free);
    const evaluation = { startsAt, rounds: roundCount(count) };
    free = evaluationEndsAt(terms, evaluation);
    return evaluation;
  });
}

/**
 * The windows of an attempt: `rounds * commitSecs` to commit, `revealSecs` to reveal, `revealSecs` for settling only.
 *
 * @throws {RangeError} for an attempt other than 0, 1 and 2
 */
export function attemptWindows(
  terms: WindowTerms,
  attempt: number,
  { startsAt, rounds }: Evaluation,
): AttemptWindows {
  if (!(Number.isInteger(attempt) && attempt >= 0 && attempt < ATTEMPTS)) {
    throw new RangeError(`attempt must be from 0 to ${ATTEMPTS - 1}, not ${attempt}`);
  }
  const commitStartsAt = startsAt + attempt * attemptSecs(terms, rounds);
  const commitEndsAt = commitStartsAt + rounds * terms.commitSecs;
  const revealEndsAt = commitEndsAt + terms.revealSecs;
  const settleEndsAt = revealEndsAt + terms.revealSecs;
  return { attempt, commitStartsAt, commitEndsAt, revealEndsAt, settleEndsAt };
}

/** The attempt that runs at `now`; undefined before attempt 0 and after the last one. */
export function attemptAt(
  terms: WindowTerms,
  now: number,
  evaluation: Evaluation,
): RunningAttempt | undefined {
  const attempt = Math.floor((now - evaluation.startsAt) / attemptSecs(terms, evaluation.rounds));
  if (attempt < 0 || attempt >= ATTEMPTS) return undefined;
  const windows = attemptWindows(terms, attempt, evaluation);
  if (now < windows.commitEndsAt) return { ...windows, window: "commit" };
  return { ...windows, window: now < windows.revealEndsAt ? "reveal" : "settle" };
}

/**
 * Unix second from which an attempt can be settled, given at least `minReveals` reveals: the end of the commit window
 * once all who committed have revealed, otherwise the end of the reveal window. It stays open until `settleEndsAt`.
 */
export function settleStartsAt(
  windows: AttemptWindows,
  seats: { committed: number; revealed: number },
): number {
  return seats.revealed === seats.committed ? windows.commitEndsAt : windows.revealEndsAt;
}

/** Whether `settle` is accepted at `now`. */
export function canSettle(
  windows: AttemptWindows,
  now: number,
  seats: { committed: number; revealed: number; minReveals: number },
): boolean {
  return seats.revealed >= seats.minReveals && now >= settleStartsAt(windows, seats) &&
    now < windows.settleEndsAt;
}
