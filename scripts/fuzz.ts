/** `deno task fuzz`: real models changed at random, through admission and the runtime; the hostile suite with `--hostile`. */
import { runPool } from "./lib/pool.ts";
import { main } from "./lib/cli.ts";
import { corpus, saveCorpus, type Seed } from "./fuzz/corpus.ts";
import { reportHostile } from "./fuzz/hostile.ts";
import { mutantOf } from "./fuzz/mutant.ts";
import { type FuzzOptions, HELP, readOptions } from "./fuzz/options.ts";
import { chunksOf, runChunk } from "./fuzz/supervisor.ts";
import { type Problem, Tally } from "./fuzz/tally.ts";

const PROGRESS_MS = 2_000;

async function run(args: string[]): Promise<void> {
  const options = readOptions(args);
  if (options.hostile) return await reportHostile(options);
  const tally = new Tally();
  const seeds = await corpus();
  const keeper = await keeperOf(options, seeds);
  const folder = await Deno.makeTempDir({ prefix: "deml-fuzz-" });
  const startedAt = performance.now();
  const stop = () => performance.now() - startedAt > options.ms;
  const chunks = options.only === undefined
    ? chunksOf(options.runs)
    : [{ from: options.only, count: 1 }];
  const timer = setInterval(() => showProgress(tally, startedAt), PROGRESS_MS);
  try {
    await saveCorpus(seeds, folder);
    await runPool(chunks, options.jobs, async (chunk) => {
      if (stop()) return;
      await runChunk({ seed: options.seed, folder, ...chunk }, {
        stop,
        onResult: (result) => {
          if (options.only !== undefined) {
            console.log(`${result.story.join(", ")}: ${result.verdict}`);
          }
          for (const problem of tally.add(result)) keeper(problem);
        },
      });
    });
  } finally {
    clearInterval(timer);
    await Deno.remove(folder, { recursive: true });
  }
  finish(tally, { options, seconds: (performance.now() - startedAt) / 1000 });
}

function showProgress(tally: Tally, startedAt: number): void {
  const seconds = (performance.now() - startedAt) / 1000;
  const { runs, admitted, scored, problems } = tally.summary();
  const rate = (runs / seconds).toFixed(0);
  console.error(
    `${runs} models (${rate}/s), ${admitted} admitted, ${scored} scored, ${problems.length} problems`,
  );
}

/** Shows a problem and, if told, keeps its model. */
async function keeperOf(
  { keep, seed }: FuzzOptions,
  seeds: readonly Seed[],
): Promise<(problem: Problem) => void> {
  if (keep !== undefined) await Deno.mkdir(keep, { recursive: true });
  return ({ index, problem }) => {
    const { packed, task, story } = mutantOf(seeds, { seed, index });
    console.error(`--seed ${seed} --only ${index} (${story.join(", ")}): ${problem}`);
    if (keep === undefined) return;
    Deno.writeFileSync(`${keep}/${seed}_${index}.zlib`, packed);
    Deno.writeTextFileSync(
      `${keep}/${seed}_${index}.json`,
      JSON.stringify({ problem, task, story }, null, 2),
    );
  };
}

function finish(
  tally: Tally,
  { options, seconds }: { options: FuzzOptions; seconds: number },
): void {
  const summary = tally.summary();
  const { runs, admitted, scored, times, problems } = summary;
  console.log(
    `${runs} models in ${seconds.toFixed(0)} s (${
      (runs / seconds).toFixed(0)
    }/s): ${admitted} admitted, ` +
      `${scored} scored, at most ${times} times the time that was counted, ${problems.length} problems`,
  );
  if (options.json) console.log(JSON.stringify(summary));
  if (problems.length > 0) throw new Error(`expected no problem, found ${problems.length}`);
}

await main(HELP, run);
