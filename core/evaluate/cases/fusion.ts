import { DataType } from "../../model/onnx/codec.ts";
import { type CaseTable, given, type Sheet } from "./case.ts";

const ACTIVATIONS = ["Relu", "LeakyRelu", "Sigmoid", "Tanh", "HardSigmoid"];

/** x - mean, divided by the root of the variance: as exporters without LayerNormalization write it. */
function layerNorm(g: Sheet, name: string, size: number): string {
  const centred = g.op("Sub", [name, g.op("ReduceMean", [name, g.ints(-1)])]);
  const variance = g.op("ReduceMean", [g.op("Pow", [centred, g.scalar(2)]), g.ints(-1)]);
  const root = g.op("Sqrt", [g.op("Add", [variance, g.scalar(1e-5)])]);
  return g.op("Add", [g.op("Mul", [g.op("Div", [centred, root]), g.wave([size])]), g.wave([size])]);
}

/** Patterns that the runtime's optimiser turns into other kernels. */
export const FUSION_CASES: CaseTable = {
  ...Object.fromEntries(ACTIVATIONS.map((name) => [
    `Conv and ${name}`,
    given([3, 9, 9], (g) => g.op(name, [g.op("Conv", [g.x, g.wave([6, 3, 3, 3]), g.wave([6])])])),
  ])),
  ...Object.fromEntries(ACTIVATIONS.map((name) => [
    `Gemm and ${name}`,
    given([37], (g) => g.op(name, [g.op("Gemm", [g.x, g.wave([37, 10]), g.wave([10])])])),
  ])),
  "Conv and Clip": given(
    [3, 9, 9],
    (g) => g.op("Clip", [g.op("Conv", [g.x, g.wave([6, 3, 3, 3])]), g.scalar(0), g.scalar(6)]),
  ),
  "BatchNormalization, then Relu and Conv": given([3, 9, 9], (g) =>
    g.op("Conv", [
      g.op("Relu", [
        g.op("BatchNormalization", [
          g.x,
          g.wave([3]),
          g.wave([3]),
          g.wave([3]),
          g.floats(0.5, 1, 1.5),
        ]),
      ]),
      g.wave([6, 3, 3, 3]),
    ])),
  "Conv with Mul and Add": given(
    [3, 9, 9],
    (g) =>
      g.op("Add", [
        g.op("Mul", [g.op("Conv", [g.x, g.wave([6, 3, 3, 3])]), g.wave([1, 6, 1, 1])]),
        g.wave([1, 6, 1, 1]),
      ]),
  ),
  "Conv and a sum of branches": given(
    [6, 9, 9],
    (g) =>
      g.op("Relu", [
        g.op("Add", [
          g.op("Conv", [g.x, g.wave([6, 6, 3, 3], 0.2), g.wave([6])], { pads: [1, 1, 1, 1] }),
          g.x,
        ]),
      ]),
  ),
  "Pad and Conv": given(
    [3, 9, 9],
    (g) => g.op("Conv", [g.op("Pad", [g.x, g.ints(0, 0, 1, 1, 0, 0, 1, 1)]), g.wave([6, 3, 3, 3])]),
  ),
  "Conv between Transposes": given([9, 9, 3], (g) => {
    const conv = g.op("Conv", [
      g.op("Transpose", [g.x], { perm: [0, 3, 1, 2] }),
      g.wave([6, 3, 3, 3]),
    ]);
    return g.op("Transpose", [g.op("MaxPool", [g.op("Relu", [conv])], { kernel_shape: [2, 2] })], {
      perm: [0, 2, 3, 1],
    });
  }),
  "MatMul and Add": given(
    [37],
    (g) => g.op("Add", [g.op("MatMul", [g.x, g.wave([37, 10])]), g.wave([10])]),
  ),
  "MatMul, scaled": given(
    [7, 17],
    (g) =>
      g.op("Mul", [
        g.op("MatMul", [g.x, g.op("Transpose", [g.x], { perm: [0, 2, 1] })]),
        g.scalar(0.125),
      ]),
  ),
  "MatMul of Transposes": given(
    [7, 9],
    (g) => g.op("MatMul", [g.op("Transpose", [g.x], { perm: [0, 2, 1] }), g.x]),
  ),
  "MatMul and BatchNormalization": given(
    [37],
    (g) =>
      g.op("BatchNormalization", [
        g.op("MatMul", [g.x, g.wave([37, 4])]),
        g.wave([4]),
        g.wave([4]),
        g.wave([4]),
        g.floats(1, 2, 3, 4),
      ]),
  ),
  "layer norm written out": given([7, 33], (g) => layerNorm(g, g.x, 33)),
  "layer norm of a sum": given([7, 33], (g) => layerNorm(g, g.op("Add", [g.x, g.wave([33])]), 33)),
  "LayerNormalization of a sum": given(
    [7, 33],
    (g) =>
      g.op("LayerNormalization", [
        g.op("Add", [g.x, g.op("Neg", [g.x])]),
        g.wave([33]),
        g.wave([33]),
      ]),
  ),
  "RMS norm written out": given([7, 33], (g) => {
    const mean = g.op("ReduceMean", [g.op("Pow", [g.x, g.scalar(2)]), g.ints(-1)]);
    const root = g.op("Sqrt", [g.op("Add", [mean, g.scalar(1e-5)])]);
    return g.op("Mul", [g.op("Div", [g.x, root]), g.wave([33])]);
  }),
  "gelu by erf written out": given([37], (g) => {
    const erf = g.op("Erf", [g.op("Div", [g.x, g.scalar(1.4142135)])]);
    return g.op("Mul", [g.op("Mul", [g.x, g.op("Add", [erf, g.scalar(1)])]), g.scalar(0.5)]);
  }),
  "gelu with bias": given([37], (g) => {
    const sum = g.op("Add", [g.op("MatMul", [g.x, g.wave([37, 12])]), g.wave([12])]);
    const erf = g.op("Erf", [g.op("Div", [sum, g.scalar(1.4142135)])]);
    return g.op("Mul", [g.op("Mul", [sum, g.op("Add", [erf, g.scalar(1)])]), g.scalar(0.5)]);
  }),
  "gelu by tanh written out": given([37], (g) => {
    const cube = g.op("Mul", [g.op("Pow", [g.x, g.scalar(3)]), g.scalar(0.044715)]);
    const tanh = g.op("Tanh", [g.op("Mul", [g.op("Add", [g.x, cube]), g.scalar(0.7978846)])]);
    return g.op("Mul", [g.op("Mul", [g.x, g.scalar(0.5)]), g.op("Add", [tanh, g.scalar(1)])]);
  }),
  "silu written out": given([37], (g) => g.op("Mul", [g.x, g.op("Sigmoid", [g.x])])),
  "hard swish written out": given(
    [37],
    (g) =>
      g.op("Mul", [
        g.x,
        g.op("Div", [
          g.op("Clip", [g.op("Add", [g.x, g.scalar(3)]), g.scalar(0), g.scalar(6)]),
          g.scalar(6),
        ]),
      ]),
  ),
  "softmax written out": given([37], (g) => {
    const power = g.op("Exp", [g.op("Sub", [g.x, g.op("ReduceMax", [g.x, g.ints(-1)])])]);
    return g.op("Div", [power, g.op("ReduceSum", [power, g.ints(-1)])]);
  }),
  "Softmax and ArgMax": given(
    [10],
    (g) => g.op("ArgMax", [g.op("Softmax", [g.x])], { axis: 1, keepdims: 0 }),
  ),
  "a label out of probabilities": given(
    [10],
    (g) =>
      g.cast(
        g.op("Greater", [
          g.op("ReduceMax", [g.op("Sigmoid", [g.x]), g.ints(1)], { keepdims: 0 }),
          g.scalar(0.5),
        ]),
        DataType.INT64,
      ),
  ),
  "nodes that do nothing": given(
    [37],
    (g) =>
      g.op("Identity", [
        g.op("Mul", [g.op("Add", [g.op("Dropout", [g.x]), g.scalar(0)]), g.scalar(1)]),
      ]),
  ),
  "Reshape, Transpose, Reshape": given([8, 6, 6], (g) => {
    const split = g.op("Reshape", [g.x, g.ints(0, 2, 4, 6, 6)]);
    return g.op("Reshape", [
      g.op("Transpose", [split], { perm: [0, 2, 1, 3, 4] }),
      g.ints(0, 8, 6, 6),
    ]);
  }),
  "depthwise and pointwise Conv": given([8, 9, 9], (g) => {
    const depthwise = g.op("Conv", [g.x, g.wave([8, 1, 3, 3])], { group: 8, pads: [1, 1, 1, 1] });
    return g.op("Clip", [
      g.op("Conv", [depthwise, g.wave([12, 8, 1, 1]), g.wave([12])]),
      g.scalar(0),
      g.scalar(6),
    ]);
  }),
  "float16 throughout": given([3, 9, 9], (g) => {
    const conv = g.op("Relu", [
      g.op("Conv", [g.cast(g.x, DataType.FLOAT16), g.half([6, 3, 3, 3]), g.half([6])]),
    ]);
    const flat = g.op("Flatten", [g.op("MaxPool", [conv], { kernel_shape: [7, 7] })]);
    return g.cast(
      g.op("Softmax", [g.op("Gemm", [flat, g.half([6, 5]), g.half([5])])]),
      DataType.FLOAT,
    );
  }),
};
