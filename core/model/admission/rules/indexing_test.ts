import { DataType } from "../../onnx/codec.ts";
import { INDEXING } from "./indexing.ts";
import { agree, type Case, constant, fed, type Given, ints, refuse } from "./testing.ts";

const { INT64, INT32, BOOL, DOUBLE } = DataType;

function one(
  operator: string,
  version: number,
  inputs: Given[],
  rest: Partial<Case> = {},
): Case {
  return { operator, version, inputs, ...rest };
}

/** Zeros as indices. */
function zeros(dims: number[], type: number = INT64): Given {
  const size = dims.reduce((product, dim) => product * dim, 1);
  return constant(dims, type, Array(size).fill(0));
}

Deno.test("gathers and scatters write the runtime's shapes", async () => {
  const cases: Case[] = [];
  for (const version of [7, 11, 13]) {
    for (const axis of [0, 1, 2]) {
      for (const dims of [[], [2], [2, 1]]) {
        cases.push(one("Gather", version, [fed([3, 4]), zeros(dims)], { attributes: { axis } }));
      }
    }
  }
  cases.push(
    one("Gather", 13, [fed([3, 4], BOOL), zeros([2], INT32)], { attributes: { axis: -1 } }),
  );
  for (const dims of [[3, 4], [1, 2], [5, 4], [3, 5], [3]]) {
    for (const axis of [0, 1]) {
      const attributes = { axis };
      cases.push(one("GatherElements", 13, [fed([3, 4]), zeros(dims)], { attributes }));
      if (dims[0] === 5 || dims[1] === 5) continue;
      const inputs = [fed([3, 4]), zeros(dims), fed(dims)];
      cases.push(one("ScatterElements", 16, inputs, { attributes }));
      cases.push(one("Scatter", 9, inputs, { attributes }));
    }
  }
  cases.push(one("ScatterElements", 18, [fed([3, 4]), zeros([1, 2]), fed([1, 3])]));
  for (const dims of [[2], [5, 1], [2, 3, 2], [4], [3, 1, 1]]) {
    cases.push(one("GatherND", 13, [fed([3, 4, 5]), zeros(dims)]));
    const attributes = { batch_dims: 1 };
    if (dims[0] === 2 && dims.length === 3) continue; // As many batches are needed: the runtime does not look.
    cases.push(one("GatherND", 13, [fed([3, 4, 5]), zeros(dims)], { attributes }));
  }
  cases.push(one("ScatterND", 16, [fed([3, 4]), zeros([2, 1]), fed([2, 4])]));
  cases.push(one("ScatterND", 13, [fed([3, 4]), zeros([2, 2]), fed([2])]));
  cases.push(one("ScatterND", 13, [fed([3, 4]), zeros([2, 2]), fed([3])]));
  await agree(INDEXING, cases);
});

Deno.test("sorting, choosing and the rest write the runtime's shapes", async () => {
  const cases: Case[] = [];
  for (const axis of [0, -1]) {
    for (const k of [0, 1, 3, 9]) {
      const attributes = { axis };
      const outputs = [true, true];
      if (k > 0) cases.push(one("TopK", 7, [fed([3, 4])], { attributes: { axis, k }, outputs }));
      cases.push(one("TopK", 10, [fed([3, 4]), ints([k])], { attributes, outputs }));
      cases.push(one("TopK", 11, [fed([3, 4], INT64), ints([k])], { attributes, outputs }));
    }
    for (const keepdims of [0, 1]) {
      for (const operator of ["ArgMax", "ArgMin"]) {
        for (const version of [7, 11, 12, 13]) {
          if (axis < 0 && version < 11) continue;
          cases.push(one(operator, version, [fed([3, 4])], { attributes: { axis, keepdims } }));
        }
      }
    }
  }
  cases.push(one("Trilu", 14, [fed([2, 3, 4])]));
  cases.push(
    one("Trilu", 14, [fed([3, 4]), constant([], INT64, [1])]),
    one("Trilu", 14, [fed([3])]),
  );
  cases.push(one("EyeLike", 9, [fed([3, 4])], { attributes: { dtype: INT64 } }));
  cases.push(one("EyeLike", 9, [fed([3, 4])]), one("EyeLike", 9, [fed([3])]));
  for (const version of [11, 14]) {
    cases.push(one("CumSum", version, [fed([3, 4]), constant([], INT32, [1])]));
    cases.push(one("CumSum", version, [fed([3, 4], DOUBLE), constant([], INT64, [-2])]));
    cases.push(one("CumSum", version, [fed([3, 4]), constant([], INT64, [2])]));
  }
  const lengths = constant([4], INT64, [1, 2, 1, 3]);
  cases.push(one("ReverseSequence", 10, [fed([3, 4, 2]), lengths]));
  for (const axis of [0, 1, -1]) {
    const hot = [fed([2, 3], INT64), ints([5]), fed([2])];
    cases.push(one("OneHot", 11, hot, { attributes: { axis } }));
    cases.push(
      one("OneHot", 9, [fed([2, 3], INT64), ints([5]), fed([2])], { attributes: { axis } }),
    );
  }
  await agree(INDEXING, cases);
});

Deno.test("sizes that data decide are refused", () => {
  refuse(INDEXING, /to follow from the file/, [
    one("TopK", 11, [fed([3, 4]), fed([1], INT64)]),
    one("OneHot", 11, [fed([2], INT64), fed([], INT64), fed([2])]),
  ]);
  refuse(INDEXING, /indices within/, [
    one("ScatterElements", 16, [fed([3]), fed([3, 1], INT64), fed([3, 1])]),
  ]);
});
