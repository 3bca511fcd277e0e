/** The lines of a byte stream, as the `TextLineStream` of Deno's standard library gives them. */
export class TextLineStream implements TransformStream<Uint8Array, string> {
  readonly readable: ReadableStream<string>;
  readonly writable: WritableStream<Uint8Array>;

  /** An empty stream. */
  constructor() {
    const decoder = new TextDecoder();
    let rest = "";
    const stream = new TransformStream<Uint8Array, string>({
      transform(bytes, controller) {
        const lines = (rest + decoder.decode(bytes, { stream: true })).split("\n");
        rest = lines.pop()!;
        for (const line of lines) controller.enqueue(line);
      },
    });
    this.readable = stream.readable;
    this.writable = stream.writable;
  }
}
