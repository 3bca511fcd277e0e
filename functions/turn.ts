/** Whose turn it is to do what anybody may do and only one can: post a beacon, settle, finalize. */
import { keccak_256 } from "@noble/hashes/sha3.js";
import { toWord } from "../core/protocol/codec.ts";

/** A chore that waits for one of the miners. */
export interface Chore {
  /** Tells chores apart, so that not the same miners come first every time. */
  key: bigint;
  /** Unix second from which on it can be done. */
  opensAt: number;
  /** Unix second from which on it cannot be done any more; undefined if that never comes. */
  endsAt?: number;
}

/** A miner among those who may do a chore. */
export interface Turn {
  /** Index of the miner, below `miners`. */
  index: number;
  /** Number of miners. */
  miners: number;
  /** Seconds between two ticks of a miner. */
  everySecs: number;
  /** Unix second. */
  now: number;
}

/**
 * Whether a miner should do a chore now. All miners wake up at the same minutes, and if all sent at once, all but one
 * would pay gas for nothing. So one miner's turn comes in the first tick after `opensAt`, that of two in the next, of
 * four, eight and so on: a chore is done within a few ticks whoever sleeps, and soon everybody may. When less than two
 * ticks are left of its time, it is everybody's turn: nothing is missed for the sake of order.
 */
export function isTurn(chore: Chore, { index, miners, everySecs, now }: Turn): boolean {
  if (now < chore.opensAt) return false;
  if (chore.endsAt !== undefined && now + 2 * everySecs >= chore.endsAt) return true;
  const ticks = Math.floor((now - chore.opensAt) / everySecs);
  return place(chore.key, { index, miners }) < 2 ** ticks;
}

/** The miner's place in the order of this chore: that of enrolment, starting somewhere else for each chore. */
function place(key: bigint, { index, miners }: Pick<Turn, "index" | "miners">): number {
  const digest = keccak_256(toWord(key));
  const start = new DataView(digest.buffer, digest.byteOffset).getUint32(0);
  return (index + start) % miners;
}
