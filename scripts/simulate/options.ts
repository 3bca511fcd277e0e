/** The command line of `deno task simulate`. */
import { readArguments, wholeNumber } from "../lib/cli.ts";

/** What `deno task simulate --help` prints. */
export const HELP = `Usage: deno task simulate [OPTION...]

Plays hundreds of seeded competitions on the real contract, in an embedded chain: honest miners, authors and hosts
beside those who lie, copy, collude, stay away, flood or delay. Counts who gained and lost how much, and whether a false
score ever settled. Ends with code 1 if something happened that the protocol rules out (docs/simulation.md).

  --competitions N  seeded competitions (default 404); unless --quick is given, 42 large ones and 392 of teams more
  --draws N         committees drawn for each row of the capture table (default 4000)
  --seed N          seed of everything that is drawn (default 1)
  --quick           30 competitions, 200 draws, nothing large: about 20 seconds
  --write           write the tables into docs/simulation.md
  --json            print one last line of JSON
  --verbose         show stack traces
  --help            show this`;

/** What the simulation is to do. */
export interface SimulateOptions {
  /** Scenarios besides those of {@linkcode large}. */
  competitions: number;
  /** Committees drawn for each row of the table. */
  draws: number;
  /** Of everything that is drawn. */
  seed: number;
  /** Whether large committees, long competitions and more teams are played as well. */
  large: boolean;
  /** Whether the page is written. */
  write: boolean;
  /** Whether to end with a line of JSON. */
  json: boolean;
}

/**
 * Reads the arguments.
 *
 * @throws {UsageError} that says which argument is wrong
 */
export function readOptions(args: string[]): SimulateOptions {
  const values = readArguments(args, {
    competitions: { type: "string" },
    draws: { type: "string" },
    seed: { type: "string", default: "1" },
    quick: { type: "boolean", default: false },
    write: { type: "boolean", default: false },
  });
  const { quick, write, json } = values;
  const number = (name: "competitions" | "draws", usual: number) =>
    wholeNumber(values[name] ?? String(usual), { name, min: 1, max: 1_000_000 });
  return {
    competitions: number("competitions", quick ? 30 : 404),
    draws: number("draws", quick ? 200 : 4_000),
    seed: wholeNumber(values.seed, { name: "seed", min: 0, max: 10_000 }),
    large: !quick,
    write,
    json,
  };
}
