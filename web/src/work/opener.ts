/** Opens sealed test sets, and tells them from others. Loaded for the first one: it brings the curve's arithmetic along. */
import type { FileReader } from "../../../core/dataset/dataset.ts";
import { testSetOpener } from "../../../core/dataset/opener.ts";
import type { Unseal } from "../../../core/dataset/test_set.ts";
import { verifyBeacon } from "../../../core/seal/beacon.ts";
import { isSealed, SEAL_BYTES } from "../../../core/seal/sealed.ts";
import type { PublishedBeacon } from "./data_worker.ts";

/**
 * What opens the files of a test set that is sealed to a beacon's round.
 *
 * @throws {RangeError} if the beacon's signature is not its network's
 */
export function createOpener(beacon: PublishedBeacon): Unseal {
  verifyBeacon(beacon, beacon);
  return testSetOpener(beacon.signature);
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
