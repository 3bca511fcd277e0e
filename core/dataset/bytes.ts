import { sha256 } from "@noble/hashes/sha2.js";

/**
 * A data file that does not hold what its manifest says: the same for every reader of the same bytes.
 * Failures of reading (a gateway, a disk) stay the errors that they are.
 */
export class InvalidData extends Error {
  /** "InvalidData". */
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

/** Passes on bytes that must be `bytes` in number, not one more or fewer; the caller names the file in `what`. */
export async function* exactly(
  source: ByteStream,
  { bytes, what }: { bytes: number; what: string },
): AsyncGenerator<Uint8Array> {
  let total = 0;
  for await (const chunk of source) {
    total += chunk.length;
    if (total > bytes) throw new InvalidData(`${what}: expected ${bytes} bytes, got more`);
    yield chunk;
  }
  if (total < bytes) throw new InvalidData(`${what}: expected ${bytes} bytes, got ${total}`);
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
 * Most zipped bytes given to the decompressor at once: it unzips all of them before anybody can look, and
 * deflate makes at most 1032 bytes of one, so 16 MiB.
 */
const SLICE_BYTES = 16 * 1024;

/**
 * Unzips one gzip member (RFC 1952), chunk by chunk; nothing may follow it. However large the pieces of
 * `source` are, a few times 16 MiB are unzipped at most before the reader gets them.
 *
 * @throws {InvalidData} if it is damaged or cut off; what `source` throws passes unchanged, and so do
 * failures of the decompressor itself
 */
export async function* gunzip(
  source: ByteStream,
  { what }: { what: string },
): AsyncGenerator<Uint8Array> {
  const zip = new DecompressionStream("gzip");
  const failed: { cause?: unknown } = {};
  feed(zip.writable.getWriter(), noting(source, failed));
  const reader = zip.readable.getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      yield value;
    }
  } catch (cause) {
    if ("cause" in failed) throw failed.cause;
    // For damaged input the Compression Streams standard throws a TypeError. Others, such as a RangeError
    // for want of memory, say nothing about the file.
    if (!(cause instanceof TypeError)) throw cause;
    throw new InvalidData(`${what}: expected a sound gzip file, got "${cause.message}"`, { cause });
  } finally {
    reader.cancel().catch(() => {}); // Already failed or ended: nothing is left to cancel.
  }
}

/** Writes all of a source into a decompressor. Never rejects: the reader's end reports what went wrong. */
async function feed(
  writer: WritableStreamDefaultWriter<BufferSource>,
  source: ByteStream,
): Promise<void> {
  try {
    for await (const chunk of source) {
      for (let at = 0; at < chunk.length; at += SLICE_BYTES) {
        await writer.write(chunk.subarray(at, at + SLICE_BYTES) as Uint8Array<ArrayBuffer>);
      }
    }
    await writer.close();
  } catch (error) {
    await writer.abort(error).catch(() => {}); // Closed by an earlier error, which the reader has.
  }
}

/** Passes bytes on and notes what the source itself throws, to tell it from an error of the format. */
async function* noting(
  source: ByteStream,
  failed: { cause?: unknown },
): AsyncGenerator<Uint8Array> {
  try {
    yield* source;
  } catch (cause) {
    failed.cause = cause;
    throw cause;
  }
}
