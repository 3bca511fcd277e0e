/** tlock-js as an oracle for tests: its key boxes, without the frames around them. */
import { decryptOnG2, encryptOnG2RFC9380 } from "tlock-js/crypto/ibe.js";
import { hashedRoundNumber } from "tlock-js/drand/timelock-encrypter.js";
import { fromHex } from "../../protocol/codec.ts";
import type { Hex } from "../../protocol/types.ts";

/** A key box. */
export async function sealKey(
  key: Uint8Array,
  o: { round: number; publicKey: Hex },
): Promise<Uint8Array> {
  const publicKey = Buffer.from(fromHex(o.publicKey, { length: 96 }));
  const id = hashedRoundNumber(o.round);
  const { U, V, W } = await encryptOnG2RFC9380(publicKey, id, Buffer.from(key));
  return Uint8Array.of(...U, ...V, ...W);
}

/** What a key box holds. @throws {Error} of tlock-js if the signature does not open it */
export async function openKeyBox(box: Uint8Array, signature: Uint8Array): Promise<Uint8Array> {
  const parts = { U: box.slice(0, 96), V: box.slice(96, 128), W: box.slice(128) };
  return Uint8Array.from(await decryptOnG2(Buffer.from(signature), parts as never));
}
