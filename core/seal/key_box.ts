/**
 * The key box of sealed bytes (PROTOCOL.md section 3): a 32-byte key that a round's beacon signature opens. It is tlock's
 * identity-based encryption (Boneh and Franklin with the transform of Fujisaki and Okamoto; "tlock: Practical Timelock
 * Encryption from Threshold BLS", IACR ePrint 2023/189) without any frame around it, byte for byte that of drand/kyber's
 * `encrypt/ibe` and of tlock-js, with signatures on G1:
 *
 *     U = rP (96 bytes, compressed)   V = sigma ^ H2(e(Q, key) ^ r) (32)   W = M ^ H4(sigma) (32)
 *
 * M being the key in the box, sigma 32 random bytes, r = H3(sigma, M), P the generator of G2, and Q the round's point of
 * G1, whose multiple by the network's secret is the signature. Opening uses e(signature, U) = e(Q, key) ^ r.
 */
import { bls12_381 } from "@noble/curves/bls12-381.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { concatBytes, utf8ToBytes } from "@noble/hashes/utils.js";
import { fromHex, toHex } from "../protocol/codec.ts";
import type { Hex } from "../protocol/types.ts";
import { roundMessage, SIGNATURE_DOMAIN } from "./beacon.ts";
import { InvalidSeal } from "./invalid_seal.ts";
import { checkG1, checkG2, InvalidPoint } from "./points.ts";

const { G1, G2, pairing, shortSignatures } = bls12_381;
const { Fp, Fp12, Fr } = bls12_381.fields;

/** Bytes of a key, and of what hides it. */
const KEY_BYTES = 32;
const U_BYTES = 96;
const FIELD_BYTES = Fp.BYTES;

/** Bytes of a box: U (96), V (32), W (32). */
export const KEY_BOX_BYTES = 160;

/**
 * Puts a key into a box that nothing but the beacon signature of `round` opens. Two boxes of the same key differ.
 *
 * @param key 32 bytes
 * @param o.publicKey the network's, a compressed point of G2
 * @throws {RangeError} if the key does not have 32 bytes, the round is not a whole number from 1 on, or the public key
 * is not a canonical point of its subgroup, or is infinity
 */
export function sealKey(key: Uint8Array, o: { round: number; publicKey: Hex }): Uint8Array {
  if (key.length !== KEY_BYTES) {
    throw new RangeError(`the key in a box has ${KEY_BYTES} bytes, not ${key.length}`);
  }
  const publicKey = fromHex(o.publicKey, { length: U_BYTES });
  checkG2(publicKey);
  const point = shortSignatures.hash(roundMessage(o.round), SIGNATURE_DOMAIN);
  const sigma = crypto.getRandomValues(new Uint8Array(KEY_BYTES));
  const r = scalar(sigma, key);
  const U = G2.Point.BASE.multiply(r).toBytes();
  // e(rQ, key) = e(Q, key) ^ r, and a multiple in G1 costs less than a power in the target group.
  const shared = pairing(point.multiply(r), G2.Point.fromBytes(publicKey));
  return concatBytes(U, xor(sigma, hashOfPairing(shared)), xor(key, hashOfSigma(sigma)));
}

/**
 * The key in a box. Deterministic: the same box and signature give the same key, or are refused, everywhere.
 *
 * @param box 160 bytes
 * @param signature the verified beacon signature of the box's round, 48 bytes compressed
 * @returns 32 bytes
 * @throws {InvalidSeal} if the box has another length; if U is not the canonical form of a point of G2's subgroup, or is
 * infinity; or if the signature does not open it, by the check U = rP
 * @throws {RangeError} if the signature is none, which is the caller's mistake and says nothing about the box
 */
export function openKeyBox(box: Uint8Array, signature: Uint8Array): Uint8Array {
  checkG1(signature);
  if (box.length !== KEY_BOX_BYTES) {
    throw new InvalidSeal(`a key box has ${KEY_BOX_BYTES} bytes, not ${box.length}`);
  }
  const U = box.subarray(0, U_BYTES);
  const V = box.subarray(U_BYTES, U_BYTES + KEY_BYTES);
  const W = box.subarray(U_BYTES + KEY_BYTES);
  checkU(U);
  const shared = pairing(G1.Point.fromBytes(signature), G2.Point.fromBytes(U));
  const sigma = xor(V, hashOfPairing(shared));
  const key = xor(W, hashOfSigma(sigma));
  const expected = G2.Point.BASE.multiply(scalar(sigma, key)).toBytes();
  if (toHex(expected) !== toHex(U)) {
    throw new InvalidSeal(
      "the signature does not open the key box: U is not r times the generator",
    );
  }
  return key;
}

function checkU(U: Uint8Array): void {
  try {
    checkG2(U);
  } catch (cause) {
    if (!(cause instanceof InvalidPoint)) throw cause;
    throw new InvalidSeal(`U of the key box: ${cause.message}`, { cause });
  }
}

/**
 * H2: of a pairing's twelve coefficients, each 48 big-endian bytes, from the highest to the lowest. (noble writes them
 * from the lowest on.)
 */
function hashOfPairing(value: Parameters<typeof Fp12.toBytes>[0]): Uint8Array {
  const bytes = Fp12.toBytes(value);
  const coefficients = Array.from(
    { length: bytes.length / FIELD_BYTES },
    (_, i) => bytes.subarray(i * FIELD_BYTES, (i + 1) * FIELD_BYTES),
  );
  return sha256(concatBytes(utf8ToBytes("IBE-H2"), ...coefficients.reverse()));
}

/**
 * H3: the first of sha-256(i as little-endian uint16, sha-256("IBE-H3", sigma, key)), i = 1, 2, ..., that is below the
 * groups' order once its highest bit is dropped. Each i succeeds with a probability of 0.9.
 */
function scalar(sigma: Uint8Array, key: Uint8Array): bigint {
  const digest = sha256(concatBytes(utf8ToBytes("IBE-H3"), sigma, key));
  for (let i = 1;; i++) {
    const bytes = sha256(concatBytes(Uint8Array.of(i & 0xff, i >> 8), digest));
    bytes[0]! >>= 1;
    const value = BigInt(toHex(bytes));
    if (value > 0n && value < Fr.ORDER) return value;
  }
}

/** H4. */
function hashOfSigma(sigma: Uint8Array): Uint8Array {
  return sha256(concatBytes(utf8ToBytes("IBE-H4"), sigma));
}

function xor(a: Uint8Array, b: Uint8Array): Uint8Array {
  return Uint8Array.from(a, (byte, i) => byte ^ b[i]!);
}
