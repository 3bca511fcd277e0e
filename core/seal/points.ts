/**
 * Points of BLS12-381 in the two encodings that the protocol meets: compressed (drand, tlock), and uncompressed as the
 * precompiles of EIP-2537 take them, each field element in 64 big-endian bytes, the first 16 of them 0.
 */
import type { WeierstrassPoint } from "@noble/curves/abstract/weierstrass.js";
import { bls12_381 } from "@noble/curves/bls12-381.js";

const FIELD_BYTES = 48;
const PADDED_BYTES = 64;
const PADDING = PADDED_BYTES - FIELD_BYTES;

/** Bytes that are no point that the protocol takes: a fact about them, unlike any other RangeError. */
export class InvalidPoint extends RangeError {}

/** G1, where signatures live, or G2, where public keys live. */
interface Group {
  name: "G1" | "G2";
  /** Bytes of a compressed point: one coordinate. */
  length: number;
  /** Decodes either form, and checks curve and subgroup. */
  fromBytes(bytes: Uint8Array): WeierstrassPoint<unknown>;
}

const G1: Group = {
  name: "G1",
  length: FIELD_BYTES,
  fromBytes: (bytes) => bls12_381.G1.Point.fromBytes(bytes),
};
const G2: Group = {
  name: "G2",
  length: 2 * FIELD_BYTES,
  fromBytes: (bytes) => bls12_381.G2.Point.fromBytes(bytes),
};

/**
 * Refuses what is not a compressed point of G1 (48 bytes) that the protocol takes.
 *
 * @throws {InvalidPoint} for a wrong length, a form that is not compressed and canonical, a point that is not on the
 * curve or not in the subgroup of prime order, and the point at infinity
 * @throws what the machine throws for want of memory or stack
 */
export function checkG1(compressed: Uint8Array): void {
  decodeCompressed(compressed, G1);
}

/** Refuses what is not a compressed point of G2 (96 bytes). @throws as {@linkcode checkG1} does */
export function checkG2(compressed: Uint8Array): void {
  decodeCompressed(compressed, G2);
}

/** A compressed point of G1 (48 bytes) in EIP-2537 encoding (128). @throws as {@linkcode checkG1} does */
export function g1ToEip2537(compressed: Uint8Array): Uint8Array {
  return pad(decodeCompressed(compressed, G1).toBytes(false));
}

/** A compressed point of G2 (96 bytes) in EIP-2537 encoding (256). @throws as {@linkcode checkG1} does */
export function g2ToEip2537(compressed: Uint8Array): Uint8Array {
  return swapHalves(pad(decodeCompressed(compressed, G2).toBytes(false)));
}

function checkLength(bytes: Uint8Array, length: number, what: string): void {
  if (bytes.length !== length) {
    throw new InvalidPoint(`${what} has ${length} bytes, not ${bytes.length}`);
  }
}

function decodeCompressed(compressed: Uint8Array, group: Group): WeierstrassPoint<unknown> {
  checkLength(compressed, group.length, `a compressed point of ${group.name}`);
  return decode(compressed, group);
}

function decode(bytes: Uint8Array, group: Group): WeierstrassPoint<unknown> {
  let point: WeierstrassPoint<unknown>;
  try {
    point = group.fromBytes(bytes);
  } catch (cause) {
    // The library says "Error" of bytes; classes derived from it are the machine's, such as for a full stack.
    if (!(cause instanceof Error) || Object.getPrototypeOf(cause) !== Error.prototype) throw cause;
    throw new InvalidPoint(
      `expected a canonical point of the prime-order subgroup of ${group.name}: ${cause.message}`,
      { cause },
    );
  }
  if (point.is0()) throw new InvalidPoint(`a point of ${group.name} must not be infinity`);
  return point;
}

/** Field elements of 48 bytes as elements of 64. */
function pad(elements: Uint8Array): Uint8Array {
  const count = elements.length / FIELD_BYTES;
  const padded = new Uint8Array(count * PADDED_BYTES);
  for (let i = 0; i < count; i++) {
    const element = elements.subarray(i * FIELD_BYTES, (i + 1) * FIELD_BYTES);
    padded.set(element, i * PADDED_BYTES + PADDING);
  }
  return padded;
}

/** Swaps the two parts of each coordinate of G2: compressed forms put the imaginary one first, EIP-2537 the real one. */
function swapHalves(padded: Uint8Array): Uint8Array {
  const swapped = new Uint8Array(padded.length);
  for (let at = 0; at < padded.length; at += 2 * PADDED_BYTES) {
    swapped.set(padded.subarray(at + PADDED_BYTES, at + 2 * PADDED_BYTES), at);
    swapped.set(padded.subarray(at, at + PADDED_BYTES), at + PADDED_BYTES);
  }
  return swapped;
}
