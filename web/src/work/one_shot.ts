/** Calls that have a worker of their own each, which ends with the call: whatever hangs in it ends, too. */
import { type Caller, createCaller, type Jobs, type Port } from "./rpc.ts";

/** The part of a Worker that is used here. */
export interface EndablePort extends Port {
  /** Ends it at once, busy or not. */
  terminate(): void;
}

/** A worker that says nothing for so long hangs: phones take seconds for what takes a desktop a tenth of one. */
const PATIENCE_MS = 60_000;

/**
 * Makes calls in workers that `start` makes. A call rejects with a RangeError if its worker gives no sign of life for
 * `patienceMs`; signs are its progress.
 */
export function oneShotCaller<J extends Jobs<J>>(
  start: () => EndablePort,
  { patienceMs = PATIENCE_MS }: { patienceMs?: number } = {},
): Caller<J> {
  return async (name, input, { onProgress, signal } = {}) => {
    signal?.throwIfAborted();
    const worker = start();
    const hangs = new AbortController();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const wait = () => {
      clearTimeout(timer);
      timer = setTimeout(() => {
        const seconds = Math.round(patienceMs / 1000);
        hangs.abort(new RangeError(`nothing happened for ${seconds} s, so it was stopped`));
      }, patienceMs);
    };
    try {
      wait();
      return await createCaller<J>(worker)(name, input, {
        signal: signal === undefined ? hangs.signal : AbortSignal.any([signal, hangs.signal]),
        onProgress(share) {
          wait();
          onProgress?.(share);
        },
      });
    } finally {
      clearTimeout(timer);
      worker.terminate();
    }
  };
}
