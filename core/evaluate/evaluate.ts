import type { Dataset } from "../dataset/dataset.ts";
import { admitModel } from "../model/admission/admit.ts";
import { inflateModel } from "../model/packing/inflate.ts";
import { type InvalidCode, InvalidModel } from "../model/invalid.ts";
import type { Signature } from "../model/admission/signature.ts";
import { LocalFailure } from "./failure.ts";
import { selfTest } from "./golden.ts";
import { sameRuntime } from "./known_runtimes.ts";
import { accuracy, macroF1, r2 } from "./metrics.ts";
import { classPredictions, type Taker, valuePredictions } from "./predictions.ts";
import type { Runtime, Session } from "./runtime.ts";
import { BATCH_ROWS, modelTask } from "./task.ts";

/** Longest stretch of work, in ms, before timers and network get a turn. */
const TURN_MS = 200;

/** What every honest miner finds: a score from 0 to 100,000, or why the model is INVALID (which scores 0). */
export type Outcome = { score: number } | { invalid: InvalidCode; message: string };

/** How to watch and bound a run over a data set. */
export interface ScoreOptions {
  /** Give up as LOCAL at this time, in ms as of `now`; looked at between batches only. */
  deadline?: number;
  /** Clock in ms, by default `Date.now`. */
  now?: () => number;
  /** Told after every batch. */
  onProgress?: (done: number, rows: number) => void;
}

/** What of a data set evaluating reads: its rows as models get them, and its manifest. */
export type TestRows = Pick<Dataset, "manifest" | "rows" | "features" | "labels" | "inputs">;

/** A model that is ready to score a data set. */
export interface OpenModel {
  /** The model, loaded. */
  session: Session;
  /** How it is fed and read. */
  signature: Signature;
}

/**
 * Scores a packed model: the same result for every miner from the same packed model, test set and
 * manifest (PROTOCOL.md section 7). Inflates, admits and loads the model, then runs it in batches of
 * 100 rows. Evaluations on one runtime wait for each other.
 *
 * @throws {LocalFailure} whatever else goes wrong: never a score
 */
export async function evaluate(
  packed: Uint8Array,
  dataset: TestRows,
  options: ScoreOptions & { runtime: Runtime },
): Promise<Outcome> {
  const { runtime } = options;
  checkRuntime(runtime, dataset);
  try {
    return await runtime.exclusive(async () => {
      await selfTest(runtime);
      const model = await openModel(packed, dataset, { runtime });
      try {
        return { score: await scoreModel(model, dataset, options) };
      } finally {
        await model.session.release();
      }
    });
  } catch (error) {
    if (error instanceof InvalidModel) return { invalid: error.code, message: error.message };
    if (error instanceof LocalFailure) throw error;
    const why = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    throw new LocalFailure("crash", `evaluation: failed with "${why}"`, { cause: error });
  }
}

/**
 * Inflates, admits and loads a packed model; the caller releases its session. Only inside
 * `runtime.exclusive`.
 *
 * @throws {InvalidModel} if the model is INVALID
 * @throws {LocalFailure} as {@link Runtime.open}
 */
export async function openModel(
  packed: Uint8Array,
  { manifest, rows }: Pick<TestRows, "manifest" | "rows">,
  { runtime }: { runtime: Runtime },
): Promise<OpenModel> {
  const onnx = inflateModel(packed);
  const signature = admitModel(onnx, { ...modelTask(manifest), rows });
  return { session: await runtime.open(onnx), signature };
}

/**
 * Runs a loaded model over a data set and applies the manifest's metric: a score from 0 to 100,000.
 * Only inside `runtime.exclusive`.
 *
 * @throws {InvalidModel} `run-failed`, `output-type` or `output-shape`
 * @throws {LocalFailure} `timeout`, `allocation` or `crash`
 */
export async function scoreModel(
  model: OpenModel,
  dataset: TestRows,
  options: ScoreOptions = {},
): Promise<number> {
  const { rows, labels, manifest } = dataset;
  if (manifest.classes === undefined) {
    const { predicted, take } = valuePredictions(rows);
    await runBatches(model, dataset, { ...options, take });
    return r2(Float64Array.from(labels), predicted);
  }
  const classes = manifest.classes.length;
  const { kind } = model.signature;
  const { predicted, take } = classPredictions({ rows, classes, kind });
  await runBatches(model, dataset, { ...options, take });
  const indices = Int32Array.from(labels);
  return manifest.metric.name === "macro-f1"
    ? macroF1(indices, predicted, { classes })
    : accuracy(indices, predicted);
}

async function runBatches(
  { session, signature }: OpenModel,
  dataset: TestRows,
  { take, deadline = Infinity, now = Date.now, onProgress }: ScoreOptions & { take: Taker },
): Promise<void> {
  const { rows, features } = dataset;
  const { input, output, shape } = signature;
  const inputs = dataset.inputs;
  let turnEnds = performance.now() + TURN_MS;
  for (let start = 0; start < rows; start += BATCH_ROWS) {
    if (now() >= deadline) {
      throw new LocalFailure("timeout", `evaluation: out of time after ${start} of ${rows} rows`);
    }
    const count = Math.min(BATCH_ROWS, rows - start);
    const data = inputs.subarray(start * features, (start + count) * features);
    take(await session.run({ input, data, dims: [count, ...shape], output }), {
      start,
      rows: count,
    });
    onProgress?.(start + count, rows);
    if (performance.now() >= turnEnds) {
      await new Promise((resolve) => setTimeout(resolve));
      turnEnds = performance.now() + TURN_MS;
    }
  }
}

function checkRuntime(runtime: Runtime, { manifest }: Pick<TestRows, "manifest">): void {
  if (sameRuntime(runtime.pin, manifest.runtime)) return;
  const show = ({ name, version, wasm }: typeof runtime.pin) => `${name} ${version} (wasm ${wasm})`;
  throw new LocalFailure(
    "unknown-runtime",
    `runtime: expected ${show(manifest.runtime)}, got ${show(runtime.pin)}`,
  );
}
