/** What all levels of isolation have in common. */
import type { Dataset } from "../../core/dataset/dataset.ts";
import type { Outcome, ScoreOptions } from "../../core/evaluate/evaluate.ts";
import { type LocalCode, LocalFailure } from "../../core/evaluate/failure.ts";

/** How far models are kept from the miner: a process that can be killed, a Worker, or nothing between them. */
export type Isolation = "process" | "worker" | "none";

/** How to watch, bound and stop an evaluation. */
export interface EvaluateOptions extends ScoreOptions {
  /** Stops it: the evaluation then fails with the signal's reason. */
  signal?: AbortSignal;
  /** Whether others wait for what is left until the deadline: then it does not get all of that. */
  othersWait?: boolean;
}

/** Runs models at one level. It is asked for one model at a time. */
export interface Backend {
  /** Its level. */
  readonly level: Isolation;
  /**
   * Scores a packed model on a test set.
   *
   * @throws {LocalFailure} if it failed here, {@link RunFailure} while the model ran
   * @throws {EvaluatorExhausted} if this process can evaluate nothing more
   */
  evaluate(packed: Uint8Array, dataset: Dataset, options: EvaluateOptions): Promise<Outcome>;
  /** Ends all that it started. An evaluation that runs fails. */
  end(): Promise<void>;
}

/** This process can evaluate nothing more: it is to be started again. */
export class EvaluatorExhausted extends Error {
  /** "EvaluatorExhausted". */
  override readonly name = "EvaluatorExhausted";
}

/** A LOCAL failure that may be the model's doing, though it proves nothing: a crash, or memory. */
export class RunFailure extends LocalFailure {}

/** A LOCAL failure as a Worker or process tells it. */
export function failureOf({ code, message }: { code: LocalCode; message: string }): LocalFailure {
  const Failure = code === "crash" || code === "allocation" ? RunFailure : LocalFailure;
  return new Failure(code, message);
}

/** This platform does not allow the level, now or later. */
export class CannotIsolate extends Error {
  /** "CannotIsolate". */
  override readonly name = "CannotIsolate";
}

/** How long after its deadline a run is stopped by force: a batch that has begun may end. In ms. */
export const GRACE_MS = 2_000;

/** Milliseconds until the deadline; undefined if there is none. */
export function remainingOf({ deadline, now = Date.now }: ScoreOptions): number | undefined {
  return deadline === undefined || deadline === Infinity ? undefined : deadline - now();
}

/** The failure of a run that had to be stopped. */
export function overdue(): LocalFailure {
  const late = `not done ${GRACE_MS / 1000} s after its deadline`;
  return new LocalFailure("timeout", `evaluation: ${late}, so it was stopped`);
}

/**
 * Waits for work, but no longer than until a time or a signal. The work goes on: whoever asks must end it.
 *
 * @param options `ms` until what `late` gives is thrown; for ever unless told
 * @throws what `work` throws, what `late` gives, or the signal's reason
 */
export async function bounded<T>(
  work: Promise<T>,
  { ms, late = overdue, signal }: {
    ms?: number | undefined;
    late?: () => Error;
    signal?: AbortSignal | undefined;
  },
): Promise<T> {
  work.catch(() => {}); // It may fail after it was given up; the caller gets it otherwise.
  signal?.throwIfAborted();
  const stopped = Promise.withResolvers<never>();
  const timer = ms === undefined
    ? undefined
    : setTimeout(() => stopped.reject(late()), Math.min(Math.max(0, ms), MAX_TIMER_MS));
  const onAbort = () => stopped.reject(signal?.reason);
  signal?.addEventListener("abort", onAbort);
  try {
    return await Promise.race([work, stopped.promise]);
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener("abort", onAbort);
  }
}

/** Longer timers fire at once. */
const MAX_TIMER_MS = 2 ** 31 - 1;
