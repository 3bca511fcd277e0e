/** Zip archives (PKWARE's APPNOTE 6.3.10), as far as Keras and PyTorch write them: stored or deflated, no zip64. */
import { Inflate } from "pako";
import { ConversionError } from "../error.ts";
import { MAX_FILE_BYTES, MAX_ZIP_ENTRIES } from "../limits.ts";

/** An archive's table of contents. */
export interface ZipEntry {
  /** Path in the archive. */
  readonly name: string;
  /** Compression: 0 stored, 8 deflated. */
  readonly method: number;
  /** CRC-32 of the content. */
  readonly crc: number;
  /** Bytes in the archive. */
  readonly packedSize: number;
  /** Bytes of the content. */
  readonly size: number;
  /** Where its local header starts. */
  readonly offset: number;
}

const END_BYTES = 22;
const LONGEST_COMMENT = 0xffff;
const STORED = 0;
const DEFLATED = 8;

/** Whether bytes start like a zip archive with content. */
export function isZip(bytes: Uint8Array): boolean {
  return bytes[0] === 0x50 && bytes[1] === 0x4b && bytes[2] === 3 && bytes[3] === 4;
}

/**
 * Reads the central directory.
 *
 * @throws {ConversionError} if it is missing, cut off or has too many entries
 */
export function zipEntries(bytes: Uint8Array): Map<string, ZipEntry> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const end = findEnd(view);
  const count = view.getUint16(end + 10, true);
  if (count > MAX_ZIP_ENTRIES) {
    throw new ConversionError(
      `Zip archive: expected at most ${MAX_ZIP_ENTRIES} entries, got ${count}.`,
    );
  }
  const entries = new Map<string, ZipEntry>();
  let at = view.getUint32(end + 16, true);
  for (let i = 0; i < count; i++) {
    if (at + 46 > end || view.getUint32(at, true) !== 0x02014b50) throw broken(at);
    const nameSize = view.getUint16(at + 28, true);
    const next = at + 46 + nameSize + view.getUint16(at + 30, true) + view.getUint16(at + 32, true);
    if (next > end) throw broken(at);
    const name = UTF8.decode(bytes.subarray(at + 46, at + 46 + nameSize));
    entries.set(name, {
      name,
      method: view.getUint16(at + 10, true),
      crc: view.getUint32(at + 16, true),
      packedSize: view.getUint32(at + 20, true),
      size: view.getUint32(at + 24, true),
      offset: view.getUint32(at + 42, true),
    });
    at = next;
  }
  return entries;
}

/**
 * The content of one entry, checked against its size and CRC-32.
 *
 * @param options `maxBytes`: the most it may inflate to
 * @throws {ConversionError} if it is larger, compressed in another way, or damaged
 */
export function readZipEntry(
  archive: Uint8Array,
  entry: ZipEntry,
  { maxBytes = MAX_FILE_BYTES }: { maxBytes?: number } = {},
): Uint8Array {
  const { name, method, packedSize, size, offset } = entry;
  const view = new DataView(archive.buffer, archive.byteOffset, archive.byteLength);
  if (size > maxBytes) {
    throw new ConversionError(
      `Zip archive: expected ${shortened(name)} of at most ${maxBytes} bytes, got ${size}.`,
    );
  }
  if (offset + 30 > archive.length || view.getUint32(offset, true) !== 0x04034b50) {
    throw broken(offset);
  }
  const start = offset + 30 + view.getUint16(offset + 26, true) + view.getUint16(offset + 28, true);
  if (start + packedSize > archive.length) throw broken(start);
  const packed = archive.subarray(start, start + packedSize);
  const content = method === STORED ? packed : inflate(packed, entry);
  if (content.length !== size || crc32(content) !== entry.crc) {
    throw new ConversionError(
      `Zip archive: expected ${
        shortened(name)
      } with the size and CRC-32 of its directory; the file is damaged.`,
    );
  }
  return content;
}

function findEnd(view: DataView): number {
  const last = view.byteLength - END_BYTES;
  for (let at = last; at >= 0 && at >= last - LONGEST_COMMENT; at--) {
    if (view.getUint32(at, true) === 0x06054b50) return at;
  }
  throw new ConversionError("Zip archive: expected a directory at its end; the file is cut off.");
}

/** Stops as soon as more comes out than the directory says. */
function inflate(packed: Uint8Array, { name, method, size }: ZipEntry): Uint8Array {
  if (method !== DEFLATED) {
    throw new ConversionError(
      `Zip archive: expected ${
        shortened(name)
      } stored or deflated, got compression method ${method}.`,
    );
  }
  const inflater = new Inflate({ raw: true, chunkSize: 65536 });
  const content = new Uint8Array(size);
  let length = 0;
  inflater.onData = (chunk: Uint8Array) => {
    if (length + chunk.length > size) throw new RangeError("more than the directory says");
    content.set(chunk, length);
    length += chunk.length;
  };
  try {
    inflater.push(packed, true);
  } catch (cause) {
    throw new ConversionError(
      `Zip archive: ${
        shortened(name)
      } inflates to more than the ${size} bytes that its directory says.`,
      { cause },
    );
  }
  if (inflater.err !== 0) {
    throw new ConversionError(`Zip archive: ${shortened(name)} is damaged and does not inflate.`);
  }
  return content.subarray(0, length);
}

const UTF8 = new TextDecoder();

const CRC_TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte;
  for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
  return crc;
});

/** The CRC-32 of zip, gzip and PNG (ISO 3309, reflected polynomial 0xedb88320). */
function crc32(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) crc = (crc >>> 8) ^ (CRC_TABLE[(crc ^ byte) & 0xff] as number);
  return (crc ^ 0xffffffff) >>> 0;
}

function broken(at: number): ConversionError {
  return new ConversionError(`Zip archive: damaged at byte ${at}.`);
}

function shortened(name: string): string {
  return JSON.stringify(name.slice(0, 100));
}
