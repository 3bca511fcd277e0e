/** Small files that ask for much memory or time. */
import { float, node, tensor } from "../../model/onnx/build.ts";
import { DataType, type NodeProto } from "../../model/onnx/codec.ts";
import {
  beside,
  floats,
  given,
  type Hostile,
  type HostileTable,
  ints,
  rightNode,
} from "./hostile.ts";

const { INT64 } = DataType;

/** The table. */
export const BOMBS: HostileTable = {
  "a constant of 10^12": constantOfShape("cost", 1e6, 1e6),
  "a constant of 2.8 GB": constantOfShape("cost", 7e8),
  "a constant of 200 MB": constantOfShape("cost", 5e7),
  "a constant of 2^63 - 1": constantOfShape("shape", 2n ** 63n - 1n),
  "a constant of -1": constantOfShape("shape", -1),
  "Expand to 10^12": beside(
    "cost",
    () => [node("Expand", ["x", "s"], ["b"])],
    () => ({ constants: [ints("s", 1e6, 1e4, 1, 1)] }),
  ),
  "Expand the batch to 80 MB": beside(
    "cost",
    () => [node("Expand", ["x", "s"], ["b"])],
    () => ({ constants: [ints("s", 50_000, 1, 4)] }),
  ),
  "Tile by 10^6": beside(
    "cost",
    () => [node("Tile", ["x", "s"], ["b"])],
    () => ({ constants: [ints("s", 1000, 1e6)] }),
  ),
  "Tile by 2^62": beside(
    "shape",
    () => [node("Tile", ["x", "s"], ["b"])],
    () => ({ constants: [ints("s", 4, 2n ** 62n)] }),
  ),
  "Pad by 10^9": beside(
    "cost",
    () => [node("Pad", ["x", "s"], ["b"])],
    () => ({ constants: [ints("s", 0, 1e9, 0, 1e9)] }),
  ),
  "Pad by -10": beside(
    "shape",
    () => [node("Pad", ["x", "s"], ["b"])],
    () => ({ constants: [ints("s", 0, -10, 0, 0)] }),
  ),
  "Resize by 10^6": beside(
    "cost",
    () => [node("Resize", ["x", "", "s"], ["b"])],
    () => ({ constants: [floats("s", 1000, 1e6)] }),
  ),
  "Resize by NaN": beside(
    "shape",
    () => [node("Resize", ["x", "", "s"], ["b"])],
    () => ({ constants: [floats("s", 1, NaN)] }),
  ),
  "cubic Resize to 4,000 columns": beside(
    "cost",
    () => [node("Resize", ["x", "", "s"], ["b"], { mode: "cubic" })],
    () => ({ constants: [floats("s", 1, 1000)] }),
  ),
  "Resize to 10^12": beside(
    "cost",
    () => [node("Resize", ["x", "", "", "s"], ["b"])],
    () => ({ constants: [ints("s", 1e6, 1e6)] }),
  ),
  "Range to 10^12": beside(
    "cost",
    () => [node("Range", ["a", "z", "one"], ["b"])],
    () => ({ constants: [scalar("a", 0), scalar("z", 1e12), scalar("one", 1)] }),
  ),
  "Range by 0": beside(
    "shape",
    () => [node("Range", ["a", "z", "one"], ["b"])],
    () => ({ constants: [scalar("a", 0), scalar("z", 5), scalar("one", 0)] }),
  ),
  "OneHot of 10^9": beside(
    "cost",
    () => [node("Cast", ["x"], ["i"], { to: INT64 }), node("OneHot", ["i", "n", "v"], ["b"])],
    () => ({ constants: [ints("n", 1e9), floats("v", 0, 1)] }),
  ),
  "EyeLike of 16,000": beside(
    "cost",
    () => [node("ConstantOfShape", ["s"], ["e"]), node("EyeLike", ["e"], ["b"])],
    () => ({ constants: [ints("s", 16_000, 16_000)] }),
  ),
  "Concat that doubles 34 times": beside("cost", () => doubling(34)),
  "Concat that doubles 16 times": beside("cost", () => doubling(16)),
  "Add that grows a side each": beside("cost", () => growing(5)),
  "10^6 for each row short of 100": batchBomb("cost", { rows: 100, sign: -1 }),
  "10^6 for each row over 20": batchBomb("cost", { rows: 20, sign: 1 }),
  "a product that grows with the square of its side": beside("cost", () => [
    node("Tile", ["x", "s"], ["t"]),
    node("Transpose", ["t"], ["u"]),
    node("MatMul", ["t", "u"], ["b"]),
  ], () => ({ constants: [ints("s", 100, 1)] })),
  "6,000 cubed, folded when loaded": beside("cost", () => [
    node("Expand", ["one", "s"], ["a"]),
    node("MatMul", ["a", "a"], ["b"]),
  ], () => ({ constants: [floats("one", 1), ints("s", 6000, 6000)] })),
  "2,000 cubed, folded when loaded": beside("cost", () => [
    node("Expand", ["one", "s"], ["a"]),
    node("MatMul", ["a", "a"], ["b"]),
  ], () => ({ constants: [floats("one", 1), ints("s", 2000, 2000)] })),
  "dead code of 6,000 cubed": given("cost", () => [
    node("Expand", ["one", "s"], ["a"]),
    node("MatMul", ["a", "a"], ["b"]),
    node("Relu", ["b"], ["c"]),
    rightNode(),
  ], () => ({ constants: [floats("one", 1), ints("s", 6000, 6000)] })),
  "dead code of 5 x 10^9 a run": beside(
    "cost",
    () => [
      node("Tile", ["x", "s"], ["t"]),
      node("MatMul", ["t", "k"], ["b"]),
    ],
    () => ({
      constants: [ints("s", 50, 256), tensor("k", [1024, 1024], new Float32Array(2 ** 20))],
    }),
  ),
  "LSTM of 100,000 steps of 400 rows": beside("cost", () => [
    node("Reshape", ["x", "r"], ["f"]),
    node("Expand", ["f", "s"], ["e"]),
    node("LSTM", ["e", "lw", "lr"], ["b"], { hidden_size: 1 }),
  ], () => ({
    constants: [
      ints("r", 1, -1, 1),
      ints("s", 100_000, 1, 1),
      tensor("lw", [1, 4, 1], new Float32Array(4)),
      tensor("lr", [1, 4, 1], new Float32Array(4)),
    ],
  })),
  "LSTM of 10^6 steps": beside("cost", () => [
    node("ConstantOfShape", ["s"], ["e"]),
    node("LSTM", ["e", "lw", "lr"], ["b"], { hidden_size: 1 }),
  ], () => ({
    constants: [
      ints("s", 1_000_000, 1, 1),
      tensor("lw", [1, 4, 1], new Float32Array(4)),
      tensor("lr", [1, 4, 1], new Float32Array(4)),
    ],
  })),
  "Einsum of a thousand indices": beside(
    "operator",
    () => [node("Einsum", ["x", "w"], ["b"], { equation: "ij,jk->ik" })],
  ),
  "CumSum of 10^8": beside(
    "cost",
    () => [node("Expand", ["x", "s"], ["e"]), node("CumSum", ["e", "axis"], ["b"])],
    () => ({
      constants: [ints("s", 100_000, 1, 1), scalar("axis", 0)],
    }),
  ),
  "TopK of more than there are": beside(
    "shape",
    () => [node("TopK", ["x", "k"], ["a", "b"])],
    () => ({ constants: [ints("k", 2n ** 62n)] }),
  ),
  "TopK of -1": beside(
    "shape",
    () => [node("TopK", ["x", "k"], ["a", "b"])],
    () => ({ constants: [ints("k", -1)] }),
  ),
  "a kernel of 10^9": beside(
    "shape",
    () => [image(), node("MaxPool", ["i"], ["b"], { kernel_shape: [1e9, 1e9] })],
    () => square(),
  ),
  "pads of 10^9": beside(
    "shape",
    () => [
      image(),
      node("MaxPool", ["i"], ["b"], { kernel_shape: [2, 2], pads: [1e9, 1e9, 1e9, 1e9] }),
    ],
    () => square(),
  ),
  "negative pads": beside(
    "shape",
    () => [
      image(),
      node("AveragePool", ["i"], ["b"], { kernel_shape: [2, 2], pads: [-1, -1, -1, -1] }),
    ],
    () => square(),
  ),
  "strides of 0": beside(
    "shape",
    () => [image(), node("MaxPool", ["i"], ["b"], { kernel_shape: [2, 2], strides: [0, 0] })],
    () => square(),
  ),
  "strides of -1": beside(
    "shape",
    () => [image(), node("MaxPool", ["i"], ["b"], { kernel_shape: [1, 1], strides: [-1, -1] })],
    () => square(),
  ),
  "strides of 2^62": beside(
    "shape",
    () => [
      image(),
      node("MaxPool", ["i"], ["b"], { kernel_shape: [1, 1], strides: [2n ** 62n, 1] }),
    ],
    () => square(),
  ),
  "dilations of 10^9": beside(
    "shape",
    () => [image(), node("Conv", ["i", "k"], ["b"], { dilations: [1e9, 1e9] })],
    () => square(),
  ),
  "dilations of 0": beside(
    "shape",
    () => [image(), node("Conv", ["i", "k"], ["b"], { dilations: [0, 0] })],
    () => square(),
  ),
  "a group of 0": beside(
    "shape",
    () => [image(), node("Conv", ["i", "k"], ["b"], { group: 0 })],
    () => square(),
  ),
  "a group of -1": beside(
    "shape",
    () => [image(), node("Conv", ["i", "k"], ["b"], { group: -1 })],
    () => square(),
  ),
  "a kernel of other channels": beside(
    "shape",
    () => [image(), node("Conv", ["i", "k"], ["b"], { group: 3 })],
    () => square(),
  ),
  "Conv padded by 500": beside(
    "cost",
    () => [image(), node("Conv", ["i", "k"], ["b"], { pads: [500, 500, 500, 500] })],
    () => square(),
  ),
  "ConvTranspose with strides of 10^6": beside(
    "cost",
    () => [image(), node("ConvTranspose", ["i", "k"], ["b"], { strides: [1e6, 1e6] })],
    () => square(),
  ),
  "ConvTranspose with an output of -1": beside(
    "shape",
    () => [image(), node("ConvTranspose", ["i", "k"], ["b"], { output_shape: [-1, -1] })],
    () => square(),
  ),
  "DepthToSpace by 0": beside(
    "shape",
    () => [image(), node("DepthToSpace", ["i"], ["b"], { blocksize: 0 })],
    () => square(),
  ),
  "DepthToSpace by 2^31": beside(
    "shape",
    () => [image(), node("DepthToSpace", ["i"], ["b"], { blocksize: 2 ** 31 })],
    () => square(),
  ),
  "LRN of 2^31": beside(
    "cost",
    () => [image(), node("LRN", ["i"], ["b"], { size: 2 ** 31 + 1, alpha: float(1) })],
    () => square(),
  ),
  "Gather of 10^8 from constants": beside(
    "cost",
    () => [
      node("ConstantOfShape", ["s"], ["i"], { value: tensor("", [1], new BigInt64Array(1)) }),
      node("Gather", ["x", "i"], ["b"], { axis: 1 }),
    ],
    () => ({ constants: [ints("s", 250_000)] }),
  ),
  "Reshape to two unknowns": beside(
    "shape",
    () => [node("Reshape", ["x", "s"], ["b"])],
    () => ({ constants: [ints("s", -1, -1)] }),
  ),
  "Reshape to -2": beside(
    "shape",
    () => [node("Reshape", ["x", "s"], ["b"])],
    () => ({ constants: [ints("s", -2, 2)] }),
  ),
  "Reshape by the data": beside("shape", () => [
    node("Slice", ["x", "zero", "one"], ["r"]),
    node("Reshape", ["r", "flat"], ["f"]),
    node("Cast", ["f"], ["s"], { to: INT64 }),
    node("Reshape", ["x", "s"], ["b"]),
  ], () => ({ constants: [ints("zero", 0), ints("one", 1), ints("flat", -1)] })),
  "a size that the data decide": beside("operator", () => [node("NonZero", ["x"], ["b"])]),
  "unique values": beside("operator", () => [node("Unique", ["x"], ["b"])]),
  "values that pass a test": beside(
    "operator",
    () => [node("Cast", ["x"], ["c"], { to: DataType.BOOL }), node("Compress", ["x", "c"], ["b"])],
  ),
  "boxes that do not overlap": beside(
    "operator",
    () => [node("NonMaxSuppression", ["x", "x"], ["b"])],
  ),
  "sizes by the data: Expand": beside(
    "shape",
    () => [
      node("Cast", ["x"], ["c"], { to: INT64 }),
      node("Reshape", ["c", "flat"], ["s"]),
      node("Expand", ["x", "s"], ["b"]),
    ],
    () => ({ constants: [ints("flat", -1)] }),
  ),
};

