import assert from "node:assert/strict";
import { DataType } from "../../onnx/codec.ts";
import { MATRIX } from "./matrix.ts";
import { agree, type Case, effectOf, fed } from "./testing.ts";

const TYPES = [
  DataType.FLOAT,
  DataType.FLOAT16,
  DataType.DOUBLE,
  DataType.INT32,
  DataType.UINT32,
  DataType.INT64,
  DataType.UINT64,
  DataType.INT8,
];

function matMul(left: number[], right: number[], { version = 13, type = 1 } = {}): Case {
  return { operator: "MatMul", version, inputs: [fed(left, type), fed(right, type)] };
}

Deno.test("MatMul: types and shapes are the runtime's", async () => {
  const shapes: [number[], number[]][] = [
    [[2, 3], [3, 4]],
    [[3], [3, 4]],
    [[2, 3], [3]],
    [[3], [3]],
    [[5, 2, 3], [3, 4]],
    [[5, 2, 3], [5, 3, 4]],
    [[5, 1, 2, 3], [4, 3, 6]],
    [[2, 3], [7, 3, 2]],
    [[3], [5, 3, 2]],
    [[5, 2, 3], [3]],
    [[], [3]],
    [[3], []],
    [[2, 3], [4, 3]],
    [[2, 2, 3], [3, 3, 2]],
    [[0, 3], [3, 4]],
    [[2, 0], [0, 4]],
    [[1, 3], [1, 3]],
  ];
  const cases = [7, 9, 13].flatMap((version) =>
    shapes.map(([left, right]) => matMul(left, right, { version }))
  );
  for (const type of TYPES) cases.push(matMul([2, 3], [3, 4], { type }));
  await agree(MATRIX, cases);
});

Deno.test("Gemm: types and shapes are the runtime's", async () => {
  const cases: Case[] = [];
  const gemm = (version: number, shapes: number[][], attributes = {}) =>
    cases.push({ operator: "Gemm", version, attributes, inputs: shapes.map((dims) => fed(dims)) });
  for (const version of [7, 9, 11, 13]) {
    for (const addend of [[4], [1], [], [2, 1], [1, 4], [2, 4], [2], [1, 2, 4], [3]]) {
      gemm(version, [[2, 3], [3, 4], addend]);
    }
    gemm(version, [[2, 3], [3, 4]]);
    gemm(version, [[3, 2], [4, 3], [4]], { transA: 1, transB: 1 });
    gemm(version, [[3, 2], [3, 4], [4]], { transA: 1 });
    gemm(version, [[2, 3], [4, 3], [4]]);
    gemm(version, [[2, 2, 3], [3, 4], [4]]);
  }
  for (const type of TYPES) {
    const inputs = [[2, 3], [3, 4], [4]].map((dims) => fed(dims, type));
    // Whole numbers have a definition, but no kernel.
    cases.push({ operator: "Gemm", version: 13, inputs });
  }
  await agree(MATRIX, cases);
});

Deno.test("products: multiply-accumulates are exact, work counts memory too", () => {
  assert.equal(effectOf(MATRIX, matMul([5, 1, 2, 3], [4, 3, 6])).macs, 5 * 4 * 2 * 3 * 6);
  assert.equal(effectOf(MATRIX, matMul([3], [3, 4])).macs, 12);
  const gemm = effectOf(MATRIX, {
    operator: "Gemm",
    version: 13,
    inputs: [fed([7, 2]), fed([5, 7])],
    attributes: { transA: 1, transB: 1 },
  });
  assert.equal(gemm.macs, 2 * 7 * 5);
  const work = (left: number[], right: number[], type = 1) =>
    effectOf(MATRIX, matMul(left, right, { type })).work!;
  assert.ok(work([1, 512], [512, 512]) > 2 * 512 * 512);
  assert.ok(work([512, 512], [512, 512]) < 1.1 * 512 ** 3);
  assert.ok(work([512, 512], [512, 512], DataType.DOUBLE) > 2 * 512 ** 3);
  assert.ok(work([10_000, 1, 1], [10_000, 1, 1]) > 10_000 * 200);
});
