/** Opens sealed test sets. Loaded when the first one is to be opened: it brings the curve's arithmetic along. */
import { InvalidData } from "../../../core/dataset/dataset.ts";
import type { Unseal } from "../../../core/dataset/test_set.ts";
import { verifyBeacon } from "../../../core/seal/beacon.ts";
import { InvalidSeal, NO_CONTEXT, unseal } from "../../../core/seal/sealed.ts";
import type { PublishedBeacon } from "./data_worker.ts";

/**
 * What opens the files of a test set that is sealed to a beacon's round.
 *
 * @throws {RangeError} if the beacon's signature is not its network's
 */
export function createOpener(beacon: PublishedBeacon): Unseal {
  verifyBeacon(beacon, beacon);
  const { signature } = beacon;
  return async (sealed) => {
    try {
      return await unseal(sealed, { signature, context: NO_CONTEXT });
    } catch (cause) {
      if (!(cause instanceof InvalidSeal)) throw cause;
      throw new InvalidData(cause.message, { cause });
    }
  };
}
