/** `deno task model:score`: the score that a miner would find, on data of this machine. */
import { ConversionError } from "../core/model/conversion/error.ts";
import { type InvalidCode, InvalidModel } from "../core/model/invalid.ts";
import { encodeModel } from "../core/model/onnx/codec.ts";
import { packModel } from "../core/model/packing/pack.ts";
import { prepareModel } from "../core/model/packing/prepare.ts";
import type { Dataset } from "../core/dataset/dataset.ts";
import { main, readPaths, UsageError } from "./lib/cli.ts";
import { formatInteger, formatScore, printable } from "./lib/table.ts";
import { readRows } from "./model/data.ts";
import { loadModel } from "./model/load.ts";
import { createScorer } from "./model/score.ts";
import { taskOf } from "./model/task.ts";

const HELP = `Usage: deno task model:score FILE... (--data DIR | --manifest FILE) [--json]

Scores a model as a miner does. FILE is an .onnx file (its .data file is found beside it), a packed model, .keras, .h5,
TensorFlow.js model.json, or a folder with these. Other formats than packed are first converted and stripped, their weights
left as they are.

  --data DIR       a folder with MNIST's IDX files, one CSV file, or manifest.json and the files that it names
  --manifest FILE  a competition's manifest; its files lie beside it
  --json           print {"score":n,"rows":n,"packedBytes":n} or {"invalid":"code","message":"..."}, last
  --verbose        show stack traces
  --help           show this

The score is the percentage times 1,000. Exit code 0 for a score, 1 for a model that is INVALID (it would score 0) and for
every other error.`;

await main(HELP, async (args) => {
  const { values, paths } = readPaths(args, {
    data: { type: "string" },
    manifest: { type: "string" },
  });
  if (paths.length === 0) throw new UsageError("Expected a model's file. See --help.");
  const dataset = await readRows(values);
  if (dataset === undefined) throw new UsageError("Expected --data or --manifest. See --help.");
  const result = await verdict(paths, dataset);
  if ("invalid" in result) {
    console.error(`INVALID (${result.invalid}): ${printable(result.message)}`);
    Deno.exitCode = 1;
  } else {
    console.log(
      `${formatScore(result.score)} of ${formatInteger(result.rows)} rows, ` +
        `${formatInteger(result.packedBytes)} bytes packed`,
    );
  }
  if (values.json) console.log(JSON.stringify(result));
});

type Verdict =
  | { score: number; rows: number; packedBytes: number }
  | { invalid: InvalidCode; message: string };

async function verdict(paths: string[], dataset: Dataset): Promise<Verdict> {
  try {
    const packed = await pack(paths, dataset);
    const outcome = await createScorer(dataset)(packed);
    if ("invalid" in outcome) return outcome;
    return { score: outcome.score, rows: dataset.rows, packedBytes: packed.length };
  } catch (error) {
    if (error instanceof InvalidModel) return { invalid: error.code, message: error.message };
    if (error instanceof ConversionError) return { invalid: "not-onnx", message: error.message };
    throw error;
  }
}

async function pack(paths: string[], dataset: Dataset): Promise<Uint8Array> {
  const { model, data, packed } = await loadModel(paths);
  if (packed !== undefined) return packed;
  return packModel(encodeModel(prepareModel(model, { data, task: taskOf(dataset) })));
}
