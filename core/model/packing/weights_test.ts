import assert from "node:assert/strict";
import { graph, model, node, tensor, value } from "../onnx/build.ts";
import { DataType, encodeModel, type ModelProto, type NodeProto } from "../onnx/codec.ts";
import type { TensorProto } from "../onnx/codec.ts";
import { admitModel } from "../admission/admit.ts";
import { stripModel } from "./strip.ts";
import { floats, randomModel, ROW, run } from "./testing.ts";
import { weightAxes } from "./weight_axes.ts";
import { type Precision, withPrecision } from "./weights.ts";

function net(
  nodes: NodeProto[],
  initializers: TensorProto[],
  { opset = 17, row = [8] }: { opset?: number; row?: number[] } = {},
): ModelProto {
  return model(
    graph({
      inputs: [value("x", ["batch", ...row])],
      outputs: [value("y", ["batch", 8])],
      nodes,
      initializers,
    }),
    { opset },
  );
}

function operators(model: ModelProto | undefined): string {
  return model?.graph?.node.map(({ opType }) => opType).join(" ") ?? "none";
}

Deno.test("withPrecision() changes outputs by no more than the precision, on 4 random models", async () => {
  const tolerance = { float16: 0.002, int8: 0.03, 7: 0.06, 6: 0.12, 5: 0.25, 4: 0.5, 3: 1 };
  for (let seed = 1; seed <= 4; seed++) {
    const exact = stripModel(randomModel(seed));
    const rows = { data: floats(9 * 72, seed), dims: [9, ...ROW] };
    const want = (await run(exact, rows)).data as Float32Array;
    const size = Math.max(...want.map(Math.abs));
    for (const [precision, share] of Object.entries(tolerance)) {
      const changed = withPrecision(exact, precision as Precision);
      assert.ok(changed !== undefined);
      admitModel(encodeModel(changed), { shapes: [ROW], batch: 100, classes: 4 });
      const got = (await run(changed, rows)).data as Float32Array;
      const worst = Math.max(...got.map((value, i) => Math.abs(value - want[i]!)));
      assert.ok(worst <= share * size, `${seed} ${precision}: ${worst} of ${size}`);
    }
    assert.equal(withPrecision(exact, "float32"), exact);
  }
});

Deno.test("withPrecision() equals dequantising by hand, bit for bit", async () => {
  const weights = floats(64, 4);
  const file = stripModel(
    net([node("MatMul", ["x", "w"], ["y"])], [tensor("w", [8, 8], weights)]),
  );
  const changed = withPrecision(file, "int8")!;
  const [scale, whole] = changed.graph!.initializer;
  assert.deepEqual([scale!.dataType, whole!.dataType], [DataType.FLOAT, DataType.INT8]);
  const scales = new Float32Array(scale!.rawData!.slice().buffer);
  const values = new Int8Array(whole!.rawData!.slice().buffer);
  const plain = Float32Array.from(values, (value, i) => Math.fround(value * scales[i % 8]!));
  const same = net([node("MatMul", ["x", "w"], ["y"])], [tensor("w", [8, 8], plain)]);
  const rows = { data: floats(80, 1), dims: [10, 8] };
  const [a, b] = [await run(changed, rows), await run(same, rows)];
  const worst = Math.max(
    ...(a.data as Float32Array).map((v, i) => Math.abs(v - (b.data as Float32Array)[i]!)),
  );
  assert.ok(worst < 1e-5, String(worst));
  assert.ok(plain.every((value, i) => Math.abs(value - weights[i]!) < 0.005));
});

