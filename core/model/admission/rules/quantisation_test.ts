import assert from "node:assert/strict";
import { DataType } from "../../onnx/codec.ts";
import { QUANTISATION } from "./quantisation.ts";
import { agree, type Case, constant, effectOf, fed, type Given } from "./testing.ts";

const { UINT8, INT8, UINT16, INT16, UINT4, INT4, INT32, FLOAT16 } = DataType;
const SCALE = constant([], DataType.FLOAT, [0.5]);

function scales(...dims: number[]): Given {
  const size = dims.reduce((product, dim) => product * dim, 1);
  return constant(dims, DataType.FLOAT, Array(size).fill(0.5));
}

function linear(
  operator: "QuantizeLinear" | "DequantizeLinear",
  inputs: Given[],
  { version = 21, ...attributes }: { version?: number; [attribute: string]: number | undefined } =
    {},
): Case {
  return { operator, version, inputs, attributes: attributes as Record<string, number> };
}

Deno.test("QuantizeLinear and DequantizeLinear: types and shapes are the runtime's", async () => {
  const cases: Case[] = [];
  for (const version of [10, 13, 19, 21, 23, 25]) {
    for (const type of [UINT8, INT8, UINT16, INT16, INT32, INT4, UINT4]) {
      const zero = constant([], type);
      cases.push(linear("DequantizeLinear", [constant([4, 6], type), SCALE, zero], { version }));
      // Outputs of 4 bits cannot be handed out, only used inside.
      if (type === INT4 || type === UINT4) continue;
      cases.push(linear("QuantizeLinear", [fed([4, 6]), SCALE, zero], { version }));
    }
  }
  const x = constant([4, 6], INT8);
  for (const version of [13, 21]) {
    cases.push(
      linear("DequantizeLinear", [x, scales(6), constant([6], INT8)], { version }),
      linear("DequantizeLinear", [x, scales(4)], { version, axis: 0 }),
      linear("DequantizeLinear", [x, scales(4)], { version, axis: 1 }),
      linear("DequantizeLinear", [x, scales(4)], { version, axis: 2 }),
      linear("DequantizeLinear", [x, scales(1), constant([1], INT8)], { version }),
      linear("QuantizeLinear", [fed([4, 6]), SCALE], { version }),
      linear("QuantizeLinear", [fed([4, 6]), scales(4), constant([4], UINT8)], {
        version,
        axis: 0,
      }),
      linear("DequantizeLinear", [x, constant([], FLOAT16, [0.5])], { version: 19 }),
      linear("QuantizeLinear", [fed([4, 6], FLOAT16), constant([], FLOAT16, [0.5])], {
        version: 19,
      }),
      linear("QuantizeLinear", [fed([4, 6], INT32), SCALE], { version: 19 }),
    );
  }
  cases.push(
    linear("DequantizeLinear", [x, scales(4, 3), constant([4, 3], INT8)], { block_size: 2 }),
    linear("DequantizeLinear", [constant([4, 6], INT4), scales(2, 6)], { axis: 0, block_size: 2 }),
    linear("DequantizeLinear", [constant([4, 5], INT8), scales(4, 3)], { block_size: 2 }),
    linear("DequantizeLinear", [x, scales(4, 2)], { block_size: 2 }),
    linear("QuantizeLinear", [fed([4, 6]), scales(4, 3), constant([4, 3], INT8)], {
      block_size: 2,
    }),
    linear("QuantizeLinear", [fed([4, 6]), SCALE], { output_dtype: INT8 }),
    linear("QuantizeLinear", [fed([4, 6]), SCALE, constant([], UINT8)], { output_dtype: INT8 }),
  );
  await agree(QUANTISATION, cases);
});

Deno.test("products of whole numbers: types and shapes are the runtime's", async () => {
  const cases: Case[] = [];
  for (const [a, b] of [[UINT8, UINT8], [UINT8, INT8], [INT8, INT8], [INT8, UINT8]] as const) {
    const [x, y] = [fed([5, 2, 3], a), fed([3, 4], b)];
    const integer = (inputs: Given[]) =>
      cases.push({ operator: "MatMulInteger", version: 10, inputs });
    integer([x, y]);
    integer([x, y, fed([], a), fed([], b)]);
    integer([x, y, fed([1], a), constant([4], b)]);
    integer([x, y, fed([2], a), constant([4], b)]);
    integer([x, y, fed([], a), constant([3], b)]);
    const z = constant([], a);
    for (const version of [10, 21]) {
      if (a === INT8 && b === UINT8) continue;
      const linear = (rest: Given[]) =>
        cases.push({ operator: "QLinearMatMul", version, inputs: [x, SCALE, z, y, ...rest] });
      linear([SCALE, constant([], b), SCALE, z]);
      linear([scales(4), constant([4], b), SCALE, z]);
      linear([scales(3), constant([3], b), SCALE, z]);
      linear([SCALE, constant([], b), SCALE, constant([], a === INT8 ? UINT8 : INT8)]);
    }
  }
  await agree(QUANTISATION, cases);
});

Deno.test("convolutions of whole numbers: types and shapes are the runtime's", async () => {
  const cases: Case[] = [];
  for (const [a, b] of [[UINT8, UINT8], [UINT8, INT8], [INT8, INT8]] as const) {
    for (const image of [[5], [5, 4], [5, 4, 3]]) {
      const x = fed([1, 2, ...image], a);
      const w = constant([3, 2, ...image.map(() => 2)], b);
      const integer = [x, w, fed([], a), fed([], b)];
      cases.push({ operator: "ConvInteger", version: 10, inputs: integer });
      const [z, v] = [constant([], a), constant([], b)];
      const bias = constant([3], INT32);
      const linear = [x, SCALE, z, w, SCALE, v, SCALE, z];
      const channels = [x, SCALE, z, w, scales(3), constant([3], b), SCALE, z, bias];
      cases.push({ operator: "QLinearConv", version: 10, inputs: linear });
      cases.push({ operator: "QLinearConv", version: 10, inputs: channels });
    }
    const [x, w] = [fed([1, 2, 5, 5], a), fed([3, 2, 3, 3], b)];
    const inputs = [x, w, fed([], a), fed([3], b)];
    cases.push({ operator: "ConvInteger", version: 10, inputs });
    const attributes = { pads: [1, 1, 0, 0], strides: [2, 1] };
    cases.push({ operator: "ConvInteger", version: 10, inputs: [x, w], attributes });
  }
  await agree(QUANTISATION, cases);
});

Deno.test("products of whole numbers: multiply-accumulates are exact", () => {
  const inputs = [fed([5, 2, 3], UINT8), fed([3, 4], INT8)];
  const { macs } = effectOf(QUANTISATION, { operator: "MatMulInteger", version: 10, inputs });
  assert.equal(macs, 5 * 2 * 3 * 4);
  assert.equal(QUANTISATION.DynamicQuantizeLinear, undefined);
});
