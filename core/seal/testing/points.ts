/** Points and signatures for tests: quicknet's published rounds, and points that an attacker would try. */
import { bls12_381 } from "@noble/curves/bls12-381.js";
import { fromHex } from "../../protocol/codec.ts";
import type { Hex } from "../../protocol/types.ts";

const { Fp2 } = bls12_381.fields;

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
