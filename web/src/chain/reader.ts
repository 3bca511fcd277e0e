/** What the site reads from the chain: the connection and the contract are fixed, so that models ask for facts only. */
import { connect } from "../../../core/chain/rpc.ts";
import type { Provider } from "../../../core/chain/provider.ts";
import { readCompetitions, readParticipant, readSnapshot } from "../../../core/chain/reader.ts";
import type {
  Competition,
  Participant,
  PostedBeacon,
  Snapshot,
} from "../../../core/chain/types.ts";
import type { Hex } from "../../../core/protocol/types.ts";
import type { SiteConfig } from "./config.ts";
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

/** Reads the configured contract through `provider`, by default through the configured nodes. */
export function createReader(
  { rpcUrls, contract }: Pick<SiteConfig, "rpcUrls" | "contract">,
  provider: Provider = connect(rpcUrls),
): ChainReader {
  return {
    head: () => readHead(provider),
    competitions: () => readCompetitions(provider, { contract }),
    snapshot: (id) => readSnapshot(provider, { contract, id }),
    participant: (id, who) => readParticipant(provider, { contract, id, who }),
    async signature(beacon) {
      const { readBeaconSignature } = await import("../../../core/chain/logs.ts");
      return readBeaconSignature(provider, { contract, beacon });
    },
  };
}
