/** `deno task model:inspect`: what a model is made of, what it costs, and whether it is admitted. */
import { InvalidModel } from "../core/model/invalid.ts";
import { encodeModel, type ModelProto } from "../core/model/onnx/codec.ts";
import { packModel } from "../core/model/packing/pack.ts";
import { inlineData } from "../core/model/packing/inline.ts";
import { prepareModel } from "../core/model/packing/prepare.ts";
import { stripModel } from "../core/model/packing/strip.ts";
import { main, readPaths, UsageError } from "./lib/cli.ts";
import { formatInteger, formatTable, printable } from "./lib/table.ts";
import { readRows } from "./model/data.ts";
import { type Inspection, inspectModel } from "./model/inspect.ts";
import { type LoadedModel, loadModel } from "./model/load.ts";
import { guessTask, taskOf } from "./model/task.ts";
import type { ModelTask } from "../core/model/admission/signature.ts";

const HELP = `Usage: deno task model:inspect FILE... [--data DIR | --manifest FILE] [--json]

Prints the layers, shapes, parameters, multiply-accumulates and operators of a model, and whether it is admitted, and why
not. FILE is an .onnx file (its .data file is found beside it), a packed model, .keras, .h5, TensorFlow.js model.json, or a
folder with these. All but packed models are looked at as model:pack would strip them.

  --data DIR       the competition's data: says which input and output are asked for. Without it the model's own are taken
  --manifest FILE  the same from a manifest
  --json           print one last line of JSON
  --verbose        show stack traces
  --help           show this

Exit code 0 whether it is admitted or not; 1 if it cannot be read.`;

await main(HELP, async (args) => {
  const { values, paths } = readPaths(args, {
    data: { type: "string" },
    manifest: { type: "string" },
  });
  if (paths.length === 0) throw new UsageError("Expected a model's file. See --help.");
  const loaded = await loadModel(paths);
  const rows = await readRows(values);
  const { model, task } = simplify(loaded, rows && taskOf(rows));
  const found = inspectModel(model, { task });
  const packedBytes = loaded.packed?.length ?? packModel(encodeModel(model)).length;
  print(found, { name: loaded.name, format: loaded.format, packedBytes });
  if (values.json) console.log(JSON.stringify({ format: loaded.format, packedBytes, ...found }));
});

/** The model as it would be packed, as far as that goes: what cannot be prepared is refused for the same reason. */
function simplify({ model, data, packed }: LoadedModel, task: ModelTask | undefined) {
  const asked = task ?? guessTask(model);
  if (packed !== undefined) return { model, task: asked };
  let whole: ModelProto = model;
  try {
    whole = inlineData(model, data);
    whole = stripModel(whole);
    return { model: prepareModel(whole), task: asked };
  } catch (error) {
    if (!(error instanceof InvalidModel)) throw error;
    return { model: whole, task: asked };
  }
}

function print(
  found: Inspection,
  { name, format, packedBytes }: { name: string; format: string; packedBytes: number },
): void {
  const { refusal, layers } = found;
  console.log(`${printable(name)} (${format}), ${formatInteger(packedBytes)} bytes packed`);
  for (const line of found.inputs) console.log(`input   ${printable(line)}`);
  for (const line of found.outputs) console.log(`output  ${printable(line)}`);
  const right = "right" as const;
  const columns = [
    { title: "operator" },
    { title: "output of one run" },
    { title: "parameters", align: right },
    { title: "multiply-accumulates a row", align: right },
  ];
  const rows = layers.map(({ operator, output, parameters, macs }) => [
    printable(operator),
    output,
    formatInteger(parameters),
    macs === undefined ? "-" : formatInteger(macs),
  ]);
  console.log(`\n${formatTable(columns, rows)}\n`);
  const operators = Object.entries(found.operators).map(([name, uses]) => `${name} ${uses}`);
  console.log(`operators: ${printable(operators.join(", "))}`);
  console.log(`parameters: ${formatInteger(found.parameters)}`);
  if (found.macs !== undefined) {
    console.log(`multiply-accumulates a row: ${formatInteger(found.macs)}`);
    console.log(`work a row: ${formatInteger(found.work ?? 0)}`);
    console.log(`activations: ${formatInteger(found.activations ?? 0)} bytes in one run`);
  }
  console.log(
    refusal === undefined
      ? "admitted"
      : `NOT admitted (${refusal.code}): ${printable(refusal.message)}`,
  );
}
