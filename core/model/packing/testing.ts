/** Helpers of this folder's tests: random models, and running them. */
import { random } from "../../dataset/testing.ts";
import { readFile } from "node:fs/promises";
import { type ArrayValue, type Runtime, startRuntime } from "../../evaluate/runtime.ts";
import { float, graph, model, node, tensor, value } from "../onnx/build.ts";
import { encodeModel, type ModelProto, type NodeProto, type TensorProto } from "../onnx/codec.ts";

let starting: Promise<Runtime> | undefined;

/** The runtime, started once. */
export function testRuntime(): Promise<Runtime> {
  return starting ??= readFile(
    new URL(import.meta.resolve("onnxruntime-web/ort-wasm-simd-threaded.wasm")),
  ).then((wasm) => startRuntime(new Uint8Array(wasm)));
}

/** Runs a model on rows; its only input gets `data` as `dims`. */
export async function run(
  model: ModelProto,
  { data, dims, output = model.graph?.output[0]?.name ?? "" }: {
    data: Float32Array;
    dims: readonly number[];
    output?: string;
  },
): Promise<ArrayValue> {
  const runtime = await testRuntime();
  const input = model.graph?.input[0]?.name ?? "";
  return await runtime.exclusive(async () => {
    const session = await runtime.open(encodeModel(model));
    try {
      return await session.run({ input, output, data, dims });
    } finally {
      await session.release();
    }
  });
}

/** Values from -1 to 1. */
export function floats(length: number, seed: number): Float32Array {
  const next = random(seed);
  return Float32Array.from({ length }, () => 2 * next() - 1);
}

/** Shape of one row of {@linkcode randomModel}. */
export const ROW = [2, 6, 6] as const;

/**
 * A small random network of convolutions, matrix products and what exporters put in between: `Identity`, `Dropout`,
 * `Constant`, unused nodes and constants, equal constants, notes of all kinds, lists instead of raw data.
 */
export function randomModel(seed: number): ModelProto {
  const next = random(seed);
  const pick = (count: number) => Math.floor(next() * count);
  const nodes: NodeProto[] = [];
  const constants: TensorProto[] = [];
  let counter = 0;
  let last = "x";
  let channels: number = ROW[0];
  const fresh = () => `/home/ada/net.py:${counter++}`;
  const constant = (dims: number[], scale = 1) => {
    const name = fresh();
    const size = dims.reduce((all, dim) => all * dim, 1);
    const values = floats(size, seed * 1000 + counter).map((v) => v * scale);
    constants.push(
      pick(2) === 0
        ? tensor(name, dims, values)
        : { dims, dataType: 1, name, floatData: [...values], docString: "/home/ada" },
    );
    return name;
  };
  const apply = (operator: string, inputs: string[], attributes = {}) => {
    const output = fresh();
    nodes.push({
      ...node(operator, inputs, [output], attributes, { name: fresh() }),
      docString: "File /home/ada/net.py",
      metadataProps: [{ key: "pkg.torch.onnx.stack_trace", value: "/home/ada/net.py" }],
    });
    return output;
  };
  for (let layer = 0; layer < 3; layer++) {
    const to = 3 + pick(4);
    last = apply("Conv", [last, constant([to, channels, 3, 3], 0.3), constant([to], 0.2)], {
      pads: [1, 1, 1, 1],
      group: 1,
      auto_pad: "NOTSET",
      strides: [1, 1],
    });
    channels = to;
    last = apply(["Relu", "Tanh", "Identity", "Dropout"][pick(4)]!, [last]);
    if (pick(3) === 0) apply("Sigmoid", [last]); // unused
    if (pick(3) === 0) constant([5]);
  }
  const target = apply("Constant", [], {
    value: tensor("", [2], BigInt64Array.of(-1n, BigInt(channels * 36))),
  });
  last = apply("Reshape", [last, target], { allowzero: pick(2) });
  const bias = constant([20], 0.1);
  last = apply("Gemm", [last, constant([channels * 36, 20], 0.2), bias], {
    alpha: float(1),
    transB: 0,
  });
  last = apply("Add", [last, bias]);
  last = apply("MatMul", [last, constant([20, 4])]);
  nodes.push(node("Identity", [last], ["y"]));
  const net = graph({
    inputs: [value("x", ["batch", ...ROW])],
    outputs: [value("y", ["batch", 4])],
    nodes,
    initializers: constants,
  });
  return { ...model(net, { opset: 17, producer: "/home/ada" }), docString: "/home/ada" };
}

/** A file of testdata. */
export function fixture(name: string): Promise<Uint8Array> {
  return readFile(new URL(`testdata/${name}`, import.meta.url)).then((bytes) =>
    new Uint8Array(bytes)
  );
}

/** Floats of a file of testdata. */
export async function fixtureFloats(name: string): Promise<Float32Array> {
  return new Float32Array((await fixture(name)).buffer);
}
