import { tensor } from "../../onnx/build.ts";
import { DataType } from "../../onnx/codec.ts";
import { SHAPING } from "./shaping.ts";
import { agree, type Case, constant, fed, ints, refuse } from "./testing.ts";

const { INT64, BOOL } = DataType;

function one(
  operator: string,
  version: number,
  inputs: Case["inputs"],
  rest: Partial<Case> = {},
): Case {
  return { operator, version, inputs, ...rest };
}

function outputs(count: number): boolean[] {
  return Array(count).fill(true);
}

Deno.test("Reshape and its kin write the runtime's shapes", async () => {
  const cases: Case[] = [];
  for (const version of [7, 13, 14, 19, 25]) {
    for (const shape of [[-1], [6, 4], [0, -1], [2, 0, 4], [4, -1, 3], [1, 24, 1], [5, -1], [7]]) {
      cases.push(one("Reshape", version, [fed([2, 3, 4]), ints(shape)]));
    }
  }
  cases.push(one("Reshape", 14, [fed([0, 3]), ints([3, 0])], { attributes: { allowzero: 1 } }));
  cases.push(one("Reshape", 14, [fed([0, 3]), ints([0, 1, 3])]));
  cases.push(one("Reshape", 14, [fed([1]), ints([])]));
  for (const axis of [0, 1, 2, 3]) {
    for (const version of [7, 9, 11, 13, 21, 25]) {
      cases.push(one("Flatten", version, [fed([2, 3, 4])], { attributes: { axis } }));
    }
  }
  cases.push(one("Flatten", 13, [fed([2, 3, 4])], { attributes: { axis: -1 } }));
  for (const axes of [[0], [2, 0], [-1], [1], [5]]) {
    cases.push(one("Squeeze", 11, [fed([1, 3, 1])], { attributes: { axes } }));
    cases.push(one("Squeeze", 13, [fed([1, 3, 1]), ints(axes)]));
    cases.push(one("Unsqueeze", 11, [fed([2, 3])], { attributes: { axes } }));
    cases.push(one("Unsqueeze", 13, [fed([2, 3]), ints(axes)]));
  }
  cases.push(one("Squeeze", 7, [fed([1, 3, 1])]), one("Squeeze", 21, [fed([1, 3, 1])]));
  for (const version of [7, 13, 14, 16, 19, 21, 25]) {
    cases.push(one("Identity", version, [fed([2, 3])]));
    cases.push(one("Shape", version, [fed([2, 3])]), one("Size", version, [fed([2, 3])]));
  }
  for (const [start, end] of [[1, 3], [-1, 9], [2, 1], [-9, -1]] as const) {
    cases.push(one("Shape", 15, [fed([2, 3, 4])], { attributes: { start, end } }));
  }
  await agree(SHAPING, cases);
});

