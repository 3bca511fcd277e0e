/**
 * What evaluating costs over the bare runtime: for each model, the time to score 10,000 rows divided by
 * that of a bare `session.run` loop over the same batches in the same process. Start-up (loading the
 * runtime and the model, converting the inputs once for the data set) is not counted on either side.
 */
import { encodeModel } from "../../core/model/onnx/codec.ts";
import { graph, model, node, tensor, value } from "../../core/model/onnx/build.ts";
import { packModel } from "../../core/model/packing/pack.ts";
import type { Dataset } from "../../core/dataset/dataset.ts";
import { openModel, scoreModel } from "../../core/evaluate/evaluate.ts";
import { BATCH_ROWS } from "../../core/evaluate/task.ts";
import { type Runtime, startRuntime } from "../../core/evaluate/runtime.ts";
import { readRuntimeWasm } from "../../functions/runtime_wasm.ts";
import { comparePairs } from "./measure.ts";
import { loadMnist, MODELS_FOLDER } from "./mnist.ts";

/** Names of the models of ../shared/models that are measured. */
const MODELS = [
  "torch_linear",
  "torch_mlp16",
  "torch_mlp128",
  "torch_lenet5",
  "torch_tiny8k",
  "sk_logreg",
  "sk_tree",
];

/** Ratios by `evaluate.<model>`: 1.05 is 5 % over the bare loop. Medians of 5 interleaved measurements. */
export async function benchEvaluate(): Promise<Record<string, number>> {
  const runtime = await startRuntime(await readRuntimeWasm());
  const dataset = await loadMnist();
  const ratios: Record<string, number> = {};
  for (const [name, onnx] of await models()) {
    ratios[`evaluate.${name}`] = await compare(onnx, { runtime, dataset });
  }
  return ratios;
}

async function compare(
  onnx: Uint8Array,
  { runtime, dataset }: { runtime: Runtime; dataset: Dataset },
): Promise<number> {
  const opened = await openModel(packModel(onnx), dataset, { runtime });
  const { InferenceSession, Tensor } = runtime.ort;
  const bare = await InferenceSession.create(onnx, {
    executionProviders: ["wasm"],
    graphOptimizationLevel: "all",
  });
  const inputs = dataset.inputs;
  const { features, rows } = dataset;
  const { input, shape } = opened.signature;
  const feeds = Array.from({ length: Math.ceil(rows / BATCH_ROWS) }, (_, i) => {
    const count = Math.min(BATCH_ROWS, rows - i * BATCH_ROWS);
    const start = i * BATCH_ROWS * features;
    const data = inputs.subarray(start, start + count * features);
    return { [input]: new Tensor("float32", data, [count, ...shape]) };
  });
  try {
    return await comparePairs({
      ours: () => scoreModel(opened, dataset),
      bare: async () => {
        for (const feed of feeds) await bare.run(feed);
      },
    });
  } finally {
    await opened.session.release();
    await bare.release();
  }
}

/** Shared models by name, as ONNX files; where they are missing, a generated one. */
export async function models(
  names: readonly string[] = MODELS,
): Promise<[string, Uint8Array][]> {
  try {
    return await Promise.all(names.map(async (name): Promise<[string, Uint8Array]> => [
      name,
      await Deno.readFile(new URL(`${name}.onnx`, MODELS_FOLDER)),
    ]));
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    return [["generated_linear", linear()]];
  }
}

/** For machines without the shared models: a softmax regression with weights of no meaning. */
function linear(): Uint8Array {
  const weights = Float32Array.from({ length: 7840 }, (_, i) => ((i * 37) % 101) / 1000 - 0.05);
  const nodes = [node("Flatten", ["x"], ["f"]), node("Gemm", ["f", "w"], ["y"], { transB: 1 })];
  const net = graph({
    inputs: [value("x", ["N", 1, 28, 28])],
    outputs: [value("y", ["N", 10])],
    nodes,
    initializers: [tensor("w", [10, 784], weights)],
  });
  return encodeModel(model(net, { opset: 17 }));
}

if (import.meta.main) {
  const ratios = await benchEvaluate();
  // deno-lint-ignore no-console
  console.log(JSON.stringify(ratios, null, 2));
}
