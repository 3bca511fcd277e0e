/** Streams of bytes: exact reads with a bound, and a generator as a stream for `Response`. */

/** Takes exact numbers of bytes from a source of chunks of any size. */
export class ByteReader {
  readonly #next: () => Promise<Uint8Array | undefined>;
  #chunk: Uint8Array = new Uint8Array(0);
  #at = 0;

  /** Reads from `next`, which yields undefined at the end of the bytes. */
  constructor(next: () => Promise<Uint8Array | undefined>) {
    this.#next = next;
  }

  /** The next byte, or undefined at the end. */
  async byte(): Promise<number | undefined> {
    return await this.#fill() ? this.#chunk[this.#at++] : undefined;
  }

  /**
   * The next `length` bytes in a buffer of their own. The caller bounds `length`.
   *
   * @throws {Error} if the source ends before.
   */
  async exactly(length: number): Promise<Uint8Array<ArrayBuffer>> {
    const bytes = new Uint8Array(length);
    for (let filled = 0; filled < length;) {
      if (!(await this.#fill())) {
        throw new Error(`the data was cut after ${filled} of ${length} bytes`);
      }
      const part = this.#chunk.subarray(this.#at, this.#at + length - filled);
      bytes.set(part, filled);
      filled += part.length;
      this.#at += part.length;
    }
    return bytes;
  }

  /**
   * All that is left.
   *
   * @throws {RangeError} if that is more than `max` bytes.
   */
  async rest(max: number): Promise<Uint8Array<ArrayBuffer>> {
    const parts: Uint8Array[] = [];
    let length = 0;
    while (await this.#fill()) {
      const part = this.#chunk.subarray(this.#at);
      this.#at = this.#chunk.length;
      length += part.length;
      if (length > max) throw new RangeError(`the data has over ${max} bytes`);
      parts.push(part);
    }
    return concat(parts, length);
  }

  async #fill(): Promise<boolean> {
    while (this.#at === this.#chunk.length) {
      const chunk = await this.#next();
      if (chunk === undefined) return false;
      [this.#chunk, this.#at] = [chunk, 0];
    }
    return true;
  }
}

/** Joins byte arrays of `length` bytes together. */
export function concat(parts: readonly Uint8Array[], length: number): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/**
 * A stream that takes from a generator what its reader asks for, and closes the generator when the reader
 * leaves (`ReadableStream.from` does the same where it exists; not every browser has it).
 */
export function toStream(source: AsyncGenerator<Uint8Array>): ReadableStream<Uint8Array> {
  return new ReadableStream({
    async pull(controller) {
      const { done, value } = await source.next();
      if (done) controller.close();
      else controller.enqueue(value);
    },
    async cancel() {
      await source.return(undefined);
    },
  }, { highWaterMark: 0 });
}
