/** Level `worker`: models run in Workers of this process. */
import type { Dataset } from "../../core/dataset/dataset.ts";
import type { Outcome } from "../../core/evaluate/evaluate.ts";
import { LocalFailure } from "../../core/evaluate/failure.ts";
import { type CompiledRuntime, compileRuntime } from "../../core/evaluate/runtime.ts";
import { readRuntimeWasm } from "../runtime_wasm.ts";
import {
  type Backend,
  bounded,
  CannotIsolate,
  type EvaluateOptions,
  EvaluatorExhausted,
  GRACE_MS,
  remainingOf,
} from "./backend.ts";
import { OneShot, type OneShotOptions } from "./one_shot.ts";

/**
 * Gives every model a Worker and a runtime of its own. A Worker keeps crashes and memory away, but Deno cannot stop a busy
 * one: after a time-out this process is not trusted again.
 *
 * The Workers have the permissions of this process unless told otherwise: taking them away needs Deno's flag
 * `--unstable-worker-options`, without which trying it ends the process, and whether it was given cannot be asked.
 */
export class WorkerBackend implements Backend {
  readonly level = "worker";
  readonly #options: OneShotOptions;
  #compiled: Promise<CompiledRuntime> | undefined;
  #running: OneShot | undefined;
  #late: Error | undefined;

  /** Nothing is started yet. @throws {CannotIsolate} if the platform has no Workers */
  constructor(options: Partial<OneShotOptions> = {}) {
    if (typeof Worker !== "function") throw new CannotIsolate("this platform has no Workers");
    this.#options = { permissions: "inherit", ...options };
  }

  /** See {@link Backend}. */
  async evaluate(
    packed: Uint8Array,
    dataset: Dataset,
    options: EvaluateOptions,
  ): Promise<Outcome> {
    if (this.#late !== undefined) {
      const why = `a model timed out: ${this.#late.message}`;
      throw new EvaluatorExhausted(`runtime: ${why}; start the miner again`);
    }
    const compiled = await this.#compile();
    const left = remainingOf(options);
    const worker = new OneShot(compiled, this.#options);
    this.#running = worker;
    try {
      const job = { packed, dataset, remaining: left };
      const onProgress = (done: number) => options.onProgress?.(done, dataset.rows);
      return await bounded(worker.run(job, { onProgress }), {
        ms: left === undefined ? undefined : left + GRACE_MS,
        signal: options.signal,
      });
    } catch (error) {
      // One that was stopped from outside may be busy as well.
      const known = error instanceof LocalFailure && error.code !== "timeout";
      if (!known) this.#late = error instanceof Error ? error : new Error(String(error));
      throw error;
    } finally {
      worker.end();
      this.#running = undefined;
    }
  }

  /** See {@link Backend}. A busy Worker goes on until the process ends. */
  end(): Promise<void> {
    this.#running?.end();
    return Promise.resolve();
  }

  async #compile(): Promise<CompiledRuntime> {
    this.#compiled ??= readRuntimeWasm().then((wasm) => compileRuntime(wasm));
    try {
      return await this.#compiled;
    } catch (error) {
      this.#compiled = undefined; // The next model tries again.
      throw error;
    }
  }
}
