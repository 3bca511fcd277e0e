/** One changed model, taken through admission and the runtime, and all that must hold of it. */
import type { Dataset } from "../../core/dataset/dataset.ts";
import { type OpenModel, scoreModel } from "../../core/evaluate/evaluate.ts";
import { LocalFailure } from "../../core/evaluate/failure.ts";
import type { ArrayValue, Runtime } from "../../core/evaluate/runtime.ts";
import { modelTask } from "../../core/evaluate/task.ts";
import { admitModel, type Admitted } from "../../core/model/admission/admit.ts";
import { InvalidModel } from "../../core/model/invalid.ts";
import { inflateModel } from "../../core/model/packing/inflate.ts";
import { unitOf } from "./gauge.ts";

/** Times that a run may take what its work was counted as. */
export const MOST_TIMES = 4;
/** Runs shorter than this, in ms, tell nothing. */
const SHORT_MS = 5;
/** Longest admission, in ms: what a verdict may take. */
const SLOW_ADMISSION_MS = 2_000;
/** What loading may take besides its work, in ms: 2,000 nodes are the most. */
const LOADING_MS = 1_500;
/** Measurements before a time counts as too long: machines pause. */
const TRIES = 4;
/** Bytes of memory that a runtime has before its first model, with room to grow in steps. */
const BASE_BYTES = 48 * 2 ** 20;
const BATCH = 100;

/** What came of a model. */
export interface Trial {
  /** An InvalidCode, "score", or "local". */
  readonly verdict: string;
  /** Whether admission let it through. */
  readonly admitted: boolean;
  /** The verdict, and of a score all bits of the outputs: the same in every process. */
  readonly digest: string;
  /** What must not be, such as "crash: ...". */
  readonly problems: readonly string[];
  /** Longest run in relation to its counted work; 0 if too short to tell. */
  readonly times: number;
}

/** Where models run. */
export interface Bench {
  readonly runtime: Runtime;
  /** Bytes of its memory now. */
  readonly heap: () => number;
}

/** Tries a model. The runtime may be spent after it. */
export async function tryModel(
  packed: Uint8Array,
  { bench, dataset }: { bench: Bench; dataset: Dataset },
): Promise<Trial> {
  const problems: string[] = [];
  let admitted: Admitted;
  let onnx: Uint8Array;
  try {
    onnx = inflateModel(packed);
    admitted = admit(onnx, { dataset, problems });
  } catch (error) {
    return failed(error, { admitted: false, problems });
  }
  try {
    return await bench.runtime.exclusive(() =>
      runTwice(onnx, { admitted, bench, dataset, problems })
    );
  } catch (error) {
    return failed(error, { admitted: true, problems });
  }
}

function admit(
  onnx: Uint8Array,
  { dataset, problems }: { dataset: Dataset; problems: string[] },
): Admitted {
  const task = { ...modelTask(dataset.manifest), rows: dataset.rows };
  let ms = Infinity;
  try {
    for (let i = 0; i < TRIES && ms > SLOW_ADMISSION_MS; i++) {
      const startedAt = performance.now();
      try {
        const admitted = admitModel(onnx, task);
        ms = Math.min(ms, performance.now() - startedAt);
        if (ms <= SLOW_ADMISSION_MS || i === TRIES - 1) return admitted;
      } finally {
        ms = Math.min(ms, performance.now() - startedAt);
      }
    }
  } finally {
    if (ms > SLOW_ADMISSION_MS) problems.push(`slow admission: ${ms.toFixed(0)} ms`);
  }
  return admitModel(onnx, task);
}

interface Running {
  admitted: Admitted;
  bench: Bench;
  dataset: Dataset;
  problems: string[];
}

async function runTwice(onnx: Uint8Array, running: Running): Promise<Trial> {
  const { bench, admitted, problems } = running;
  const before = bench.heap();
  const first = await runOnce(onnx, running);
  const second = await runOnce(onnx, running);
  if (first.digest !== second.digest) {
    problems.push(`disagreement: ${first.digest}, then ${second.digest}`);
  }
  const most = heapBound(onnx, admitted);
  const heap = bench.heap();
  if (heap > before && heap > most) {
    problems.push(`memory: ${mib(heap)} MiB where at most ${mib(most)} were foretold`);
  }
  const runs = [first, second];
  const times = await timesOf(onnx, { ...running, runs });
  await checkLoading(onnx, { ...running, ms: Math.min(first.loading, second.loading) });
  return { ...first, admitted: true, problems, times };
}

/** Memory that a model may need: the file while it is read, constants twice (packed for the processor), and what is alive. */
function heapBound(onnx: Uint8Array, { constants, activations }: Admitted): number {
  return BASE_BYTES + 1.25 * (3 * onnx.length + 3 * constants + 2 * activations);
}

