/** Opens sealed test sets, and tells them from others. Loaded for the first one: it brings the curve's arithmetic along. */
import { type FileReader, InvalidData } from "../../../core/dataset/dataset.ts";
import type { Unseal } from "../../../core/dataset/test_set.ts";
import { verifyBeacon } from "../../../core/seal/beacon.ts";
import {
  InvalidSeal,
  isSealed,
  NO_CONTEXT,
  SEAL_BYTES,
  unseal,
} from "../../../core/seal/sealed.ts";
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

/** A reader that looks at the first bytes of every file as it passes them on. */
export function sealedReader(
  read: FileReader,
): { read: FileReader; looksSealed: () => boolean } {
  let sealed = true;
  return {
    async *read(cid, maxBytes) {
      let first = new Uint8Array(0);
      for await (const chunk of read(cid, maxBytes)) {
        if (first.length < SEAL_BYTES) {
          first = new Uint8Array([...first, ...chunk.subarray(0, SEAL_BYTES)]);
        }
        yield chunk;
      }
      sealed &&= isSealed(first);
    },
    looksSealed: () => sealed,
  };
}
