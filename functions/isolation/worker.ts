/** Runs in a Worker of its own: starts a runtime, scores one model with it, and does nothing more. */
import "./worker_globals.ts";
import { evaluate, type TestRows } from "../../core/evaluate/evaluate.ts";
import { LocalFailure } from "../../core/evaluate/failure.ts";
import { type CompiledRuntime, type Runtime, startRuntime } from "../../core/evaluate/runtime.ts";
import { type Answer, shorten, shortOutcome } from "./messages.ts";

/** What the Worker is told: first to start, then what to score. */
export type WorkerOrder =
  | { kind: "start"; compiled: CompiledRuntime }
  | { kind: "evaluate"; job: Job };

/** One evaluation. */
export interface Job {
  /** The packed model. */
  packed: Uint8Array;
  /** What it is scored on. */
  dataset: TestRows;
  /** Milliseconds that are left for it; undefined: as many as it takes. */
  remaining: number | undefined;
}

/** What the Worker says; the evaluation has no number here, since there is only one. */
export type WorkerAnswer =
  | { kind: "progress"; done: number }
  | Pick<Extract<Answer, { kind: "outcome" }>, "kind" | "outcome">
  | Pick<Extract<Answer, { kind: "local" }>, "kind" | "code" | "message">;

/** Progress is told this often at most, in ms. */
const PROGRESS_MS = 100;

const worker = self as unknown as {
  onmessage: (event: MessageEvent<WorkerOrder>) => void;
  postMessage: (answer: WorkerAnswer) => void;
};

let starting: Promise<Runtime> | undefined;

worker.onmessage = async ({ data: order }) => {
  if (order.kind === "start") {
    starting = startRuntime(order.compiled);
    starting.catch(() => {}); // Told when there is a model.
  } else worker.postMessage(await answer(order.job));
};

async function answer({ packed, dataset, remaining }: Job): Promise<WorkerAnswer> {
  const deadline = remaining === undefined ? Infinity : performance.now() + remaining;
  let nextAt = performance.now() + PROGRESS_MS;
  try {
    if (starting === undefined) throw new LocalFailure("crash", "runtime: it was never started");
    const outcome = await evaluate(packed, dataset, {
      runtime: await starting,
      deadline,
      now: () => performance.now(),
      onProgress: (done) => {
        if (performance.now() < nextAt) return;
        nextAt = performance.now() + PROGRESS_MS;
        worker.postMessage({ kind: "progress", done });
      },
    });
    return { kind: "outcome", outcome: shortOutcome(outcome) };
  } catch (error) {
    const code = error instanceof LocalFailure ? error.code : "crash";
    const message = error instanceof Error ? error.message : String(error);
    return { kind: "local", code, message: shorten(message) };
  }
}
