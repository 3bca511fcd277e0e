/** The shapes that all parts of the protocol share. */

/** Bytes as `0x` and an even number of hexadecimal digits: an address (20 bytes), a hash or a salt (32 bytes). */
export type Hex = `0x${string}`;

/** What a host fixes when creating a competition (PROTOCOL.md section 2). */
export interface Terms {
  /** sha2-256 digest of the manifest, 32 bytes. */
  manifest: Hex;
  /** Prize fund P, wei, below 2^96. */
  prizeFund: bigint;
  /** Share of the prize fund that pays miners, in 1/10,000: 1..5000. */
  miningPoolBps: number;
  /** Buy-in of a participant as a share of the prize fund, in 1/10,000: 1..10000. */
  buyInBps: number;
  /** Unix second at which registration and enrolment end and submissions start. */
  registrationEndsAt: number;
  /** Unix second at which submissions end, at most 366 days after creation. */
  submissionEndsAt: number;
  /** Equal parts of the submission phase, each evaluated after its end: 1..64. */
  epochs: number;
  /** Seconds to evaluate 32 submissions: 10 s..30 days. */
  commitSecs: number;
  /** Seconds to reveal, and again to settle: 10 s..30 days. */
  revealSecs: number;
  /** Bytes of one payload on the chain: 1..1 MiB. */
  byteLimit: number;
  /** Submissions that the mining pool pays for, a price and not a cap: 1..10000. */
  pricedSubmissions: number;
  /** Submissions per buy-in: 1..8. */
  maxPerParticipant: number;
  /** Seats of a round: 1..256. */
  quorum: number;
  /** Reveals without which a round decides nothing: quorum / 2 + 1 .. 2 * quorum / 3 + 1. */
  minReveals: number;
  /** Bond of one miner, wei, at least 500 fees and below 2^96. */
  bond: bigint;
}
