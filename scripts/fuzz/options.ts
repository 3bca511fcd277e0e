/** The command line of `deno task fuzz`. */
import { readArguments, wholeNumber } from "../lib/cli.ts";

/** What `deno task fuzz --help` prints. */
export const HELP = `Usage: deno task fuzz [OPTION...]

Changes real models at random, thousands of times, and takes each through admission and the runtime as a miner does. Every
model must end as INVALID or with a score, the same in each run and each process, in time and memory that admission
foretold. Ends with code 1 if one does not (docs/evaluation.md).

  --runs N      changed models (default 20000)
  --seed N      seed of all changes (default 1)
  --time M      stop after M minutes, however many have run
  --jobs N      processes at once (default: one for each core)
  --only I      run number I alone, and say what was changed
  --keep DIR    write the models of problems there
  --hostile     run the hostile suite instead: its verdicts, times and memory
  --json        print one last line of JSON
  --verbose     show stack traces
  --help        show this`;

/** What the fuzzer is to do. */
export interface FuzzOptions {
  /** Changed models. */
  runs: number;
  /** Of all changes. */
  seed: number;
  /** Milliseconds after which no more are begun. */
  ms: number;
  /** Processes at once. */
  jobs: number;
  /** The one number to run, if told. */
  only: number | undefined;
  /** Where models of problems go, if told. */
  keep: string | undefined;
  /** Whether to run the hostile suite instead. */
  hostile: boolean;
  /** Whether to end with a line of JSON. */
  json: boolean;
}

/**
 * Reads the arguments.
 *
 * @throws {UsageError} that says which argument is wrong
 */
export function readOptions(args: string[]): FuzzOptions {
  const values = readArguments(args, {
    runs: { type: "string", default: "20000" },
    seed: { type: "string", default: "1" },
    time: { type: "string" },
    jobs: { type: "string", default: String(navigator.hardwareConcurrency) },
    only: { type: "string" },
    keep: { type: "string" },
    hostile: { type: "boolean", default: false },
  });
  const number = (name: "runs" | "seed" | "jobs", min: number, max: number) =>
    wholeNumber(values[name], { name, min, max });
  const minutes = values.time === undefined
    ? Infinity
    : wholeNumber(values.time, { name: "time", min: 1, max: 10_000 });
  return {
    runs: number("runs", 1, 100_000_000),
    seed: number("seed", 0, 2 ** 31 - 1),
    ms: minutes * 60_000,
    jobs: number("jobs", 1, 64),
    only: values.only === undefined
      ? undefined
      : wholeNumber(values.only, { name: "only", min: 0, max: 100_000_000 }),
    keep: values.keep,
    hostile: values.hostile,
    json: values.json,
  };
}
