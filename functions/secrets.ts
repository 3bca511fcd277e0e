/**
 * What a miner must not lose and never stores: the salt of each commitment and the keys of its box. All follow from one
 * secret by HKDF-SHA256 (RFC 5869), so that a miner that lost everything but its secret can still reveal.
 */
import { hkdf } from "@noble/hashes/hkdf.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { concatBytes, utf8ToBytes } from "@noble/hashes/utils.js";
import { fromHex, toHex, toWord } from "../core/protocol/codec.ts";
import type { Hex } from "../core/protocol/types.ts";

/** Sets these keys apart from all others that may be derived from the same secret, such as a signing key. */
const DOMAIN = utf8ToBytes("DeML miner secrets, version 1");

/** Least bytes of a secret: it must withstand guessing, since a box on the chain tells a right guess from a wrong one. */
export const MIN_SECRET_BYTES = 32;

/** What the secrets of a commitment are bound to. */
export interface RoundContext {
  /** EIP-155 id of the chain. */
  chainId: bigint;
  /** Address of the DeML contract, 20 bytes. */
  contract: Hex;
  /** As `encodeRoundId` gives it. */
  roundId: bigint;
  /** Address of the miner, 20 bytes. */
  miner: Hex;
}

/** The secrets of one miner in one attempt of one round. */
export interface RoundSecrets {
  /** Salt of the commitment, 32 bytes. */
  salt: Hex;
  /** AES-256 key of the box, 32 bytes. */
  boxKey: Uint8Array<ArrayBuffer>;
  /** HMAC-SHA256 key from which the box's nonce is made, 32 bytes. */
  nonceKey: Uint8Array<ArrayBuffer>;
}

/**
 * `HKDF-SHA256(secret, salt = DOMAIN, info = chainId | contract | roundId | miner, 96 bytes)`, chainId and roundId as
 * 32-byte words and addresses as 20 bytes: salt, box key and nonce key, in this order.
 *
 * @param secret at least 32 bytes
 * @throws {RangeError} for a shorter secret, or a part of the context that is out of its range
 * @throws {SyntaxError} for an address that is not hexadecimal
 */
export function roundSecrets(secret: Uint8Array, context: RoundContext): RoundSecrets {
  if (secret.length < MIN_SECRET_BYTES) {
    throw new RangeError(
      `a secret must have at least ${MIN_SECRET_BYTES} bytes, not ${secret.length}`,
    );
  }
  const info = concatBytes(
    toWord(context.chainId),
    fromHex(context.contract, { length: 20 }),
    toWord(context.roundId),
    fromHex(context.miner, { length: 20 }),
  );
  const bytes = new Uint8Array(hkdf(sha256, secret, DOMAIN, info, 96));
  return {
    salt: toHex(bytes.subarray(0, 32)),
    boxKey: bytes.slice(32, 64),
    nonceKey: bytes.slice(64, 96),
  };
}
