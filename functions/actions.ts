/** What a miner may do in a competition, and what it looks at to decide. */
import type { Hex, Round, Seat, Snapshot } from "../core/chain/types.ts";

/** A competition as a miner sees it, read at one block. */
export interface View {
  /** What the chain says. */
  snapshot: Snapshot;
  /** Seats by roundId, of the rounds that `roundsToWatch` names. */
  seats: ReadonlyMap<bigint, readonly Seat[]>;
  /** Address of the miner. */
  miner: Hex;
}

/** How a miner wants to work. */
export interface Policy {
  /** Seconds between two ticks. */
  everySecs: number;
  /** Seconds until a transaction is mined. */
  blockSecs: number;
  /** Greatest bond to enroll with, in wei; undefined: never enrolls. */
  maxBond: bigint | undefined;
}

/** Posts the bond. */
export interface Enroll {
  /** Tells actions apart. */
  kind: "enroll";
  /** In wei. */
  bond: bigint;
}

/** Posts the beacon that opens an epoch. */
export interface PostBeacon {
  /** Tells actions apart. */
  kind: "postBeacon";
  /** The epoch that it opens. */
  epoch: number;
  /** drand's round. */
  round: number;
}

/** Evaluates a round's submissions and commits their scores. */
export interface Commit {
  /** Tells actions apart. */
  kind: "commit";
  /** Round and attempt. */
  roundId: bigint;
  /** Numbers of the round's submissions. */
  submissions: number[];
  /** End of the commit window. */
  endsAt: number;
  /** Whether there will be no later tick to try again: what cannot be evaluated now is abstained from. */
  lastChance: boolean;
}

/** Reveals what the miner's own box holds. */
export interface Reveal {
  /** Tells actions apart. */
  kind: "reveal";
  /** Round and attempt. */
  roundId: bigint;
  /** The miner's own seat, with its commitment. */
  seat: Seat;
}

/** Decides a round from all revealed scores. */
export interface Settle {
  /** Tells actions apart. */
  kind: "settle";
  /** Round and attempt. */
  roundId: bigint;
  /** The round in this attempt. */
  round: Round;
  /** The seats of all miners in this attempt. */
  seats: readonly Seat[];
}

/** Ends a competition. */
export interface Finalize {
  /** Tells actions apart. */
  kind: "finalize";
  /** The undecided round that cancels it, 0 and 0 where it ends otherwise. */
  epoch: number;
  /** See `epoch`. */
  round: number;
}

/** Takes stake and fees to the payout address. */
export interface Claim {
  /** Tells actions apart. */
  kind: "claim";
}

/** Something to do. */
export type Action = Enroll | PostBeacon | Commit | Reveal | Settle | Finalize | Claim;

/** Something that is not to be done now. */
export interface Skip {
  /** What is left. */
  action: Action["kind"];
  /** Round and attempt, where it is about one. */
  roundId?: bigint;
  /** One clause for people. */
  reason: string;
}

/** What to do now, in this order, and why not the rest. */
export interface Plan {
  /** In the order of their rounds. */
  actions: Action[];
  /** Everything that was thought of and is not due. */
  skipped: Skip[];
}
