/** Fetches the runtime's .wasm file. Whoever compiles it checks its digest. */
import { concatBytes } from "@noble/hashes/utils.js";
import { bounded, gunzip } from "../../../core/dataset/bytes.ts";
import type { CallContext } from "./rpc.ts";

/** Most bytes of the zipped file and of what it unzips to; those of 1.30.0 have 3.7 and 14.2 MB. */
const MAX_ZIPPED_BYTES = 8 * 1024 * 1024;
const MAX_WASM_BYTES = 32 * 1024 * 1024;
/** About what the zipped file has: for the progress only. */
const USUAL_BYTES = 3_690_000;
const WHAT = "the runtime's file";

/**
 * The .wasm file at an address, where it lies zipped.
 *
 * @throws {Error} if there is none
 * @throws {InvalidData} if it is damaged or too large
 * @throws {TypeError} if the network fails
 */
export async function loadRuntime(
  url: string,
  { progress, signal, fetch = globalThis.fetch }: CallContext & { fetch?: typeof globalThis.fetch },
): Promise<Uint8Array<ArrayBuffer>> {
  const response = await fetch(url, { signal });
  if (!response.ok || response.body === null) {
    throw new Error(`${WHAT}: expected it beside this page, got status ${response.status}`);
  }
  let done = 0;
  const chunks: Uint8Array[] = [];
  const bytes = unzipped(chunksOf(response.body, (length) => {
    progress(Math.min(1, (done += length) / USUAL_BYTES));
  }));
  for await (const chunk of bounded(bytes, { maxBytes: MAX_WASM_BYTES, what: WHAT })) {
    chunks.push(chunk);
  }
  return concatBytes(...chunks) as Uint8Array<ArrayBuffer>;
}

/** Some servers say that a file which ends in .gz is zipped on its way only; browsers then unzip it themselves. */
async function* unzipped(source: AsyncGenerator<Uint8Array>): AsyncGenerator<Uint8Array> {
  const first = await source.next();
  if (first.done === true) return;
  const rest = async function* () {
    yield first.value;
    yield* source;
  };
  if (first.value[0] !== 0x1f) yield* rest();
  else yield* gunzip(bounded(rest(), { maxBytes: MAX_ZIPPED_BYTES, what: WHAT }), { what: WHAT });
}

/** Not every browser can iterate over a stream. */
async function* chunksOf(
  body: ReadableStream<Uint8Array>,
  onChunk: (length: number) => void,
): AsyncGenerator<Uint8Array> {
  const reader = body.getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    onChunk(value.length);
    yield value;
  }
}
