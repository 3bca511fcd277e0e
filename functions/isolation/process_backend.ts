/** Level `process`: models run in a process that can be killed. */
import type { Dataset } from "../../core/dataset/dataset.ts";
import type { Outcome } from "../../core/evaluate/evaluate.ts";
import { LocalFailure } from "../../core/evaluate/failure.ts";
import { type Backend, bounded, type EvaluateOptions, GRACE_MS, remainingOf } from "./backend.ts";
import { EvaluationProcess } from "./child_process.ts";

/** How long a process may have nothing to do until it is ended, in ms. */
const IDLE_MS = 60_000;

/** How to make one. */
export interface ProcessOptions {
  /** Another script for the process, for tests. */
  script?: URL | undefined;
}

/**
 * Keeps one process, started with the first model. It is killed after anything but a result: a time-out, a crash,
 * a strange answer; the next model gets another one. Inside it every model has a Worker and a runtime of its own.
 */
export class ProcessBackend implements Backend {
  readonly level = "process";
  readonly #script: URL | undefined;
  readonly #ended = new AbortController();
  #process: EvaluationProcess | undefined;
  #idle: ReturnType<typeof setTimeout> | undefined;

  /** Nothing is started yet. */
  constructor({ script }: ProcessOptions = {}) {
    this.#script = script;
  }

  /** Number of the process in the system; undefined while there is none. */
  get pid(): number | undefined {
    return this.#process?.pid;
  }

  /**
   * Starts the process if there is none.
   *
   * @throws {CannotIsolate} if the platform does not allow it
   * @throws {LocalFailure} if it does not start
   */
  async start(given?: AbortSignal): Promise<EvaluationProcess> {
    const ended = this.#ended.signal;
    const signal = given === undefined ? ended : AbortSignal.any([ended, given]);
    signal.throwIfAborted();
    const process = this.#process ??= await EvaluationProcess.start({
      script: this.#script,
      signal,
    });
    signal.throwIfAborted(); // It may have started in spite of the signal; the next model gets it.
    return process;
  }

  /** See {@link Backend}. */
  async evaluate(
    packed: Uint8Array,
    dataset: Dataset,
    options: EvaluateOptions,
  ): Promise<Outcome> {
    const { signal, onProgress } = options;
    signal?.throwIfAborted();
    clearTimeout(this.#idle);
    const stop = new AbortController();
    const job = {
      packed,
      dataset,
      remaining: () => remainingOf(options),
      onProgress: (done: number) => onProgress?.(done, dataset.rows),
    };
    const left = remainingOf(options);
    const running = this.#run(job, stop.signal);
    try {
      return await bounded(running, {
        ms: left === undefined ? undefined : left + GRACE_MS,
        signal,
      });
    } catch (error) {
      stop.abort(error);
      await this.#replace();
      await running.catch(() => {}); // Over before the next one begins; its failure is the caller's already.
      throw error;
    } finally {
      this.#idle = setTimeout(() => this.#replace(), IDLE_MS);
      Deno.unrefTimer(this.#idle);
    }
  }

  /** See {@link Backend}. */
  async end(): Promise<void> {
    clearTimeout(this.#idle);
    this.#ended.abort(new LocalFailure("crash", "evaluation: the miner is ending"));
    await this.#replace();
  }

  async #run(
    job: Parameters<EvaluationProcess["run"]>[0],
    signal: AbortSignal,
  ): Promise<Outcome> {
    const outcome = await (await this.start(signal)).run(job);
    if (outcome !== undefined) return outcome;
    await this.#replace(); // It has grown too large.
    const again = await (await this.start(signal)).run(job);
    if (again !== undefined) return again;
    throw new LocalFailure("allocation", "process: too large before it has run a model");
  }

  async #replace(): Promise<void> {
    const process = this.#process;
    this.#process = undefined;
    await process?.end();
  }
}
