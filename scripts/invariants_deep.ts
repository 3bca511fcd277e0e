/**
 * The invariants of contracts/test/Invariants.t.sol over many more and longer runs than `deno task test` takes, from a
 * seed of its own. The runs are played in batches, each a campaign of one invariant (all thirteen are looked at after
 * each run), as many at once as there are cores.
 */
import { main, readArguments, wholeNumber } from "./lib/cli.ts";
import { tool } from "./lib/command.ts";
import { runPool } from "./lib/pool.ts";
import { type Batch, batches, type Campaign, environment, failure } from "./invariants/campaign.ts";

const HELP = `Usage: deno task invariants:deep [--runs N] [--depth N] [--seed N] [--batch N]

Plays runs of calls by everybody against the contract and checks I1 to I13. Stops at the first failure, and shows the
calls that led to it. Ctrl-C ends it at any time.

  --runs N    runs in all, in batches of 256 (default 10000)
  --depth N   calls in a run (default 200)
  --seed N    repeats the runs of this seed (default: a random one, printed)
  --batch N   plays only this batch of the seed, and lists its calls if it fails
  --json      prints {"runs":n,"calls":n,"seed":n,"failed":0} as the last line
  --help      shows this`;

const OPTIONS = {
  runs: { type: "string", default: "10000" },
  depth: { type: "string", default: "200" },
  seed: { type: "string" },
  batch: { type: "string" },
} as const;

const MAX_SEED = 2 ** 32 - 1;

interface Outcome {
  batch: Batch;
  error: string | undefined;
}

/** Plays a batch; the campaign's output is shown only where it fails. */
async function play(campaign: Campaign, batch: Batch, signal: AbortSignal): Promise<Outcome> {
  const args = ["test", "solidity", "--no-compile", "--grep", `invariant_I${batch.invariant}`];
  const env = environment(campaign, batch);
  const output = await tool("hardhat", args, { env, signal, stdout: "piped", stderr: "piped" })
    .output();
  const text = new TextDecoder().decode(output.stdout) + new TextDecoder().decode(output.stderr);
  if (output.success && text.includes("1 passing")) return { batch, error: undefined };
  return { batch, error: failure(text) };
}

function readCampaign(args: string[]): { campaign: Campaign; only: number | undefined } {
  const { runs, depth, seed, batch } = readArguments(args, OPTIONS);
  const random = crypto.getRandomValues(new Uint32Array(1))[0] as number;
  const campaign = {
    runs: wholeNumber(runs, { name: "runs", min: 1, max: 10_000_000 }),
    depth: wholeNumber(depth, { name: "depth", min: 1, max: 10_000 }),
    seed: seed === undefined ? random : wholeNumber(seed, { name: "seed", min: 0, max: MAX_SEED }),
    traces: batch !== undefined,
  };
  const max = batches(campaign).length - 1;
  if (batch === undefined) return { campaign, only: undefined };
  return { campaign, only: wholeNumber(batch, { name: "batch", min: 0, max }) };
}

/** Throws for the first batch that fails. */
async function runDeep(args: string[]): Promise<void> {
  const { campaign, only } = readCampaign(args);
  const { seed, depth } = campaign;
  const all = batches(campaign).filter(({ number }) => only === undefined || number === only);
  const runs = all.reduce((sum, batch) => sum + batch.runs, 0);
  console.log(`seed ${seed}: ${runs} runs of ${depth} calls in ${all.length} batches`);
  const build = await tool("hardhat", ["build", "--quiet"]).output();
  if (!build.success) throw new Error(new TextDecoder().decode(build.stderr));
  const stop = new AbortController();
  let done = 0;
  await runPool(all, navigator.hardwareConcurrency, async (batch) => {
    const { error } = await play(campaign, batch, stop.signal);
    if (stop.signal.aborted) return;
    if (error !== undefined) {
      stop.abort();
      const again = `deno task invariants:deep --runs ${campaign.runs} --depth ${depth}`;
      console.error(`\n${error}\n`);
      throw new Error(
        `batch ${batch.number} of seed ${seed} failed; for its calls: ${again} --seed ${seed} --batch ${batch.number}`,
      );
    }
    done += batch.runs;
    const percentage = Math.floor(100 * done / runs).toString().padStart(3);
    console.log(
      `${percentage} %  batch ${batch.number}, I${batch.invariant}: ${batch.runs} runs hold`,
    );
  });
  if (args.includes("--json")) {
    console.log(JSON.stringify({ runs, calls: runs * depth, seed, failed: 0 }));
  }
}

await main(HELP, runDeep);
