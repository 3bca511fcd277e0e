/**
 * The byte formats of the protocol: score rows, round ids (PROTOCOL.md section 5), hexadecimal text, and the 32-byte
 * words that `abi.encode` and the contract's pages are made of.
 */
import { bytesToHex, hexToBytes } from "@noble/hashes/utils.js";
import type { Hex } from "./types.ts";

/** The highest score: 100 %. */
export const MAX_SCORE = 100_000;
/** In place of a score: this miner does not judge this submission. */
export const ABSTAIN = 100_001;

/** Submissions of one round. */
export const ROUND_SIZE = 32;
/** Attempts of one round. */
export const ATTEMPTS = 3;

const SCORE_BYTES = 4;
const WORD_BYTES = 32;
const WORD_LIMIT = 2n ** 256n;

/** What a roundId names: one attempt of one round of an epoch. */
export interface RoundKey {
  /** Number of the competition. */
  competition: number;
  /** 0..63. */
  epoch: number;
  /** Round of the epoch, below 2^32. */
  round: number;
  /** 0, 1 or 2. */
  attempt: number;
}

/**
 * Packs a round's scores as big-endian uint32, four bytes each, in the order of its submissions.
 *
 * @throws {RangeError} for no scores, more than 32, or one that is not a whole number from 0 to {@linkcode ABSTAIN}
 */
export function encodeScores(scores: readonly number[]): Uint8Array {
  checkRoundSize(scores.length);
  const bytes = new Uint8Array(scores.length * SCORE_BYTES);
  const view = new DataView(bytes.buffer);
  scores.forEach((score, i) => view.setUint32(i * SCORE_BYTES, checkScore(score)));
  return bytes;
}

/**
 * Reads packed scores.
 *
 * @throws {RangeError} for a length that is not 4 to 128 bytes in steps of 4, or a value above {@linkcode ABSTAIN}
 */
export function decodeScores(bytes: Uint8Array): number[] {
  checkRoundSize(bytes.length / SCORE_BYTES);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Array.from(
    { length: bytes.length / SCORE_BYTES },
    (_, i) => checkScore(view.getUint32(i * SCORE_BYTES)),
  );
}

function checkRoundSize(count: number): void {
  if (Number.isInteger(count) && count >= 1 && count <= ROUND_SIZE) return;
  throw new RangeError(
    `a round has 1 to ${ROUND_SIZE} scores of ${SCORE_BYTES} bytes, not ${count}`,
  );
}

function checkScore(score: number): number {
  if (Number.isInteger(score) && score >= 0 && score <= ABSTAIN) return score;
  throw new RangeError(`a score must be a whole number from 0 to ${ABSTAIN}, not ${score}`);
}

/** `competition * 2^48 + epoch * 2^40 + round * 2^8 + attempt`. @throws {RangeError} for a part out of its range */
export function encodeRoundId(key: RoundKey): bigint {
  checkPart("competition", key.competition, Number.MAX_SAFE_INTEGER);
  checkPart("epoch", key.epoch, 63);
  checkPart("round", key.round, 2 ** 32 - 1);
  checkPart("attempt", key.attempt, ATTEMPTS - 1);
  return (BigInt(key.competition) << 48n) + (BigInt(key.epoch) << 40n) +
    (BigInt(key.round) << 8n) + BigInt(key.attempt);
}

/** Takes a roundId apart. @throws {RangeError} for one that {@linkcode encodeRoundId} never gives */
export function decodeRoundId(roundId: bigint): RoundKey {
  const key = {
    competition: Number(roundId >> 48n),
    epoch: Number(bits(roundId, 40, 8)),
    round: Number(bits(roundId, 8, 32)),
    attempt: Number(bits(roundId, 0, 8)),
  };
  encodeRoundId(key);
  return key;
}

function checkPart(name: keyof RoundKey, value: number, max: number): void {
  if (Number.isSafeInteger(value) && value >= 0 && value <= max) return;
  throw new RangeError(
    `the ${name} of a roundId must be a whole number from 0 to ${max}, not ${value}`,
  );
}

/** Bytes as lower-case hexadecimal text. */
export function toHex(bytes: Uint8Array): Hex {
  return `0x${bytesToHex(bytes)}`;
}

/**
 * Reads hexadecimal text whose size is bounded before anything is decoded: exactly `length` bytes, or up to `max`.
 *
 * @throws {TypeError} if it is not a string
 * @throws {RangeError} for a wrong size
 * @throws {SyntaxError} for text that is not `0x` and pairs of hexadecimal digits
 */
export function fromHex(text: string, bound: { length: number } | { max: number }): Uint8Array {
  if (typeof text !== "string") {
    throw new TypeError(`expected hexadecimal text, not a value of type ${typeof text}`);
  }
  const max = "length" in bound ? bound.length : bound.max;
  if (text.length > 2 + 2 * max || ("length" in bound && text.length < 2 + 2 * max)) {
    throw new RangeError(
      `expected ${"length" in bound ? "" : "at most "}${max} bytes of hexadecimal text ` +
        `(${2 + 2 * max} characters), not ${text.length} characters`,
    );
  }
  // One search for a wrong character: a pattern of pairs would make the engine remember every pair of a long text.
  if (!text.startsWith("0x") || text.length % 2 !== 0 || /[^0-9a-fA-F]/.test(text.slice(2))) {
    throw new SyntaxError(`expected 0x and pairs of hexadecimal digits, not "${excerpt(text)}"`);
  }
  return hexToBytes(text.slice(2));
}

function excerpt(text: string): string {
  return text.length > 80 ? `${text.slice(0, 77)}...` : text;
}

/** An unsigned integer as a 32-byte big-endian word. @throws {RangeError} outside 0..2^256 - 1 */
export function toWord(value: bigint): Uint8Array {
  if (value < 0n || value >= WORD_LIMIT) {
    throw new RangeError(`a word holds 0 to 2^256 - 1, not ${value}`);
  }
  const bytes = new Uint8Array(WORD_BYTES);
  const view = new DataView(bytes.buffer);
  for (let at = 24; at >= 0; at -= 8, value >>= 64n) {
    view.setBigUint64(at, value & (2n ** 64n - 1n));
  }
  return bytes;
}

/** The word at `index` of bytes that are 32-byte words one after the other. @throws {RangeError} past their end */
export function word(bytes: Uint8Array, index: number): bigint {
  const at = index * WORD_BYTES;
  if (!(Number.isInteger(index) && index >= 0 && at + WORD_BYTES <= bytes.length)) {
    throw new RangeError(`expected word ${index}, but there are ${bytes.length} bytes`);
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset + at, WORD_BYTES);
  let value = 0n;
  for (let i = 0; i < WORD_BYTES; i += 8) value = (value << 64n) | view.getBigUint64(i);
  return value;
}

/** `width` bits of a word from bit `offset` on, bit 0 being the lowest: a field of a packed struct. */
export function bits(value: bigint, offset: number, width: number): bigint {
  return BigInt.asUintN(width, value >> BigInt(offset));
}
