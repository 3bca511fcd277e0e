/** Who has a seat in an attempt (PROTOCOL.md section 5.3). */
import { concatBytes } from "@noble/hashes/utils.js";
import { keccak_256 } from "@noble/hashes/sha3.js";
import { fromHex, toHex, toWord } from "./codec.ts";
import type { Hex } from "./types.ts";

const STEPS = 8;
const MAX_MINERS = 2 ** 32 - 1;
const BLOCK_BITS = 40n;

/** The miners among whom seats are drawn. */
export interface Draw {
  /** Enrolled miners N, at most 2^32 - 1. */
  miners: number;
  /** Seats of a round. */
  quorum: number;
}

/**
 * The randomness of a beacon as the protocol uses it everywhere: the 256-bit sha-256 of the compressed signature, as a
 * big-endian integer, with its lowest 40 bits cleared. The contract keeps a beacon's block number in those bits,
 * because a second storage word would lift `postBeacon` over its gas limit of 180,000. Also takes that packed word.
 */
export function keptRandomness(digest: bigint): bigint {
  return (digest >> BLOCK_BITS) << BLOCK_BITS;
}

/**
 * The seed of an attempt's committee: `keccak256(abi.encode(randomness, roundId))`.
 *
 * @param randomness of the epoch's beacon, as {@linkcode keptRandomness} gives it
 * @throws {RangeError} if its lowest 40 bits are not 0, which means that it was not kept this way
 */
export function committeeSeed(randomness: bigint, roundId: bigint): Hex {
  if (randomness !== keptRandomness(randomness)) {
    throw new RangeError(
      `expected randomness with its lowest 40 bits cleared, not ${randomness}: apply keptRandomness to it`,
    );
  }
  return toHex(keccak_256(concatBytes(toWord(randomness), toWord(roundId))));
}

/**
 * The place of miner `index` in a pseudorandom order of all `miners`: a bijection of 0..N-1. An 8-step Feistel network
 * on the smallest 2h bits that hold N, step j being `(l, r) = (r, l ^ (keccak256(abi.encode(seed, j, r)) mod 2^h))`
 * with l the high half, repeated while the result is N or more.
 *
 * @throws {RangeError} if `index` is not below `miners`
 */
export function permute(seed: Hex, index: number, { miners }: Pick<Draw, "miners">): number {
  checkIndex(index, miners);
  const network = feistel(seed, miners);
  let place = index;
  do place = network.forward(place); while (place >= miners);
  return place;
}

/** Whether miner `index` has a seat: all have one up to the quorum, otherwise those in its first places. */
export function isSeated(seed: Hex, index: number, { miners, quorum }: Draw): boolean {
  checkIndex(index, miners);
  return miners <= quorum || permute(seed, index, { miners }) < quorum;
}

/** The indices of all seated miners, ascending: `min(miners, quorum)` of them. */
export function committee(seed: Hex, { miners, quorum }: Draw): number[] {
  if (miners <= quorum) return Array.from({ length: miners }, (_, index) => index);
  // Walking back from the seats costs the quorum's number of permutations, not the miners'.
  const network = feistel(seed, miners);
  const seated = Array.from({ length: quorum }, (_, place) => {
    do place = network.backward(place); while (place >= miners);
    return place;
  });
  return seated.sort((a, b) => a - b);
}

function checkIndex(index: number, miners: number): void {
  if (Number.isInteger(index) && index >= 0 && index < miners) return;
  throw new RangeError(
    `the index of a miner must be a whole number from 0 to ${miners - 1}, not ${index}`,
  );
}

/** One pass of the network over the smallest 2h bits that hold `miners`, and its inverse. */
function feistel(seed: Hex, miners: number) {
  if (!(Number.isInteger(miners) && miners >= 1 && miners <= MAX_MINERS)) {
    throw new RangeError(`there must be 1 to ${MAX_MINERS} miners, not ${miners}`);
  }
  let half = 0;
  while (4 ** half < miners) half++;
  const side = 2 ** half;
  const mix = stepFunction(seed, side - 1);
  return {
    forward(value: number): number {
      let [l, r] = [Math.floor(value / side), value % side];
      for (let step = 0; step < STEPS; step++) [l, r] = [r, l ^ mix(step, r)];
      return l * side + r;
    },
    backward(value: number): number {
      let [l, r] = [Math.floor(value / side), value % side];
      for (let step = STEPS - 1; step >= 0; step--) [l, r] = [r ^ mix(step, l), l];
      return l * side + r;
    },
  };
}

/** `(step, r) -> keccak256(abi.encode(seed, step, r)) mod 2^h`; h is at most 16, so the last 4 bytes suffice. */
function stepFunction(seed: Hex, mask: number): (step: number, r: number) => number {
  const input = concatBytes(fromHex(seed, { length: 32 }), new Uint8Array(64));
  const view = new DataView(input.buffer);
  return (step, r) => {
    view.setUint32(60, step);
    view.setUint32(92, r);
    const digest = keccak_256(input);
    return new DataView(digest.buffer, digest.byteOffset).getUint32(28) & mask;
  };
}
