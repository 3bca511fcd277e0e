/** What the chain says about competitions, decoded. The words are those of `contracts/interfaces/IDeML.sol`. */

import type { Hex } from "../protocol/types.ts";

export type { Hex };

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

/** How a submission stands: pending until its round is decided. */
export type Result =
  | { state: "pending" }
  | { state: "settled"; score: number; agreeing: number }
  | { state: "void" };

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
