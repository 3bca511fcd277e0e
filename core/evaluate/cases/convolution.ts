import { DataType } from "../../model/onnx/codec.ts";
import { type CaseTable, given } from "./case.ts";

const { FLOAT16 } = DataType;

/** Convolutions: each case takes another kernel or another way through the one there is. */
export const CONVOLUTION_CASES: CaseTable = {
  "Conv": given(
    [3, 13, 11],
    (g) => g.op("Conv", [g.x, g.wave([10, 3, 3, 3]), g.wave([10])], { pads: [1, 1, 1, 1] }),
  ),
  "Conv of one channel": given(
    [1, 12, 12],
    (g) => g.op("Conv", [g.x, g.wave([6, 1, 5, 5]), g.wave([6])], { kernel_shape: [5, 5] }),
  ),
  "Conv 1x1": given([19, 5, 5], (g) => g.op("Conv", [g.x, g.wave([33, 19, 1, 1]), g.wave([33])])),
  "Conv of many channels": given(
    [32, 9, 9],
    (g) => g.op("Conv", [g.x, g.wave([48, 32, 3, 3], 0.1), g.wave([48])], { pads: [1, 1, 1, 1] }),
    { special: false },
  ),
  "Conv depthwise": given(
    [8, 9, 9],
    (g) => g.op("Conv", [g.x, g.wave([8, 1, 3, 3])], { group: 8, pads: [1, 1, 1, 1] }),
  ),
  "Conv depthwise of 3 with multiplier": given(
    [3, 9, 9],
    (g) => g.op("Conv", [g.x, g.wave([6, 1, 3, 3]), g.wave([6])], { group: 3, strides: [2, 2] }),
  ),
  "Conv in groups": given(
    [8, 7, 7],
    (g) => g.op("Conv", [g.x, g.wave([12, 4, 3, 3]), g.wave([12])], { group: 2 }),
  ),
  "Conv dilated": given(
    [3, 13, 13],
    (g) => g.op("Conv", [g.x, g.wave([5, 3, 3, 3])], { dilations: [2, 3], pads: [2, 1, 0, 3] }),
  ),
  "Conv strided": given(
    [3, 14, 13],
    (g) =>
      g.op("Conv", [g.x, g.wave([5, 3, 5, 3]), g.wave([5])], {
        strides: [3, 2],
        auto_pad: "SAME_UPPER",
      }),
  ),
  "Conv with padding below": given([3, 8, 8], (g) => [
    g.op("Conv", [g.x, g.wave([5, 3, 2, 4])], { auto_pad: "SAME_LOWER" }),
    g.op("Conv", [g.x, g.wave([5, 3, 2, 4])], { auto_pad: "VALID" }),
  ]),
  "Conv of one dimension": given(
    [5, 37],
    (g) => g.op("Conv", [g.x, g.wave([7, 5, 5]), g.wave([7])], { pads: [4, 0], dilations: [1] }),
  ),
  "Conv of three dimensions": given(
    [2, 5, 6, 7],
    (g) => g.op("Conv", [g.x, g.wave([4, 2, 3, 3, 3]), g.wave([4])], { pads: [1, 1, 1, 1, 1, 1] }),
  ),
  "Conv of a computed kernel": given(
    [3, 7, 7],
    (g) =>
      g.op("Conv", [g.wave([1, 3, 9, 9]), g.op("Slice", [g.x, g.ints(0), g.ints(4), g.ints(0)])]),
  ),
  "Conv of float16": given(
    [3, 7, 7],
    (g) => g.op("Conv", [g.cast(g.x, FLOAT16), g.half([4, 3, 3, 3]), g.half([4])]),
  ),
  "Conv 7": given([3, 7, 7], (g) => g.op("Conv", [g.x, g.wave([4, 3, 3, 3])]), { opset: 7 }),
  "ConvTranspose": given(
    [5, 7, 6],
    (g) => g.op("ConvTranspose", [g.x, g.wave([5, 4, 3, 3]), g.wave([4])]),
  ),
  "ConvTranspose strided": given([6, 5, 5], (g) => [
    g.op("ConvTranspose", [g.x, g.wave([6, 3, 3, 3])], {
      strides: [2, 2],
      pads: [1, 1, 1, 1],
      output_padding: [1, 1],
    }),
    g.op("ConvTranspose", [g.x, g.wave([6, 2, 2, 2])], { strides: [2, 2], group: 3 }),
    g.op("ConvTranspose", [g.x, g.wave([6, 2, 3, 3])], { strides: [2, 2], output_shape: [10, 10] }),
    g.op("ConvTranspose", [g.x, g.wave([6, 2, 3, 3])], {
      strides: [3, 2],
      auto_pad: "SAME_UPPER",
      dilations: [1, 1],
    }),
    g.op("ConvTranspose", [g.x, g.wave([6, 2, 3, 3])], { dilations: [2, 1] }),
  ]),
  "ConvTranspose of one dimension": given(
    [5, 17],
    (g) => g.op("ConvTranspose", [g.x, g.wave([5, 4, 3]), g.wave([4])], { strides: [2] }),
  ),
  "DeformConv": given([3, 6, 6], (g) =>
    g.op("DeformConv", [
      g.x,
      g.wave([4, 3, 3, 3]),
      g.op("Expand", [
        g.wave([1, 18, 4, 4]),
        g.op("Concat", [g.op("Shape", [g.x], { end: 1 }), g.ints(18, 4, 4)], { axis: 0 }),
      ]),
      g.wave([4]),
    ])),
};
