/**
 * Protobuf wire format (protobuf.dev/programming-guides/encoding), the small part that ONNX needs, read strictly.
 *
 * Whoever runs a model parses it a second time with its own protobuf library, so there must be nothing in a file that
 * two parsers can read differently: overlong varints, groups, field number 0 and 64-bit overflow are refused here,
 * though some libraries let them pass.
 */

/** How the value after a tag is written: protobuf wire types. Groups (3 and 4) are obsolete and refused. */
export const WireType = { VARINT: 0, FIXED64: 1, LENGTH: 2, FIXED32: 5 } as const;

/** A 64-bit integer: a number where that is exact, otherwise a bigint. */
export type Int = number | bigint;

const TWO_32 = 2 ** 32;
const UTF8_DECODER = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const UTF8_ENCODER = new TextEncoder();

/** The error for a file that breaks the format: a SyntaxError that names the byte offset. */
export function malformed(offset: number, problem: string): SyntaxError {
  return new SyntaxError(`Not a well-formed ONNX file: at byte ${offset}, ${problem}.`);
}

/**
 * Reads protobuf values from bytes, never past `limit`. Every method throws a SyntaxError that names the byte offset
 * where the format is broken.
 */
export class Reader {
  /** Offset of the next byte to read. */
  position = 0;
  /** Offset at which the message being read ends. */
  limit: number;

  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  /** The two halves of the last varint, unsigned: a field each, since a tuple per number would cost more than the rest. */
  #low = 0;
  #high = 0;

  /** Starts at the first of `bytes`, which are not copied. */
  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.limit = bytes.length;
  }

  /** Reads a tag: field number (1 .. 2^29 - 1) times 8, plus wire type. */
  tag(): number {
    const at = this.position;
    this.#varint();
    const wireType = this.#low & 7;
    if (this.#high !== 0 || this.#low < 8) throw malformed(at, "a tag has no valid field number");
    if (wireType === 3 || wireType === 4 || wireType > 5) {
      throw malformed(at, `a tag has wire type ${wireType}, which ONNX does not use`);
    }
    return this.#low;
  }

  /** Reads a signed 64-bit integer. */
  int64(): Int {
    this.#varint();
    const value = (this.#high | 0) * TWO_32 + this.#low;
    return Number.isSafeInteger(value) ? value : BigInt.asIntN(64, this.#big());
  }

  /** Reads an unsigned 64-bit integer. */
  uint64(): Int {
    this.#varint();
    const value = this.#high * TWO_32 + this.#low;
    return Number.isSafeInteger(value) ? value : this.#big();
  }

  /** Reads a signed 32-bit integer (or enum). Values outside that range are refused, not cut off. */
  int32(): number {
    const at = this.position;
    const value = this.int64();
    if (typeof value === "bigint" || value !== (value | 0)) {
      throw malformed(at, `${value} does not fit the 32-bit integer that belongs here`);
    }
    return value;
  }

  /** Reads a little-endian float32. */
  float(): number {
    return this.#view.getFloat32(this.#take(4), true);
  }

  /** Reads a little-endian float64. */
  double(): number {
    return this.#view.getFloat64(this.#take(8), true);
  }

  /** Reads a length and makes sure that as many bytes follow. */
  length(): number {
    const at = this.position;
    this.#varint();
    const left = this.limit - this.position;
    if (this.#high !== 0 || this.#low > left) {
      const length = this.#high * TWO_32 + this.#low;
      throw malformed(at, `a length of ${length} bytes is announced, but only ${left} are left`);
    }
    return this.#low;
  }

  /** Reads a length and that many bytes: a view of the input, not a copy. */
  bytes(): Uint8Array {
    const start = this.#take(this.length());
    return this.#bytes.subarray(start, this.position);
  }

  /** Reads a length and that many bytes of UTF-8. Invalid UTF-8 is refused. */
  string(): string {
    const at = this.position;
    const bytes = this.bytes();
    const ascii = shortAscii(bytes);
    if (ascii !== undefined) return ascii;
    try {
      return UTF8_DECODER.decode(bytes);
    } catch (cause) {
      if (cause instanceof TypeError) throw malformed(at, "a text is not valid UTF-8");
      throw cause;
    }
  }

  /** Skips the value of a field with the given tag, and returns the bytes from offset `from` to its end as a view. */
  skip(tag: number, from: number): Uint8Array {
    const wireType = tag & 7;
    if (wireType === WireType.VARINT) this.#varint();
    else if (wireType === WireType.LENGTH) this.#take(this.length());
    else this.#take(wireType === WireType.FIXED64 ? 8 : 4);
    return this.#bytes.subarray(from, this.position);
  }

  /** Moves over `count` bytes and returns the offset of the first. */
  #take(count: number): number {
    const start = this.position;
    const left = this.limit - start;
    if (count > left) {
      throw malformed(start, `${count} bytes are expected, but only ${left} are left`);
    }
    this.position = start + count;
    return start;
  }

  /** Reads one varint of at most 64 bits, in its shortest form, into #low and #high. */
  #varint(): void {
    const start = this.position;
    const first = this.#byte(start);
    this.#low = first & 127;
    this.#high = 0;
    if (first < 128) return;
    for (let shift = 7; shift < 70; shift += 7) {
      const byte = this.#byte(start);
      const bits = byte & 127;
      if (shift < 28) this.#low |= bits << shift;
      else if (shift === 28) {
        this.#low = (this.#low | (bits << 28)) >>> 0;
        this.#high = bits >>> 4;
      } else this.#high = (this.#high | (bits << (shift - 32))) >>> 0;
      if (byte >= 128) continue;
      if (byte === 0) throw malformed(start, "a varint is longer than it needs to be");
      if (shift === 63 && byte > 1) throw malformed(start, "a varint does not fit into 64 bits");
      return;
    }
    throw malformed(start, "a varint is longer than 10 bytes");
  }

  #byte(start: number): number {
    if (this.position >= this.limit) throw malformed(start, "a varint is cut off");
    return this.#bytes[this.position++] as number;
  }

  #big(): bigint {
    return (BigInt(this.#high) << 32n) | BigInt(this.#low);
  }
}

