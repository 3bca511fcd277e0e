/** Level `none`: models run in this process, one session after the other on one runtime. */
import type { Dataset } from "../../core/dataset/dataset.ts";
import type { Outcome } from "../../core/evaluate/evaluate.ts";
import { LocalFailure } from "../../core/evaluate/failure.ts";
import type { Runtime } from "../../core/evaluate/runtime.ts";
import { type Backend, type EvaluateOptions, EvaluatorExhausted, RunFailure } from "./backend.ts";

/** How runtimes start. */
export interface RuntimeStarts {
  /** The first one; that of the package unless told. */
  start?: (() => Promise<Runtime>) | undefined;
  /** Each one after a crash; that of the package unless told. */
  fresh?: (() => Promise<Runtime>) | undefined;
}

/** Runtimes that one process may spend: what each had in memory stays until the process ends. */
const MAX_SPENT = 6;

/**
 * Imports and starts the runtime with the first model. A crash or a failed allocation spends it, and the next model
 * gets a fresh one; after a time-out nothing is run here again.
 */
export class InProcessBackend implements Backend {
  readonly level = "none";
  readonly #starts: RuntimeStarts;
  #current: Promise<Runtime> | undefined;
  #spent = 0;
  #late: LocalFailure | undefined;

  /** Nothing is started yet. */
  constructor(starts: RuntimeStarts = {}) {
    this.#starts = starts;
  }

  /** See {@link Backend}. A signal is looked at before it starts. */
  async evaluate(
    packed: Uint8Array,
    dataset: Dataset,
    options: EvaluateOptions,
  ): Promise<Outcome> {
    const { evaluate } = await import("../../core/evaluate/evaluate.ts");
    const runtime = await this.#sound();
    options.signal?.throwIfAborted();
    try {
      return await evaluate(packed, dataset, { ...options, runtime });
    } catch (error) {
      if (!(error instanceof LocalFailure)) throw error;
      const { code, message } = error;
      if (code === "timeout") this.#late = error;
      if (runtime.spent !== error || (code !== "crash" && code !== "allocation")) throw error;
      throw new RunFailure(code, message, { cause: error });
    }
  }

  /** See {@link Backend}: there is nothing to end. */
  end(): Promise<void> {
    return Promise.resolve();
  }

  /** @throws {LocalFailure} if it does not start @throws {EvaluatorExhausted} if too many were spent */
  async #sound(): Promise<Runtime> {
    if (this.#late !== undefined) throw exhausted(`a model timed out: ${this.#late.message}`);
    this.#current ??= this.#start();
    const runtime = await this.#current;
    if (runtime.spent === undefined) return runtime;
    if (++this.#spent >= MAX_SPENT) {
      throw exhausted(`${MAX_SPENT} were spent, the last one since: ${runtime.spent.message}`);
    }
    this.#current = undefined;
    return await this.#sound();
  }

  async #start(): Promise<Runtime> {
    const { start = startPinned, fresh = startFresh } = this.#starts;
    try {
      return await (this.#spent === 0 ? start() : fresh());
    } catch (error) {
      this.#current = undefined; // The next model tries again.
      throw error;
    }
  }
}

function exhausted(why: string): EvaluatorExhausted {
  return new EvaluatorExhausted(`runtime: ${why}; start the miner again`);
}

async function startPinned(): Promise<Runtime> {
  const { startRuntime } = await import("../../core/evaluate/runtime.ts");
  const { readRuntimeWasm } = await import("../runtime_wasm.ts");
  return await startRuntime(await readRuntimeWasm());
}

async function startFresh(): Promise<Runtime> {
  const { startFreshRuntime } = await import("../runtime_wasm.ts");
  return await startFreshRuntime();
}
