/** A Worker that scores one model. */
import type { Outcome } from "../../core/evaluate/evaluate.ts";
import type { CompiledRuntime } from "../../core/evaluate/runtime.ts";
import { failureOf, RunFailure } from "./backend.ts";
import type { Job, WorkerAnswer, WorkerOrder } from "./worker.ts";

/** How to open one. */
export interface OneShotOptions {
  /** Takes all permissions from it. Deno must run with `--unstable-worker-options`, else it ends the process. */
  permissions: "none" | "inherit";
  /** Its script; that of this folder unless told. */
  script?: URL | undefined;
}

/** A Worker with a runtime of its own, that starts at once and waits for its one model. */
export class OneShot {
  readonly #worker: Worker;
  readonly #broken = Promise.withResolvers<never>();

  /** Opens it, with what is compiled already. */
  constructor(
    compiled: CompiledRuntime,
    { permissions, script = new URL("worker.ts", import.meta.url) }: OneShotOptions,
  ) {
    const none = permissions === "none" ? { deno: { permissions } } : {};
    this.#broken.promise.catch(() => {}); // Told when there is a model.
    this.#worker = new Worker(script, { type: "module", ...none } as WorkerOptions);
    this.#worker.onerror = (event) => {
      event.preventDefault();
      this.#broken.reject(new RunFailure("crash", `runtime: its Worker failed: ${event.message}`));
    };
    this.#order({ kind: "start", compiled });
  }

  /**
   * Scores its model; once.
   *
   * @param options `onProgress`: told how many rows are done, ten times a second at most
   * @throws {RunFailure} `allocation`, `crash`
   * @throws {LocalFailure} whatever else went wrong
   */
  async run(job: Job, { onProgress }: { onProgress: (done: number) => void }): Promise<Outcome> {
    const ended = Promise.withResolvers<Outcome>();
    this.#worker.onmessage = ({ data: answer }: MessageEvent<WorkerAnswer>) => {
      if (answer.kind === "progress") onProgress(answer.done);
      else if (answer.kind === "outcome") ended.resolve(answer.outcome);
      else ended.reject(failureOf(answer));
    };
    // The rows are copied: nothing that this model could do to them reaches the next.
    const { manifest, rows, features, labels } = job.dataset;
    const inputs = job.dataset.inputs.slice();
    const dataset = { manifest, rows, features, labels, inputs };
    this.#order({ kind: "evaluate", job: { ...job, dataset } }, [inputs.buffer]);
    return await Promise.race([ended.promise, this.#broken.promise]);
  }

  /** Ends it. If it is busy, its thread goes on until the process ends: Deno cannot stop it. */
  end(): void {
    this.#worker.terminate();
  }

  #order(order: WorkerOrder, transfer: Transferable[] = []): void {
    this.#worker.postMessage(order, transfer);
  }
}
