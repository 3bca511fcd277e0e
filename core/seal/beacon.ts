/**
 * Beacons of drand's scheme bls-unchained-g1-rfc9380, by which submissions and test sets open and committees are drawn
 * (PROTOCOL.md section 3): BLS12-381, signatures on G1, keys on G2, each round signed by itself.
 */
import { bls12_381 } from "@noble/curves/bls12-381.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { fromHex, word } from "../protocol/codec.ts";
import { keptRandomness } from "../protocol/committee.ts";
import type { Hex } from "../protocol/types.ts";
import { checkG1, checkG2 } from "./points.ts";

const { shortSignatures } = bls12_381;

/** drand's name of the scheme. */
export const SCHEME = "bls-unchained-g1-rfc9380";

/** Domain separation of the hash to G1: RFC 9380 with SHA-256 and simplified SWU. */
export const SIGNATURE_DOMAIN = "BLS_SIG_BLS12381G1_XMD:SHA-256_SSWU_RO_NUL_";

/** The constants of a beacon. */
export interface BeaconNetwork {
  /** Compressed point of G2, 96 bytes. */
  publicKey: Hex;
  /** Unix second of round 1. */
  genesis: number;
  /** Seconds between two rounds. */
  period: number;
}

/** One round's beacon. */
export interface Beacon {
  /** From 1 on. */
  round: number;
  /** Compressed point of G1, 48 bytes. */
  signature: Uint8Array;
}

/**
 * Verifies that a beacon is that of its round.
 *
 * @throws {RangeError} if the round is not a whole number from 1 on; if signature or public key are no canonical
 * points of their subgroups, or infinity; or if the signature is not the network's for this round
 */
export function verifyBeacon(network: Pick<BeaconNetwork, "publicKey">, beacon: Beacon): void {
  const { round, signature } = beacon;
  const publicKey = fromHex(network.publicKey, { length: 96 });
  checkG2(publicKey);
  checkG1(signature);
  const message = shortSignatures.hash(roundMessage(round), SIGNATURE_DOMAIN);
  if (shortSignatures.verify(signature, message, publicKey)) return;
  throw new RangeError(`the signature is not this network's for round ${round}`);
}

/**
 * What a round's beacon signs, and the identity to which timelock encryption encrypts: sha-256 of the round as
 * big-endian uint64, to be hashed to G1 with {@linkcode SIGNATURE_DOMAIN}.
 *
 * @throws {RangeError} if the round is not a whole number from 1 on
 */
export function roundMessage(round: number): Uint8Array {
  if (!(Number.isSafeInteger(round) && round >= 1)) {
    throw new RangeError(`the round of a beacon must be a whole number from 1 on, not ${round}`);
  }
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(round));
  return sha256(bytes);
}

/**
 * drand's randomness of a compressed signature: its sha-256, 32 bytes. The protocol uses {@linkcode randomness}.
 *
 * @throws {RangeError} for another length, such as that of an EIP-2537 encoding
 */
export function drandRandomness(signature: Uint8Array): Uint8Array {
  if (signature.length !== 48) {
    throw new RangeError(`a compressed signature has 48 bytes, not ${signature.length}`);
  }
  return sha256(signature);
}

/**
 * The randomness that seeds committees: sha-256 of the compressed signature as `keptRandomness` keeps it.
 *
 * @throws {RangeError} as {@linkcode drandRandomness} does
 */
export function randomness(signature: Uint8Array): bigint {
  return keptRandomness(word(drandRandomness(signature), 0));
}
