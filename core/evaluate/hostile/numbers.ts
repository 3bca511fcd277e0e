/** Numbers that are none, too large or too small, and operators that miners would not agree on. */
import { float, node, tensor, value } from "../../model/onnx/build.ts";
import { DataType, type TensorProto } from "../../model/onnx/codec.ts";
import {
  beside,
  CLASSES,
  FEATURES,
  floats,
  FULL,
  given,
  type Hostile,
  type HostileTable,
  ints,
  openOutput,
  rightNode,
  THIRD,
} from "./hostile.ts";

const { BFLOAT16, DOUBLE, FLOAT, FLOAT16, INT32, INT64 } = DataType;

/** The table. */
export const NUMBERS: HostileTable = {
  "NaN weights": weighted(0, NaN),
  "infinite weights": weighted(0, Infinity),
  "weights of minus infinity": weighted(0, -Infinity),
  "the largest weights": weighted(0, 3.4e38),
  "one NaN among the weights": given(0, () => [node("MatMul", ["x", "v"], ["y"])], () => {
    const values = new Float32Array(FEATURES * CLASSES);
    values[11] = NaN;
    return { constants: [tensor("v", [FEATURES, CLASSES], values)] };
  }),
  "a NaN with another payload": given(
    0,
    () => [node("Add", ["x", "v"], ["s"]), rightNode("s")],
    () => ({
      constants: [tensor("v", [1], Uint32Array.of(0xffabcdef), FLOAT)],
    }),
  ),
  "0 / 0": given(
    0,
    () => [node("Sub", ["x", "x"], ["z"]), node("Div", ["z", "z"], ["n"]), rightNode("n")],
  ),
  "infinity - infinity": given(
    0,
    () => [
      node("Exp", ["big"], ["i"]),
      node("Sub", ["i", "i"], ["n"]),
      node("Add", ["x", "n"], ["s"]),
      rightNode("s"),
    ],
    () => ({ constants: [floats("big", 1e9)] }),
  ),
  "weights below 10^-38": given(THIRD, () => [node("MatMul", ["x", "v"], ["y"])], () => ({
    constants: [tensor("v", [FEATURES, CLASSES], new Float32Array(12).fill(1e-42))],
  })),
  "a matrix of weights below 10^-38": given(FULL, () => [
    node("MatMul", ["x", "small"], ["h"]),
    node("MatMul", ["h", "back"], ["z"]),
    node("Mul", ["z", "none"], ["n"]),
    node("Add", ["x", "n"], ["s"]),
    rightNode("s"),
  ], () => ({
    constants: [
      tensor("small", [FEATURES, 1000], new Float32Array(4000).fill(1e-40)),
      tensor("back", [1000, FEATURES], new Float32Array(4000).fill(1e-40)),
      floats("none", 0),
    ],
  })),
  "labels of NaN and infinity": given(
    1666,
    () => [
      node("Mul", ["x", "v"], ["n"]),
      node("Cast", ["n"], ["i"], { to: INT64 }),
      node("ReduceMax", ["i"], ["label"], { axes: [1], keepdims: 0 }),
    ],
    () => ({
      outputs: [value("label", ["N"], INT64)],
      constants: [floats("v", NaN, Infinity, -Infinity, NaN)],
    }),
  ),
  "labels out of range": given(
    0,
    () => [
      node("Cast", ["x"], ["i"], { to: INT64 }),
      node("ReduceMax", ["i"], ["m"], { axes: [1], keepdims: 0 }),
      node("Add", ["m", "far"], ["label"]),
    ],
    () => ({
      outputs: [value("label", ["N"], INT64)],
      constants: [tensor("far", [], BigInt64Array.of(2n ** 32n))],
    }),
  ),
  "negative labels": given(
    0,
    () => [
      node("ArgMax", ["x"], ["a"], { axis: 1, keepdims: 0 }),
      node("Sub", ["a", "far"], ["label"]),
    ],
    () => ({
      outputs: [value("label", ["N"], INT64)],
      constants: [tensor("far", [], BigInt64Array.of(5n))],
    }),
  ),
  "an integer divided by 0": beside(
    "shape",
    () => [
      node("Cast", ["x"], ["i"], { to: INT64 }),
      node("Sub", ["i", "i"], ["z"]),
      node("Div", ["i", "z"], ["b"]),
    ],
  ),
  "the least integer divided by -1": beside(
    "shape",
    () => [
      node("Cast", ["x"], ["i"], { to: INT64 }),
      node("Mul", ["i", "nil"], ["z"]),
      node("Add", ["z", "least"], ["l"]),
      node("Div", ["l", "minus"], ["b"]),
    ],
    () => ({
      constants: [ints("nil", 0), ints("least", -(2n ** 63n)), ints("minus", -1)],
    }),
  ),
  "a constant integer divided by 0": beside(
    "create-failed",
    () => [node("Div", ["a", "z"], ["b"])],
    () => ({ constants: [ints("a", 1), ints("z", 0)] }),
  ),
  "a remainder by 0": beside(
    "run-failed",
    () => [
      node("Cast", ["x"], ["i"], { to: INT64 }),
      node("Sub", ["i", "i"], ["z"]),
      node("Mod", ["i", "z"], ["b"]),
    ],
  ),
  "an integer power of -1": beside(
    FULL,
    () => [node("Cast", ["x"], ["i"], { to: INT64 }), node("Pow", ["i", "e"], ["b"])],
    () => ({ constants: [ints("e", -1)] }),
  ),
  "a shift by 1000": beside(
    FULL,
    () => [node("BitShift", ["u", "by"], ["b"], { direction: "LEFT" })],
    () => ({
      constants: [tensor("u", [1], Uint8Array.of(1)), tensor("by", [1], Uint8Array.of(200))],
    }),
  ),
  "an index out of range": beside(
    "run-failed",
    () => [
      node("Cast", ["x"], ["i"], { to: INT64 }),
      node("Add", ["i", "far"], ["j"]),
      node("Gather", ["w", "j"], ["b"]),
    ],
    () => ({ constants: [ints("far", 1e9)] }),
  ),
  "a constant index out of range": beside(
    "run-failed",
    () => [node("Gather", ["x", "far"], ["b"], { axis: 1 })],
    () => ({ constants: [ints("far", 1e9)] }),
  ),
  "elements out of range": beside(
    "run-failed",
    () => [
      node("Cast", ["x"], ["i"], { to: INT64 }),
      node("Add", ["i", "far"], ["j"]),
      node("GatherElements", ["x", "j"], ["b"], { axis: 1 }),
    ],
    () => ({ constants: [ints("far", -1e9)] }),
  ),
  "scattered out of range": beside(
    "run-failed",
    () => [
      node("Cast", ["x"], ["i"], { to: INT64 }),
      node("Add", ["i", "far"], ["j"]),
      node("ScatterElements", ["x", "j", "x"], ["b"], { axis: 1 }),
    ],
    () => ({ constants: [ints("far", 1e9)] }),
  ),
  "indices that are NaN": beside(
    FULL,
    () => [
      node("Mul", ["x", "v"], ["n"]),
      node("Cast", ["n"], ["j"], { to: INT64 }),
      node("Gather", ["w", "j"], ["b"]),
    ],
    () => ({ constants: [floats("v", NaN)] }),
  ),
  "random numbers": banned("RandomNormalLike"),
  "random numbers of a size": beside(
    "operator",
    () => [node("RandomUniform", [], ["b"], { shape: [1000] })],
  ),
  "coins": banned("Bernoulli"),
  "dice": beside("operator", () => [node("Multinomial", ["x"], ["b"], { sample_size: 100 })]),
  "Dropout in training": beside(
    "training",
    () => [node("Dropout", ["x", "half", "on"], ["b"])],
    () => ({
      constants: [
        tensor("half", [], Float32Array.of(0.5)),
        tensor("on", [], Uint8Array.of(1), DataType.BOOL),
      ],
    }),
  ),
  "Dropout whose mode the data decide": beside("training", () => [
    node("ReduceMax", ["x"], ["m"], { keepdims: 0 }),
    node("Cast", ["m"], ["on"], { to: DataType.BOOL }),
    node("Dropout", ["x", "half", "on"], ["b"]),
  ], () => ({ constants: [tensor("half", [], Float32Array.of(0.5))] })),
  "BatchNormalization in training": beside("shape", () => [
    node("BatchNormalization", ["x", "four", "four", "four", "four"], ["b", "m", "v"], {
      training_mode: 1,
    }),
  ], () => ({ constants: [floats("four", 1, 1, 1, 1)] })),
  "a scale of the whole batch": banned("DynamicQuantizeLinear"),
  "the bits of numbers": beside(
    "operator",
    () => [node("BitCast", ["x"], ["b"], { to: INT32 })],
    () => ({ opset: 25 }),
  ),
  "numbers of 8 bits": beside(
    "operator",
    () => [node("Cast", ["x"], ["b"], { to: DataType.FLOAT8E5M2 })],
    () => ({ opset: 21 }),
  ),
  "a cast to texts": beside("shape", () => [node("Cast", ["x"], ["b"], { to: DataType.STRING })]),
  "a cast to nothing": beside("shape", () => [node("Cast", ["x"], ["b"], { to: 99 })]),
  "a scale of NaN": quantised(NaN),
  "a scale of infinity": quantised(Infinity),
  "a computed scale": beside(
    "operator",
    () => [
      node("ReduceMax", ["x"], ["m"], { keepdims: 0 }),
      node("QuantizeLinear", ["x", "m"], ["b"]),
    ],
  ),
  "a product with a scale of NaN": beside("operator", () => [
    node("QuantizeLinear", ["x", "one", "zero"], ["q"]),
    node("QLinearMatMul", ["q", "one", "zero", "qw", "nan", "zero", "one", "zero"], ["b"]),
  ], () => ({
    constants: [
      scalarOf("one", 1),
      scalarOf("nan", NaN),
      tensor("zero", [], new Uint8Array(1)),
      tensor("qw", [4, 3], new Uint8Array(12)),
    ],
  })),
  "texts for output": given("operator", () => [node("StringNormalizer", ["x"], ["y"])]),
  "an output of bfloat16": beside(
    "create-failed",
    () => [node("Cast", ["x"], ["z"], { to: BFLOAT16 })],
    () => ({ outputs: [value("y", ["N", 3]), value("z", ["N", 4], BFLOAT16)] }),
  ),
  "an output of doubles": given(
    "output",
    () => [node("MatMul", ["x", "w"], ["f"]), node("Cast", ["f"], ["y"], { to: DOUBLE })],
    () => ({ outputs: [value("y", ["N", 3], DOUBLE)] }),
  ),
  "an output of float16": given(
    "output",
    () => [node("MatMul", ["x", "w"], ["f"]), node("Cast", ["f"], ["y"], { to: FLOAT16 })],
    () => ({ outputs: [value("y", ["N", 3], FLOAT16)] }),
  ),
  "an output of 4 million columns": given(
    "cost",
    () => [node("Expand", ["x", "s"], ["y"])],
    () => ({ outputs: [openOutput()], constants: [ints("s", 1_000_000, 1, 4)] }),
  ),
  "scores of one column": given(
    "output",
    () => [node("ReduceMax", ["x"], ["y"], { axes: [1] })],
    () => ({ outputs: [openOutput()] }),
  ),
  "scores without batch": given(
    "output",
    () => [
      node("ReduceMax", ["x"], ["m"], { axes: [0], keepdims: 0 }),
      node("Slice", ["m", "from", "to"], ["y"]),
    ],
    () => ({ outputs: [openOutput()], constants: [ints("from", 0), ints("to", 3)] }),
  ),
  "scores of the first 100 rows": given(
    "output",
    () => [node("Slice", ["x", "from", "to", "axes"], ["y"])],
    () => ({
      outputs: [openOutput()],
      constants: [ints("from", 0, 0), ints("to", 30, 3), ints("axes", 0, 1)],
    }),
  ),
  "int32 labels": given(
    "output",
    () => [
      node("ArgMax", ["x"], ["a"], { axis: 1, keepdims: 0 }),
      node("Cast", ["a"], ["y"], { to: INT32 }),
    ],
    () => ({ outputs: [value("y", ["N"], INT32)] }),
  ),
  "an alpha that is NaN": given(0, () => [node("Gemm", ["x", "w"], ["y"], { alpha: float(NaN) })]),
  "clipped between NaN and NaN": given(
    FULL,
    () => [node("Clip", ["x", "n", "n"], ["c"]), rightNode("c")],
    () => ({ constants: [scalarOf("n", NaN)] }),
  ),
  "normalised by 0": given(
    0,
    () => [
      node("Sub", ["x", "x"], ["z"]),
      node("LayerNormalization", ["z", "four"], ["l"], { epsilon: float(0) }),
      rightNode("l"),
    ],
    () => ({ constants: [floats("four", 1, 1, 1, 1)] }),
  ),
};

function weighted(verdict: number, weight: number): Hostile {
  return given(verdict, () => [node("MatMul", ["x", "v"], ["y"])], () => ({
    constants: [
      tensor("v", [FEATURES, CLASSES], new Float32Array(FEATURES * CLASSES).fill(weight)),
    ],
  }));
}

function banned(operator: string): Hostile {
  return beside("operator", () => [node(operator, ["x"], ["b"])]);
}

function quantised(scale: number): Hostile {
  return beside("operator", () => [node("QuantizeLinear", ["x", "scale", "zero"], ["b"])], () => ({
    constants: [scalarOf("scale", scale), tensor("zero", [], new Int8Array(1))],
  }));
}

function scalarOf(name: string, value: number): TensorProto {
  return tensor(name, [], Float32Array.of(value));
}
