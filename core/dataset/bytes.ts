import { sha256 } from "@noble/hashes/sha2.js";

/**
 * A data file that does not hold what its manifest says: the same for every reader of the same bytes.
 * Failures of reading (a gateway, a disk) stay the errors that they are.
 */
export class InvalidData extends Error {
  override readonly name = "InvalidData";
}

/** Bytes in pieces of any size, as they come from a network or a file. */
export type ByteStream = AsyncIterable<Uint8Array>;

/** Passes bytes on up to `maxBytes`; the caller names the file in `what`. */
export async function* bounded(
  source: ByteStream,
  { maxBytes, what }: { maxBytes: number; what: string },
): AsyncGenerator<Uint8Array> {
  let total = 0;
  for await (const chunk of source) {
    total += chunk.length;
    if (total > maxBytes) {
      throw new InvalidData(`${what}: expected at most ${maxBytes} bytes, got more`);
    }
    yield chunk;
  }
}

/** Passes bytes on and, after the last, compares their SHA-256 with `expected` (64 hex digits). */
export async function* digested(
  source: ByteStream,
  { expected, what }: { expected: string; what: string },
): AsyncGenerator<Uint8Array> {
  const hash = sha256.create();
  for await (const chunk of source) {
    hash.update(chunk);
    yield chunk;
  }
  const got = Array.from(hash.digest(), (byte) => byte.toString(16).padStart(2, "0")).join("");
  if (got !== expected) {
    throw new InvalidData(`${what}: expected content with SHA-256 ${expected}, got ${got}`);
  }
}

/**
 * Unzips one gzip member (RFC 1952), chunk by chunk; nothing may follow it.
 *
 * @throws {InvalidData} if it is damaged or cut off; what `source` throws passes unchanged
 */
export async function* gunzip(
  source: ByteStream,
  { what }: { what: string },
): AsyncGenerator<Uint8Array> {
  const zip = new DecompressionStream("gzip");
  const feed = new Feed(source, zip.writable.getWriter());
  const reader = zip.readable.getReader();
  feed.run();
  let total = 0;
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) break;
      total += value.length;
      yield value;
    }
  } catch (cause) {
    if (feed.failure !== undefined) throw feed.failure;
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new InvalidData(`${what}: expected a sound gzip file, got "${why}"`, { cause });
  } finally {
    reader.cancel().catch(() => {}); // Already failed or ended: nothing is left to cancel.
  }
  // Some engines end a stream that is cut off without an error; its length field then lies.
  if (feed.lengthField() !== total % 2 ** 32) {
    throw new InvalidData(
      `${what}: expected ${feed.lengthField()} bytes unzipped, got ${total}; it is cut off`,
    );
  }
}

/** Writes a source into a decompressor, keeping the source's own failure apart and its last bytes. */
class Feed {
  failure: unknown;
  readonly #tail = new Uint8Array(4);

  constructor(
    readonly source: ByteStream,
    readonly writer: WritableStreamDefaultWriter<BufferSource>,
  ) {}

  /** Never rejects: failures of the source are in `failure`, those of the format come from the reader. */
  async run(): Promise<void> {
    const { writer } = this;
    try {
      for await (const chunk of this.#watched()) await writer.write(chunk);
      await writer.close();
    } catch (error) {
      await writer.abort(error).catch(() => {}); // The reader reports what came first.
    }
  }

  /** RFC 1952 section 2.3.1: ISIZE, the last four bytes, is the length modulo 2^32. */
  lengthField(): number {
    return new DataView(this.#tail.buffer).getUint32(0, true);
  }

  async *#watched(): AsyncGenerator<Uint8Array<ArrayBuffer>> {
    try {
      for await (const chunk of this.source) {
        this.#keepTail(chunk);
        yield chunk as Uint8Array<ArrayBuffer>;
      }
    } catch (error) {
      this.failure = error;
      throw error;
    }
  }

  #keepTail(chunk: Uint8Array): void {
    const last = chunk.subarray(-4);
    this.#tail.copyWithin(0, last.length);
    this.#tail.set(last, 4 - last.length);
  }
}
