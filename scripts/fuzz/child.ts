/**
 * The process that runs changed models: takes their numbers and the seed as one argument, prints one line of JSON for each. Ends
 * after the first that spends the runtime.
 */
import { startRuntime } from "../../core/evaluate/runtime.ts";
import { readRuntimeWasm } from "../../functions/runtime_wasm.ts";
import type { Dataset } from "../../core/dataset/dataset.ts";
import { loadCorpus } from "./corpus.ts";
import { datasetOf, type Task } from "./data.ts";
import { watchMemory } from "./gauge.ts";
import { mutantOf } from "./mutant.ts";
import { type Trial, tryModel } from "./trial.ts";

/** What the process is asked. */
export interface Order {
  /** Of all changes. */
  readonly seed: number;
  /** Numbers of the models, in order. */
  readonly indices: readonly number[];
  /** Where the corpus lies. */
  readonly folder: string;
}

/** A line that it prints. */
export interface Line extends Trial {
  /** Number of the model. */
  readonly index: number;
  /** Where it came from and what was changed. */
  readonly story: readonly string[];
}

async function run({ seed, indices, folder }: Order): Promise<void> {
  const heap = watchMemory();
  const runtime = await startRuntime(await readRuntimeWasm());
  const seeds = await loadCorpus(folder);
  const datasets = new Map<string, Dataset>();
  const datasetFor = (task: Task) => {
    const key = JSON.stringify(task);
    const known = datasets.get(key) ?? datasetOf(task);
    datasets.set(key, known);
    return known;
  };
  for (const index of indices) {
    const { packed, task, story } = mutantOf(seeds, { seed, index });
    const trial = await tryModel(packed, { bench: { runtime, heap }, dataset: datasetFor(task) });
    print({ index, story, ...trial });
    if (runtime.spent !== undefined) return;
  }
}

function print(line: Line): void {
  const bytes = new TextEncoder().encode(`${JSON.stringify(line)}\n`);
  for (let at = 0; at < bytes.length;) at += Deno.stdout.writeSync(bytes.subarray(at));
}

if (import.meta.main) await run(JSON.parse(Deno.args[0] ?? "{}"));
