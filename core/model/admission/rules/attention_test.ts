import assert from "node:assert/strict";
import { DataType } from "../../onnx/codec.ts";
import { ATTENTION } from "./attention.ts";
import { agree, type Case, effectOf, fed, type Given, refuse } from "./testing.ts";

const ALL = [true, true, true, true];
const { FLOAT, FLOAT16, DOUBLE, INT64, BOOL } = DataType;

function attention(
  shapes: (number[] | undefined)[],
  { version = 23, type = FLOAT, attributes = {}, outputs = ALL, mask }: {
    version?: number;
    type?: number;
    attributes?: Record<string, number>;
    outputs?: boolean[];
    mask?: Given;
  } = {},
): Case {
  const inputs = shapes.map((dims) => dims && fed(dims, type));
  if (mask !== undefined) inputs[3] = mask;
  return { operator: "Attention", version, inputs, attributes, outputs };
}

const SPLIT = [[2, 3, 4, 8], [2, 3, 5, 8], [2, 3, 5, 6]];
const FLAT = [[2, 4, 24], [2, 5, 24], [2, 5, 18]];

Deno.test("Attention: types and shapes are the runtime's", async () => {
  const cases: Case[] = [];
  for (const version of [23, 24]) {
    for (const type of [FLOAT, FLOAT16, DOUBLE]) cases.push(attention(SPLIT, { version, type }));
    const heads = { q_num_heads: 3, kv_num_heads: 3 };
    cases.push(
      attention([[2, 6, 4, 8], [2, 3, 5, 8], [2, 3, 5, 6]], { version }),
      attention(FLAT, { version, attributes: heads }),
      attention([[2, 4, 24], [2, 5, 8], [2, 5, 6]], {
        version,
        attributes: { q_num_heads: 3, kv_num_heads: 1 },
      }),
      attention(FLAT, { version }),
      attention([...SPLIT, undefined, [2, 3, 7, 8], [2, 3, 7, 6]], { version }),
      attention([...FLAT, undefined, [2, 3, 7, 8], [2, 3, 7, 6]], { version, attributes: heads }),
      attention([...SPLIT, undefined, [2, 3, 7, 8]], { version, outputs: [true] }),
      attention(SPLIT, { version, attributes: { is_causal: 1, qk_matmul_output_mode: 3 } }),
      attention([[2, 3, 4, 8], [2, 3, 5, 7], [2, 3, 5, 6]], { version }),
      attention([[2, 3, 4, 8], [2, 2, 5, 8], [2, 2, 5, 6]], { version }),
      attention([[2, 3, 4, 8], [2, 3, 5, 8], [2, 3, 6, 6]], { version }),
      attention([[2, 3, 4, 8], [1, 3, 5, 8], [1, 3, 5, 6]], { version }),
    );
    for (
      const dims of [
        [4, 5],
        [1, 5],
        [4, 1],
        [3, 4, 5],
        [1, 4, 5],
        [2, 3, 4, 5],
        [1, 1, 4, 5],
        [2, 1, 4, 5],
        [5],
        [4, 6],
        [2, 4, 5],
      ]
    ) {
      for (const type of [FLOAT, BOOL]) {
        cases.push(attention(SPLIT, { version, outputs: [true], mask: fed(dims, type) }));
      }
    }
  }
  await agree(ATTENTION, cases);
  refuse(ATTENTION, /lengths of keys/, [{
    ...attention(SPLIT, { version: 24 }),
    inputs: [...SPLIT.map((dims) => fed(dims)), undefined, undefined, undefined, fed([2], INT64)],
  }]);
});

Deno.test("Attention: multiply-accumulates are exact, scores are held in memory", () => {
  const { macs, scratch } = effectOf(ATTENTION, attention(SPLIT));
  assert.equal(macs, 2 * 3 * 4 * 5 * (8 + 6));
  assert.ok(scratch! >= 4 * 2 * 3 * 4 * 5);
});

Deno.test("RotaryEmbedding: types and shapes are the runtime's", async () => {
  const rotary = (
    shapes: number[][],
    { type = FLOAT, positions, ...attributes }: {
      type?: number;
      positions?: number[];
      [attribute: string]: number | number[] | undefined;
    } = {},
  ): Case => {
    const inputs = shapes.map((dims) => fed(dims, type));
    if (positions !== undefined) inputs.push(fed(positions, INT64));
    const given = attributes as Record<string, number>;
    return { operator: "RotaryEmbedding", version: 23, inputs, attributes: given };
  };
  const x = [2, 3, 4, 8];
  const positions = [2, 4];
  await agree(ATTENTION, [
    rotary([x, [9, 4], [9, 4]], { positions }),
    rotary([x, [9, 4], [9, 4]], { positions, type: FLOAT16 }),
    rotary([x, [2, 4, 4], [2, 4, 4]]),
    rotary([[2, 4, 24], [2, 4, 4], [2, 4, 4]], { num_heads: 3 }),
    rotary([[2, 4, 24], [9, 4], [9, 4]], { positions, num_heads: 3, interleaved: 1 }),
    rotary([x, [9, 2], [9, 2]], { positions, rotary_embedding_dim: 4 }),
    rotary([x, [9, 3], [9, 3]], { positions }),
    rotary([[2, 4, 24], [2, 4, 4], [2, 4, 4]]),
  ]);
});
