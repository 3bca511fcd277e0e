/** Points in EIP-2537 encoding that the contract must refuse. */
import { bls12_381 } from "@noble/curves/bls12-381.js";
import { toHex } from "../../../core/protocol/codec.ts";

const { Fp, Fp2 } = bls12_381.fields;
const ELEMENT_BYTES = 64;

/** The order of the field that coordinates are in. */
export const FIELD_ORDER: bigint = Fp.ORDER;

/** A point's bytes with one of its field elements increased (modulo 2^512). */
export function addToElement(
  point: Uint8Array,
  { element, by }: { element: number; by: bigint },
): Uint8Array {
  const at = element * ELEMENT_BYTES;
  const value = BigInt(toHex(point.subarray(at, at + ELEMENT_BYTES))) + by;
  const changed = point.slice();
  changed.set(toElement(BigInt.asUintN(8 * ELEMENT_BYTES, value)), at);
  return changed;
}

/** Minus a point of G1: on the curve and in the subgroup as well. */
export function negated(point: Uint8Array): Uint8Array {
  const y = BigInt(toHex(point.subarray(ELEMENT_BYTES)));
  return addToElement(point, { element: 1, by: FIELD_ORDER - 2n * y });
}

/** The point (0, 2) of G1's curve, which has order 3. */
export function nonSubgroupG1(): Uint8Array {
  return elements(0n, 2n);
}

/** A point of G2's curve, y^2 = x^3 + 4 + 4i, outside the subgroup: that of the first real x that has one. */
export function nonSubgroupG2(): Uint8Array {
  for (let x = 1n;; x++) {
    const square = Fp2.fromBigTuple([x ** 3n + 4n, 4n]);
    // Euler: a square to the power (order - 1) / 2 is 1.
    if (!Fp2.eql(Fp2.pow(square, (Fp2.ORDER - 1n) / 2n), Fp2.ONE)) continue;
    const y = Fp2.sqrt(square);
    return elements(x, 0n, y.c0, y.c1);
  }
}

function elements(...values: bigint[]): Uint8Array {
  const bytes = new Uint8Array(values.length * ELEMENT_BYTES);
  values.forEach((value, i) => bytes.set(toElement(value), i * ELEMENT_BYTES));
  return bytes;
}

function toElement(value: bigint): Uint8Array {
  const bytes = new Uint8Array(ELEMENT_BYTES);
  for (let i = ELEMENT_BYTES - 1; value > 0n; i--, value >>= 8n) bytes[i] = Number(value & 0xffn);
  return bytes;
}
