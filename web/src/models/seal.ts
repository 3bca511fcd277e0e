/** When what is sealed in a competition opens, and whether it has (PROTOCOL.md section 3). */
import type { Competition, Snapshot } from "../../../core/chain/types.ts";
import type { Hex } from "../../../core/protocol/types.ts";
import type { Manifest } from "../../../core/dataset/manifest.ts";
import { unsealAt, unsealRound } from "../../../core/protocol/clock.ts";
import { isQuicknet } from "../chain/quicknet.ts";
import { formatTime } from "../parts/format.ts";

/** Bytes that sealing adds: SEAL_BYTES of core/seal/sealed.ts, which brings the curve's arithmetic along. */
export const SEAL_BYTES = 193;

/** What something is sealed to. */
export interface SealTarget {
  /** Round of the beacon that opens it. */
  round: number;
  /** The beacon's key: compressed point of G2, 96 bytes. */
  publicKey: Hex;
  /** Unix second at which that beacon appears. */
  opensAt: number;
  /** Whether the beacon is drand's; whoever runs another one may open earlier. */
  drand: boolean;
}

/** The seal of a sealed competition: of the test set, and of the models of its only epoch. */
export interface Seal extends SealTarget {
  /** "sealed" until the beacon appears, "due" until somebody has posted it to the contract, "unsealed" from then on. */
  state: "sealed" | "due" | "unsealed";
}

/** What the models of an epoch are sealed to, and with those of epoch 0 the test set. */
export function sealTarget(
  { competition, constants }: Pick<Snapshot, "competition" | "constants">,
  epoch: number,
): SealTarget {
  return {
    round: unsealRound(competition, epoch, constants),
    publicKey: constants.publicKey,
    opensAt: unsealAt(competition, epoch, constants),
    drand: isQuicknet(constants),
  };
}

/** Whether the same beacon opens both. */
export function sameSeal(one: SealTarget | undefined, other: SealTarget | undefined): boolean {
  return one?.round === other?.round && one?.publicKey === other?.publicKey;
}

/**
 * Refuses to seal to a beacon of drand that is out already by this computer's clock. Other networks keep a time of their own.
 *
 * @throws {RangeError} saying so
 */
export function requireSealed({ opensAt, drand }: SealTarget): void {
  if (!drand || Date.now() < opensAt * 1000) return;
  throw new RangeError(
    `the beacon of ${
      formatTime(opensAt)
    } is out already by this computer's clock, so a model sealed to it would be open ` +
      "to everybody: is the clock right? If it is, the chain node lies",
  );
}

/**
 * The seal at a moment of the chain's clock. With several epochs it is that of the first, which opens the test set; our
 * tools take no part in such a competition.
 */
export function sealAt(snapshot: Snapshot, now: number): Seal {
  const target = sealTarget(snapshot, 0);
  const posted = snapshot.beacons[0] !== undefined;
  return { ...target, state: posted ? "unsealed" : now < target.opensAt ? "sealed" : "due" };
}

/** Whether a competition can be taken part in: a test set that opens after the first of several epochs is no secret. */
export function isFair(
  { mode }: Pick<Manifest, "mode">,
  terms: Pick<Competition, "epochs">,
): boolean {
  return mode === "open" || terms.epochs === 1;
}

/** Refuses what {@linkcode isFair} does not take. @throws {RangeError} saying why */
export function requireFair(manifest: Manifest, terms: Pick<Competition, "epochs">): void {
  if (isFair(manifest, terms)) return;
  throw new RangeError(
    `this competition is sealed and has ${terms.epochs} epochs: its test set is public after the first one, ` +
      "so this site takes no part in it",
  );
}
