/**
 * The evaluating process, which `ProcessBackend` starts with hardly a permission: takes data sets and models from
 * stdin, and answers on stdout.
 */
import { scaleInputs } from "../../core/dataset/inputs.ts";
import type { TestRows } from "../../core/evaluate/evaluate.ts";
import { LocalFailure } from "../../core/evaluate/failure.ts";
import { type CompiledRuntime, compileRuntime } from "../../core/evaluate/runtime.ts";
import { readRuntimeWasm } from "../runtime_wasm.ts";
import { encodeFrame, FrameReader } from "./frames.ts";
import {
  type Answer,
  MAX_PART_BYTES,
  MAX_REQUEST_BYTES,
  type Request,
  shorten,
} from "./messages.ts";
import { OneShot } from "./one_shot.ts";

/**
 * Bytes of this process, besides the data set, from which on it begins with no second model: what ended Workers
 * leave behind. Its first one it always runs: a new process would be no smaller.
 */
const RETIRE_BYTES = 220e6;
/** Most bytes that a model may add, besides the copy of the rows that it gets: 256 MiB of a runtime's memory, and some. */
const MODEL_BYTES = 310e6;
/** Values that are converted at a time: the data set is never here twice. */
const CONVERTED = 2 ** 20;
/** How often the process looks at its own size, in ms. */
const WATCH_MS = 50;
/** How long an ended Worker has until its memory is counted, in ms. */
const SETTLE_MS = 30;

type Evaluate = Extract<Request, { kind: "evaluate" }>;

/**
 * Serves until stdin ends, which it does when the miner ends, however that came about. The main thread stays idle while a
 * model runs in its Worker, so it can always hear that, and end the process with whatever runs in it.
 *
 * @param options `worker`: another script for the Workers, for tests
 */
export async function serveEvaluations({ worker }: { worker?: URL } = {}): Promise<never> {
  const input = new FrameReader(Deno.stdin.readable);
  let server: Server;
  try {
    server = new Server(await compileRuntime(await readRuntimeWasm()), worker);
  } catch (error) {
    const code = error instanceof LocalFailure ? error.code : "start-failed";
    send({ kind: "failed", code, message: shorten(String(error)) });
    Deno.exit(1);
  }
  send({ kind: "ready" });
  for (;;) {
    const request = await input.head(MAX_REQUEST_BYTES) as Request | undefined;
    if (request === undefined) Deno.exit(0);
    if (request.kind === "dataset") await server.take(request, input);
    else server.start(request, await input.bytes(partBytes(request.bytes)));
  }
}

/** What the process has at hand: a data set, and a Worker that has started already. */
class Server {
  readonly #compiled: CompiledRuntime;
  readonly #script: URL | undefined;
  #dataset: TestRows | undefined;
  #spare: OneShot | undefined;
  #busy = false;
  #used = false;

  constructor(compiled: CompiledRuntime, script: URL | undefined) {
    this.#compiled = compiled;
    this.#script = script;
    this.#spare = this.#open();
  }

  /** Reads a data set; it takes the place of the last one. */
  async take(
    { manifest, values, labels }: Extract<Request, { kind: "dataset" }>,
    input: FrameReader,
  ): Promise<void> {
    this.#dataset = undefined;
    const array = values.type === "uint8" ? Uint8Array : Float64Array;
    const inputs = new Float32Array(partBytes(values.bytes) / array.BYTES_PER_ELEMENT);
    for (let at = 0; at < inputs.length; at += CONVERTED) {
      const length = Math.min(CONVERTED, inputs.length - at);
      const { buffer } = await input.bytes(length * array.BYTES_PER_ELEMENT);
      inputs.set(scaleInputs(new array(buffer), manifest.input), at);
    }
    const rest = (await input.bytes(partBytes(labels.bytes))).buffer;
    const all = labels.type === "int32" ? new Int32Array(rest) : new Float64Array(rest);
    const rows = all.length;
    this.#dataset = { manifest, features: inputs.length / rows, rows, labels: all, inputs };
  }

  /** Starts an evaluation, and answers when it ends. */
  start(request: Evaluate, packed: Uint8Array): void {
    const { id } = request;
    const dataset = this.#dataset;
    if (this.#busy || dataset === undefined) {
      throw new TypeError("request: expected a data set, and then one model at a time");
    }
    if (this.#used && rss() > this.#retireBytes()) return send({ kind: "retire", id });
    this.#busy = this.#used = true;
    this.#run(request, { packed, dataset }).then(send, (error) => {
      const code = error instanceof LocalFailure ? error.code : "crash";
      const message = error instanceof Error ? error.message : String(error);
      send({ kind: "local", id, code, message: shorten(message) });
    });
  }

  async #run(
    { id, remaining }: Evaluate,
    job: { packed: Uint8Array; dataset: TestRows },
  ): Promise<Answer> {
    const worker = this.#spare ?? this.#open();
    this.#spare = undefined;
    const most = Math.max(rss(), this.#retireBytes()) + MODEL_BYTES + job.dataset.inputs.byteLength;
    const watch = setInterval(() => exitIfLarger(most, id), WATCH_MS);
    try {
      const outcome = await worker.run({ ...job, remaining: remaining ?? undefined }, {
        onProgress: (done) => send({ kind: "progress", id, done }),
      });
      return { kind: "outcome", id, outcome };
    } finally {
      clearInterval(watch);
      worker.end();
      this.#busy = false;
      setTimeout(() => this.#prepare(), SETTLE_MS);
    }
  }

  /** Opens the next Worker while there is nothing to do. */
  #prepare(): void {
    if (!this.#busy && rss() <= this.#retireBytes()) this.#spare ??= this.#open();
  }

  #retireBytes(): number {
    const { inputs, labels } = this.#dataset ?? {};
    return RETIRE_BYTES + (inputs?.byteLength ?? 0) + (labels?.byteLength ?? 0);
  }

  #open(): OneShot {
    return new OneShot(this.#compiled, { permissions: "none", script: this.#script });
  }
}

function partBytes(bytes: number): number {
  if (Number.isSafeInteger(bytes) && bytes >= 0 && bytes <= MAX_PART_BYTES) return bytes;
  throw new RangeError(`request: expected 0 to ${MAX_PART_BYTES} bytes, got ${bytes}`);
}

function rss(): number {
  return Deno.memoryUsage().rss;
}

function exitIfLarger(maxBytes: number, id: number): void {
  const bytes = rss();
  if (bytes <= maxBytes) return;
  const message = `process: expected at most ${megabytes(maxBytes)}, has ${megabytes(bytes)}`;
  send({ kind: "local", id, code: "allocation", message });
  Deno.exit(1);
}

function megabytes(bytes: number): string {
  return `${Math.round(bytes / 1e6)} MB of memory`;
}

function send(answer: Answer): void {
  const frame = encodeFrame(answer);
  for (let at = 0; at < frame.length;) at += Deno.stdout.writeSync(frame.subarray(at));
}

if (import.meta.main) await serveEvaluations();
