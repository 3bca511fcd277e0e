/** Decoders of the rows that the contract's pages are made of: structs as they stand in storage, first field lowest. */
import { bits, toHex, toWord, word } from "../protocol/codec.ts";
import { keptRandomness } from "../protocol/committee.ts";
import type { Hex } from "../protocol/types.ts";
import type {
  Account,
  Competition,
  Epoch,
  Miner,
  Participant,
  PostedBeacon,
  Result,
  Round,
  Seat,
  Status,
  Submission,
} from "./types.ts";

/** Words of one row of each page. */
export const WIDTHS = {
  competition: 6,
  submission: 3,
  miner: 2,
  epoch: 1,
  round: 1,
  seat: 2,
} as const;

const STATUSES: readonly Status[] = ["open", "final", "cancelled"];
const SEAT_STATES: readonly Seat["state"][] = ["none", "committed", "revealed"];
const PENDING = 2n ** 256n - 1n;
const MEDIAN_BITS = 17;
const WORD_BITS = 256;

/** Takes the fields of a struct out of its words as Solidity packs them: lowest bits first, none across two words. */
class Fields {
  #row: Uint8Array;
  #index: number;
  #value: bigint;
  #at = 0;

  constructor(row: Uint8Array, firstWord = 0) {
    this.#row = row;
    this.#index = firstWord;
    this.#value = word(row, firstWord);
  }

