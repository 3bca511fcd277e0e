/** When what is sealed in a competition opens, and whether it has (PROTOCOL.md section 3). */
import type { Competition, Snapshot } from "../../../core/chain/types.ts";
import type { Manifest } from "../../../core/dataset/manifest.ts";
import { unsealAt, unsealRound } from "../../../core/protocol/clock.ts";
import { isQuicknet } from "../chain/quicknet.ts";

/** The seal of a sealed competition: of the test set, and of the models of its only epoch. */
export interface Seal {
  /** Round of the beacon that opens it. */
  round: number;
  /** Unix second at which that beacon appears. */
  opensAt: number;
  /** "closed" before that second, "due" until somebody has posted the beacon to the contract, "open" from then on. */
  state: "closed" | "due" | "open";
  /** Whether the beacon is drand's; whoever runs another one may open earlier. */
  drand: boolean;
}

/**
 * The seal at a moment of the chain's clock. With several epochs it is that of the first, which opens the test set; our
 * tools take no part in such a competition.
 */
export function sealAt({ competition, constants, beacons }: Snapshot, now: number): Seal {
  const opensAt = unsealAt(competition, 0, constants);
  const posted = beacons[0] !== undefined;
  return {
    round: unsealRound(competition, 0, constants),
    opensAt,
    state: posted ? "open" : now < opensAt ? "closed" : "due",
    drand: isQuicknet(constants),
  };
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