Deno.test("Transpose, Concat, Split and blocks write the runtime's shapes", async () => {
  const cases: Case[] = [];
  for (const perm of [[0, 1, 2], [2, 0, 1], [1, 0, 2], [0, 1], [0, 0, 1], [-1, 0, 1]]) {
    cases.push(one("Transpose", 13, [fed([2, 3, 4])], { attributes: { perm } }));
  }
  cases.push(one("Transpose", 7, [fed([2, 3, 4])]), one("Transpose", 13, [fed([])]));
  cases.push(one("Transpose", 25, [fed([2, 3], BOOL)]));
  for (const axis of [0, 1, -1, 2]) {
    for (const version of [7, 11, 13]) {
      if (axis < 0 && version < 11) continue;
      cases.push(one("Concat", version, [fed([2, 3]), fed([2, 3])], { attributes: { axis } }));
    }
  }
  cases.push(
    one("Concat", 13, [fed([2, 3]), fed([2, 5]), fed([2, 0])], { attributes: { axis: 1 } }),
  );
  cases.push(one("Concat", 13, [fed([2, 3]), fed([2, 5])], { attributes: { axis: 0 } }));
  cases.push(one("Concat", 13, [fed([2, 3]), fed([2, 3, 1])], { attributes: { axis: 0 } }));
  const attributes = { axis: 1, split: [1, 3, 2] };
  cases.push(one("Split", 11, [fed([2, 6])], { attributes, outputs: outputs(3) }));
  cases.push(one("Split", 11, [fed([2, 6])], { attributes: { axis: 1 }, outputs: outputs(3) }));
  for (const version of [13, 18]) {
    for (const sizes of [[1, 3, 2], [6, 0, 0], [1, 1, 1], [7, -1, 0]]) {
      cases.push(one("Split", version, [fed([2, 6]), ints(sizes)], {
        attributes: { axis: -1 },
        outputs: outputs(3),
      }));
    }
  }
  cases.push(one("Split", 13, [fed([6, 2])], { outputs: outputs(2) }));
  cases.push(one("Split", 13, [fed([6, 2])], { outputs: outputs(4) }));
  for (const [size, count] of [[7, 3], [6, 3], [7, 4]] as const) {
    const attributes = { num_outputs: count };
    cases.push(one("Split", 18, [fed([size])], { attributes, outputs: outputs(count) }));
  }
  for (const [version, mode] of [[7, "DCR"], [11, "CRD"], [13, "DCR"]] as const) {
    const attributes = version < 11 ? { blocksize: 2 } : { blocksize: 2, mode };
    cases.push(one("DepthToSpace", version, [fed([1, 8, 2, 3])], { attributes }));
  }
  cases.push(one("DepthToSpace", 13, [fed([1, 6, 2, 3])], { attributes: { blocksize: 2 } }));
  cases.push(one("SpaceToDepth", 13, [fed([1, 2, 4, 6])], { attributes: { blocksize: 2 } }));
  cases.push(one("SpaceToDepth", 13, [fed([1, 2, 3, 6])], { attributes: { blocksize: 2 } }));
  await agree(SHAPING, cases);
});

Deno.test("Slice, Pad, Tile and Expand write the runtime's shapes", async () => {
  const cases: Case[] = [];
  const max = 2 ** 31 - 1;
  const cuts: number[][][] = [
    [[1], [3], [0], [1]],
    [[0, -2], [9, max], [1, 0], [2, 1]],
    [[-1], [-max], [1], [-1]],
    [[3, 0], [0, 1], [0, 1], [-2, 1]],
    [[-100], [100], [-1], [3]],
    [[5], [2], [0], [1]],
    [[1], [2], [7], [1]],
    [[0], [2], [0], [0]],
    [[4], [-9], [0], [-1]],
  ];
  for (const [starts, ends, axes, steps] of cuts as [number[], number[], number[], number[]][]) {
    for (const version of [10, 11, 13]) {
      const lists = [starts, ends, axes, steps].map(ints);
      cases.push(one("Slice", version, [fed([4, 5]), ...lists]));
    }
    if (steps.some((step) => step !== 1)) continue;
    cases.push(one("Slice", 7, [fed([4, 5])], { attributes: { starts, ends, axes } }));
  }
  for (
    const pads of [[0, 1, 2, 3], [1, 0, 0, 0], [-1, 0, 0, 2], [0, 2, 0, 1], [5, 0, 5, 0], [0, 1]]
  ) {
    for (const mode of ["constant", "edge", "reflect"]) {
      cases.push(one("Pad", 7, [fed([3, 4])], { attributes: { pads, mode } }));
      cases.push(one("Pad", 13, [fed([3, 4]), ints(pads)], { attributes: { mode } }));
    }
    if (pads[0] === 5) continue;
    cases.push(one("Pad", 19, [fed([3, 4]), ints(pads)], { attributes: { mode: "wrap" } }));
  }
  cases.push(one("Pad", 18, [fed([3, 4]), ints([1, 2]), undefined, ints([-1])]));
  cases.push(one("Tile", 13, [fed([2, 3]), ints([3, 1])]), one("Tile", 6, [fed([2]), ints([0])]));
  cases.push(one("Tile", 13, [fed([2, 3]), ints([3])]), one("Tile", 13, [fed([2]), ints([-1])]));
  for (const shape of [[2, 3], [4, 2, 3], [1], [2, 1], [4, 1, 3], [5, 3], [0, 1, 1]]) {
    cases.push(one("Expand", 13, [fed([2, 3]), ints(shape)]));
    cases.push(one("Expand", 8, [fed([2, 1], INT64), ints(shape)]));
  }
  await agree(SHAPING, cases);
});