  uint(width: number): bigint {
    if (this.#at + width > WORD_BITS) {
      this.#value = word(this.#row, ++this.#index);
      this.#at = 0;
    }
    const value = bits(this.#value, this.#at, width);
    this.#at += width;
    return value;
  }

  number(width: number): number {
    return toNumber(this.uint(width));
  }

  hex(width: number): Hex {
    return toHex(toWord(this.uint(width)).subarray((WORD_BITS - width) / 8));
  }

  address(): Hex {
    return this.hex(160);
  }

  bool(): boolean {
    return this.uint(8) !== 0n;
  }
}

/** Splits a page into rows and decodes each. */
export function decodeRows<T>(
  page: Uint8Array,
  { width, decode }: { width: number; decode(row: Uint8Array, index: number): T },
): T[] {
  const bytes = width * 32;
  return Array.from(
    { length: page.length / bytes },
    (_, i) => decode(page.subarray(i * bytes, (i + 1) * bytes), i),
  );
}

/** A row of `competitionsPage`. @throws {RangeError} for a status that does not exist */
export function decodeCompetition(row: Uint8Array, id: number): Competition {
  const fields = new Fields(row);
  return {
    id,
    host: fields.address(),
    prizeFund: fields.uint(96),
    manifest: fields.hex(256),
    ...decodeTerms(fields),
    status: pick(STATUSES, fields.number(8), "status of a competition"),
    ...decodeCounters(fields),
    fees: fields.uint(64),
    penalties: fields.uint(128),
    paid: fields.bool(),
  };
}

function decodeTerms(fields: Fields) {
  return {
    bond: fields.uint(96),
    fee: fields.uint(96),
    miningPoolBps: fields.number(16),
    buyInBps: fields.number(16),
    pricedSubmissions: fields.number(16),
    epochs: fields.number(8),
    maxPerParticipant: fields.number(8),
    registrationEndsAt: fields.number(40),
    submissionEndsAt: fields.number(40),
    commitSecs: fields.number(24),
    revealSecs: fields.number(24),
    byteLimit: fields.number(24),
    quorum: fields.number(16),
    minReveals: fields.number(16),
  };
}

function decodeCounters(fields: Fields) {
  const counters = {
    participants: fields.number(32),
    miners: fields.number(32),
    submissions: fields.number(32),
    rounds: fields.number(32),
    decided: fields.number(32),
  };
  const best = fields.number(32);
  const bestScore = fields.number(24);
  return {
    ...counters,
    best: bestScore > 0 ? best : undefined,
    bestScore,
    lastEpoch: oneLess(fields.number(8)),
  };
}

/** A row of `submissionsPage`. */
export function decodeSubmission(row: Uint8Array, number: number): Submission {
  const fields = new Fields(row);
  return {
    number,
    hash: fields.hex(256),
    author: fields.address(),
    size: fields.number(24),
    lastBlock: fields.number(40),
    upload: fields.number(24),
    epoch: fields.number(8),
    result: decodeResult(word(row, 2)),
  };
}

function decodeResult(value: bigint): Result {
  if (value === PENDING) return { state: "pending" };
  const agreeing = Number(value >> BigInt(MEDIAN_BITS));
  if (agreeing === 0) return { state: "void" };
  return { state: "settled", score: Number(bits(value, 0, MEDIAN_BITS)), agreeing };
}

/** A row of `minersPage`. */
export function decodeMiner(row: Uint8Array, index: number): Miner {
  return {
    index,
    address: new Fields(row).address(),
    account: decodeAccount(row.subarray(32)),
  };
}

/** An Account's word; undefined for an empty one. */
function decodeAccount(row: Uint8Array): Account | undefined {
  if (word(row, 0) === 0n) return undefined;
  const fields = new Fields(row);
  return {
    payout: fields.address(),
    index: oneLess(fields.number(32)),
    fees: fields.number(32),
    dissents: fields.number(32),
  };
}

/** A row of `epochsPage`. */
export function decodeEpoch(row: Uint8Array, number: number): Epoch {
  const fields = new Fields(row);
  return {
    number,
    first: fields.number(32),
    count: fields.number(32),
    decided: fields.number(32),
    startsAt: fields.number(64),
    previous: oneLess(fields.number(8)),
  };
}

/** A row of `roundsPage` of an epoch. */
export function decodeRound(
  row: Uint8Array,
  { epoch, number }: Pick<Round, "epoch" | "number">,
): Round {
  const fields = new Fields(row);
  return {
    epoch,
    number,
    attempt: oneLess(fields.number(8)),
    decided: fields.bool(),
    count: fields.number(8),
    committed: fields.number(16),
    revealed: fields.number(16),
    drawnFrom: fields.number(32),
    revealSecs: fields.number(24),
    commitEndsAt: fields.number(64),
    lastRevealBlock: fields.number(40),
    settleBlock: fields.number(40),
  };
}

/** A row of `seatsPage`. @throws {RangeError} for a state that does not exist */
export function decodeSeat(row: Uint8Array): Seat {
  const fields = new Fields(row, 1);
  const digest = fields.hex(192);
  const commitBlock = fields.number(40);
  fields.uint(16); // Epoch and attempt are those that were asked for.
  const state = pick(SEAT_STATES, fields.number(8), "state of a seat");
  return { miner: new Fields(row).address(), state, digest, commitBlock };
}

/** The answer of `participant`: a struct whose fields fill a word each. */
export function decodeParticipant(row: Uint8Array): Participant {
  const [registered, submissions, uploads, epoch, size, received, lastBlock] = [0, 1, 2, 3, 4, 5, 6]
    .map((i) => toNumber(word(row, i)));
  const upload = received! < size!
    ? {
      epoch: epoch!,
      size: size!,
      received: received!,
      lastBlock: lastBlock!,
      hash: toHex(row.subarray(7 * 32)),
    }
    : undefined;
  return { registered: registered !== 0, submissions: submissions!, uploads: uploads!, upload };
}

/** The answer of `account`: a struct whose fields fill a word each; undefined for an empty one. */
export function decodeAccountFields(row: Uint8Array): Account | undefined {
  if (row.every((byte) => byte === 0)) return undefined;
  return {
    payout: new Fields(row).address(),
    index: oneLess(toNumber(word(row, 1))),
    fees: toNumber(word(row, 2)),
    dissents: toNumber(word(row, 3)),
  };
}

/** The answer of `beacon`: randomness and block; undefined while it is not posted. */
export function decodeBeacon(row: Uint8Array, round: number): PostedBeacon | undefined {
  const randomness = word(row, 0);
  if (randomness === 0n) return undefined;
  if (randomness !== keptRandomness(randomness)) {
    throw new RangeError("expected a beacon's randomness with its lowest 40 bits cleared");
  }
  return { round, randomness: toHex(row.subarray(0, 32)), block: toNumber(word(row, 1)) };
}

function oneLess(value: number): number | undefined {
  return value === 0 ? undefined : value - 1;
}

function toNumber(value: bigint): number {
  if (value <= BigInt(Number.MAX_SAFE_INTEGER)) return Number(value);
  throw new RangeError(`expected a number up to 2^53 - 1 from the contract, not ${value}`);
}

function pick<T>(values: readonly T[], index: number, what: string): T {
  const value = values[index];
  if (value !== undefined) return value;
  throw new RangeError(`expected a ${what} from 0 to ${values.length - 1}, not ${index}`);
}
