/** Something that is loaded on demand, once, and can fail. */
import { type ReadonlySignal, signal } from "@preact/signals";
import { messageOf } from "../chain/explain.ts";
import type { Progress } from "../work/rpc.ts";

/** How far loading is. */
export type Loading<T> =
  | { state: "idle" }
  /** `share` runs from 0 to 1 where it is known. */
  | { state: "loading"; share: number | undefined }
  | { state: "ready"; value: T }
  | { state: "failed"; message: string };

/** A value and the way to get it. */
export interface Loadable<T> {
  /** How far it is. */
  readonly current: ReadonlySignal<Loading<T>>;
  /** Starts loading, or waits for what is under way; after a failure tries again. Rejects as loading does. */
  load(): Promise<T>;
}

/** A value that `start` loads when it is first asked for. */
export function createLoadable<T>(start: (progress: Progress) => Promise<T>): Loadable<T> {
  const current = signal<Loading<T>>({ state: "idle" });
  let running: Promise<T> | undefined;

  async function run(): Promise<T> {
    current.value = { state: "loading", share: undefined };
    try {
      const value = await start((share) => current.value = { state: "loading", share });
      current.value = { state: "ready", value };
      return value;
    } catch (error) {
      running = undefined;
      current.value = { state: "failed", message: messageOf(error) };
      throw error;
    }
  }
  return { current, load: () => running ??= run() };
}

/** Starts loading for the screen, which shows failures by itself. */
export function prefetch(loadable: Loadable<unknown>): void {
  loadable.load().catch(() => {});
}
