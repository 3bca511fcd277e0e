/** The terms of a competition: defaults, the amounts that follow, and what creation refuses (PROTOCOL.md section 2). */
import type { Hex, Terms } from "./types.ts";

const DAY = 86_400;
const MAX_WEI = 2n ** 96n - 1n;
const MAX_AHEAD = 366 * DAY;
const MIN_BOND_FEES = 500n;
/** A lone submission of a round pays as five, so a buy-in covers five times its submissions. */
const MAX_FEE_WEIGHT = 5n;

/** The terms that a host must choose; all others have defaults. */
export type ChosenTerms =
  & Pick<Terms, "manifest" | "prizeFund" | "registrationEndsAt" | "submissionEndsAt">
  & Partial<Terms>;

/** What `checkTerms` needs to know besides the terms. */
export interface CreationContext {
  /** Unix second of the creation. */
  now: number;
  /** Least seconds between an epoch's end and its beacon, a constant of the contract. */
  sealGap: number;
}

/** Share of the prize fund that pays miners, wei: `P * miningPoolBps / 10000`. */
export function miningPool(terms: Pick<Terms, "prizeFund" | "miningPoolBps">): bigint {
  return (terms.prizeFund * BigInt(terms.miningPoolBps)) / 10_000n;
}

/** What a participant pays to register, wei: `P * buyInBps / 10000`. */
export function buyIn(terms: Pick<Terms, "prizeFund" | "buyInBps">): bigint {
  return (terms.prizeFund * BigInt(terms.buyInBps)) / 10_000n;
}

/**
 * What one agreeing evaluation earns, wei: `miningPool / (pricedSubmissions * (quorum + 1))`, the +1 paying whoever
 * settles.
 */
export function fee(
  terms: Pick<Terms, "prizeFund" | "miningPoolBps" | "pricedSubmissions" | "quorum">,
): bigint {
  return miningPool(terms) / (BigInt(terms.pricedSubmissions) * (BigInt(terms.quorum) + 1n));
}

/** Least and greatest `minReveals` of a quorum: `quorum / 2 + 1` and `2 * quorum / 3 + 1`. */
export function minRevealsRange(quorum: number): { min: number; max: number } {
  return { min: Math.floor(quorum / 2) + 1, max: Math.floor((2 * quorum) / 3) + 1 };
}

/**
 * Fills in the defaults of PROTOCOL.md section 2. The bond is 1 % of the prize fund, or 500 fees where a small quorum
 * or few priced submissions make fees so large that 1 % would be refused. Checks nothing: see {@linkcode checkTerms}.
 */
export function withDefaults(chosen: ChosenTerms): Terms {
  const terms = {
    miningPoolBps: 2_000,
    buyInBps: 1_000,
    epochs: 1,
    commitSecs: 3_600,
    revealSecs: 3_600,
    byteLimit: 120_000,
    pricedSubmissions: 100,
    maxPerParticipant: 3,
    quorum: 100,
    ...chosen,
  };
  return { minReveals: minRevealsRange(terms.quorum).max, bond: defaultBond(terms), ...terms };
}

function defaultBond(terms: Omit<Terms, "bond" | "minReveals">): bigint {
  const percent = terms.prizeFund / 100n;
  // Values out of their range belong to checkTerms, which names them.
  const counts = [terms.miningPoolBps, terms.pricedSubmissions, terms.quorum];
  if (!counts.every((count) => Number.isInteger(count) && count > 0)) return percent;
  const least = MIN_BOND_FEES * fee(terms);
  return percent > least ? percent : least;
}

/**
 * Refuses what the contract's `create` refuses, so that a host learns of it before paying gas: first each term by
 * itself, in the order of PROTOCOL.md section 2, then what must hold between them.
 *
 * @throws {RangeError} naming the term, its value and the bound
 */
