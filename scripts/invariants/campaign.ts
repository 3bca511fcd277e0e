/** What a long campaign of the invariant tests consists of, and how the test runner is told. Pure functions. */
import { createHash } from "node:crypto";

/** The whole of it. */
export interface Campaign {
  /** Runs in all. */
  runs: number;
  /** Calls in a run. */
  depth: number;
  /** Of all batches: a whole number below 2^32. */
  seed: number;
  /** Whether a failure lists the calls that led to it. */
  traces: boolean;
}

/** A part of the runs: one invariant's campaign in a process of its own. */
export interface Batch {
  /** From 0. */
  number: number;
  /** Two digits, 01 to 13. */
  invariant: string;
  /** At most {@linkcode BATCH_RUNS}. */
  runs: number;
}

/** So many runs must together have seen everything (contracts/test/Invariants.t.sol). */
export const BATCH_RUNS = 256;
const INVARIANTS = 13;
/** How often the runner tries to shorten a failing run. */
const SHRINK_RUNS = 200;

/** The batches of a campaign: all thirteen invariants in turn. */
export function batches({ runs }: Pick<Campaign, "runs">): Batch[] {
  return Array.from({ length: Math.ceil(runs / BATCH_RUNS) }, (_, number) => ({
    number,
    invariant: String(number % INVARIANTS + 1).padStart(2, "0"),
    runs: Math.min(BATCH_RUNS, runs - number * BATCH_RUNS),
  }));
}

/** The variables that hardhat.config.ts and the tests read. A failure that is traced is shown as it came about. */
export function environment(
  { depth, seed, traces }: Campaign,
  { number, runs }: Batch,
): Record<string, string> {
  return {
    DEML_SEED: String(batchSeed(seed, number)),
    DEML_INVARIANTS_RUNS: String(runs),
    DEML_INVARIANTS_DEPTH: String(depth),
    DEML_INVARIANTS_SHRINK: String(traces ? 0 : SHRINK_RUNS),
    DEML_INVARIANTS_TRACE: traces ? "1" : "0",
  };
}

/** 48 bits of a hash, so that batches have nothing in common. */
function batchSeed(seed: number, batch: number): number {
  return createHash("sha256").update(`${seed}:${batch}`).digest().readUIntBE(0, 6);
}

/**
 * What the runner says about a failure: the broken invariant, and the handler's functions with their seeds.
 *
 * @param output of Hardhat, with or without colour
 */
export function failure(output: string): string {
  // deno-lint-ignore no-control-regex -- the escape character starts what is to be left out
  const text = output.replace(/\x1b\[[0-9;]*m/g, "");
  const start = text.search(/^\s+Error: /m);
  if (start < 0) return text.trim();
  const [message] = text.slice(start).split(/^\s+Counterexample:/m, 1);
  const calls = [...text.matchAll(/signature: (\w+)\(uint256\)\s+args: (\d+)/g)];
  const sequence = calls.map(([, name, seed]) => `  ${name}(${seed})`);
  return [message?.trim(), ...sequence].join("\n");
}
