/** Seeded randomness for property tests: the same cases in every run, and a failure names its seed. */
import type { Hex } from "../types.ts";

/** A source of reproducible random values. */
export interface Random {
  /** A whole number from `min` to `max`, both included. */
  int(min: number, max: number): number;
  /** One of the items. */
  pick<T>(items: readonly T[]): T;
  /** Random bytes. */
  bytes(length: number): Uint8Array;
  /** Random bytes as hexadecimal text. */
  hex(length: number): Hex;
}

/** Makes a source from a seed (mulberry32). */
export function seededRandom(seed: number): Random {
  function next(): number {
    seed = (seed + 0x6d2b79f5) | 0;
    let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return (t ^ (t >>> 14)) >>> 0;
  }
  function int(min: number, max: number): number {
    return min + Math.floor((next() / 2 ** 32) * (max - min + 1));
  }
  function bytes(length: number): Uint8Array {
    return Uint8Array.from({ length }, () => int(0, 255));
  }
  return {
    int,
    pick: (items) => items[int(0, items.length - 1)]!,
    bytes,
    hex: (length) => `0x${[...bytes(length)].map((b) => b.toString(16).padStart(2, "0")).join("")}`,
  };
}
