/** Scores a model off the page's thread, by the code that miners run. Each model has a worker of its own. */
import { Dataset, type Rows } from "../../../core/dataset/dataset.ts";
import type { Manifest } from "../../../core/dataset/manifest.ts";
import { evaluate, type Outcome } from "../../../core/evaluate/evaluate.ts";
import {
  type CompiledRuntime,
  compileRuntime,
  startRuntime,
} from "../../../core/evaluate/runtime.ts";
import { loadRuntime } from "./load_runtime.ts";
import { type Port, serve } from "./rpc.ts";

/** What the worker answers. */
export interface ScoreJobs {
  /** Fetches and compiles the runtime. Fails as LocalFailure if it is not the one that miners run. */
  runtime: { input: { url: string }; output: CompiledRuntime };
  /** Scores a packed model on these rows. Fails as LocalFailure, which says nothing about the model. */
  score: { input: ScoreInput; output: Outcome };
}

/** A model and what to score it on. */
export interface ScoreInput {
  /** The packed model. */
  packed: Uint8Array;
  /** Says what models get, and how they are scored. */
  manifest: Manifest;
  /** The rows, as they stand in the files. */
  rows: Rows;
  /** What runs it. */
  runtime: CompiledRuntime;
}

serve<ScoreJobs>(globalThis as unknown as Port, {
  runtime: async ({ url }, context) => compileRuntime(await loadRuntime(url, context)),
  async score({ packed, manifest, rows, runtime }, { progress }) {
    return await evaluate(packed, new Dataset(manifest, rows), {
      runtime: await startRuntime(runtime),
      onProgress: (done, all) => progress(done / all),
    });
  },
});
