/** The chain's clock: what `block.timestamp` would be in a block of this moment, as well as the site can know. */
import { type ReadonlySignal, signal } from "@preact/signals";
import type { Head } from "../chain/head.ts";

/** A clock that is set by blocks and ticks in between. */
export interface ChainClock {
  /** Unix seconds; undefined until the first block was seen. */
  readonly now: ReadonlySignal<number | undefined>;
  /** Takes the time from a head; each of the chain's heads is to be given once or more, in order. */
  follow(head: Pick<Head, "hash" | "timestamp" | "now">): void;
  /** Moves `now` on; to be called about once a second. */
  tick(): void;
}

/** Seconds that the clock may run ahead of the blocks before it is put back. */
const MAX_LEAD = 30;

/**
 * A clock that stands until it sees a head.
 *
 * @param elapsed milliseconds of a clock that never jumps, such as `performance.now`
 */
export function createClock(
  { elapsed = () => performance.now() }: { elapsed?: () => number } = {},
): ChainClock {
  const now = signal<number>();
  let base: { time: number; at: number } | undefined;
  let seen: string | undefined;

  function read(): number {
    return base === undefined ? -Infinity : base.time + (elapsed() - base.at) / 1000;
  }

  function tick(): void {
    if (base !== undefined) now.value = Math.floor(read());
  }
  return {
    now,
    tick,
    follow({ hash, timestamp, now: pending }) {
      // A node that does not tell the time tells something new only with a new block.
      const time = pending ?? (hash === seen ? undefined : timestamp);
      seen = hash;
      if (time === undefined) return;
      // Blocks tell whole seconds, and late: within these bounds a clock that runs evenly is the better guess.
      const shown = read();
      if (time >= shown + 1 || time < shown - MAX_LEAD) base = { time, at: elapsed() };
      tick();
    },
  };
}
