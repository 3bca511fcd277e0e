import { float } from "../../model/onnx/build.ts";
import { DataType } from "../../model/onnx/codec.ts";
import { type CaseTable, given, type Sheet } from "./case.ts";

const { DOUBLE, FLOAT16 } = DataType;
const SOFTMAXES = ["Softmax", "LogSoftmax", "Hardmax"];

/** Variances must not be negative: positive numbers that are exact. */
function positive(g: Sheet, length: number): string {
  return g.constant([length], Float32Array.from({ length }, (_, i) => 0.5 + i / 8));
}

/** Normalisations, softmax included. */
export const NORMALISATION_CASES: CaseTable = {
  ...Object.fromEntries(SOFTMAXES.map((name) => [
    name,
    given([7, 11], (g) => [
      g.op(name, [g.x]),
      g.op(name, [g.x], { axis: 1 }),
      ...(name === "Hardmax" ? [] : [g.op(name, [g.cast(g.x, DOUBLE)], { axis: -1 })]),
    ]),
  ])),
  ...Object.fromEntries(SOFTMAXES.map((name) => [
    `${name} 11`,
    given([7, 11], (g) => [g.op(name, [g.x]), g.op(name, [g.x], { axis: 2 })], { opset: 11 }),
  ])),
  "Softmax of float16": given([10], (g) => g.op("Softmax", [g.cast(g.x, FLOAT16)])),
  "BatchNormalization": given(
    [5, 3, 3],
    (g) =>
      g.op("BatchNormalization", [g.x, g.wave([5]), g.wave([5]), g.wave([5]), positive(g, 5)], {
        epsilon: float(1e-3),
      }),
  ),
  "BatchNormalization of rows": given(
    [5],
    (g) => g.op("BatchNormalization", [g.x, g.wave([5]), g.wave([5]), g.wave([5]), positive(g, 5)]),
  ),
  "BatchNormalization of double": given(
    [5, 3],
    (g) =>
      g.op(
        "BatchNormalization",
        [g.x, g.wave([5]), g.wave([5]), g.wave([5]), positive(g, 5)].map((name) =>
          g.cast(name, DOUBLE)
        ),
      ),
  ),
  "BatchNormalization 7": given(
    [5, 3],
    (g) => g.op("BatchNormalization", [g.x, g.wave([5]), g.wave([5]), g.wave([5]), positive(g, 5)]),
    { opset: 7 },
  ),
  "BatchNormalization 9": given(
    [5, 3],
    (g) => g.op("BatchNormalization", [g.x, g.wave([5]), g.wave([5]), g.wave([5]), positive(g, 5)]),
    { opset: 9 },
  ),
  "LayerNormalization with statistics": given(
    [7, 33],
    (g) => g.many("LayerNormalization", [g.x, g.wave([33]), g.wave([33])], { outputs: 3 }),
  ),
  "LayerNormalization of double": given(
    [33],
    (g) =>
      g.op(
        "LayerNormalization",
        [g.x, g.wave([33]), g.wave([33])].map((name) => g.cast(name, DOUBLE)),
      ),
  ),
  "LayerNormalization of float16": given(
    [33],
    (g) => g.op("LayerNormalization", [g.cast(g.x, FLOAT16), g.half([33]), g.half([33])]),
  ),
  "InstanceNormalization": given(
    [5, 7, 3],
    (g) => g.op("InstanceNormalization", [g.x, g.wave([5]), g.wave([5])]),
  ),
  "GroupNormalization": given(
    [6, 5, 3],
    (g) => g.op("GroupNormalization", [g.x, g.wave([6]), g.wave([6])], { num_groups: 3 }),
  ),
  "RMSNormalization": given([7, 33], (g) => [
    g.op("RMSNormalization", [g.x, g.wave([33])]),
    g.op("RMSNormalization", [g.x, g.wave([7, 33])], { axis: 1, epsilon: float(1e-3) }),
  ], { opset: 23 }),
  "LpNormalization": given([7, 5], (g) => [
    g.op("LpNormalization", [g.x]),
    g.op("LpNormalization", [g.x], { axis: 1, p: 1 }),
  ]),
  "LRN": given(
    [7, 3, 3],
    (g) => g.op("LRN", [g.x], { size: 3, alpha: float(0.01), beta: float(0.75), bias: float(1.5) }),
  ),
  "MeanVarianceNormalization": given([3, 5, 5], (g) => [
    g.op("MeanVarianceNormalization", [g.x], { axes: [2, 3] }),
    g.op("MeanVarianceNormalization", [g.x], { axes: [1] }),
  ]),
};
