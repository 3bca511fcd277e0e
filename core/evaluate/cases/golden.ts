import { float } from "../../model/onnx/build.ts";
import { DataType } from "../../model/onnx/codec.ts";
import { type CaseTable, given } from "./case.ts";
import { classifier } from "./forest.ts";
import { bias, layer } from "./layers.ts";
import { quantised, scales, zero8, zeroU8 } from "./quantised.ts";

const { INT8, UINT8 } = DataType;

/** The cases that every evaluation runs first: one for each kind of kernel. */
export const GOLDEN_CASES: CaseTable = {
  "Conv, BatchNormalization and Relu": given([3, 9, 9], (g) =>
    g.op("Relu", [
      g.op("BatchNormalization", [
        g.op("Conv", [g.x, g.wave([6, 3, 3, 3])]),
        g.wave([6]),
        g.wave([6]),
        g.wave([6]),
        g.floats(0.5, 1, 1.5, 2, 2.5, 3),
      ]),
    ])),
  "Gemm": given(
    [300],
    (g) => g.op("Gemm", [g.x, g.wave([33, 300], 0.1), g.wave([33])], { transB: 1 }),
  ),
  "MatMul and Add of three dimensions": given(
    [7, 37],
    (g) => g.op("Add", [g.op("MatMul", [g.x, g.wave([37, 10])]), g.wave([10])]),
  ),
  "Softmax of ten": given([10], (g) => g.op("Softmax", [g.x]), { height: 40 }),
  "LayerNormalization": given([7, 33], (g) => [
    g.op("LayerNormalization", [g.x, g.wave([33]), g.wave([33])]),
    g.op("LayerNormalization", [g.x, g.wave([7, 33])], { axis: 1, epsilon: float(1e-3) }),
  ]),
  "LSTM bidirectional": layer("LSTM", {
    directions: 2,
    attributes: { direction: "bidirectional" },
    extras: bias("LSTM", 2),
  }),
  "QLinearConv": given([3, 9, 9], (g) => [
    g.op("QLinearConv", [
      quantised(g, UINT8),
      g.scalar(0.015625),
      zeroU8(g),
      g.int8([6, 3, 3, 3]),
      scales(g, 6),
      g.constant([6], new Int8Array(6)),
      g.scalar(0.05),
      zeroU8(g),
      g.constant([6], Int32Array.of(1, 200, -3000, 4, 5, 6)),
    ], { pads: [1, 1, 1, 1] }),
    g.op("QLinearConv", [
      quantised(g, INT8),
      g.scalar(0.015625),
      zero8(g),
      g.int8([6, 1, 3, 3]),
      g.scalar(0.01),
      zero8(g),
      g.scalar(0.05),
      zero8(g, 3),
    ], { group: 3 }),
  ]),
  "TreeEnsembleClassifier with softmax": classifier({ transform: "SOFTMAX" }),
};
