/** The operator cases as files, for other implementations to be checked against. */
import { OPERATOR_CASES } from "../../core/evaluate/cases/all.ts";
import type { OperatorCase } from "../../core/evaluate/cases/case.ts";
import { BATCHES, regularInput, specialInput } from "../../core/evaluate/cases/digest.ts";
import { type Runtime, startRuntime } from "../../core/evaluate/runtime.ts";
import { readRuntimeWasm } from "../../functions/runtime_wasm.ts";
import { encodeTensor, fromDense } from "../conformance/tensor_file.ts";

/**
 * Writes every case below a folder as ONNX's backend tests lie there: model.onnx, and a batch of regular numbers and
 * one of special numbers with what this runtime makes of them.
 *
 * @param options `names`: those of the cases to write; all unless told
 */
export async function exportCases(
  folder: string,
  { names = Object.keys(OPERATOR_CASES) }: { names?: readonly string[] } = {},
): Promise<void> {
  const runtime = await startRuntime(await readRuntimeWasm());
  await runtime.exclusive(async () => {
    for (const name of names) {
      const build = OPERATOR_CASES[name]!;
      await exportCase(build(), {
        runtime,
        folder: `${folder}/${name.replaceAll(/[^\w]+/g, "_")}`,
      });
    }
  });
}

async function exportCase(
  given: OperatorCase,
  { runtime, folder }: { runtime: Runtime; folder: string },
): Promise<void> {
  const [rows] = BATCHES;
  const inputs = [regularInput(given, { rows })];
  if (given.special) inputs.push(specialInput(given, { rows }));
  const session = await runtime.open(given.onnx);
  try {
    for (const [set, data] of inputs.entries()) {
      const dims = [rows, ...given.row];
      const files = new Map([["input_0.pb", { type: "float32", dims, data }]]);
      for (const [i, output] of given.outputs.entries()) {
        const value = await session.run({ input: "x", data, dims, output });
        files.set(`output_${i}.pb`, value as never);
      }
      const place = `${folder}/test_data_set_${set}`;
      await Deno.mkdir(place, { recursive: true });
      for (const [name, value] of files) {
        await Deno.writeFile(`${place}/${name}`, encodeTensor(fromDense(value)));
      }
    }
  } finally {
    await session.release();
  }
  await Deno.writeFile(`${folder}/model.onnx`, given.onnx);
}
