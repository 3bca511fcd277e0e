/** Models that were once admitted at a fraction of their cost, with shapes that the runtime does not give, or that end it. */
import { float, node } from "../../model/onnx/build.ts";
import { DataType, type NodeProto } from "../../model/onnx/codec.ts";
import { beside, floats, type Hostile, ints } from "./hostile.ts";

/** The table. */
export const COSTS = {
  "GRU of no features": sequence("GRU", 3),
  "LSTM of no features": sequence("LSTM", 4),
  "RNN of no features": sequence("RNN", 1),
  "a size taken from ArgMax of nothing": beside("shape", () => [
    node("Slice", ["x", "zero", "zero"], ["none"]),
    node("Expand", ["none", "wide"], ["e"]),
    node("ArgMax", ["e"], ["a"], { axis: -1 }),
    node("Shape", ["a"], ["s"]),
    node("Gather", ["s", "last"], ["n"]),
    node("ConstantOfShape", ["n"], ["b"]),
  ], () => ({
    constants: [ints("zero", 0), ints("wide", 10_000_000, 1, 4), ints("last", -1)],
  })),
  "sines of 10^30": far("Sin"),
  "cosines of 10^30": far("Cos"),
  "tangents of 10^30": far("Tan"),
  "a sum of 200,000 values": beside(
    "too-many-nodes",
    () => [node("Sum", Array<string>(200_000).fill("x"), ["b"])],
  ),
  "LRN of one channel among 99,999": beside(
    "cost",
    () => [
      node("Reshape", ["x", "s"], ["i"]),
      node("LRN", ["i"], ["b"], { size: 99_999, alpha: float(1) }),
    ],
    () => ({ constants: [ints("s", -1, 1, 1, 1)] }),
  ),
  "Attention of 400,000 heads of float16": beside("cost", () => [
    node("Cast", ["x"], ["h"], { to: DataType.FLOAT16 }),
    node("Expand", ["h", "many"], ["e"]),
    node("Reshape", ["e", "s"], ["q"]),
    node("Attention", ["q", "q", "q"], ["b"]),
  ], () => ({
    constants: [ints("many", 1000, 1, 4), ints("s", -1, 1, 1, 1)],
    opset: 23,
    irVersion: 10,
  })),
} satisfies Record<string, Hostile>;

/** A recurrent operator on a sequence without features: GRU aborts the runtime. */
function sequence(operator: string, gates: number): Hostile {
  const nodes = (): NodeProto[] => [
    node("Slice", ["x", "zero", "zero", "one"], ["none"]),
    node("Unsqueeze", ["none", "zero"], ["sequence"]),
    node("ConstantOfShape", ["fed"], ["weights"]),
    node("ConstantOfShape", ["back"], ["recurrence"]),
    node(operator, ["sequence", "weights", "recurrence"], ["b"], { hidden_size: 2 }),
  ];
  return beside("shape", nodes, () => ({
    constants: [
      ints("zero", 0),
      ints("one", 1),
      ints("fed", 1, 2 * gates, 0),
      ints("back", 1, 2 * gates, 2),
    ],
  }));
}

/** An angle of 10^30 takes thirty times as long as a small one. */
function far(operator: string): Hostile {
  return beside("cost", () => [
    node("Mul", ["x", "far"], ["f"]),
    node("Expand", ["f", "s"], ["e"]),
    node(operator, ["e"], ["b"]),
  ], () => ({ constants: [floats("far", 1e30), ints("s", 4000, 1, 4)] }));
}
