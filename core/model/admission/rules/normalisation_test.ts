import assert from "node:assert/strict";
import { DataType } from "../../onnx/codec.ts";
import { NORMALISATION } from "./normalisation.ts";
import { agree, type Case, effectOf, fed, refuse } from "./testing.ts";

const TYPES = [DataType.FLOAT, DataType.FLOAT16, DataType.DOUBLE];

function normalise(
  operator: string,
  shapes: number[][],
  { version = 17, type = 1, attributes = {}, outputs = [true] }: {
    version?: number;
    type?: number;
    attributes?: Record<string, number | number[]>;
    outputs?: boolean[];
  } = {},
): Case {
  return { operator, version, inputs: shapes.map((dims) => fed(dims, type)), attributes, outputs };
}

Deno.test("BatchNormalization and InstanceNormalization: types and shapes are the runtime's", async () => {
  const cases: Case[] = [];
  const four = (size: number) => [[size], [size], [size], [size]];
  for (const version of [7, 9, 14, 15]) {
    for (const dims of [[2, 3], [2, 3, 4], [2, 3, 4, 5], [2, 3, 4, 5, 6], [3]]) {
      cases.push(normalise("BatchNormalization", [dims, ...four(3)], { version }));
    }
    cases.push(normalise("BatchNormalization", [[2, 3, 4], ...four(4)], { version }));
    cases.push(normalise("BatchNormalization", [[2, 3, 4], [3], [3], [3]], { version }));
  }
  for (const type of TYPES) {
    cases.push(normalise("BatchNormalization", [[2, 3, 4], ...four(3)], { type, version: 15 }));
    for (const dims of [[2, 3], [2, 3, 4], [2, 3, 4, 5, 6]]) {
      for (const version of [7, 22]) {
        cases.push(normalise("InstanceNormalization", [dims, [3], [3]], { type, version }));
      }
    }
  }
  await agree(NORMALISATION, cases);
  const x = [[2, 3, 4], ...four(3)];
  refuse(NORMALISATION, /inference|one output/, [
    normalise("BatchNormalization", x, { attributes: { training_mode: 1 } }),
    normalise("BatchNormalization", x, { attributes: { spatial: 0 }, version: 7 }),
    normalise("BatchNormalization", x, { version: 9, outputs: [true, true, true] }),
  ]);
});

Deno.test("LayerNormalization and RMSNormalization: types and shapes are the runtime's", async () => {
  const cases: Case[] = [];
  for (const axis of [-1, 0, 1, 2, 3, -3, -4]) {
    for (const scale of [[4], [3, 4], [2, 3, 4], [1], [3, 1], [2, 1, 4], [], [1, 2, 3, 4]]) {
      const attributes = { axis };
      cases.push(
        normalise("LayerNormalization", [[2, 3, 4], scale, scale], { attributes }),
        normalise("RMSNormalization", [[2, 3, 4], scale], { attributes, version: 23 }),
      );
    }
  }
  for (const type of TYPES) {
    cases.push(
      normalise("LayerNormalization", [[2, 3, 4], [4]], { type, outputs: [true, true, true] }),
      normalise("LayerNormalization", [[2, 3, 4], [3, 4]], {
        type,
        attributes: { axis: 1 },
        outputs: [true, false, true],
      }),
      normalise("RMSNormalization", [[2, 3, 4], [4]], { type, version: 23 }),
    );
  }
  await agree(NORMALISATION, cases);
});

Deno.test("normalisations over groups, neighbours and axes: types and shapes are the runtime's", async () => {
  const cases: Case[] = [];
  for (const num_groups of [1, 2, 3, 4, 0]) {
    for (const version of [18, 21]) {
      const size = version === 18 ? Math.max(1, num_groups) : 4;
      const shapes = [[2, 4, 3, 5], [size], [size]];
      cases.push(normalise("GroupNormalization", shapes, { version, attributes: { num_groups } }));
    }
  }
  for (const type of TYPES) {
    cases.push(
      normalise("GroupNormalization", [[2, 4, 3], [4], [4]], {
        version: 21,
        type,
        attributes: { num_groups: 2 },
      }),
      normalise("LRN", [[2, 3, 4, 4]], { type, attributes: { size: 3 } }),
      normalise("LpNormalization", [[2, 3, 4, 4]], { type, version: 22 }),
      normalise("MeanVarianceNormalization", [[2, 3, 4, 4]], { type }),
    );
  }
  for (const dims of [[2, 3], [2, 3, 4], [2, 3, 4, 5], [2, 3, 4, 5, 6]]) {
    for (const size of [1, 2, 3, 9, 0]) {
      cases.push(normalise("LRN", [dims], { attributes: { size } }));
    }
  }
  for (const dims of [[3], [2, 3], []]) {
    for (const p of [1, 2, 3]) {
      for (const axis of [-1, 0, 1, 2]) {
        cases.push(normalise("LpNormalization", [dims], { attributes: { p, axis } }));
      }
    }
  }
  for (const axes of [[0], [1], [0, 1, 2], [-1], [3], []]) {
    cases.push(normalise("MeanVarianceNormalization", [[2, 3, 4]], { attributes: { axes } }));
  }
  await agree(NORMALISATION, cases);
});

Deno.test("normalisations: work is counted by element and by what shares a mean", () => {
  const work = (dims: number[]) =>
    effectOf(NORMALISATION, normalise("LayerNormalization", [dims, [dims.at(-1)!]])).work!;
  assert.ok(work([1, 4000]) >= 2 * 4000);
  assert.ok(work([4000, 1]) > 5 * work([1, 4000]));
});
