/** What the chain says about competitions, decoded. The words are those of `contracts/interfaces/IDeML.sol`. */

import type { Result } from "../protocol/ranking.ts";
import type { Hex } from "../protocol/types.ts";

export type { Hex, Result };

/** The state of a competition. */
export type Status = "open" | "final" | "cancelled";

/** A block that a snapshot was read at. */
export interface Block {
  number: number;
  hash: Hex;
  /** Unix seconds: the contract's clock. */
  timestamp: number;
}

/** The contract's constants: the beacon's clock and key. */
export interface Constants {
  /** Unix second of the beacon's round 1. */
  genesis: number;
  /** Seconds between two rounds. */
  period: number;
  /** Least seconds between an epoch's end and its beacon. */
  sealGap: number;
  /** Public key on G2, compressed (96 bytes). */
  publicKey: Hex;
}

/** Which competition. */
export interface CompetitionKey {
  /** Address of the DeML contract. */
  contract: Hex;
  /** Number of the competition, from 0. */
  id: number;
}

/** A competition: terms, counters and books. Money in wei, times in Unix seconds. */
export interface Competition {
  id: number;
  host: Hex;
  manifest: Hex;
  prizeFund: bigint;
  bond: bigint;
  fee: bigint;
  miningPoolBps: number;
  buyInBps: number;
  pricedSubmissions: number;
  epochs: number;
  maxPerParticipant: number;
  registrationEndsAt: number;
  submissionEndsAt: number;
  commitSecs: number;
  revealSecs: number;
  byteLimit: number;
  quorum: number;
  minReveals: number;
  status: Status;
  participants: number;
  miners: number;
  submissions: number;
  rounds: number;
  decided: number;
  /** Number of the best settled submission; undefined while no score is above 0. */
  best: number | undefined;
  bestScore: number;
  /** The last epoch with submissions; undefined while there is none. */
  lastEpoch: number | undefined;
  /** Fees earned so far, as a number of fees. */
  fees: bigint;
  penalties: bigint;
  /** Whether the prize was withdrawn (final) or the host refunded (cancelled). */
  paid: boolean;
}

/** A complete submission. */
export interface Submission {
  /** Number in the competition, from 0. */
  number: number;
  author: Hex;
  /** Running hash over the chunks (PROTOCOL.md section 4). */
  hash: Hex;
  size: number;
  lastBlock: number;
  upload: number;
  epoch: number;
  result: Result;
}

/** A miner, or another settler, in a competition. */
export interface Account {
  payout: Hex;
  /** Index of a miner, from 0; undefined for others and once claimed. */
  index: number | undefined;
  /** Fees earned, as a number of fees. */
  fees: number;
  dissents: number;
}

/** An enrolled miner. */
export interface Miner {
  /** Index in order of enrolment, from 0. */
  index: number;
  address: Hex;
  /** undefined once claimed. */
  account: Account | undefined;
}

/** An epoch's submissions. Without any, `count` is 0 and the rest means nothing. */
export interface Epoch {
  number: number;
  first: number;
  count: number;
  /** Decided rounds, of `ceil(count / 32)`. */
  decided: number;
  startsAt: number;
  /** The last earlier epoch with submissions. */
  previous: number | undefined;
}

/** A round as its last attempt with commits left it. */
export interface Round {
  epoch: number;
  /** Number in the epoch, from 0. */
  number: number;
  /** The last attempt with commits; undefined before the first commit. */
  attempt: number | undefined;
  decided: boolean;
  count: number;
  committed: number;
  revealed: number;
  /** Miners that seats were drawn from; 0 if all have one. */
  drawnFrom: number;
  commitEndsAt: number;
  revealSecs: number;
  lastRevealBlock: number;
  settleBlock: number;
}

/** A miner's commitment in a roundId. */
export interface Seat {
  miner: Hex;
  state: "none" | "committed" | "revealed";
  /** Low 192 bits of the commitment, or of keccak256(scores) once revealed. */
  digest: Hex;
  commitBlock: number;
}

/** A beacon that the contract keeps. */
export interface PostedBeacon {
  round: number;
  /** Upper 216 bits of drand's randomness, the rest 0. */
  randomness: Hex;
  block: number;
}

/** All that a miner's tick or the site needs of one competition, read at one block. */
export interface Snapshot {
  chainId: number;
  contract: Hex;
  block: Block;
  constants: Constants;
  competition: Competition;
  submissions: Submission[];
  miners: Miner[];
  /** All epochs, also the empty ones. */
  epochs: Epoch[];
  /** By epoch, then by number. */
  rounds: Round[][];
  /** By epoch: its posted beacon, if any. */
  beacons: (PostedBeacon | undefined)[];
}

/** A participant and its current upload. */
export interface Participant {
  /** Whether it has paid its buy-in (and, if cancelled, not got it back). */
  registered: boolean;
  /** Complete submissions. */
  submissions: number;
  /** Uploads begun; the current one has this number. */
  uploads: number;
  /** The unfinished upload, if there is one. It may belong to an epoch that has ended. */
  upload: Upload | undefined;
}

/** An unfinished upload. */
export interface Upload {
  epoch: number;
  /** Bytes announced. */
  size: number;
  /** Bytes arrived: the offset of the next chunk. */
  received: number;
  /** Block of its last chunk. */
  lastBlock: number;
  /** Running hash over the chunks so far. */
  hash: Hex;
}

/** What a miner revealed in a round. */
export interface Reveal {
  miner: Hex;
  /** Packed big-endian uint32 scores, one for each submission of the round. */
  scores: Uint8Array;
}

/** How a round was settled. */
export interface Settlement {
  settler: Hex;
  /** Number of reveals that decided it. */
  revealed: number;
  /** Lower medians, one for each submission of the round; 100001 where abstentions reach it. */
  medians: number[];
  /** Bit j: submission j of the round is settled. An unsigned integer below 2^32. */
  settledMask: number;
}

/** A transaction to send, without what its sender adds. */
export interface Call {
  /** Address of the contract. */
  to: Hex;
  data: Hex;
  /** Wei. */
  value: bigint;
}

/** Whoever signs and sends transactions: a wallet, or a key. */
export interface Sender {
  address: Hex;
  /**
   * Sends a call that would succeed now, and does not wait for it.
   *
   * @returns hash of the transaction
   * @throws what `explainError` explains: a call that would revert is not sent
   */
  send(call: Call, options?: SendOptions): Promise<Hex>;
}

/** How to send a call. */
export interface SendOptions {
  /** Gas limit; by default what the node estimates, and a margin. */
  gas?: number;
}

/** A transaction in a block. */
export interface Receipt {
  hash: Hex;
  block: number;
  gasUsed: number;
  /** Wei for each gas. */
  gasPrice: bigint;
  /** Address of a contract that it created. */
  created: Hex | undefined;
}
