/** Bytes to lines of text. */

/** Splits UTF-8 into lines; what follows the last line break is dropped: a process that was ended in the middle of it. */
export class TextLineStream implements TransformStream<Uint8Array<ArrayBuffer>, string> {
  readonly readable: ReadableStream<string>;
  readonly writable: WritableStream<Uint8Array<ArrayBuffer>>;

  /** See {@link TextLineStream}. */
  constructor() {
    const decoder = new TextDecoderStream();
    let rest = "";
    this.writable = decoder.writable as WritableStream<Uint8Array<ArrayBuffer>>;
    this.readable = decoder.readable.pipeThrough(
      new TransformStream<string, string>({
        transform(text, controller) {
          const lines = (rest + text).split("\n");
          rest = lines.pop() ?? "";
          for (const line of lines) controller.enqueue(line);
        },
      }),
    );
  }
}