function constantOfShape(verdict: "shape" | "cost", ...sizes: (number | bigint)[]): Hostile {
  return beside(
    verdict,
    () => [node("ConstantOfShape", ["s"], ["b"])],
    () => ({ constants: [ints("s", ...sizes)] }),
  );
}

function scalar(name: string, value: number) {
  return tensor(name, [], BigInt64Array.of(BigInt(value)));
}

function doubling(times: number): NodeProto[] {
  return Array.from({ length: times }, (_, i) => {
    const before = i === 0 ? "x" : `d${i - 1}`;
    return node("Concat", [before, before], [`d${i}`], { axis: 1 });
  });
}

/** Each node adds a value to itself along an axis of its own, so that the result has the product of both sizes. */
function growing(times: number): NodeProto[] {
  const nodes: NodeProto[] = [];
  let name = "x";
  for (let i = 0; i < times; i++) {
    nodes.push(
      node("Flatten", [name], [`row${i}`], { axis: 0 }),
      node("Transpose", [`row${i}`], [`column${i}`]),
      node("Add", [`row${i}`, `column${i}`], [`sum${i}`]),
    );
    name = `sum${i}`;
  }
  return nodes;
}

/** A value of 10^6 elements for each row more (or less) than told, so that it bursts at one of the batch sizes only. */
function batchBomb(verdict: "cost", { rows, sign }: { rows: number; sign: 1 | -1 }): Hostile {
  const inputs = sign > 0 ? ["n", "rows"] : ["rows", "n"];
  return beside(verdict, () => [
    node("Shape", ["x"], ["s"]),
    node("Gather", ["s", "zero"], ["n"]),
    node("Sub", inputs, ["d"]),
    node("Mul", ["d", "million"], ["m"]),
    node("ConstantOfShape", ["m"], ["b"]),
  ], () => ({ constants: [ints("zero", 0), ints("rows", rows), ints("million", 1e6)] }));
}

/** Makes the image "i" [N,1,2,2] of a row. */
function image(): NodeProto {
  return node("Reshape", ["x", "square"], ["i"]);
}

function square() {
  return {
    constants: [ints("square", -1, 1, 2, 2), tensor("k", [1, 1, 2, 2], new Float32Array(4))],
  };
}
