/** Calls between the page and its workers: one call at a time per message id, with progress and cancelling. */

/** Told how far a call is: a share from 0 to 1. */
export type Progress = (share: number) => void;

/** What a handler gets besides its argument. */
export interface CallContext {
  /** To be told how far it is. */
  progress: Progress;
  /** Aborted when nobody waits any more. */
  signal: AbortSignal;
}

/** The calls that a worker answers: by name, what each takes and gives, both fit to be cloned. */
export type Jobs<J> = { [K in keyof J]: { input: unknown; output: unknown } };

/** The worker's end: what answers each call. */
export type Handlers<J extends Jobs<J>> = {
  [K in keyof J]: (
    input: J[K]["input"],
    context: CallContext,
  ) => J[K]["output"] | Promise<J[K]["output"]>;
};

/** How to make a call. */
export interface CallOptions {
  /** Told how far it is. */
  onProgress?: Progress;
  /** Cancels it. */
  signal?: AbortSignal;
}

/** The page's end. */
export type Caller<J extends Jobs<J>> = <K extends keyof J & string>(
  name: K,
  input: J[K]["input"],
  options?: CallOptions,
) => Promise<J[K]["output"]>;

/** The part of a Worker (or of the scope inside it) that is used here. */
export interface Port {
  /** Sends a message; what is in `transfer` changes hands. */
  postMessage(message: unknown, transfer?: Transferable[]): void;
  /** Hears messages. */
  addEventListener(type: "message", listener: (event: MessageEvent) => void): void;
  /** Hears that a worker could not be loaded, or broke. */
  addEventListener(type: "error", listener: (event: Event) => void): void;
}

/** A failure inside the worker. `name` is that of the error there. */
export class WorkError extends Error {
  /** Takes over name and message of the error inside the worker. */
  constructor({ name, message }: { name: string; message: string }) {
    super(message);
    this.name = name;
  }
}

/** Answers calls inside a worker. */
export function serve<J extends Jobs<J>>(port: Port, handlers: Handlers<J>): void {
  const running = new Map<number, AbortController>();
  port.addEventListener("message", async ({ data }) => {
    const { id, name, input } = data;
    if (name === undefined) return running.get(id)?.abort();
    const abort = new AbortController();
    running.set(id, abort);
    const progress = (share: number) => port.postMessage({ id, share });
    try {
      const value = await handlers[name as keyof J](input, { progress, signal: abort.signal });
      port.postMessage({ id, value }, buffersIn(value));
    } catch (error) {
      const { name, message } = error instanceof Error ? error : new Error(String(error));
      port.postMessage({ id, error: { name, message } });
    } finally {
      running.delete(id);
    }
  });
}

/**
 * Makes calls of a worker. A call that is cancelled rejects with the signal's reason at once; all that wait for a worker which
 * breaks reject.
 */
export function createCaller<J extends Jobs<J>>(port: Port): Caller<J> {
  const waiting = new Map<number, (data: Record<string, unknown>) => void>();
  let next = 0;
  port.addEventListener("message", ({ data }) => waiting.get(data.id)?.(data));
  port.addEventListener("error", (event) => {
    const { message = "it could not be loaded" } = event as Partial<ErrorEvent>;
    const error = { name: "WorkError", message: `the page's worker broke: ${message}` };
    for (const answer of [...waiting.values()]) answer({ error });
  });
  return (name, input, { onProgress, signal } = {}) =>
    new Promise((resolve, reject) => {
      signal?.throwIfAborted();
      const id = next++;
      signal?.addEventListener("abort", () => {
        if (!waiting.delete(id)) return;
        port.postMessage({ id });
        reject(signal.reason);
      });
      waiting.set(id, ({ share, error, value }) => {
        if (share !== undefined) return onProgress?.(share as number);
        waiting.delete(id);
        if (error !== undefined) reject(new WorkError(error as WorkError));
        else resolve(value as J[keyof J]["output"]);
      });
      port.postMessage({ id, name, input });
    });
}

/** Arrays at the top of an answer change hands instead of being copied. */
function buffersIn(value: unknown): ArrayBuffer[] {
  const buffers = Object.values(value ?? {}).flatMap((field) =>
    ArrayBuffer.isView(field) && field.buffer instanceof ArrayBuffer ? [field.buffer] : []
  );
  return [...new Set(buffers)];
}
