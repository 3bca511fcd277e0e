/** `deno task bench`: speed as ratios, each measured against a named baseline in the same run, medians of 5. */
import { benchDataset } from "./bench/dataset.ts";
import { benchEvaluate } from "./bench/evaluate.ts";
import { benchIpfs } from "./bench/ipfs.ts";
import { formatTable } from "./lib/table.ts";
import { main, readArguments } from "./lib/cli.ts";

const HELP = `Usage: deno task bench [--json]

Measures ratios, never plain times, in one run; medians of 5. Takes about a minute. Keep the machine quiet meanwhile.

  evaluate.<model>   scoring 10,000 rows, over the bare session.run loop on the same tensors
  dataset.idxGz...   IDX.gz to float32, over bare decompression
  dataset.csv...     speed of reading CSV, over readTextFile and split
  ipfs....           the verified reader, over plain fetch of the same bytes

  --json   print one last line of JSON
  --help   show this`;

const SUITES = { evaluate: benchEvaluate, dataset: benchDataset, ipfs: benchIpfs };

await main(HELP, async (args) => {
  const { json } = readArguments(args, {});
  const ratios: Record<string, number> = {};
  for (const [name, bench] of Object.entries(SUITES)) {
    console.error(`${name} ...`);
    for (const [key, ratio] of Object.entries(await bench())) {
      ratios[key] = Number(ratio.toFixed(3));
    }
  }
  const columns = [{ title: "ratio" }, { title: "median", align: "right" as const }];
  const rows = Object.entries(ratios).map(([key, ratio]) => [key, ratio.toFixed(2)]);
  console.log(formatTable(columns, rows));
  if (json) console.log(JSON.stringify(ratios));
});
