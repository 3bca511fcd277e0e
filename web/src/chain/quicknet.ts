/** Whether a contract's beacon is drand's. */
import type { Constants } from "../../../core/chain/types.ts";
import { QUICKNET } from "../../../core/seal/quicknet.ts";

/** Whether a contract takes its beacons from quicknet. Whoever runs another network may open earlier than it says. */
export function isQuicknet({ genesis, period, publicKey }: Constants): boolean {
  return genesis === QUICKNET.genesis && period === QUICKNET.period &&
    publicKey === QUICKNET.publicKey;
}
