import assert from "node:assert/strict";
import * as ort from "onnxruntime-web/wasm";
import { float, graph, model, node, tensor, value } from "./build.ts";
import { AttributeType, DataType, encodeModel } from "./codec.ts";
import type { ModelProto } from "./codec.ts";

ort.env.wasm.numThreads = 1;
ort.env.wasm.wasmBinary = Deno.readFileSync(
  new URL(import.meta.resolve("onnxruntime-web/ort-wasm-simd-threaded.wasm")),
).buffer;

async function run(file: ModelProto, x: Float32Array, dims: number[]): Promise<ort.Tensor> {
  const session = await ort.InferenceSession.create(encodeModel(file));
  try {
    const outputs = await session.run({ x: new ort.Tensor("float32", x, dims) });
    assert(outputs["y"]);
    return outputs["y"];
  } finally {
    await session.release();
  }
}

Deno.test("a built model runs in onnxruntime and computes what it says", async () => {
  const net = graph({
    inputs: [value("x", ["batch", 3])],
    outputs: [value("y", ["batch", 2])],
    nodes: [
      node("Gemm", ["x", "w", "b"], ["h"], { transB: 1, alpha: float(0.5) }),
      node("Relu", ["h"], ["y"]),
    ],
    initializers: [
      tensor("w", [2, 3], Float32Array.of(1, 2, 3, -4, -5, -6)),
      tensor("b", [2], Float32Array.of(0.5, 10)),
    ],
  });
  const y = await run(model(net, { opset: 17 }), Float32Array.of(1, 1, 1, 2, 0, 4), [2, 3]);
  assert.deepEqual(y.dims, [2, 2]);
  assert.deepEqual([...y.data as Float32Array], [3.5, 2.5, 7.5, 0]);
});

Deno.test("a built tree of ai.onnx.ml runs in onnxruntime and gives labels", async () => {
  const net = graph({
    inputs: [value("x", ["batch", 1])],
    outputs: [value("y", ["batch"], DataType.INT64)],
    nodes: [
      node("TreeEnsembleClassifier", ["x"], ["y", "p"], {
        classlabels_int64s: [4, 9, 2],
        nodes_treeids: [0, 0, 0],
        nodes_nodeids: [0, 1, 2],
        nodes_featureids: [0, 0, 0],
        nodes_modes: ["BRANCH_LEQ", "LEAF", "LEAF"],
        nodes_values: Float32Array.of(0.5, 0, 0),
        nodes_truenodeids: [1, 0, 0],
        nodes_falsenodeids: [2, 0, 0],
        class_treeids: [0, 0],
        class_nodeids: [1, 2],
        class_ids: [1, 2],
        class_weights: Float32Array.of(1, 1),
        post_transform: "NONE",
      }, { domain: "ai.onnx.ml" }),
    ],
  });
  const y = await run(model(net, { opset: 17, mlOpset: 3 }), Float32Array.of(0, 1, 0.5), [3, 1]);
  assert.deepEqual([...y.data as BigInt64Array], [9n, 2n, 9n]);
});

Deno.test("a built graph attribute, tensor attribute and int64 tensor run in onnxruntime", async () => {
  const branch = (factor: number) =>
    graph({
      name: "branch",
      inputs: [],
      outputs: [value("scaled", ["n"])],
      nodes: [
        node("Constant", [], ["factor"], { value: tensor("", [], Float32Array.of(factor)) }),
        node("Mul", ["flat", "factor"], ["scaled"]),
      ],
    });
  const net = graph({
    inputs: [value("x", ["a", 2])],
    outputs: [value("y", ["n"])],
    nodes: [
      node("Reshape", ["x", "shape"], ["flat"]),
      node("If", ["yes"], ["y"], { then_branch: branch(3), else_branch: branch(5) }),
    ],
    initializers: [
      tensor("shape", [1], BigInt64Array.of(-1n)),
      tensor("yes", [], Uint8Array.of(1), DataType.BOOL),
    ],
  });
  const y = await run(model(net, { opset: 17 }), Float32Array.of(1, 2, 3, 4), [2, 2]);
  assert.deepEqual([...y.data as Float32Array], [3, 6, 9, 12]);
});

Deno.test("tensor takes the element type from the array and checks the shape", () => {
  const types = [
    [new Float32Array(2), DataType.FLOAT],
    [new Float64Array(2), DataType.DOUBLE],
    [new Int8Array(2), DataType.INT8],
    [new Uint8Array(2), DataType.UINT8],
    [new Int16Array(2), DataType.INT16],
    [new Uint16Array(2), DataType.UINT16],
    [new Int32Array(2), DataType.INT32],
    [new Uint32Array(2), DataType.UINT32],
    [new BigInt64Array(2), DataType.INT64],
    [new BigUint64Array(2), DataType.UINT64],
  ] as const;
  for (const [values, dataType] of types) {
    assert.equal(tensor("t", [2], values).dataType, dataType);
  }
  assert.equal(tensor("t", [2], new Uint16Array(2), DataType.FLOAT16).dataType, DataType.FLOAT16);
  assert.throws(() => tensor("t", [2, 3], new Float32Array(5)), /\[2,3\] takes 6 values, not 5/);
});

Deno.test("tensor takes the bytes of a view, not of its whole buffer", () => {
  const view = Float32Array.of(1, 2, 3, 4).subarray(1, 3);
  assert.deepEqual([...tensor("t", [2], view).rawData ?? []], [0, 0, 0, 64, 0, 0, 64, 64]);
});

Deno.test("node gives each attribute the type of its value", () => {
  const { attribute } = node("Op", [], [], {
    i: 3,
    big: 2n ** 60n,
    f: float(3),
    s: "a",
    bytes: Uint8Array.of(1),
    ints: [1, 2n],
    none: [],
    floats: Float32Array.of(1),
    strings: ["a", "b"],
    t: tensor("", [], Float32Array.of(1)),
    g: graph({ inputs: [], outputs: [], nodes: [] }),
  });
  const T = AttributeType;
  assert.deepEqual(attribute.map((a) => a.type), [
    ...[T.INT, T.INT, T.FLOAT, T.STRING, T.STRING, T.INTS],
    ...[T.INTS, T.FLOATS, T.STRINGS, T.TENSOR, T.GRAPH],
  ]);
  assert.throws(() => node("Op", [], [], { alpha: 0.5 }), /write float\(0.5\) for a FLOAT/);
  assert.throws(() => node("Op", [], [], { ints: [1, 0.5] }), TypeError);
});
