import { float } from "../../model/onnx/build.ts";
import { DataType } from "../../model/onnx/codec.ts";
import { type CaseTable, given } from "./case.ts";

const { DOUBLE, FLOAT16, INT32, INT64 } = DataType;

/** Products of matrices, in sizes below and above those of the runtime's packed kernels. */
export const MATRIX_CASES: CaseTable = {
  "MatMul": given([300], (g) => g.op("MatMul", [g.x, g.wave([300, 129], 0.1)])),
  "MatMul small": given([3], (g) => g.op("MatMul", [g.x, g.wave([3, 5])])),
  "MatMul of a vector": given([37], (g) => g.op("MatMul", [g.x, g.wave([37])])),
  "MatMul of one column": given([301], (g) => g.op("MatMul", [g.x, g.wave([301, 1], 0.1)])),
  "MatMul by row": given(
    [7, 65],
    (g) => g.op("MatMul", [g.x, g.op("Transpose", [g.x], { perm: [0, 2, 1] })]),
  ),
  "MatMul broadcast": given([3, 7, 17], (g) => [
    g.op("MatMul", [g.x, g.wave([17, 33])]),
    g.op("MatMul", [g.x, g.wave([3, 17, 5])]),
    g.op("MatMul", [g.wave([5, 7]), g.x]),
  ]),
  "MatMul of double": given(
    [37],
    (g) => g.op("MatMul", [g.cast(g.x, DOUBLE), g.cast(g.wave([37, 9]), DOUBLE)]),
  ),
  "MatMul of float16": given([37], (g) => g.op("MatMul", [g.cast(g.x, FLOAT16), g.half([37, 9])])),
  "MatMul of integers": given([7], (g) => [
    g.op("MatMul", [
      g.cast(g.x, INT32),
      g.constant([7, 3], Int32Array.from({ length: 21 }, (_, i) => i - 9)),
    ]),
    g.op("MatMul", [
      g.cast(g.x, INT64),
      g.constant([7, 2], BigInt64Array.from({ length: 14 }, (_, i) => BigInt(i - 9))),
    ]),
  ], { height: 50, special: false }),
  "Gemm variants": given([19], (g) => [
    g.op("Gemm", [g.x, g.wave([19, 10]), g.wave([10])]),
    g.op("Gemm", [g.x, g.wave([10, 19]), g.wave([1, 10])], {
      transB: 1,
      alpha: float(0.5),
      beta: float(2),
    }),
    g.op("Gemm", [g.x, g.wave([19, 10])]),
    g.op("Gemm", [g.x, g.wave([19, 10]), g.scalar(0.75)], { beta: float(0.5) }),
    g.op("Gemm", [g.x, g.x], { transA: 1 }),
    g.op("Gemm", [g.wave([4, 19]), g.x], { transB: 1 }),
  ]),
  "Gemm of one column": given(
    [301],
    (g) => g.op("Gemm", [g.x, g.wave([301, 1], 0.1), g.floats(0.5)]),
  ),
  "Gemm of double": given(
    [37],
    (g) =>
      g.op("Gemm", [
        g.cast(g.x, DOUBLE),
        g.cast(g.wave([37, 9]), DOUBLE),
        g.cast(g.wave([9]), DOUBLE),
      ]),
  ),
  "Gemm of float16": given(
    [37],
    (g) => g.op("Gemm", [g.cast(g.x, FLOAT16), g.half([37, 9]), g.half([9])]),
  ),
  "Gemm 7": given([19], (g) => g.op("Gemm", [g.x, g.wave([19, 10]), g.wave([10])]), { opset: 7 }),
  "Einsum": given([5, 7], (g) => [
    g.op("Einsum", [g.x, g.wave([7, 3])], { equation: "bij,jk->bik" }),
    g.op("Einsum", [g.x, g.x], { equation: "bij,bkj->bik" }),
    g.op("Einsum", [g.x], { equation: "bij->bji" }),
    g.op("Einsum", [g.x], { equation: "bij->b" }),
  ]),
  "Det": given([3, 3], (g) => g.op("Det", [g.x])),
};
