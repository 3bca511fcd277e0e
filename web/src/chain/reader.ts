/** What the site reads from the chain: the connection and the contract are fixed, so that models ask for facts only. */
import { connect } from "../../../core/chain/rpc.ts";
import type { Provider } from "../../../core/chain/provider.ts";
import { readCompetitions, readParticipant, readSnapshot } from "../../../core/chain/reader.ts";
import type {
  Competition,
  Constants,
  Participant,
  PostedBeacon,
  Snapshot,
} from "../../../core/chain/types.ts";
import type { Hex } from "../../../core/protocol/types.ts";
import type { SiteConfig } from "./config.ts";
import { differenceOf } from "./fixed.ts";
import { type Head, readHead } from "./head.ts";

/** The site's view of the contract. Everything rejects when no node answers. */
export interface ChainReader {
  /** The newest block. */
  head(): Promise<Head>;
  /** All competitions. */
  competitions(): Promise<Competition[]>;
  /** All of one competition. */
  snapshot(id: number): Promise<Snapshot>;
  /** What an account is in a competition. */
  participant(id: number, who: Hex): Promise<Participant>;
  /** The signature of a posted beacon, 48 bytes, as the event has it: not verified against a key. */
  signature(beacon: PostedBeacon): Promise<Uint8Array>;
}

/**
 * Reads the configured contract through `provider`, by default through the configured nodes. Snapshots of another chain, and
 * what cannot have changed since the first one of a visit, are refused.
 */
export function createReader(
  { rpcUrls, contract, chainId }: Pick<SiteConfig, "rpcUrls" | "contract" | "chainId">,
  provider: Provider = connect(rpcUrls),
): ChainReader {
  const terms = new Map<number, Competition>();
  let constants: Constants | undefined;

  function check(id: number, snapshot: Snapshot): void {
    if (snapshot.chainId !== chainId) {
      throw new RangeError(
        `the chain node is on chain ${snapshot.chainId}, but this site's contract is on chain ${chainId}`,
      );
    }
    constants ??= snapshot.constants;
    const competition = terms.get(id) ?? snapshot.competition;
    const difference = differenceOf({ chainId, constants, competition }, snapshot);
    if (difference !== undefined) {
      throw new Error(
        `the chain node tells of another ${difference} than before, which cannot change: it lies now, or did then. ` +
          "Reload the page, and do not trust what differs",
      );
    }
    terms.set(id, competition);
  }

  return {
    head: () => readHead(provider),
    competitions: () => readCompetitions(provider, { contract }),
    async snapshot(id) {
      const snapshot = await readSnapshot(provider, { contract, id });
      check(id, snapshot);
      return snapshot;
    },
    participant: (id, who) => readParticipant(provider, { contract, id, who }),
    async signature(beacon) {
      const { readBeaconSignature } = await import("../../../core/chain/logs.ts");
      return readBeaconSignature(provider, { contract, beacon });
    },
  };
}
