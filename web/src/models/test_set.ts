/** A sealed competition's test set, once the beacon that opens it is on the chain. */
import type { ChainReader } from "../chain/reader.ts";
import type { OpenedTestSet } from "../work/data_worker.ts";
import type { Competition } from "./competition.ts";
import { createLoadable, type Loadable } from "./loadable.ts";

/**
 * Opens it in this browser when it is first asked for. Loading fails while the beacon is not posted, if the chain's
 * signature is not that of the contract's network, or if the files cannot be fetched.
 */
export function createTestSet(
  { competition, reader }: { competition: Competition; reader: ChainReader },
): Loadable<OpenedTestSet> {
  return createLoadable(async (onProgress) => {
    const { beacons, constants: { publicKey } } = competition.snapshot.peek()!;
    const beacon = beacons[0];
    if (beacon === undefined) throw new RangeError("the beacon that opens it is not posted yet");
    const { round } = beacon;
    const signature = await reader.signature(beacon);
    return competition.data.peek()!.open({ publicKey, round, signature }, onProgress);
  });
}
