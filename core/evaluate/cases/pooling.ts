import { float } from "../../model/onnx/build.ts";
import { DataType } from "../../model/onnx/codec.ts";
import { type CaseTable, given } from "./case.ts";

const { DOUBLE, FLOAT16, INT8, UINT8 } = DataType;

/** Pooling and resizing. */
export const POOLING_CASES: CaseTable = {
  "MaxPool": given([3, 13, 11], (g) => [
    g.op("MaxPool", [g.x], { kernel_shape: [2, 2], strides: [2, 2] }),
    g.op("MaxPool", [g.x], { kernel_shape: [3, 3], pads: [1, 1, 1, 1] }),
    g.op("MaxPool", [g.x], { kernel_shape: [3, 2], strides: [2, 2], ceil_mode: 1 }),
    g.op("MaxPool", [g.x], { kernel_shape: [2, 3], dilations: [3, 2], strides: [1, 2] }),
    g.op("MaxPool", [g.x], { kernel_shape: [3, 3], strides: [2, 2], auto_pad: "SAME_UPPER" }),
    g.op("MaxPool", [g.x], { kernel_shape: [2, 2], auto_pad: "SAME_LOWER" }),
  ]),
  "MaxPool with indices": given(
    [3, 8, 8],
    (g) =>
      g.many("MaxPool", [g.x], {
        outputs: 2,
        attributes: { kernel_shape: [2, 2], strides: [2, 2] },
      }),
  ),
  "MaxPool of other types": given([3, 8, 8], (g) => [
    g.op("MaxPool", [g.cast(g.x, DOUBLE)], { kernel_shape: [3, 3], strides: [2, 2] }),
    ...[INT8, UINT8].map((to) => g.op("MaxPool", [g.cast(g.x, to)], { kernel_shape: [2, 2] })),
  ], { height: 100, special: false }),
  "MaxPool of float16": given(
    [3, 8, 8],
    (g) => g.op("MaxPool", [g.cast(g.x, FLOAT16)], { kernel_shape: [2, 2], strides: [2, 2] }),
  ),
  "MaxPool of one and three dimensions": given([3, 4, 6, 6], (g) => [
    g.op("MaxPool", [g.op("Reshape", [g.x, g.ints(0, 3, -1)])], {
      kernel_shape: [5],
      strides: [3],
    }),
    g.op("MaxPool", [g.x], { kernel_shape: [2, 2, 2], strides: [2, 2, 2] }),
  ]),
  "MaxPool 7": given([3, 8, 8], (g) => g.op("MaxPool", [g.x], { kernel_shape: [3, 3] }), {
    opset: 7,
  }),
  "AveragePool": given([3, 13, 11], (g) => [
    g.op("AveragePool", [g.x], { kernel_shape: [2, 2], strides: [2, 2] }),
    g.op("AveragePool", [g.x], { kernel_shape: [3, 3], pads: [1, 1, 1, 1] }),
    g.op("AveragePool", [g.x], { kernel_shape: [3, 3], pads: [1, 1, 1, 1], count_include_pad: 1 }),
    g.op("AveragePool", [g.x], { kernel_shape: [3, 2], strides: [2, 2], ceil_mode: 1 }),
    g.op("AveragePool", [g.x], { kernel_shape: [3, 3], strides: [2, 2], auto_pad: "SAME_UPPER" }),
    g.op("AveragePool", [g.x], { kernel_shape: [2, 3], dilations: [2, 2] }),
  ]),
  "AveragePool of one and three dimensions": given([3, 4, 6, 6], (g) => [
    g.op("AveragePool", [g.op("Reshape", [g.x, g.ints(0, 3, -1)])], {
      kernel_shape: [5],
      strides: [3],
    }),
    g.op("AveragePool", [g.x], { kernel_shape: [2, 2, 2], strides: [2, 2, 2] }),
  ]),
  "AveragePool 7": given([3, 9, 9], (g) => g.op("AveragePool", [g.x], { kernel_shape: [3, 3] }), {
    opset: 7,
  }),
  "AveragePool of float16": given(
    [3, 8, 8],
    (g) => g.op("AveragePool", [g.cast(g.x, FLOAT16)], { kernel_shape: [2, 2] }),
  ),
  "GlobalAveragePool and GlobalMaxPool": given([5, 7, 7], (g) => [
    g.op("GlobalAveragePool", [g.x]),
    g.op("GlobalMaxPool", [g.x]),
  ]),
  "LpPool and GlobalLpPool": given([3, 8, 8], (g) => [
    g.op("LpPool", [g.x], { kernel_shape: [2, 2], p: 2, strides: [2, 2] }),
    g.op("LpPool", [g.x], { kernel_shape: [3, 3], p: 1, pads: [1, 1, 1, 1] }),
    g.op("LpPool", [g.x], { kernel_shape: [2, 2], p: 3 }),
    g.op("GlobalLpPool", [g.x], { p: 2 }),
  ]),
  "MaxUnpool": given(
    [3, 8, 8],
    (g) =>
      g.op(
        "MaxUnpool",
        g.many("MaxPool", [g.x], {
          outputs: 2,
          attributes: { kernel_shape: [2, 2], strides: [2, 2] },
        }),
        {
          kernel_shape: [2, 2],
          strides: [2, 2],
        },
      ),
  ),
  "Resize nearest": given([3, 5, 5], (g) => [
    g.op("Resize", [g.x, "", g.floats(1, 1, 2, 2)], {
      mode: "nearest",
      coordinate_transformation_mode: "asymmetric",
      nearest_mode: "floor",
    }),
    g.op("Resize", [g.x, "", g.floats(1, 1, 1.5, 0.6)], { mode: "nearest" }),
    g.op("Resize", [
      g.x,
      "",
      "",
      g.op("Concat", [g.op("Shape", [g.x], { end: 2 }), g.ints(8, 3)], { axis: 0 }),
    ], { mode: "nearest", nearest_mode: "ceil", coordinate_transformation_mode: "align_corners" }),
  ]),
  "Resize linear": given([3, 5, 5], (g) => [
    g.op("Resize", [g.x, "", g.floats(1, 1, 2, 2)], { mode: "linear" }),
    g.op("Resize", [g.x, "", g.floats(1, 1, 0.6, 0.6)], { mode: "linear" }),
    g.op("Resize", [g.x, "", g.floats(1, 1, 1.7, 2.3)], {
      mode: "linear",
      coordinate_transformation_mode: "pytorch_half_pixel",
    }),
  ]),
  "Resize cubic": given([3, 5, 5], (g) => [
    g.op("Resize", [g.x, "", g.floats(1, 1, 2, 2)], { mode: "cubic" }),
    g.op("Resize", [g.x, "", g.floats(1, 1, 0.8, 0.8)], {
      mode: "cubic",
      cubic_coeff_a: float(-0.5),
      exclude_outside: 1,
    }),
  ]),
  "Resize 10": given(
    [3, 5, 5],
    (g) => g.op("Resize", [g.x, g.floats(1, 1, 2, 2)], { mode: "nearest" }),
    { opset: 10 },
  ),
  "Upsample": given([3, 5, 5], (g) => [
    g.op("Upsample", [g.x, g.floats(1, 1, 2, 3)]),
    g.op("Upsample", [g.x, g.floats(1, 1, 2, 2)], { mode: "linear" }),
  ], { opset: 9 }),
  "GridSample": given([2, 6, 6], (g) => {
    const grid = g.op("Transpose", [
      g.op("Slice", [g.op("Mul", [g.x, g.scalar(0.6)]), g.ints(0), g.ints(5), g.ints(2)]),
    ], { perm: [0, 2, 3, 1] });
    return ["linear", "nearest", "cubic"].flatMap((mode) => [
      g.op("GridSample", [g.x, grid], { mode }),
      g.op("GridSample", [g.x, grid], { mode, padding_mode: "border", align_corners: 1 }),
      g.op("GridSample", [g.x, grid], { mode, padding_mode: "reflection" }),
    ]);
  }, { special: false }),
  "AffineGrid": given(
    [2, 3],
    (g) =>
      g.op("AffineGrid", [
        g.x,
        g.op("Concat", [g.op("Shape", [g.x], { end: 1 }), g.ints(3, 4, 5)], { axis: 0 }),
      ]),
  ),
  "RoiAlign": given([3, 8, 8], (g) => [
    g.op("RoiAlign", [
      g.x,
      g.constant([2, 4], Float32Array.of(0, 0, 5, 6, 1, 2, 7, 7)),
      g.ints(0, 1),
    ], { output_height: 3, output_width: 2, sampling_ratio: 2 }),
    g.op("RoiAlign", [g.x, g.constant([1, 4], Float32Array.of(1, 2, 7, 7)), g.ints(1)], {
      mode: "max",
      coordinate_transformation_mode: "output_half_pixel",
    }),
  ]),
  "MaxRoiPool": given(
    [3, 8, 8],
    (g) =>
      g.op("MaxRoiPool", [g.x, g.constant([2, 5], Float32Array.of(0, 0, 0, 5, 6, 1, 1, 2, 7, 7))], {
        pooled_shape: [2, 2],
      }),
  ),
};
