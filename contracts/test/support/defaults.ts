/** The usual values of the tests. Amounts are odd on purpose, so that divisions leave remainders. */
import { keccak256, toUtf8Bytes } from "ethers";
import { fee, minRevealsRange } from "../../../core/protocol/terms.ts";
import type { Hex, Terms } from "../../../core/protocol/types.ts";

/** Seconds from now to the end of registration. */
export const REGISTRATION_SECS = 1_000;
/** Seconds of the submission phase: not a multiple of the epochs that tests use. */
export const SUBMISSION_SECS = 1_001;

/**
 * Terms of a competition that opens at `now`: three seats, two of which decide, unless `changes` says otherwise. The
 * bond is the least allowed one and 9 wei, so that its tenth is rounded.
 */
export function defaultTerms(now: number, changes: Partial<Terms> = {}): Terms {
  const terms = {
    manifest: keccak256(toUtf8Bytes("manifest")) as Hex,
    prizeFund: 10_000_000_000_000_012_347n,
    miningPoolBps: 2_000,
    buyInBps: 1_003,
    registrationEndsAt: now + REGISTRATION_SECS,
    submissionEndsAt: now + REGISTRATION_SECS + SUBMISSION_SECS,
    epochs: 1,
    commitSecs: 100,
    revealSecs: 50,
    byteLimit: 1_000,
    pricedSubmissions: 97,
    maxPerParticipant: 2,
    quorum: 3,
    ...changes,
  };
  return {
    ...terms,
    minReveals: changes.minReveals ?? minRevealsRange(terms.quorum).min,
    bond: changes.bond ?? 500n * fee(terms) + 9n,
  };
}

/** The terms as `create` takes them: all but the prize fund, which is the payment. */
export function termsArgument({ prizeFund: _, ...terms }: Terms): Omit<Terms, "prizeFund"> {
  return terms;
}
