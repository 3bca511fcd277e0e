/**
 * Messages over a pipe. A frame is the length of its head (4 bytes, big-endian), the head (JSON), and as many bytes after it as
 * the head says. Both sides bound a length before they read what it announces.
 */

/** A frame without bytes after its head. */
export function encodeFrame(head: unknown): Uint8Array<ArrayBuffer> {
  const json = new TextEncoder().encode(JSON.stringify(head));
  const frame = new Uint8Array(4 + json.length);
  new DataView(frame.buffer).setUint32(0, json.length);
  frame.set(json, 4);
  return frame;
}

/** Reads frames from a stream. */
export class FrameReader {
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>;
  #rest: Uint8Array = new Uint8Array(0);

  /** Takes the stream for itself. */
  constructor(stream: ReadableStream<Uint8Array>) {
    this.#reader = stream.getReader();
  }

  /**
   * The next head, parsed and not checked; undefined where the stream ends before it.
   *
   * @throws {RangeError} if it is longer than `maxBytes`
   * @throws {SyntaxError} if it is not JSON in UTF-8, or cut off
   */
  async head(maxBytes: number): Promise<unknown> {
    if (!await this.#fill()) return undefined;
    const prefix = await this.bytes(4);
    const length = new DataView(prefix.buffer).getUint32(0);
    if (length > maxBytes) {
      throw new RangeError(`frame: expected a head of at most ${maxBytes} bytes, got ${length}`);
    }
    const json = await this.bytes(length);
    try {
      return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(json));
    } catch (cause) {
      throw new SyntaxError("frame: expected JSON in UTF-8, got something else", { cause });
    }
  }

  /**
   * The next bytes, which the caller has bounded.
   *
   * @throws {SyntaxError} if the stream ends before the last of them
   */
  async bytes(length: number): Promise<Uint8Array<ArrayBuffer>> {
    const bytes = new Uint8Array(length);
    for (let at = 0; at < length;) {
      if (!await this.#fill()) {
        throw new SyntaxError(`frame: expected ${length} bytes, got ${at} before the end`);
      }
      const part = this.#rest.subarray(0, length - at);
      bytes.set(part, at);
      this.#rest = this.#rest.subarray(part.length);
      at += part.length;
    }
    return bytes;
  }

  /** Reads no more. */
  async cancel(): Promise<void> {
    await this.#reader.cancel();
  }

  /** Whether there is anything left to read. */
  async #fill(): Promise<boolean> {
    while (this.#rest.length === 0) {
      const { done, value } = await this.#reader.read();
      if (done) return false;
      this.#rest = value;
    }
    return true;
  }
}
