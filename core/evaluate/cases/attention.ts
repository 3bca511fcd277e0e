import { float } from "../../model/onnx/build.ts";
import { type CaseTable, given, type Sheet } from "./case.ts";

const OPSET = { opset: 23 };

/** Queries, keys and values of [N,7,24], as a linear layer each. */
function projections(g: Sheet): string[] {
  return [0, 1, 2].map(() => g.op("MatMul", [g.x, g.wave([13, 24], 0.4)]));
}

/** Attention as one operator and as exporters write it out. */
export const ATTENTION_CASES: CaseTable = {
  "Attention": given(
    [7, 13],
    (g) => g.op("Attention", projections(g), { q_num_heads: 3, kv_num_heads: 3 }),
    OPSET,
  ),
  "Attention causal": given(
    [7, 13],
    (g) =>
      g.op("Attention", projections(g), {
        q_num_heads: 3,
        kv_num_heads: 3,
        is_causal: 1,
        scale: float(0.3),
      }),
    OPSET,
  ),
  "Attention with a mask and a soft cap": given(
    [7, 13],
    (g) =>
      g.op("Attention", [...projections(g), g.wave([7, 7])], {
        q_num_heads: 3,
        kv_num_heads: 3,
        softcap: float(2),
      }),
    OPSET,
  ),
  "Attention of four dimensions": given(
    [2, 7, 8],
    (g) => g.op("Attention", [g.x, g.x, g.op("Neg", [g.x])]),
    OPSET,
  ),
  "Attention in groups": given([7, 13], (g) => {
    const [query = ""] = projections(g);
    const keys = [0, 1].map(() => g.op("MatMul", [g.x, g.wave([13, 12], 0.4)]));
    return g.op("Attention", [query, ...keys], { q_num_heads: 4, kv_num_heads: 2 });
  }, OPSET),
  "RotaryEmbedding": given([7, 16], (g) => [
    g.op("RotaryEmbedding", [g.x, ...rotations(g)], { num_heads: 2 }),
    g.op("RotaryEmbedding", [g.x, ...rotations(g)], { num_heads: 2, interleaved: 1 }),
  ], OPSET),
  "attention written out": given([7, 13], (g) => {
    const heads = (name: string, perm: number[]) =>
      g.op("Transpose", [g.op("Reshape", [name, g.ints(0, 7, 3, 8)])], { perm });
    const [q = "", k = "", v = ""] = projections(g);
    const scores = g.op("Mul", [
      g.op("MatMul", [heads(q, [0, 2, 1, 3]), heads(k, [0, 2, 3, 1])]),
      g.scalar(0.35355338),
    ]);
    const mixed = g.op("MatMul", [g.op("Softmax", [scores]), heads(v, [0, 2, 1, 3])]);
    const joined = g.op("Reshape", [
      g.op("Transpose", [mixed], { perm: [0, 2, 1, 3] }),
      g.ints(0, 7, 24),
    ]);
    return g.op("Add", [g.op("MatMul", [joined, g.wave([24, 13], 0.3)]), g.wave([13])]);
  }),
};

/** Cosines and sines for each row, 7 steps and 4 pairs. */
function rotations(g: Sheet): string[] {
  const shape = g.op("Concat", [g.op("Shape", [g.x], { end: 1 }), g.ints(7, 4)], { axis: 0 });
  return [g.op("Expand", [g.wave([1, 7, 4]), shape]), g.op("Expand", [g.wave([1, 7, 4]), shape])];
}
