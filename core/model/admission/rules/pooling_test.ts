import assert from "node:assert/strict";
import { DataType } from "../../onnx/codec.ts";
import { POOLING } from "./pooling.ts";
import { agree, type Case, effectOf, fed, refuse } from "./testing.ts";

const TYPES = [
  DataType.FLOAT,
  DataType.FLOAT16,
  DataType.DOUBLE,
  DataType.INT8,
  DataType.UINT8,
  DataType.INT32,
];

Deno.test("poolings: types and shapes are the runtime's", async () => {
  const cases: Case[] = [];
  for (const operator of ["MaxPool", "AveragePool", "LpPool"]) {
    for (const type of TYPES) {
      const inputs = [fed([1, 2, 5, 5], type)];
      cases.push({ operator, version: 22, inputs, attributes: { kernel_shape: [2, 2] } });
    }
    for (const image of [[], [5], [5, 5], [5, 5, 5], [3, 3, 3, 3]]) {
      const kernel_shape = image.map(() => 2);
      const inputs = [fed([1, 2, ...image])];
      cases.push({ operator, version: 18, inputs, attributes: { kernel_shape } });
    }
    const inputs = [fed([1, 2, 5, 5])];
    cases.push({ operator, version: 18, inputs, attributes: {} });
    const pads = { kernel_shape: [2, 2], pads: [2, 0, 0, 0] };
    cases.push({ operator, version: 18, inputs, attributes: pads });
  }
  for (const version of [8, 10, 12, 22]) {
    for (const storage_order of [0, 1]) {
      const attributes = { kernel_shape: [2, 2], storage_order };
      const inputs = [fed([1, 2, 5, 5])];
      cases.push({ operator: "MaxPool", version, inputs, attributes, outputs: [true, true] });
    }
  }
  for (const operator of ["GlobalMaxPool", "GlobalAveragePool", "GlobalLpPool"]) {
    for (const type of TYPES) {
      cases.push({ operator, version: 13, inputs: [fed([2, 3, 4, 5], type)] });
    }
    for (const dims of [[2, 3], [2, 3, 4], [2, 3, 4, 5, 6], [2, 3, 2, 2, 2, 2]]) {
      cases.push({ operator, version: 21, inputs: [fed(dims)] });
      cases.push({ operator, version: 22, inputs: [fed(dims)] });
    }
  }
  await agree(POOLING, cases);
});

Deno.test("poolings: absurd windows are refused, and work grows with the window", () => {
  const pool = (attributes: Record<string, number[]>): Case => ({
    operator: "MaxPool",
    version: 12,
    inputs: [fed([1, 2, 9, 9])],
    attributes,
  });
  refuse(POOLING, /expected .*, got/, [
    pool({ kernel_shape: [2 ** 40, 2] }),
    pool({ kernel_shape: [0, 2] }),
    pool({ kernel_shape: [2, 2], strides: [0, 1] }),
    pool({ kernel_shape: [10, 2] }),
    pool({ kernel_shape: [2] }),
  ]);
  const work = (kernel: number[]) => effectOf(POOLING, pool({ kernel_shape: kernel })).work!;
  assert.ok(work([5, 5]) > work([1, 1]));
  assert.equal(effectOf(POOLING, pool({ kernel_shape: [2, 2] })).macs ?? 0, 0);
});
