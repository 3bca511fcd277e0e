import { tensor } from "../../model/onnx/build.ts";
import { DataType } from "../../model/onnx/codec.ts";
import { type CaseTable, given } from "./case.ts";

const { BOOL, DOUBLE, FLOAT, FLOAT16, INT32, INT64, INT8 } = DataType;

/** Operators that move elements without changing them, and constants. */
export const SHAPING_CASES: CaseTable = {
  "Reshape": given([3, 4, 5], (g) => [
    g.op("Reshape", [g.x, g.ints(0, -1)]),
    g.op("Reshape", [g.x, g.ints(-1, 4, 15)]),
    g.op("Reshape", [g.x, g.ints(0, 0, 2, -1)]),
  ]),
  "Flatten": given(
    [3, 4, 5],
    (g) => [0, 1, 2, 4, -1].map((axis) => g.op("Flatten", [g.x], { axis })),
  ),
  "Transpose": given(
    [3, 4, 5],
    (g) =>
      [[0, 2, 3, 1], [0, 3, 1, 2], [3, 2, 1, 0], [1, 0, 2, 3], [0, 1, 3, 2]].map((perm) =>
        g.op("Transpose", [g.x], { perm })
      ),
  ),
  "Transpose of other types": given(
    [3, 4, 5],
    (g) =>
      [DOUBLE, FLOAT16, BOOL, INT32].map((to) =>
        g.op("Transpose", [g.cast(g.x, to)], { perm: [0, 2, 3, 1] })
      ),
  ),
  "Squeeze and Unsqueeze": given([1, 4, 1], (g) => [
    g.op("Squeeze", [g.x, g.ints(1)]),
    g.op("Squeeze", [g.x, g.ints(-1, 1)]),
    g.op("Unsqueeze", [g.x, g.ints(0, -1)]),
  ]),
  "Squeeze and Unsqueeze 11": given(
    [1, 4, 1],
    (g) => [g.op("Squeeze", [g.x], { axes: [1, 3] }), g.op("Unsqueeze", [g.x], { axes: [0, 3] })],
    { opset: 11 },
  ),
  "Concat": given([3, 5], (g) => [
    g.op("Concat", [g.x, g.op("Neg", [g.x])], { axis: 1 }),
    g.op("Concat", [g.x, g.x, g.op("Abs", [g.x])], { axis: -1 }),
    g.op("Concat", [g.x, g.wave([2, 3, 5])], { axis: 0 }),
    g.op("Concat", [g.cast(g.x, DOUBLE), g.cast(g.x, DOUBLE)], { axis: 2 }),
  ]),
  "Split": given([7, 4], (g) => [
    ...g.many("Split", [g.x, g.ints(2, 5)], { outputs: 2, attributes: { axis: 1 } }),
    ...g.many("Split", [g.x], { outputs: 3, attributes: { axis: 1, num_outputs: 3 } }),
  ]),
  "Split 11": given(
    [7, 4],
    (g) => [
      ...g.many("Split", [g.x], { outputs: 2, attributes: { axis: 1, split: [3, 4] } }),
      ...g.many("Split", [g.x], { outputs: 4, attributes: { axis: -1 } }),
    ],
    { opset: 11 },
  ),
  "Slice": given([7, 6], (g) => [
    g.op("Slice", [g.x, g.ints(1), g.ints(-1), g.ints(1)]),
    g.op("Slice", [g.x, g.ints(-1, 1), g.ints(-100, 6), g.ints(1, 2), g.ints(-2, 3)]),
    g.op("Slice", [g.cast(g.x, DOUBLE), g.ints(2), g.ints(1000), g.ints(-1)]),
  ]),
  "Slice 9": given(
    [7, 6],
    (g) => g.op("Slice", [g.x], { axes: [1, 2], starts: [1, -3], ends: [6, 9] }),
    { opset: 9 },
  ),
  "Expand": given([1, 5], (g) => [
    g.op("Expand", [g.x, g.ints(1, 3, 5)]),
    g.op("Expand", [g.x, g.ints(2, 1, 4, 1)]),
  ]),
  "Tile": given([2, 3], (g) => g.op("Tile", [g.x, g.ints(1, 3, 2)])),
  "Pad": given([3, 4, 5], (g) => [
    g.op("Pad", [g.x, g.ints(0, 0, 1, 2, 0, 0, 3, 1), g.scalar(0.5)]),
    g.op("Pad", [g.x, g.ints(0, 0, 1, -1, 0, 0, 2, 0)]),
    g.op("Pad", [g.x, g.ints(0, 0, 2, 2, 0, 0, 1, 3)], { mode: "reflect" }),
    g.op("Pad", [g.x, g.ints(0, 1, 2, 2, 0, 0, 1, 3)], { mode: "edge" }),
    g.op("Pad", [g.x, g.ints(1, 2), g.scalar(-1), g.ints(2)]),
  ]),
  "Pad wrap": given([3, 5], (g) => g.op("Pad", [g.x, g.ints(0, 0, 2, 0, 0, 3)], { mode: "wrap" })),
  "Pad 10": given([3, 5], (g) => g.op("Pad", [g.x], { pads: [0, 1, 1, 0, 0, 2] }), { opset: 10 }),
  "DepthToSpace and SpaceToDepth": given([8, 4, 6], (g) => [
    g.op("DepthToSpace", [g.x], { blocksize: 2 }),
    g.op("DepthToSpace", [g.x], { blocksize: 2, mode: "CRD" }),
    g.op("SpaceToDepth", [g.x], { blocksize: 2 }),
  ]),
  "Shape and Size": given([3, 5], (g) => [
    g.op("Shape", [g.x]),
    g.op("Size", [g.x]),
    g.op("Shape", [g.x], { start: -2, end: 3 }),
  ]),
  "Shape, Gather, Concat, Reshape as exporters write it": given([3, 4], (g) => {
    const rows = g.op("Gather", [g.op("Shape", [g.x]), g.constant([], BigInt64Array.of(0n))]);
    const shape = g.op("Concat", [g.op("Unsqueeze", [rows, g.ints(0)]), g.ints(-1)], { axis: 0 });
    return g.op("Reshape", [g.x, shape]);
  }),
  "Constant": given([3], (g) => [
    g.op("Add", [g.x, g.op("Constant", [], { value: tensor("", [3], Float32Array.of(1, 2, 3)) })]),
    g.op("Add", [g.x, g.op("Constant", [], { value_float: { float: 0.25 } })]),
    g.op("Add", [g.x, g.op("Constant", [], { value_floats: Float32Array.of(1, 4, 9) })]),
    g.op("Reshape", [g.x, g.op("Constant", [], { value_ints: [0, 3, 1] })]),
    g.op("Gather", [g.x, g.op("Constant", [], { value_int: 2 })], { axis: 1 }),
  ]),
  "ConstantOfShape": given([3], (g) => [
    g.op("ConstantOfShape", [g.op("Shape", [g.x])], {
      value: tensor("", [1], Float32Array.of(2.5)),
    }),
    g.op("ConstantOfShape", [g.op("Shape", [g.x])]),
    g.op("ConstantOfShape", [g.ints(2, 3)], { value: tensor("", [1], BigInt64Array.of(7n)) }),
  ]),
  "Range": given([3], (g) => {
    const rows = g.op("Size", [g.x]);
    const one = g.constant([], BigInt64Array.of(1n));
    return [
      g.op("Range", [g.constant([], BigInt64Array.of(0n)), rows, one]),
      g.op("Range", [g.scalar(0.5), g.scalar(3), g.scalar(0.3)]),
    ];
  }),
  "EyeLike": given([5], (g) => [
    g.op("EyeLike", [g.x]),
    g.op("EyeLike", [g.x], { k: 1, dtype: DOUBLE }),
    g.op("EyeLike", [g.x], { k: -2, dtype: INT64 }),
  ]),
  "Trilu": given([4, 6], (g) => [
    g.op("Trilu", [g.x]),
    g.op("Trilu", [g.x], { upper: 0 }),
    g.op("Trilu", [g.x, g.constant([], BigInt64Array.of(-1n))]),
    g.op("Trilu", [g.x, g.constant([], BigInt64Array.of(2n))], { upper: 0 }),
  ]),
  "CenterCropPad": given(
    [3, 7, 4],
    (g) => g.op("CenterCropPad", [g.x, g.ints(4, 6)], { axes: [2, 3] }),
  ),
  "Col2Im": given(
    [27, 8],
    (g) => g.op("Col2Im", [g.x, g.ints(4, 6), g.ints(3, 3)], { pads: [0, 0, 0, 0] }),
  ),
  "Identity of other types": given(
    [5],
    (g) => [DOUBLE, INT8, FLOAT, BOOL].map((to) => g.op("Identity", [g.cast(g.x, to)])),
    { special: false },
  ),
};