function mib(bytes: number): string {
  return (bytes / 2 ** 20).toFixed(0);
}

interface Once {
  verdict: string;
  digest: string;
  /** Milliseconds of the longest batch. */
  ms: number;
  /** Milliseconds until it was loaded. */
  loading: number;
}

/** Loads and runs a model. @throws {LocalFailure} */
async function runOnce(onnx: Uint8Array, { admitted, bench, dataset }: Running): Promise<Once> {
  const startedAt = performance.now();
  let loading = 0;
  try {
    const session = await bench.runtime.open(onnx);
    loading = performance.now() - startedAt;
    const digest = new Digest();
    let ms = 0;
    const watched: OpenModel = {
      signature: admitted,
      session: {
        ...session,
        run: async (feed) => {
          const from = performance.now();
          const output = await session.run(feed);
          ms = Math.max(ms, performance.now() - from);
          digest.add(output);
          return output;
        },
      },
    };
    try {
      const score = await scoreModel(watched, dataset);
      return { verdict: "score", digest: `${score} ${digest.hex()}`, ms, loading };
    } finally {
      await session.release();
    }
  } catch (error) {
    if (!(error instanceof InvalidModel)) throw error;
    return { verdict: error.code, digest: error.code, ms: 0, loading };
  }
}

/** The longest run in relation to its counted work, measured again where it is too much. */
async function timesOf(
  onnx: Uint8Array,
  { runs, ...running }: Running & { runs: Once[] },
): Promise<number> {
  const { admitted, bench, problems } = running;
  let ms = Math.min(...runs.map((run) => run.ms));
  if (ms < SHORT_MS) return 0;
  let unit = unitNow ??= await unitOf(bench.runtime);
  const counted = admitted.work * BATCH;
  for (let i = 0; i < TRIES && ms > MOST_TIMES * counted * unit; i++) {
    unit = await unitOf(bench.runtime);
    ms = Math.min(ms, (await runOnce(onnx, running)).ms);
  }
  const times = ms / (counted * unit);
  if (times > MOST_TIMES && ms >= SHORT_MS) {
    problems.push(
      `time: ${ms.toFixed(1)} ms, ${times.toFixed(1)} times the ${counted} that were counted`,
    );
  }
  return times;
}

/** As measured last in this process. */
let unitNow: number | undefined;

async function checkLoading(
  onnx: Uint8Array,
  { ms, ...running }: Running & { ms: number },
): Promise<void> {
  const { admitted, bench, problems } = running;
  for (let i = 0; i < TRIES; i++) {
    const unit = unitNow ??= await unitOf(bench.runtime);
    if (ms <= LOADING_MS + MOST_TIMES * admitted.work * BATCH * unit) return;
    ms = Math.min(ms, (await runOnce(onnx, running)).loading);
  }
  problems.push(`slow loading: ${ms.toFixed(0)} ms`);
}

function failed(
  error: unknown,
  { admitted, problems }: { admitted: boolean; problems: string[] },
): Trial {
  if (error instanceof InvalidModel) {
    return { verdict: error.code, digest: error.code, admitted, problems, times: 0 };
  }
  const what = error instanceof LocalFailure ? `${error.code}: ${error.message}` : thrown(error);
  return { verdict: "local", digest: "local", admitted, problems: [...problems, what], times: 0 };
}

function thrown(error: unknown): string {
  const stack = error instanceof Error ? error.stack ?? error.message : String(error);
  return `thrown: ${stack.split("\n").slice(0, 3).join(" ").replaceAll(/file:\/\/\S*\//g, "")}`;
}

/** FNV-1a of outputs. A NaN counts as one value: its bits are open. */
class Digest {
  #hash = 0x811c9dc5;

  add({ type, dims, data }: ArrayValue): void {
    for (const dim of dims) this.#word(dim);
    if (type !== "float32") {
      for (const element of Array.from(data as ArrayLike<bigint | number>)) {
        this.#word(Number(BigInt.asIntN(32, BigInt(element))));
      }
      return;
    }
    const floats = data as Float32Array;
    const bits = new Int32Array(floats.buffer, floats.byteOffset, floats.length);
    floats.forEach((float, i) => this.#word(Number.isNaN(float) ? 0x7fc00000 : bits[i]!));
  }

  hex(): string {
    return (this.#hash >>> 0).toString(16).padStart(8, "0");
  }

  #word(word: number): void {
    this.#hash = Math.imul(this.#hash ^ (word & 0xffff), 0x01000193);
    this.#hash = Math.imul(this.#hash ^ (word >>> 16), 0x01000193);
  }
}
