/** The command line of `deno task demo`. */
import type { Manifest } from "../../core/dataset/manifest.ts";
import { minRevealsRange } from "../../core/protocol/terms.ts";
import { readArguments, UsageError, wholeNumber } from "../lib/cli.ts";
import { CLIENTS } from "./world.ts";

/** What `deno task demo --help` prints. */
export const HELP = `Usage: deno task demo [OPTION...]

Runs a whole competition on this machine: an embedded chain, an IPFS gateway, a beacon, participants who train their
models on the spot, and miners who evaluate them. Nothing leaves the machine. The competition is sealed: models and test
set are encrypted to the beacon of a time after the deadline, and the demo shows that nobody opens them before.

  --open        an open competition instead, in two epochs, the leaderboard filling in between
  --miners N    miners, 1 to 256 (default 7). From 7 on, one of them lies and one is absent.
  --quorum N    evaluations asked for each submission, 1 to 256 (default 7, or the number of miners if that is less)
  --data DIR    a folder with MNIST's four IDX files (also .gz), or with one CSV file, instead of drawn digits. Of a CSV
                file one row in four is the test set (with --open and --models: all rows)
  --models DIR  a folder with ONNX files: each is a participant's model, instead of training some
  --client C    the chain's client: hardhat (default), or anvil, an EVM of another make
  --seed N      seed of everything that is drawn (default 1)
  --json        print one last line of JSON: scores, winner, gas, ...
  --verbose     show stack traces
  --help        show this`;

/** What the demo is to do. */
export interface DemoOptions {
  mode: Manifest["mode"];
  miners: number;
  quorum: number;
  data: string | undefined;
  models: string | undefined;
  client: keyof typeof CLIENTS;
  seed: number;
  json: boolean;
}

/**
 * Reads the demo's arguments.
 *
 * @throws {UsageError} that says which argument is wrong
 */
export function readOptions(args: string[]): DemoOptions {
  const values = readArguments(args, {
    open: { type: "boolean", default: false },
    miners: { type: "string", default: "7" },
    quorum: { type: "string" },
    data: { type: "string" },
    models: { type: "string" },
    client: { type: "string", default: "hardhat" },
    seed: { type: "string", default: "1" },
  });
  const miners = wholeNumber(values.miners, { name: "miners", min: 1, max: 256 });
  const quorum = wholeNumber(values.quorum ?? String(Math.min(7, miners)), {
    name: "quorum",
    min: 1,
    max: 256,
  });
  const { min } = minRevealsRange(quorum);
  const present = miners - (miners < 7 ? 0 : 1);
  if (present < min) {
    throw new UsageError(
      `--miners ${miners} are too few for --quorum ${quorum}, which needs at least ${min} that reveal`,
    );
  }
  return {
    mode: values.open ? "open" : "sealed",
    miners,
    quorum,
    data: values.data,
    models: values.models,
    client: readClient(values.client),
    seed: wholeNumber(values.seed, { name: "seed", min: 0, max: 2 ** 31 - 1 }),
    json: values.json,
  };
}

function readClient(text: string): keyof typeof CLIENTS {
  const clients = Object.keys(CLIENTS) as (keyof typeof CLIENTS)[];
  const client = clients.find((name) => name === text);
  if (client !== undefined) return client;
  throw new UsageError(`--client: expected ${clients.join(" or ")}, got "${text}"`);
}
