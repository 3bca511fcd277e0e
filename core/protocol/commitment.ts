/** The hashes that bind scores to their miner and chunks to their upload (PROTOCOL.md sections 4 and 5). */
import { concatBytes } from "@noble/hashes/utils.js";
import { keccak_256 } from "@noble/hashes/sha3.js";
import { encodeScores, fromHex, toHex, toWord } from "./codec.ts";
import type { Hex } from "./types.ts";

/** What a commitment binds together. */
export interface Commitment {
  /** EIP-155 id of the chain. */
  chainId: bigint;
  /** Address of the DeML contract, 20 bytes. */
  contract: Hex;
  /** As `encodeRoundId` gives it. */
  roundId: bigint;
  /** Address of the miner, 20 bytes. */
  miner: Hex;
  /** 32 bytes that nobody can guess. */
  salt: Hex;
  /** Scores of all submissions of the round, 0..100001. */
  scores: readonly number[];
}

/** Running hash of an upload before its first chunk. */
export const EMPTY_UPLOAD: Hex = `0x${"00".repeat(32)}`;

/**
 * `keccak256(abi.encode(chainId, contract, roundId, miner, salt, scores))`, scores being packed big-endian uint32 as
 * `bytes`: five static words, the offset of the bytes (192), their length, and the bytes padded to whole words.
 *
 * @throws {RangeError} for a number out of its range or text of a wrong length
 * @throws {SyntaxError} for text that is not hexadecimal
 */
export function commitmentOf(of: Commitment): Hex {
  const scores = encodeScores(of.scores);
  const head = [
    toWord(of.chainId),
    addressWord(of.contract),
    toWord(of.roundId),
    addressWord(of.miner),
    fromHex(of.salt, { length: 32 }),
    toWord(192n),
    toWord(BigInt(scores.length)),
  ];
  const padding = new Uint8Array(-scores.length & 31);
  return toHex(keccak_256(concatBytes(...head, scores, padding)));
}

function addressWord(address: Hex): Uint8Array {
  return concatBytes(new Uint8Array(12), fromHex(address, { length: 20 }));
}

/**
 * The running hash of an upload after one more chunk: `keccak256(abi.encode(h, keccak256(data)))`, from
 * {@linkcode EMPTY_UPLOAD}.
 */
export function nextUploadHash(hash: Hex, data: Uint8Array): Hex {
  return toHex(keccak_256(concatBytes(fromHex(hash, { length: 32 }), keccak_256(data))));
}