Deno.test("constants, ranges and Dropout write the runtime's shapes", async () => {
  const cases: Case[] = [];
  const half = tensor("", [1], Float64Array.of(0.5));
  cases.push(one("ConstantOfShape", 9, [ints([2, 3])]));
  cases.push(one("ConstantOfShape", 20, [ints([0, 3])], { attributes: { value: half } }));
  cases.push(one("ConstantOfShape", 9, [ints([])]), one("ConstantOfShape", 9, [ints([-1])]));
  for (const [start, limit, delta] of [[0, 5, 1], [5, 0, -2], [3, 3, 1], [0, -4, 1], [0, 1, 0]]) {
    const scalars = [start, limit, delta].map((x) => constant([], INT64, [x as number]));
    cases.push(one("Range", 11, scalars));
  }
  cases.push(one("Range", 11, [0, 1, 0.3].map((x) => constant([], 1, [x]))));
  cases.push(one("Constant", 13, [], { attributes: { value: half } }));
  cases.push(one("Constant", 13, [], { attributes: { value_int: 3 } }));
  cases.push(one("Constant", 13, [], { attributes: { value_ints: [3, 4] } }));
  cases.push(one("Constant", 13, [], { attributes: { value_floats: Float32Array.of(1, 2) } }));
  for (const version of [7, 10, 12, 13, 22]) {
    cases.push(one("Dropout", version, [fed([2, 3])]));
    if (version >= 10) cases.push(one("Dropout", version, [fed([2, 3])], { outputs: outputs(2) }));
  }
  cases.push(one("Dropout", 13, [fed([2, 3]), constant([], 1, [0.4])]));
  await agree(SHAPING, cases);
});

Deno.test("Resize and Upsample write the runtime's shapes", async () => {
  const cases: Case[] = [];
  const x = fed([1, 2, 5, 7]);
  const floats = (...values: number[]) => constant([values.length], 1, values);
  for (
    const scales of [[1, 1, 2, 2], [1, 1, 0.6, 1.3], [1, 1, 1 / 3, 0.7], [1, 1, 1.1, 3]]
  ) {
    for (const mode of ["nearest", "linear"]) {
      cases.push(one("Resize", 10, [x, floats(...scales)], { attributes: { mode } }));
      for (const version of [11, 13, 18, 19]) {
        const inputs = [x, version < 13 ? floats() : undefined, floats(...scales)];
        cases.push(one("Resize", version, inputs, { attributes: { mode } }));
      }
    }
    const attributes = { mode: "cubic" };
    cases.push(one("Resize", 13, [x, undefined, floats(...scales)], { attributes }));
    if (scales.some((scale) => scale < 1)) continue;
    cases.push(one("Upsample", 9, [x, floats(...scales)]));
    cases.push(one("Upsample", 7, [x], { attributes: { scales: Float32Array.from(scales) } }));
  }
  cases.push(one("Resize", 13, [x, undefined, undefined, ints([1, 2, 3, 9])]));
  cases.push(one("Resize", 18, [x, undefined, undefined, ints([3, 9])], {
    attributes: { axes: [2, -1] },
  }));
  cases.push(one("Resize", 18, [x, undefined, floats(2, 2)], { attributes: { axes: [2, 3] } }));
  await agree(SHAPING, cases);
});

Deno.test("shapes that the file does not tell are refused", () => {
  refuse(SHAPING, /input 1 to follow from the file/, [
    one("Reshape", 14, [fed([4]), fed([1], INT64)]),
    one("Expand", 14, [fed([4]), fed([1], INT64)]),
    one("Tile", 13, [fed([4]), fed([1], INT64)]),
    one("Slice", 13, [fed([4]), fed([1], INT64), fed([1], INT64)]),
  ]);
  refuse(SHAPING, /of Reshape, got/, [one("Reshape", 14, [fed([4]), ints([2 ** 53 - 1, -1])])]);
  refuse(SHAPING, /each axis once/, [one("Squeeze", 13, [fed([1, 2]), ints([0, 0])])]);
  refuse(SHAPING, /antialias/, [
    one("Resize", 18, [fed([1, 1, 4, 4]), undefined, undefined, ints([1, 1, 2, 2])], {
      attributes: { antialias: 1 },
    }),
  ]);
});
