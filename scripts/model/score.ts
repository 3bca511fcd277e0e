/** Scores of packed models on rows of this machine, as a miner finds them. */
import type { Dataset } from "../../core/dataset/dataset.ts";
import { evaluate, type Outcome } from "../../core/evaluate/evaluate.ts";
import { type Runtime, startRuntime } from "../../core/evaluate/runtime.ts";
import { readRuntimeWasm } from "../../functions/runtime_wasm.ts";

/** Scores a packed model. */
export type Score = (
  packed: Uint8Array,
  onProgress?: (done: number, rows: number) => void,
) => Promise<Outcome>;

/** A scorer on a data set, with a runtime of its own that starts at the first model. */
export function createScorer(dataset: Dataset): Score {
  let starting: Promise<Runtime> | undefined;
  return async (packed, onProgress) => {
    const runtime = await (starting ??= readRuntimeWasm().then((wasm) => startRuntime(wasm)));
    return await evaluate(packed, dataset, { runtime, ...(onProgress && { onProgress }) });
  };
}
