/**
 * What keeping models apart costs: the time to score one model on 10,000 rows, from packed model to score, in a Worker of
 * a process of its own and in a Worker of this process, each divided by that on one runtime in this process. All
 * are warm: starting the process (0.5 s, once for many models) is not in it, starting the model's own runtime is.
 */
import type { Dataset } from "../../core/dataset/dataset.ts";
import { packModel } from "../../core/model/packing/pack.ts";
import type { Backend } from "../../functions/isolation/backend.ts";
import { InProcessBackend } from "../../functions/isolation/in_process.ts";
import { ProcessBackend } from "../../functions/isolation/process_backend.ts";
import { WorkerBackend } from "../../functions/isolation/worker_backend.ts";
import { models } from "./evaluate.ts";
import { comparePairs } from "./measure.ts";
import { loadMnist } from "./mnist.ts";

/** A model on which hardly anything but the isolation takes time, and one on which it weighs as it does on most. */
const MODELS = ["torch_linear", "torch_lenet5"];

/**
 * Ratios by `isolation.<level>.<model>`, medians of 5 interleaved measurements; and `isolation.peakMb`, the most
 * memory that any of the processes had, in MB (on Linux only).
 */
export async function benchIsolation(): Promise<Record<string, number>> {
  const dataset = await loadMnist();
  const none = new InProcessBackend();
  const process = new ProcessBackend();
  const worker = new WorkerBackend();
  const figures: Record<string, number> = {};
  let peak = 0;
  try {
    for (const [name, onnx] of await models(MODELS)) {
      const packed = packModel(onnx);
      const bare = () => none.evaluate(packed, dataset, {});
      figures[`isolation.process.${name}`] = await comparePairs({
        ours: async () => {
          await process.evaluate(packed, dataset, {});
          peak = Math.max(peak, await peakBytes(process.pid));
        },
        bare,
      });
      figures[`isolation.worker.${name}`] = await comparePairs({
        ours: () => worker.evaluate(packed, dataset, {}),
        bare,
      });
      await checkEqual([none, process, worker], { packed, dataset });
    }
  } finally {
    await process.end();
    await worker.end();
  }
  return peak > 0 ? { ...figures, "isolation.peakMb": peak / 1e6 } : figures;
}

/** A speed that gives another score would mean nothing. */
async function checkEqual(
  backends: readonly Backend[],
  { packed, dataset }: { packed: Uint8Array; dataset: Dataset },
): Promise<void> {
  const texts = new Set<string>();
  for (const backend of backends) {
    texts.add(JSON.stringify(await backend.evaluate(packed, dataset, {})));
  }
  if (texts.size > 1) throw new Error(`expected one outcome, got ${[...texts].join(" and ")}`);
}

/** The most memory that a process has had; 0 where the system does not tell. */
async function peakBytes(pid: number | undefined): Promise<number> {
  if (pid === undefined || Deno.build.os !== "linux") return 0;
  const status = await Deno.readTextFile(`/proc/${pid}/status`);
  return 1024 * Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1] ?? 0);
}

if (import.meta.main) {
  // deno-lint-ignore no-console
  console.log(JSON.stringify(await benchIsolation(), null, 2));
}
