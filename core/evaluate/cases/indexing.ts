import { tensor } from "../../model/onnx/build.ts";
import { DataType } from "../../model/onnx/codec.ts";
import { type CaseTable, given, type Sheet } from "./case.ts";

const { DOUBLE, INT32, INT64 } = DataType;

/** Whole numbers from 0 to below `bound`, out of x between -2 and 2. */
function indices(g: Sheet, bound: number, type: number = INT64): string {
  const unit = g.op("Mul", [g.op("Add", [g.x, g.scalar(2)]), g.scalar(bound / 4.001)]);
  return g.cast(g.op("Floor", [unit]), type);
}

/** Operators that look elements up, put them elsewhere, sort and count them. */
export const INDEXING_CASES: CaseTable = {
  "Gather": given([6, 5], (g) => [
    g.op("Gather", [g.x, g.ints(3, 0, -1)], { axis: 1 }),
    g.op("Gather", [g.x, g.constant([2, 2], BigInt64Array.of(0n, 4n, 1n, -2n))], { axis: 2 }),
    g.op("Gather", [g.x, g.constant([], Int32Array.of(2))], { axis: 1 }),
    g.op("Gather", [g.cast(g.x, DOUBLE), g.ints(0)]),
  ]),
  "Gather as an embedding": given([7], (g) => g.op("Gather", [g.wave([23, 9]), indices(g, 23)]), {
    special: false,
  }),
  "GatherElements": given(
    [6, 5],
    (g) => g.op("GatherElements", [g.x, indices(g, 5)], { axis: 2 }),
    { special: false },
  ),
  "GatherND": given([4, 2], (g) => [
    g.op("GatherND", [g.wave([4, 4, 3]), indices(g, 4)]),
    g.op("GatherND", [g.x, g.constant([100, 1], new BigInt64Array(100))], {
      batch_dims: 0,
    }),
  ], { special: false }),
  "GatherND by row": given([4, 3], (g) => {
    const zero = g.op("Cast", [
      g.op("Mul", [g.op("ReduceMean", [g.x, g.ints(1, 2)], { keepdims: 0 }), g.scalar(0)]),
    ], { to: INT64 });
    return g.op("GatherND", [g.x, g.op("Add", [g.op("Unsqueeze", [zero, g.ints(1)]), g.ints(2)])], {
      batch_dims: 1,
    });
  }, { special: false }),
  "ScatterElements": given(
    [6, 5],
    (g) =>
      ["none", "add", "mul", "max", "min"].map((reduction) =>
        g.op("ScatterElements", [
          g.x,
          reduction === "none"
            ? g.constant(
              [2, 6, 1],
              BigInt64Array.of(0n, 4n, 1n, 3n, 2n, 2n, 1n, 1n, 0n, 3n, 4n, -1n),
            )
            : indices(g, 5),
          reduction === "none" ? g.wave([2, 6, 1]) : g.op("Neg", [g.x]),
        ], { axis: 2, reduction })
      ),
    { special: false },
  ),
  "ScatterND": given([6, 5], (g) => [
    g.op("ScatterND", [g.x, g.constant([2, 1], BigInt64Array.of(3n, 0n)), g.wave([2, 6, 5])]),
    ...["add", "mul", "max", "min"].map((reduction) =>
      g.op("ScatterND", [
        g.x,
        g.constant([3, 2], BigInt64Array.of(3n, 0n, 3n, 0n, 1n, 5n)),
        g.wave([3, 5]),
      ], { reduction })
    ),
  ]),
  "Scatter": given(
    [6, 5],
    (g) =>
      g.op("Scatter", [
        g.x,
        g.constant([2, 6, 1], BigInt64Array.of(0n, 4n, 1n, 3n, 2n, 2n, 1n, 1n, 0n, 3n, 4n, 2n)),
        g.wave([2, 6, 1]),
      ], { axis: 2 }),
    { opset: 9 },
  ),
  "OneHot": given([5], (g) => [
    g.op("OneHot", [indices(g, 7), g.constant([], BigInt64Array.of(7n)), g.floats(0, 1)]),
    g.op("OneHot", [indices(g, 7, INT32), g.constant([], Int32Array.of(5)), g.floats(-1, 2)], {
      axis: 1,
    }),
  ], { special: false }),
  "TopK": given([23], (g) => [
    ...g.many("TopK", [g.x, g.ints(5)], { outputs: 2 }),
    ...g.many("TopK", [g.x, g.ints(1)], { outputs: 2, attributes: { largest: 0 } }),
    ...g.many("TopK", [g.x, g.ints(19)], { outputs: 2, attributes: { axis: 1 } }),
  ]),
  "TopK with ties": given(
    [23],
    (g) => g.many("TopK", [g.op("Floor", [g.x]), g.ints(4)], { outputs: 2 }),
  ),
  "TopK along another axis": given(
    [9, 4],
    (g) => g.many("TopK", [g.x, g.ints(3)], { outputs: 2, attributes: { axis: 1 } }),
  ),
  "TopK 10": given([23], (g) => g.many("TopK", [g.x, g.ints(5)], { outputs: 2 }), { opset: 10 }),
  "ArgMax and ArgMin": given([7, 5], (g) =>
    ["ArgMax", "ArgMin"].flatMap((name) => [
      g.op(name, [g.x], { axis: 1 }),
      g.op(name, [g.x], { axis: -1, keepdims: 0 }),
      g.op(name, [g.op("Floor", [g.x])], { axis: 1, select_last_index: 1 }),
      g.op(name, [g.cast(g.x, DOUBLE)], { axis: 2 }),
    ])),
  "ReverseSequence": given([6, 3], (g) => {
    const lengths = g.op("Add", [
      g.op("Gather", [indices(g, 6), g.constant([], BigInt64Array.of(0n))], { axis: 2 }),
      g.ints(1),
    ]);
    const first = g.op("Gather", [lengths, g.constant([], BigInt64Array.of(0n))], { axis: 1 });
    return g.op("ReverseSequence", [g.x, first], { batch_axis: 0, time_axis: 1 });
  }, { special: false }),
  "TensorScatter": given(
    [1, 4, 5],
    (g) => g.op("TensorScatter", [g.x, g.op("Slice", [g.x, g.ints(0), g.ints(2), g.ints(2)])]),
    { opset: 24 },
  ),
  "CumSum": given([7, 3], (g) => [
    g.op("CumSum", [g.x, g.constant([], Int32Array.of(1))]),
    g.op("CumSum", [g.x, g.constant([], BigInt64Array.of(-1n))], { exclusive: 1, reverse: 1 }),
    g.op("CumSum", [g.cast(g.x, DOUBLE), g.constant([], Int32Array.of(1))], { reverse: 1 }),
  ]),
  "ConstantOfShape of counts": given(
    [3],
    (g) =>
      g.op("Add", [
        g.cast(g.x, INT64),
        g.op("ConstantOfShape", [g.op("Shape", [g.x])], {
          value: tensor("", [1], BigInt64Array.of(3n)),
        }),
      ]),
    { special: false },
  ),
};
