/** Points and signatures for tests: quicknet's published rounds, and points that an attacker would try. */
import { bls12_381 } from "@noble/curves/bls12-381.js";
import { fromHex, toHex } from "../../protocol/codec.ts";
import type { Hex } from "../../protocol/types.ts";

const { G1, G2 } = bls12_381;
const { Fp, Fp2, Fr } = bls12_381.fields;

/** Rounds of quicknet as drand's relays give them: round, and compressed signature. */
export const ROUNDS: ReadonlyMap<number, Uint8Array> = new Map(
  ([
    [
      1,
      "0xb55e7cb2d5c613ee0b2e28d6750aabbb78c39dcc96bd9d38c2c2e12198df95571de8e8e402a0cc48871c7089a2b3af4b",
    ],
    [
      123,
      "0xb75c69d0b72a5d906e854e808ba7e2accb1542ac355ae486d591aa9d43765482e26cd02df835d3546d23c4b13e0dfc92",
    ],
    [
      1_000,
      "0xb44679b9a59af2ec876b1a6b1ad52ea9b1615fc3982b19576350f93447cb1125e342b73a8dd2bacbe47e4b6b63ed5e39",
    ],
  ] satisfies [number, Hex][]).map(([round, text]) => [round, fromHex(text, { length: 48 })]),
);

/** A compressed point of G1's curve outside the subgroup of prime order: (0, 2), whose order is 3. */
export function nonSubgroupG1(): Uint8Array {
  const bytes = new Uint8Array(48);
  bytes[0] = 0b1000_0000;
  return bytes;
}

/** A compressed point of G2's curve, y^2 = x^3 + 4 + 4i, outside the subgroup: that of the first x = 1, 2, ... */
export function nonSubgroupG2(): Uint8Array {
  const bytes = new Uint8Array(96);
  bytes[0] = 0b1000_0000;
  bytes[95] = 1;
  while (!isOnCurve(BigInt(bytes[95]))) bytes[95]++;
  return bytes;
}

function isOnCurve(x: bigint): boolean {
  const square = Fp2.fromBigTuple([x ** 3n + 4n, 4n]);
  // Euler: a square to the power (order - 1) / 2 is 1.
  return Fp2.eql(Fp2.pow(square, (Fp2.ORDER - 1n) / 2n), Fp2.ONE);
}

/**
 * A compressed point of G1 plus the point of order 3, in EIP-2537 encoding: outside the subgroup, but its pairings are
 * those of the point itself, so that nothing but the check of the subgroup stands against it.
 */
export function plusTorsionG1(compressed: Uint8Array): Uint8Array {
  const torsion = G1.Point.fromAffine({ x: 0n, y: 2n });
  const { x, y } = G1.Point.fromBytes(compressed).add(torsion).toAffine();
  return padded(x, y);
}

/** A compressed point of G2 plus one whose order divides the cofactor, in EIP-2537 encoding: outside the subgroup. */
export function plusTorsionG2(compressed: Uint8Array): Uint8Array {
  const start = Fp2.fromBigTuple([BigInt(nonSubgroupG2()[95]!), 0n]);
  const square = Fp2.add(Fp2.mul(Fp2.sqr(start), start), Fp2.fromBigTuple([4n, 4n]));
  const outside = G2.Point.fromAffine({ x: start, y: Fp2.sqrt(square) });
  // The order of the subgroup times it, in two steps, since noble takes factors below the order only.
  const torsion = outside.multiplyUnsafe(Fr.ORDER - 1n).add(outside);
  const { x, y } = G2.Point.fromBytes(compressed).add(torsion).toAffine();
  return padded(x.c0, x.c1, y.c0, y.c1);
}

function padded(...elements: bigint[]): Uint8Array {
  const text = elements.map((element) => element.toString(16).padStart(128, "0")).join("");
  return fromHex(`0x${text}`, { length: 64 * elements.length });
}

/**
 * Compressed points that decode to the given one where nobody insists on field elements below the field's order:
 * each element + p, where that still fits beside the flags.
 */
export function nonCanonical(compressed: Uint8Array): Uint8Array[] {
  const forms: Uint8Array[] = [];
  for (let at = 0; at < compressed.length; at += 48) {
    const flags = at === 0 ? compressed[0]! & 0b1110_0000 : 0;
    const element = compressed.slice(at, at + 48);
    element[0]! ^= flags;
    const raised = BigInt(toHex(element)) + Fp.ORDER;
    if (raised >= 2n ** (at === 0 ? 381n : 384n)) continue;
    const form = compressed.slice();
    form.set(fromHex(`0x${raised.toString(16).padStart(96, "0")}`, { length: 48 }), at);
    form[at]! |= flags;
    forms.push(form);
  }
  return forms;
}
