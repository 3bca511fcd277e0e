import { DataType } from "../../model/onnx/codec.ts";
import { type CaseTable, given } from "./case.ts";
import { int4, quantised, roundTrip, scales, zero8, zeroU8 } from "./quantised.ts";

const { INT8, UINT8 } = DataType;

/** Operators on numbers of 8 and 4 bits, and models with weights of such. */
export const QUANTISATION_CASES: CaseTable = {
  "QuantizeLinear": given([5, 7], (g) => [
    g.op("QuantizeLinear", [g.x, g.scalar(0.02), zeroU8(g)]),
    g.op("QuantizeLinear", [g.x, g.scalar(0.02), zero8(g, 3)]),
    g.op("QuantizeLinear", [g.x, g.scalar(0.02)]),
  ]),
  "QuantizeLinear by channel": given(
    [5, 7],
    (g) =>
      g.op("QuantizeLinear", [g.x, scales(g, 5), g.constant([5], Int8Array.of(0, 1, -2, 3, 4))], {
        axis: 1,
      }),
  ),
  "QuantizeLinear to 16 bits": given([5, 7], (g) => [
    g.op("QuantizeLinear", [g.x, g.scalar(0.0001), g.constant([], Uint16Array.of(30000))]),
    g.op("QuantizeLinear", [g.x, g.scalar(0.0001), g.constant([], Int16Array.of(5))]),
  ]),
  "DequantizeLinear": given([5, 7], (g) => [
    g.op("DequantizeLinear", [quantised(g, UINT8), g.scalar(0.03), zeroU8(g)]),
    g.op("DequantizeLinear", [quantised(g, INT8), g.scalar(0.03)]),
    g.op("DequantizeLinear", [
      quantised(g, INT8),
      scales(g, 7),
      g.constant([7], Int8Array.of(0, 1, -2, 3, 0, 5, 6)),
    ], { axis: 2 }),
  ]),
  "QuantizeLinear and DequantizeLinear": given([5, 7], (g) => roundTrip(g, g.x)),
  "QuantizeLinear 10": given([5, 7], (g) => roundTrip(g, g.x), { opset: 10 }),
  "int8 weights of MatMul": given(
    [37],
    (g) =>
      g.op("MatMul", [
        g.x,
        g.op("DequantizeLinear", [g.int8([37, 10]), scales(g, 10)], { axis: 1 }),
      ]),
  ),
  "int8 weights of Gemm": given(
    [300],
    (g) =>
      g.op("Gemm", [
        g.x,
        g.op("DequantizeLinear", [g.int8([129, 300]), scales(g, 129)], { axis: 0 }),
        g.wave([129]),
      ], { transB: 1 }),
  ),
  "int8 weights of Conv": given(
    [3, 9, 9],
    (g) =>
      g.op("Conv", [
        g.x,
        g.op("DequantizeLinear", [g.int8([6, 3, 3, 3]), scales(g, 6)], { axis: 0 }),
        g.wave([6]),
      ]),
  ),
  "int4 weights of MatMul": given(
    [64],
    (g) =>
      g.op("MatMul", [
        g.x,
        g.op("DequantizeLinear", [int4(g, [64, 10]), scales(g, 10)], { axis: 1 }),
      ]),
  ),
  "int4 weights in blocks": given([64], (g) =>
    g.op("MatMul", [
      g.x,
      g.op("DequantizeLinear", [
        int4(g, [64, 10]),
        g.constant([4, 10], Float32Array.from({ length: 40 }, (_, i) => 0.01 + i / 1000)),
      ], { axis: 0, block_size: 16 }),
    ])),
  "float16 weights": given([37], (g) => [
    g.op("MatMul", [g.x, g.cast(g.half([37, 10]), DataType.FLOAT)]),
    g.op("Gemm", [
      g.x,
      g.cast(g.half([10, 37]), DataType.FLOAT),
      g.cast(g.half([10]), DataType.FLOAT),
    ], { transB: 1 }),
  ]),
  "float16 weights of Conv": given(
    [3, 9, 9],
    (g) =>
      g.op("Conv", [
        g.x,
        g.cast(g.half([6, 3, 3, 3]), DataType.FLOAT),
        g.cast(g.half([6]), DataType.FLOAT),
      ]),
  ),
  "QDQ MatMul": given([37], (g) => {
    const weights = g.op("DequantizeLinear", [g.int8([37, 10]), g.scalar(0.01)]);
    return roundTrip(g, g.op("MatMul", [roundTrip(g, g.x), weights]));
  }),
  "QDQ Gemm": given([37], (g) => {
    const weights = g.op("DequantizeLinear", [g.int8([37, 10]), g.scalar(0.01), zero8(g)]);
    const bias = g.op("DequantizeLinear", [
      g.constant([10], Int32Array.from({ length: 10 }, (_, i) => 100 * i - 400)),
      g.scalar(0.0002),
    ]);
    return roundTrip(g, g.op("Gemm", [roundTrip(g, g.x), weights, bias]));
  }),
  "QDQ Conv, Relu, MaxPool, Add": given([3, 9, 9], (g) => {
    const weights = g.op("DequantizeLinear", [g.int8([6, 3, 3, 3]), scales(g, 6)], { axis: 0 });
    const conv = roundTrip(g, g.op("Relu", [g.op("Conv", [roundTrip(g, g.x), weights])]));
    const pooled = roundTrip(g, g.op("MaxPool", [conv], { kernel_shape: [2, 2] }));
    return roundTrip(g, g.op("Add", [pooled, roundTrip(g, g.op("Sigmoid", [pooled]))]));
  }),
  "QLinearMatMul": given([37], (g) => [
    g.op("QLinearMatMul", [
      quantised(g, UINT8),
      g.scalar(0.015625),
      zeroU8(g),
      g.uint8([37, 10]),
      g.scalar(0.01),
      zeroU8(g),
      g.scalar(0.05),
      zeroU8(g),
    ]),
    g.op("QLinearMatMul", [
      quantised(g, INT8),
      g.scalar(0.015625),
      zero8(g),
      g.int8([37, 10]),
      g.scalar(0.01),
      zero8(g),
      g.scalar(0.05),
      zero8(g),
    ]),
  ]),
  "MatMulInteger": given([37], (g) => [
    g.op("MatMulInteger", [quantised(g, UINT8), g.int8([37, 10]), zeroU8(g), zero8(g)]),
    g.op("MatMulInteger", [quantised(g, UINT8), g.uint8([37, 10])]),
  ]),
  "ConvInteger": given([3, 9, 9], (g) => [
    g.op("ConvInteger", [
      quantised(g, UINT8),
      g.uint8([6, 3, 3, 3]),
      zeroU8(g),
      g.constant([], Uint8Array.of(3)),
    ]),
    g.op("ConvInteger", [quantised(g, UINT8), g.uint8([6, 3, 3, 3])], { strides: [2, 2] }),
  ]),
};
