/** Signatures as an attacker would change them, by name, for comparing the verdicts of several implementations. */
import { bls12_381 } from "@noble/curves/bls12-381.js";
import type { Random } from "../../protocol/testing/random.ts";
import { nonCanonical, nonSubgroupG1, plusTorsionG1 } from "./points.ts";
import { compressG1 } from "../../chain/points.ts";

const { G1 } = bls12_381;
const INFINITY = new Uint8Array(48).with(0, 0b1100_0000);

/** Ways to change a compressed signature of G1. Each gives none, one or several that must be refused. */
export const CORRUPTIONS: Record<string, (signature: Uint8Array, random: Random) => Uint8Array[]> =
  {
    "one bit flipped": (signature, random) => [flipBit(signature, random)],
    "a byte replaced": (signature, random) => {
      const at = random.int(0, 47);
      return [signature.with(at, signature[at]! ^ random.int(1, 255))];
    },
    "other flags": (signature) =>
      [0b000, 0b001, 0b010, 0b011, 0b110, 0b111].map((flags) =>
        signature.with(0, (signature[0]! & 0b0001_1111) | (flags << 5))
      ),
    "negated": (signature) => [signature.with(0, signature[0]! ^ 0b0010_0000)],
    "doubled": (signature) => [G1.Point.fromBytes(signature).double().toBytes()],
    "any point of the subgroup": (_, random) => [
      G1.Point.BASE.multiply(BigInt(random.hex(31)) + 1n).toBytes(),
    ],
    "any bytes with the flag of a compressed point": (_, random) => {
      const bytes = random.bytes(48);
      return [bytes.with(0, (bytes[0]! & 0b0011_1111) | 0b1000_0000)];
    },
    "infinity": () => [INFINITY, INFINITY.with(47, 1), INFINITY.with(0, 0b1110_0000)],
    "outside the subgroup": () => [nonSubgroupG1()],
    "the signature plus a point of order 3": (signature) => [compressG1(plusTorsionG1(signature))],
    "x + p": (signature) => nonCanonical(signature),
    "another length": (signature) => [
      signature.slice(0, 47),
      new Uint8Array([...signature, 0]),
      new Uint8Array(0),
    ],
  };

function flipBit(bytes: Uint8Array, random: Random): Uint8Array {
  const at = random.int(0, bytes.length - 1);
  return bytes.with(at, bytes[at]! ^ (1 << random.int(0, 7)));
}
