/** Evaluating on this machine: the runtime starts with the first model, and is replaced after a crash. */
import type { Dataset } from "../core/dataset/dataset.ts";
import type { Outcome, ScoreOptions } from "../core/evaluate/evaluate.ts";
import type { Runtime } from "../core/evaluate/runtime.ts";

/**
 * Scores a packed model on a test set, the same for every miner.
 *
 * @throws {LocalFailure} if it failed here, which says nothing about the model
 * @throws {EvaluatorExhausted} if this process can evaluate nothing more
 */
export type Evaluate = (
  packed: Uint8Array,
  dataset: Dataset,
  options: ScoreOptions,
) => Promise<Outcome>;

/** This process has spent all runtimes that it may: it is to be started again. */
export class EvaluatorExhausted extends Error {
  /** "EvaluatorExhausted". */
  override readonly name = "EvaluatorExhausted";
}

/** How runtimes start. */
export interface EvaluatorOptions {
  /** The first one; that of the package unless told. */
  start?: () => Promise<Runtime>;
  /** Each one after a crash; that of the package unless told. */
  fresh?: () => Promise<Runtime>;
}

/** Runs of one model that may spend a runtime before this process leaves it alone. */
const MAX_CRASHES = 2;
/** Runtimes that one process may spend: what each had in memory stays until the process ends. */
const MAX_SPENT = 6;

/**
 * Makes an evaluator. It imports and starts the runtime when it is first asked, since most ticks have nothing to
 * evaluate. A crash or a failed allocation spends the runtime: the next model gets a fresh one, and a model that spent
 * two is not run again in this process (another process may have more memory).
 */
export function createEvaluator(options: EvaluatorOptions = {}): Evaluate {
  const runtimes = new Runtimes(options);
  const crashes = new Map<string, number>();
  return async (packed, dataset, scoreOptions) => {
    const { evaluate } = await import("../core/evaluate/evaluate.ts");
    const { LocalFailure } = await import("../core/evaluate/failure.ts");
    const key = await digest(packed);
    const before = crashes.get(key) ?? 0;
    if (before >= MAX_CRASHES) {
      throw new LocalFailure(
        "spent",
        `runtime: this model crashed it ${before} times; not run again`,
      );
    }
    const runtime = await runtimes.sound();
    try {
      return await evaluate(packed, dataset, { ...scoreOptions, runtime });
    } catch (error) {
      const crashed = error instanceof LocalFailure && ["crash", "allocation"].includes(error.code);
      if (crashed && runtime.spent === error) crashes.set(key, before + 1);
      throw error;
    }
  };
}

/** The runtime in use: started once, replaced when it is spent. */
class Runtimes {
  readonly #options: EvaluatorOptions;
  #current: Promise<Runtime> | undefined;
  #spent = 0;

  constructor(options: EvaluatorOptions) {
    this.#options = options;
  }

  /** @throws {LocalFailure} if it does not start @throws {EvaluatorExhausted} if too many were spent */
  async sound(): Promise<Runtime> {
    this.#current ??= this.#start();
    const runtime = await this.#current;
    if (runtime.spent === undefined) return runtime;
    if (++this.#spent >= MAX_SPENT) {
      const why = `${MAX_SPENT} were spent, the last one since: ${runtime.spent.message}`;
      throw new EvaluatorExhausted(`runtime: ${why}; start the miner again`);
    }
    this.#current = undefined;
    return await this.sound();
  }

  async #start(): Promise<Runtime> {
    const { start = startPinned, fresh = startFresh } = this.#options;
    try {
      return await (this.#spent === 0 ? start() : fresh());
    } catch (error) {
      this.#current = undefined; // The next model tries again.
      throw error;
    }
  }
}

async function startPinned(): Promise<Runtime> {
  const { startRuntime } = await import("../core/evaluate/runtime.ts");
  const { readRuntimeWasm } = await import("./runtime_wasm.ts");
  return await startRuntime(await readRuntimeWasm());
}

async function startFresh(): Promise<Runtime> {
  const { startFreshRuntime } = await import("./runtime_wasm.ts");
  return await startFreshRuntime();
}

async function digest(bytes: Uint8Array): Promise<string> {
  const hash = await crypto.subtle.digest("SHA-256", bytes as Uint8Array<ArrayBuffer>);
  return new Uint8Array(hash).toHex();
}
