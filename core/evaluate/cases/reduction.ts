import { DataType } from "../../model/onnx/codec.ts";
import { type CaseTable, given } from "./case.ts";

const { DOUBLE, INT32, INT64 } = DataType;
const REDUCTIONS = [
  ..."ReduceL1 ReduceL2 ReduceLogSum ReduceLogSumExp ReduceMax ReduceMean ReduceMin ReduceProd"
    .split(" "),
  ..."ReduceSum ReduceSumSquare".split(" "),
];
const WHOLE = "ReduceMax ReduceMin ReduceProd ReduceSum".split(" ");

/** Operators that make one number of many: each by the axes' position, which chooses the loop. */
export const REDUCTION_CASES: CaseTable = {
  ...Object.fromEntries(REDUCTIONS.map((name) => [
    name,
    given([7, 3, 37], (g) => [
      g.op(name, [g.x, g.ints(3)]), // one row of memory
      g.op(name, [g.x, g.ints(1)], { keepdims: 0 }), // keep, reduce, keep
      g.op(name, [g.x, g.ints(1, 3)], { keepdims: 0 }), // reduce, keep, reduce
      g.op(name, [g.x, g.ints(-1, -2)]),
      g.op(name, [g.cast(g.x, DOUBLE), g.ints(1, 2, 3)], { keepdims: 0 }),
    ]),
  ])),
  ...Object.fromEntries(REDUCTIONS.map((name) => [
    `${name} by attribute`,
    given([7, 3, 5], (g) => [
      name === "ReduceSum" ? g.op(name, [g.x, g.ints(2)]) : g.op(name, [g.x], { axes: [2] }),
      name === "ReduceSum"
        ? g.op(name, [g.x, g.ints(1, -1)], { keepdims: 0 })
        : g.op(name, [g.x], { axes: [1, -1], keepdims: 0 }),
    ], { opset: 13 }),
  ])),
  "ReduceSum 11": given([7, 3, 5], (g) => g.op("ReduceSum", [g.x], { axes: [1, 2] }), {
    opset: 11,
  }),
  ...Object.fromEntries(REDUCTIONS.map((name) => [
    `${name} over all`,
    given([7, 3], (g) => [g.op(name, [g.x]), g.op(name, [g.x], { keepdims: 0 })]),
  ])),
  ...Object.fromEntries(WHOLE.map((name) => [
    `${name} of integers`,
    given([7, 3], (g) => [INT32, INT64].map((to) => g.op(name, [g.cast(g.x, to), g.ints(1)])), {
      height: 9,
      special: false,
    }),
  ])),
  "Reduce over no axes": given([7, 3], (g) => [
    g.op("ReduceSum", [g.x], { noop_with_empty_axes: 1 }),
    g.op("ReduceMean", [g.x], { noop_with_empty_axes: 1 }),
  ]),
  "Reduce rows of 300": given(
    [300],
    (g) => REDUCTIONS.map((name) => g.op(name, [g.x, g.ints(1)])),
    { height: 1 },
  ),
};
