/** `deno task bench`: speed as ratios, each measured against a named baseline in the same run, medians of 5. */
import { benchAdmission } from "./bench/admission.ts";
import { benchDataset } from "./bench/dataset.ts";
import { benchEvaluate } from "./bench/evaluate.ts";
import { benchIpfs } from "./bench/ipfs.ts";
import { benchIsolation } from "./bench/isolation.ts";
import { formatTable } from "./lib/table.ts";
import { main, readArguments } from "./lib/cli.ts";

const HELP = `Usage: deno task bench [--json]

Measures ratios, never plain times, in one run; medians of 5. Takes about a minute. Keep the machine quiet meanwhile.

  evaluate.<model>   scoring 10,000 rows, over the bare session.run loop on the same tensors
  admission.<kind>   admitting a model of 1 MB (dense, many layers, trees), over the SHA-256 of its bytes;
                     with .ms no ratio: milliseconds
  isolation....      scoring one model in a process or a Worker of its own, over doing it in this process
  isolation.peakMb   no ratio: most memory of the process that evaluated them, in MB
  dataset.idxGz...   IDX.gz to float32, over bare decompression
  dataset.csv...     speed of reading CSV, over readTextFile and split
  ipfs....           the verified reader, over plain fetch of the same bytes

  --json   print one last line of JSON
  --help   show this`;

const SUITES = {
  evaluate: benchEvaluate,
  admission: benchAdmission,
  isolation: benchIsolation,
  dataset: benchDataset,
  ipfs: benchIpfs,
};

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