export function checkTerms(terms: Terms, context: CreationContext): void {
  checkManifest(terms.manifest);
  checkWei("prizeFund", terms.prizeFund);
  checkNumber("miningPoolBps", terms.miningPoolBps, { min: 1, max: 5_000 });
  checkNumber("buyInBps", terms.buyInBps, { min: 1, max: 10_000 });
  checkTimes(terms, context.now);
  checkNumber("epochs", terms.epochs, { min: 1, max: 64 });
  checkNumber("commitSecs", terms.commitSecs, { min: 10, max: 30 * DAY });
  checkNumber("revealSecs", terms.revealSecs, { min: 10, max: 30 * DAY });
  checkNumber("byteLimit", terms.byteLimit, { min: 1, max: 2 ** 20 });
  checkNumber("pricedSubmissions", terms.pricedSubmissions, { min: 1, max: 10_000 });
  checkNumber("maxPerParticipant", terms.maxPerParticipant, { min: 1, max: 8 });
  checkNumber("quorum", terms.quorum, { min: 1, max: 256 });
  checkNumber("minReveals", terms.minReveals, minRevealsRange(terms.quorum));
  checkWei("bond", terms.bond);
  checkEpochLength(terms, context.sealGap);
  checkAmounts(terms);
}

function checkManifest(manifest: Hex): void {
  if (/^0x[0-9a-fA-F]{64}$/.test(manifest)) return;
  throw new RangeError(
    `manifest must be a digest of 32 bytes (0x and 64 hexadecimal digits), not ${
      String(manifest).slice(0, 80)
    }`,
  );
}

function checkWei(term: "prizeFund" | "bond", value: bigint): void {
  if (typeof value === "bigint" && value >= 0n && value <= MAX_WEI) return;
  throw new RangeError(`${term} must be from 0 to ${MAX_WEI} wei, not ${value}`);
}

function checkNumber(
  term: keyof Terms,
  value: number,
  { min, max }: { min: number; max: number },
): void {
  if (Number.isInteger(value) && value >= min && value <= max) return;
  throw new RangeError(`${term} must be a whole number from ${min} to ${max}, not ${value}`);
}

function checkTimes(terms: Terms, now: number): void {
  const latest = now + MAX_AHEAD;
  checkNumber("registrationEndsAt", terms.registrationEndsAt, { min: now + 1, max: latest });
  const min = terms.registrationEndsAt + 1;
  checkNumber("submissionEndsAt", terms.submissionEndsAt, { min, max: latest });
}

function checkEpochLength(terms: Terms, sealGap: number): void {
  const length = Math.floor((terms.submissionEndsAt - terms.registrationEndsAt) / terms.epochs);
  const min = Math.max(sealGap, 1);
  if (length >= min) return;
  throw new RangeError(
    `epochs of ${length} s are too short: the submission phase divided by epochs (${terms.epochs}) must be at ` +
      `least ${min} s; take fewer epochs or a longer submission phase`,
  );
}

function checkAmounts(terms: Terms): void {
  const value = fee(terms);
  if (value === 0n) {
    throw new RangeError(
      `fee must be above 0, but a mining pool of ${miningPool(terms)} wei divided by ${
        terms.pricedSubmissions * (terms.quorum + 1)
      } evaluations (pricedSubmissions * (quorum + 1)) is 0; raise prizeFund or miningPoolBps`,
    );
  }
  const covered = MAX_FEE_WEIGHT * BigInt(terms.maxPerParticipant * (terms.quorum + 1));
  checkAtLeast("buyIn", buyIn(terms), { min: covered * value, of: `${covered} fees` });
  const min = MIN_BOND_FEES * value;
  checkAtLeast("bond", terms.bond, { min, of: `${MIN_BOND_FEES} fees` });
}

function checkAtLeast(amount: string, value: bigint, bound: { min: bigint; of: string }): void {
  if (value >= bound.min) return;
  throw new RangeError(
    `${amount} must be at least ${bound.min} wei (${bound.of}), not ${value} wei`,
  );
}
