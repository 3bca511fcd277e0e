/** `deno task model:pack`: from a trained model to the file that is submitted. */
import { analyse } from "../core/model/admission/admit.ts";
import { checkCost } from "../core/model/admission/cost.ts";
import type { ModelTask } from "../core/model/admission/signature.ts";
import { type Candidate, packCandidates } from "../core/model/packing/candidates.ts";
import { inlineData } from "../core/model/packing/inline.ts";
import { prepareModel } from "../core/model/packing/prepare.ts";
import { stripModel } from "../core/model/packing/strip.ts";
import { type Precision, PRECISIONS } from "../core/model/packing/weights.ts";
import type { Dataset } from "../core/dataset/dataset.ts";
import type { ModelProto } from "../core/model/onnx/codec.ts";
import { startRuntime } from "../core/evaluate/runtime.ts";
import { readRuntimeWasm } from "../functions/runtime_wasm.ts";
import { main, readPaths, UsageError } from "./lib/cli.ts";
import { formatInteger, formatScore, formatTable, printable } from "./lib/table.ts";
import { checkBatch, fixedRows } from "./model/batch_check.ts";
import { choose, type Tried } from "./model/choose.ts";
import { readRows } from "./model/data.ts";
import { type LoadedModel, loadModel } from "./model/load.ts";
import { createScorer } from "./model/score.ts";
import { guessTask, taskOf } from "./model/task.ts";

const HELP = `Usage: deno task model:pack FILE... [OPTION...]

Makes a trained model ready to submit: converts it to ONNX, checks that it is admitted, strips what no score depends on,
tries its weights at several precisions, and packs it. FILE is an .onnx file (its .data file is found beside it), .keras,
.h5, TensorFlow.js model.json, a packed model, or a folder with these.

  --data DIR        score each precision on these rows: a folder with MNIST's IDX files, one CSV file, or manifest.json and
                    the files that it names
  --manifest FILE   the same for a competition's manifest; its files lie beside it
  --precision P     auto (default), float32, float16, int8, or 7, 6, 5, 4 or 3 bits. auto: with rows, the smallest that
                    loses at most 0.1 points against float32; without, int8
  --out FILE        where to write it (default: the model's name with .packed, in this folder)
  --onnx FILE       write the chosen ONNX file, not packed, too
  --json            print one last line of JSON
  --verbose         show stack traces
  --help            show this

The rows should be such as the model was not trained on. Choosing on them makes their score a little better than it is.`;

await main(HELP, async (args) => {
  const { values, paths } = readPaths(args, {
    data: { type: "string" },
    manifest: { type: "string" },
    precision: { type: "string", default: "auto" },
    out: { type: "string" },
    onnx: { type: "string" },
  });
  if (paths.length === 0) throw new UsageError("Expected a model's file. See --help.");
  const precisions = readPrecision(values.precision);
  const loaded = await loadModel(paths);
  const rows = await readRows(values);
  const { model, task } = await prepare(loaded, rows);
  describeModel(loaded, model, task);
  const tried = await tryAll(packCandidates(model, { precisions }), rows);
  const chosen = choose(tried);
  const out = values.out ??
    `${loaded.name.replace(/\.(onnx|keras|h5|hdf5|json|packed)$/i, "")}.packed`;
  await Deno.writeFile(out, chosen.packed);
  if (values.onnx !== undefined) await Deno.writeFile(values.onnx, chosen.onnx);
  console.log(
    `\n${chosen.precision}: wrote ${formatInteger(chosen.packed.length)} bytes to ${out}`,
  );
  if (values.json) console.log(JSON.stringify(summary(chosen, { tried, rows, out })));
});

/** Checks, strips and opens the batch of a model. */
async function prepare(
  { model, data }: LoadedModel,
  rows: Dataset | undefined,
): Promise<{ model: ModelProto; task: ModelTask | undefined }> {
  const whole = stripModel(inlineData(model, data));
  const task = rows === undefined ? guessTask(model) : taskOf(rows);
  const prepared = prepareModel(whole, { task });
  if (task !== undefined) checkCost(analyse(prepared, task), task);
  const fixed = fixedRows(whole);
  if (fixed !== undefined && fixedRows(prepared) === undefined) {
    const output = prepared.graph?.output[0]?.name;
    const same = stripModel(whole, output === undefined ? {} : { output });
    await checkBatch({ fixed: same, open: prepared }, await startRuntime(await readRuntimeWasm()));
    console.log(`its batch of ${fixed} now varies; the same outputs on random rows`);
  }
  return { model: prepared, task };
}

function describeModel(
  { name, format }: LoadedModel,
  model: ModelProto,
  task: ModelTask | undefined,
): void {
  if (task === undefined) return console.log(`${printable(name)} (${format})`);
  const { shape, parameters, macs, kind } = analyse(model, task);
  console.log(
    `${printable(name)} (${format}): rows of [${shape}], ${kind}; ${formatInteger(parameters)} ` +
      `parameters, ${formatInteger(macs)} multiply-accumulates a row\n`,
  );
}

/** Packs and scores each precision, a line for each. */
async function tryAll(
  candidates: Iterable<Candidate>,
  rows: Dataset | undefined,
): Promise<Tried[]> {
  const score = rows && createScorer(rows);
  const tried: Tried[] = [];
  for (const candidate of candidates) {
    console.error(`${candidate.precision} ...`);
    const outcome = await score?.(candidate.packed);
    if (outcome !== undefined && "invalid" in outcome) {
      console.error(`  INVALID (${outcome.invalid}): ${printable(outcome.message)}`);
    }
    tried.push({ ...candidate, score: outcome && "score" in outcome ? outcome.score : undefined });
  }
  if (tried.length === 0 || (score && tried.every((one) => one.score === undefined))) {
    throw new Error("model: expected a precision that it allows, found none; try --precision auto");
  }
  console.log(table(tried));
  return tried;
}

function table(tried: readonly Tried[]): string {
  const right = "right" as const;
  const columns = [
    { title: "weights" },
    { title: "ONNX bytes", align: right },
    { title: "packed", align: right },
    { title: "score", align: right },
  ];
  return formatTable(
    columns,
    tried.map(({ precision, onnx, packed, score }) => [
      /^\d$/.test(precision) ? `${precision} bits` : precision,
      formatInteger(onnx.length),
      formatInteger(packed.length),
      score === undefined ? "-" : formatScore(score),
    ]),
  );
}

function summary(
  { precision, packed, score }: Tried,
  { tried, rows, out }: { tried: readonly Tried[]; rows: Dataset | undefined; out: string },
) {
  return {
    file: out,
    precision,
    packedBytes: packed.length,
    ...(score === undefined ? {} : { score }),
    ...(rows === undefined ? {} : { rows: rows.rows }),
    candidates: tried.map(({ precision, packed, score }) => ({
      precision,
      packedBytes: packed.length,
      ...(score === undefined ? {} : { score }),
    })),
  };
}

function readPrecision(text: string): readonly Precision[] {
  if (text === "auto") return PRECISIONS;
  const precision = PRECISIONS.find((known) => known === text);
  if (precision !== undefined) return [precision];
  throw new UsageError(`--precision: expected auto, ${PRECISIONS.join(", ")}, got "${text}"`);
}
