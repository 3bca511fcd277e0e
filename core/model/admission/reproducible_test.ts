import assert from "node:assert/strict";
import { float, graph, node, tensor, value } from "../onnx/build.ts";
import { InvalidModel } from "../invalid.ts";
import { DataType, type NodeProto, type TensorProto } from "../onnx/codec.ts";
import { checkReproducible } from "./reproducible.ts";

const SCALES: [string, number, number[]][] = [
  ["QuantizeLinear", 3, [1]],
  ["DequantizeLinear", 3, [1]],
  ["QLinearConv", 8, [1, 4, 6]],
  ["QLinearMatMul", 8, [1, 4, 6]],
];

function check(nodes: NodeProto[], initializers: TensorProto[] = []): void {
  const inputs = [value("x", ["N", 4])];
  checkReproducible(graph({ inputs, outputs: [value("y", ["N", 3])], nodes, initializers }));
}

function refuses(pattern: RegExp, nodes: NodeProto[], initializers: TensorProto[] = []): void {
  assert.throws(() => check(nodes, initializers), (error) => {
    assert.ok(error instanceof InvalidModel, String(error));
    assert.equal(error.code, "operator");
    assert.match(error.message, pattern);
    return true;
  });
}

/** Every quantising operator with `scale` as one of its scales. */
function* quantising(): Generator<NodeProto> {
  for (const [operator, count, scales] of SCALES) {
    for (const index of scales) {
      const name = (at: number) => at === index ? "scale" : scales.includes(at) ? "good" : "x";
      const inputs = Array.from({ length: count }, (_, at) => name(at));
      yield node(operator, inputs, ["y"]);
    }
  }
}

const GOOD = tensor("good", [], Float32Array.of(0.5));

Deno.test("checkReproducible() refuses floats of 8 bits and less as the type of an output", () => {
  for (const type of [17, 18, 19, 20, 23, 24, 27, 28]) {
    refuses(/Cast to give floats of 16 bits or more, got type/, [
      node("Cast", ["x"], ["y"], { to: type }),
    ]);
    refuses(/QuantizeLinear to give/, [
      node("QuantizeLinear", ["x", "good"], ["y"], { output_dtype: BigInt(type) }),
    ], [GOOD]);
    refuses(/EyeLike to give/, [node("EyeLike", ["x"], ["y"], { dtype: type })]);
  }
  for (const type of [DataType.FLOAT, DataType.FLOAT16, DataType.BFLOAT16, DataType.INT4]) {
    check([node("Cast", ["x"], ["y"], { to: type })]);
  }
  check([node("Transpose", ["x"], ["y"], { perm: [1, 0] }), node("Odd", ["x"], ["y"], { k: 17 })]);
});

Deno.test("checkReproducible() takes scales that are finite constants", () => {
  const half = tensor("scale", [1], Uint16Array.of(0x7bff), DataType.FLOAT16);
  const listed = { dims: [2], dataType: DataType.FLOAT, name: "scale", floatData: [1, 3e38] };
  const constants = [tensor("scale", [2], Float32Array.of(0, -1e-40)), half, listed];
  for (const use of quantising()) {
    for (const constant of constants) check([use], [GOOD, constant]);
    for (const attributes of [{ value: GOOD }, { value_float: float(2) }]) {
      check([node("Constant", [], ["scale"], attributes), use], [GOOD]);
    }
  }
});

Deno.test("checkReproducible() refuses other scales", () => {
  const named = (dataType: number, rest: Partial<TensorProto>) => ({
    dims: [1],
    dataType,
    name: "scale",
    ...rest,
  });
  const odd = [
    tensor("scale", [2], Float32Array.of(1, NaN)),
    tensor("scale", [2], Float32Array.of(-Infinity, 1)),
    tensor("scale", [1], Uint16Array.of(0xfc01), DataType.FLOAT16),
    tensor("scale", [1], Uint16Array.of(0x7f81), DataType.BFLOAT16),
    tensor("scale", [1], Float64Array.of(1)),
    named(DataType.FLOAT, { floatData: [NaN] }),
    named(DataType.FLOAT16, { int32Data: [0x7c00] }),
  ];
  for (const use of quantising()) {
    for (const constant of odd) {
      refuses(/finite constants, got a constant/, [use], [GOOD, constant]);
    }
    refuses(/finite constants, got a constant/, [use], [
      GOOD,
      ...odd.slice(0, 1),
      tensor("scale", [], Float32Array.of(1)),
    ]);
    refuses(/finite constants, got a computed one/, [node("Relu", ["x"], ["scale"]), use], [GOOD]);
    for (
      const attributes of [{ value_float: float(NaN) }, { value_floats: Float32Array.of(NaN) }]
    ) {
      const constant = node("Constant", [], ["scale"], attributes);
      refuses(/finite constants, got a constant/, [constant, use], [GOOD]);
    }
  }
  const missing = node("QuantizeLinear", ["x", ""], ["y"]);
  refuses(/finite constants, got a computed one/, [missing], [{ ...GOOD, name: "" }]);
});