/**
 * Writes protobuf values from the last to the first: the length of a message is known when its turn comes, without a
 * second pass or a copy. What is written later stands earlier in the result.
 */
export class Writer {
  #buffer = new Uint8Array(1024);
  #view = new DataView(this.#buffer.buffer);
  /** Offset of the first byte written so far. */
  #start = this.#buffer.length;

  /** Number of bytes written so far. */
  get length(): number {
    return this.#buffer.length - this.#start;
  }

  /** The bytes written so far: a copy. */
  finish(): Uint8Array {
    return this.#buffer.slice(this.#start);
  }

  /** Writes a tag; the value was written before. */
  tag(field: number, wireType: number): void {
    this.#varint(field * 8 + wireType, 0);
  }

  /**
   * Writes a 64-bit integer, signed or unsigned.
   * @throws {RangeError} if the value is no integer between -2^63 and 2^64 - 1, or a number too large to be exact
   */
  int64(value: Int): void {
    if (typeof value === "bigint") {
      if (value < -(2n ** 63n) || value >= 2n ** 64n) throw notInteger(value);
      this.#varint(Number(value & 0xffffffffn), Number((value >> 32n) & 0xffffffffn));
      return;
    }
    if (!Number.isSafeInteger(value)) throw notInteger(value);
    const low = value >>> 0;
    this.#varint(low, ((value - low) / TWO_32) >>> 0);
  }

  /** Writes a little-endian float32, rounded from the number given. */
  float(value: number): void {
    // Reserving may replace the buffer and its view, so it comes first.
    const at = this.#reserve(4);
    this.#view.setFloat32(at, value, true);
  }

  /** Writes a little-endian float64. */
  double(value: number): void {
    const at = this.#reserve(8);
    this.#view.setFloat64(at, value, true);
  }

  /** Writes bytes as they are, without a length. */
  raw(bytes: Uint8Array): void {
    const at = this.#reserve(bytes.length);
    this.#buffer.set(bytes, at);
  }

  /** Writes bytes and, before them, their length. */
  bytes(bytes: Uint8Array): void {
    this.raw(bytes);
    this.int64(bytes.length);
  }

  /**
   * Writes a text as UTF-8 and, before it, its length.
   * @throws {TypeError} if the text has half of a surrogate pair, which UTF-8 cannot express
   */
  string(text: string): void {
    if (!text.isWellFormed()) {
      throw new TypeError(
        `A text for an ONNX file must be valid Unicode, not ${JSON.stringify(text)}.`,
      );
    }
    this.bytes(UTF8_ENCODER.encode(text));
  }

  #varint(low: number, high: number): void {
    let at = this.#reserve(varintLength(low, high));
    while (high !== 0 || low > 127) {
      this.#buffer[at++] = (low & 127) | 128;
      low = ((low >>> 7) | (high << 25)) >>> 0;
      high >>>= 7;
    }
    this.#buffer[at] = low;
  }

  /** Makes room for `count` bytes before those written so far, and returns the offset of that room. */
  #reserve(count: number): number {
    if (count > this.#start) {
      const written = this.length;
      const larger = new Uint8Array(2 * (written + count));
      larger.set(this.#buffer.subarray(this.#start), larger.length - written);
      this.#buffer = larger;
      this.#view = new DataView(larger.buffer);
      this.#start = larger.length - written;
    }
    this.#start -= count;
    return this.#start;
  }
}

function varintLength(low: number, high: number): number {
  const bits = high === 0 ? 32 - Math.clz32(low) : 64 - Math.clz32(high);
  return Math.max(1, Math.ceil(bits / 7));
}

/** Decodes names of a few ASCII letters, the bulk of all texts, ten times as fast as TextDecoder does. */
function shortAscii(bytes: Uint8Array): string | undefined {
  if (bytes.length > 32) return undefined;
  for (const byte of bytes) if (byte > 127) return undefined;
  return String.fromCharCode(...bytes);
}

function notInteger(value: Int): RangeError {
  return new RangeError(
    `A number for an ONNX file must be an exact integer of 64 bits, not ${value}; use a bigint beyond 2^53.`,
  );
}
