/** What the chain says about competitions, decoded. The words are those of `contracts/interfaces/IDeML.sol`. */

import type { Result } from "../protocol/ranking.ts";
import type { Hex } from "../protocol/types.ts";

export type { Hex, Result };

/** The state of a competition. */
export type Status = "open" | "final" | "cancelled";

/** A block that a snapshot was read at. */
export interface Block {
  /** Height of the block. */
  number: number;
  /** 32 bytes. */
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
  /** Number of the competition, from 0. */
  id: number;
  /** Who created it. */
  host: Hex;
  /** sha2-256 digest of the manifest, 32 bytes. */
  manifest: Hex;
  /** Prize fund P. */
  prizeFund: bigint;
  /** Bond of one miner. */
  bond: bigint;
  /** One fee, for an agreeing evaluation. */
  fee: bigint;
  /** Share of the prize fund that pays miners, in 1/10,000. */
  miningPoolBps: number;
  /** Buy-in as a share of the prize fund, in 1/10,000. */
  buyInBps: number;
  /** Submissions that the mining pool pays for. */
  pricedSubmissions: number;
  /** Equal parts of the submission phase. */
  epochs: number;
  /** Submissions per buy-in. */
  maxPerParticipant: number;
  /** Registration and enrolment end and submissions start. */
  registrationEndsAt: number;
  /** Submissions end. */
  submissionEndsAt: number;
  /** Seconds to evaluate 32 submissions. */
  commitSecs: number;
  /** Seconds to reveal, and again to settle. */
  revealSecs: number;
  /** Bytes of one payload. */
  byteLimit: number;
  /** Seats of a round. */
  quorum: number;
  /** Reveals without which a round decides nothing. */
  minReveals: number;
  /** Whether it goes on, and how it ended. */
  status: Status;
  /** Registered participants. */
  participants: number;
  /** Enrolled miners. */
  miners: number;
  /** Complete submissions. */
  submissions: number;
  /** Rounds that have arisen, over all epochs. */
  rounds: number;
  /** Rounds that are decided, over all epochs. */
  decided: number;
  /** Number of the best settled submission; undefined while no score is above 0. */
  best: number | undefined;
  /** Its score; 0 while there is none. */
  bestScore: number;
  /** The last epoch with submissions; undefined while there is none. */
  lastEpoch: number | undefined;
  /** Fees earned so far, as a number of fees. */
  fees: bigint;
  /** Penalties booked so far. */
  penalties: bigint;
  /** Whether the prize was withdrawn (final) or the host refunded (cancelled). */
  paid: boolean;
}

/** A complete submission. */
export interface Submission {
  /** Number in the competition, from 0. */
  number: number;
  /** Who submitted it. */
  author: Hex;
  /** Running hash over the chunks (PROTOCOL.md section 4). */
  hash: Hex;
  /** Bytes of the payload. */
  size: number;
  /** Block of its last chunk. */
  lastBlock: number;
  /** Number of the upload among those of its author, from 1. */
  upload: number;
  /** Epoch that it was submitted in. */
  epoch: number;
  /** How it stands. */
  result: Result;
}

/** A miner, or another settler, in a competition. */
export interface Account {
  /** Where stake and fees go; zero for a settler that is no miner. */
  payout: Hex;
  /** Index of a miner, from 0; undefined for others and once claimed. */
  index: number | undefined;
  /** Fees earned, as a number of fees. */
  fees: number;
  /** Dissenting evaluations; each costs a tenth of the bond. */
  dissents: number;
}

/** An enrolled miner. */
export interface Miner {
  /** Index in order of enrolment, from 0. */
  index: number;
  /** Who commits and reveals. */
  address: Hex;
  /** undefined once claimed. */
  account: Account | undefined;
}

/** An epoch's submissions. Without any, `count` is 0 and the rest means nothing. */
export interface Epoch {
  /** From 0. */
  number: number;
  /** Number of its first submission. */
  first: number;
  /** Complete submissions. */
  count: number;
  /** Decided rounds, of `ceil(count / 32)`. */
  decided: number;
  /** Unix second at which attempt 0 of its rounds starts. */
  startsAt: number;
  /** The last earlier epoch with submissions. */
  previous: number | undefined;
}

/** A round as its last attempt with commits left it. */
export interface Round {
  /** Number of its epoch. */
  epoch: number;
  /** Number in the epoch, from 0. */
  number: number;
  /** The last attempt with commits; undefined before the first commit. */
  attempt: number | undefined;
  /** Whether it is settled. */
  decided: boolean;
  /** Submissions, 1 to 32; 0 before the first commit. */
  count: number;
  /** Commitments of the attempt. */
  committed: number;
  /** Reveals of the attempt. */
  revealed: number;
  /** Miners that seats were drawn from; 0 if all have one. */
  drawnFrom: number;
  /** Unix second at which the attempt's commit window ends. */
  commitEndsAt: number;
  /** Seconds of its reveal window. */
  revealSecs: number;
  /** Block of the last reveal, of whatever attempt; 0 for none. */
  lastRevealBlock: number;
  /** Block in which it was settled; 0 before. */
  settleBlock: number;
}

/** A miner's commitment in a roundId. */
export interface Seat {
  /** Who may commit. */
  miner: Hex;
  /** What it has done in this very roundId. */
  state: "none" | "committed" | "revealed";
  /** Low 192 bits of the commitment, or of keccak256(scores) once revealed. */
  digest: Hex;
  /** Block of the commitment; 0 for none. */
  commitBlock: number;
}

/** A beacon that the contract keeps. */
export interface PostedBeacon {
  /** drand's number of it. */
  round: number;
  /** Upper 216 bits of drand's randomness, the rest 0. */
  randomness: Hex;
  /** Block in which it was posted. */
  block: number;
}

/** All that a miner's tick or the site needs of one competition, read at one block. */
export interface Snapshot {
  /** EIP-155 id. */
  chainId: number;
  /** Address of the DeML contract. */
  contract: Hex;
  /** Where everything was read. */
  block: Block;
  /** Of the contract. */
  constants: Constants;
  /** Terms, counters and books. */
  competition: Competition;
  /** All complete submissions, by number. */
  submissions: Submission[];
  /** All miners, by index. */
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
  /** Epoch that it was begun in. */
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
  /** Whose scores they are. */
  miner: Hex;
  /** Packed big-endian uint32 scores, one for each submission of the round. */
  scores: Uint8Array;
}

/** How a round was settled. */
export interface Settlement {
  /** Who called settle. */
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
  /** ABI encoding of the call. */
  data: Hex;
  /** Wei. */
  value: bigint;
}

/** Whoever signs and sends transactions: a wallet, or a key. */
export interface Sender {
  /** Who signs, 20 bytes. */
  address: Hex;
  /** EIP-155 id of the only chain that it signs for; left out by wallets, which may change theirs. */
  chainId?: number;
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
  /** Of the transaction. */
  hash: Hex;
  /** Block that it lies in. */
  block: number;
  /** Gas that it took. */
  gasUsed: number;
  /** Wei for each gas. */
  gasPrice: bigint;
  /** Address of a contract that it created. */
  created: Hex | undefined;
}
