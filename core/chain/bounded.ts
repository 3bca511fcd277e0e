/** Reading answers whose size nobody vouches for. */
import { concatBytes } from "@noble/hashes/utils.js";

/**
 * Reads a response's body, giving up as soon as it is larger than allowed.
 *
 * @param bound greatest size in bytes
 * @throws {RangeError} if there is more
 */
export async function readBounded(
  response: Response,
  { max }: { max: number },
): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  // Not `for await`: not every browser can iterate over a stream.
  const reader = response.body?.getReader();
  while (reader !== undefined) {
    const { done, value } = await reader.read();
    if (done) break;
    length += value.length;
    if (length > max) {
      await reader.cancel();
      throw new RangeError(`answered with more than ${max} bytes`);
    }
    chunks.push(value);
  }
  return concatBytes(...chunks);
}
