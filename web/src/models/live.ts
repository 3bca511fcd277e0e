/** Values that follow the chain's head: read again only when the head changed, kept on screen when reading fails. */
import { type ReadonlySignal, signal } from "@preact/signals";
import { messageOf } from "../chain/explain.ts";
import type { Head } from "../chain/head.ts";

/** A value that follows the chain. */
export interface Live<T> {
  /** The last value read; undefined until the first one. */
  readonly value: ReadonlySignal<T | undefined>;
  /** Why the last attempt to read failed; undefined once one works. `value` is then as old as `readAt`. */
  readonly problem: ReadonlySignal<string | undefined>;
  /** When `value` was last known to be up to date, in ms of `Date.now`. */
  readonly readAt: ReadonlySignal<number | undefined>;
  /** Reads now, whether the head changed or not. Never throws. */
  refresh(): Promise<void>;
  /** Stops following. */
  dispose(): void;
}

/** How to follow. */
export interface LiveOptions<T> {
  /** The chain's head. */
  head: () => Promise<Head>;
  /** Reads the value. */
  read: () => Promise<T>;
  /** Hears of each head. */
  onHead?: (head: Head) => void;
  /** Whether anybody is looking; nothing is read meanwhile. */
  visible: ReadonlySignal<boolean>;
  /** Milliseconds between the end of one look at the head and the next. */
  pollMs: number;
}

/** Starts to follow the chain. */
export function follow<T>(options: LiveOptions<T>): Live<T> {
  const value = signal<T>();
  const problem = signal<string>();
  const readAt = signal<number>();
  let seen: string | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let running: Promise<void> | undefined;
  let disposed = false;

  async function look(force: boolean): Promise<void> {
    try {
      const head = await options.head();
      options.onHead?.(head);
      if (force || head.hash !== seen) {
        const read = await options.read();
        if (disposed) return;
        value.value = read;
        seen = head.hash;
      }
      problem.value = undefined;
      readAt.value = Date.now();
    } catch (error) {
      problem.value = messageOf(error);
    }
  }

  async function cycle(force = false): Promise<void> {
    clearTimeout(timer);
    // One look at a time: whoever asks meanwhile gets the one that follows.
    while (running !== undefined) await running;
    if (disposed) return;
    running = look(force);
    await running;
    running = undefined;
    clearTimeout(timer);
    if (!disposed && options.visible.peek()) timer = setTimeout(() => cycle(), options.pollMs);
  }

  const stopWatching = options.visible.subscribe((visible) => {
    if (visible) cycle();
    else clearTimeout(timer);
  });
  return {
    value,
    problem,
    readAt,
    refresh: () => cycle(true),
    dispose() {
      disposed = true;
      clearTimeout(timer);
      stopWatching();
    },
  };
}
