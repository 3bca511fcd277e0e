/** Evaluating models on this machine, kept apart from the miner as well as the platform allows. */
import type { Dataset } from "../core/dataset/dataset.ts";
import type { Outcome } from "../core/evaluate/evaluate.ts";
import { LocalFailure } from "../core/evaluate/failure.ts";
import {
  type Backend,
  bounded,
  type EvaluateOptions,
  remainingOf,
  RunFailure,
} from "./isolation/backend.ts";
import type { BackendOptions } from "./isolation/choose.ts";

export { type EvaluateOptions, EvaluatorExhausted, type Isolation } from "./isolation/backend.ts";
export type { BackendOptions, IsolationChoice } from "./isolation/choose.ts";

/**
 * Scores a packed model on a test set, the same for every miner. Calls wait for each other.
 *
 * @throws {LocalFailure} if it failed here, which says nothing about the model
 * @throws {EvaluatorExhausted} if this process can evaluate nothing more
 */
export type Evaluate = (
  packed: Uint8Array,
  dataset: Dataset,
  options: EvaluateOptions,
) => Promise<Outcome>;

/** Evaluates until it is disposed of, which ends the process that it may have started. */
export type Evaluator = Evaluate & AsyncDisposable;

/** Runs of one model that may crash before this miner leaves it alone. */
const MAX_CRASHES = 2;
/** A model that ran out of time, and that others wait for, is run again only with so many times the time that it had. */
const MORE_TIME = 1.25;

/**
 * Makes an evaluator. It imports and starts everything when it is first asked, since most ticks have nothing to
 * evaluate. A model that crashed twice is not run again by it: another miner's machine may have more memory.
 *
 * No model takes all the time of the others. Where they run in a process, so that one that is out of time costs nothing
 * but its time: while others wait a model gets half of what is left, and if it ran out of time before it waits until it gets
 * more than then, or until nobody else waits. So what finishes in half of a tick is finished, and what
 * never does costs the others about a tick in all.
 */
export function createEvaluator(options: BackendOptions = {}): Evaluator {
  const crashes = new Map<string, number>();
  /** Longest time, in ms, that a model has had without finishing. */
  const outOfTime = new Map<string, number>();
  let opening: Promise<Backend> | undefined;
  let last: Promise<unknown> = Promise.resolve();
  const ending = new AbortController();

  async function open(): Promise<Backend> {
    const { chooseBackend } = await import("./isolation/choose.ts");
    return await chooseBackend({ ...options, signal: ending.signal });
  }

  async function backend(): Promise<Backend> {
    opening ??= open();
    try {
      return await opening;
    } catch (error) {
      opening = undefined; // The next model tries again.
      throw error;
    }
  }

  async function run(
    packed: Uint8Array,
    dataset: Dataset,
    evaluateOptions: EvaluateOptions,
  ): Promise<Outcome> {
    evaluateOptions.signal?.throwIfAborted();
    ending.signal.throwIfAborted();
    if ((remainingOf(evaluateOptions) ?? 1) <= 0) {
      throw new LocalFailure("timeout", "evaluation: out of time before it began");
    }
    const key = await digest(packed);
    const before = crashes.get(key) ?? 0;
    if (before >= MAX_CRASHES) {
      const message = `runtime: this model crashed it ${before} times; not run again`;
      throw new LocalFailure("spent", message);
    }
    const chosen = await backend();
    const had = outOfTime.get(key) ?? 0;
    const given = chosen.level === "process" ? shareOf(evaluateOptions, had) : evaluateOptions;
    const time = remainingOf(given) ?? 0;
    try {
      return await chosen.evaluate(packed, dataset, given);
    } catch (error) {
      if (error instanceof RunFailure) crashes.set(key, before + 1);
      else if (error instanceof LocalFailure && error.code === "timeout") {
        outOfTime.set(key, Math.max(had, time));
      }
      throw error;
    }
  }

  async function evaluate(...call: Parameters<Evaluate>): Promise<Outcome> {
    const turn = last.then(() => run(...call));
    last = turn.catch(() => {}); // The caller gets it from `turn`.
    const [, , { signal }] = call;
    return signal === undefined ? await turn : await bounded(turn, { signal });
  }

  return Object.assign(evaluate, {
    async [Symbol.asyncDispose]() {
      ending.abort(new LocalFailure("spent", "evaluation: the evaluator has been ended"));
      await (await opening?.catch(() => undefined))?.end();
    },
  });
}

/**
 * What one model gets of the time that is left.
 *
 * @param had milliseconds in which it did not finish before
 * @throws {LocalFailure} `timeout` if it is to wait
 */
function shareOf(options: EvaluateOptions, had: number): EvaluateOptions {
  const left = remainingOf(options);
  if (left === undefined || !options.othersWait) return options;
  const share = left / 2;
  if (share >= MORE_TIME * had) return { ...options, deadline: options.deadline! - share };
  const seconds = (had / 1000).toFixed(1);
  throw new LocalFailure(
    "timeout",
    `evaluation: ${seconds} s were too few before, and others wait for the time that is left`,
  );
}

async function digest(bytes: Uint8Array): Promise<string> {
  const hash = await crypto.subtle.digest("SHA-256", bytes as Uint8Array<ArrayBuffer>);
  return new Uint8Array(hash).toHex();
}