Deno.test("weightAxes() finds the output channels of each operator", () => {
  const cases: [NodeProto, number, number | "added" | undefined][] = [
    [node("Conv", ["x", "w"], ["y"]), 4, 0],
    [node("ConvTranspose", ["x", "w"], ["y"]), 4, 1],
    [node("Gemm", ["x", "w"], ["y"]), 2, 1],
    [node("Gemm", ["x", "w"], ["y"], { transB: 1 }), 2, 0],
    [node("MatMul", ["x", "w"], ["y"]), 3, 2],
    [node("MatMul", ["w", "x"], ["y"]), 2, undefined],
    [node("LSTM", ["x", "w"], ["y"]), 3, 1],
    [node("GRU", ["x", "r", "w"], ["y"]), 3, 1],
    [node("Gather", ["w", "x"], ["y"]), 2, 1],
    [node("Conv", ["x", "r", "w"], ["y"]), 1, "added"],
    [node("Add", ["w", "x"], ["y"]), 1, "added"],
    [node("BatchNormalization", ["x", "s", "b", "m", "w"], ["y"]), 1, undefined],
    [node("Pow", ["x", "w"], ["y"]), 1, undefined],
    [node("Reshape", ["x", "w"], ["y"]), 1, undefined],
    [node("Conv", ["x", "w"], ["y"], {}, { domain: "ai.onnx.ml" }), 4, undefined],
  ];
  for (const [node_, rank, axis] of cases) {
    const dims = Array(rank).fill(1);
    const file = net([node_], [tensor("w", dims, Float32Array.of(1))]);
    assert.equal(weightAxes(file.graph!).get("w"), axis, `${node_.opType} ${node_.input}`);
  }
});

Deno.test("withPrecision() leaves constants alone that something else reads, too", () => {
  const w = tensor("w", [8, 8], floats(64, 1));
  const shared = net([node("MatMul", ["x", "w"], ["a"]), node("Pow", ["a", "w"], ["y"])], [w]);
  assert.equal(withPrecision(stripModel(shared), "int8"), undefined);
  const output = net([node("MatMul", ["x", "w"], ["y"])], [w]);
  output.graph!.output.push(value("w", [8, 8]));
  assert.equal(withPrecision(stripModel(output), "int8"), undefined);
});

Deno.test("withPrecision() keeps what a float16 cannot hold, and weights that are not finite", () => {
  const of = (values: Float32Array, precision: Precision) =>
    operators(
      withPrecision(
        stripModel(net([node("MatMul", ["x", "w"], ["y"])], [tensor("w", [8, 8], values)])),
        precision,
      ),
    );
  assert.equal(of(floats(64, 1), "float16"), "Cast MatMul");
  assert.equal(of(floats(64, 1).fill(1e5, 3, 4), "float16"), "none");
  assert.equal(of(floats(64, 1).fill(1e5, 3, 4), "int8"), "DequantizeLinear MatMul");
  assert.equal(of(floats(64, 1).map((v) => v * 1e-9), "float16"), "none", "subnormal");
  assert.equal(of(floats(64, 1).fill(NaN, 3, 4), "int8"), "none");
  assert.equal(of(floats(64, 1).fill(Infinity, 3, 4), "5"), "none");
});

Deno.test("withPrecision() raises an old opset, or takes one scale for a tensor", () => {
  const w = tensor("w", [8, 8], floats(64, 1));
  const version = (file: ModelProto | undefined) => file?.opsetImport[0]?.version;
  const of = (node_: NodeProto, opset: number) =>
    withPrecision(
      stripModel(net([node("MatMul", ["x", "w"], ["a"]), node_], [w], { opset })),
      "int8",
    );
  assert.equal(version(of(node("Relu", ["a"], ["y"]), 9)), 13);
  const single = of(node("Squeeze", ["a"], ["y"]), 11);
  assert.equal(version(single), 11);
  const scale = single!.graph!.initializer.find(({ dataType }) => dataType === DataType.FLOAT);
  assert.deepEqual(scale!.dims, []);
  assert.equal(of(node("Squeeze", ["a"], ["y"]), 9), undefined);
});

Deno.test("weightAxes() takes no operator's name for a member of an object", () => {
  const weights = tensor("w", [8, 8], floats(64, 1));
  for (const operator of ["constructor", "toString", "__proto__"]) {
    const { graph } = net([node(operator, ["x", "w"], ["y"])], [weights]);
    assert.equal(weightAxes(graph!).size, 0);
  }
});
