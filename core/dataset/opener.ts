/** Opens sealed test sets. A file of its own, since it brings the curve's arithmetic along: pages load it when they need it. */
import { InvalidSeal, NO_CONTEXT, unseal } from "../seal/sealed.ts";
import { InvalidData } from "./bytes.ts";
import type { Unseal } from "./test_set.ts";

/**
 * What opens the files of a test set by the beacon that they are sealed to. That one does not open is a fact about it,
 * like any other of its faults: {@linkcode InvalidData}.
 *
 * @param signature the VERIFIED beacon signature of the epoch's `unsealRound`, 48 bytes compressed
 */
export function testSetOpener(signature: Uint8Array): Unseal {
  return async (sealed) => {
    try {
      return await unseal(sealed, { signature, context: NO_CONTEXT });
    } catch (cause) {
      if (!(cause instanceof InvalidSeal)) throw cause;
      throw new InvalidData(cause.message, { cause });
    }
  };
}
