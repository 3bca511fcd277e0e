import { float } from "../../model/onnx/build.ts";
import { DataType } from "../../model/onnx/codec.ts";
import { type CaseOptions, type CaseTable, type Draw, given, type Sheet } from "./case.ts";

/** 19 values fill no vector register evenly; [2,19] splits into two operands. */
const ROW = [19];
const PAIR = [2, 19];

const UNARY = [
  ..."Abs Acos Acosh Asin Asinh Atan Atanh Ceil Celu Cos Cosh Elu Erf Exp Floor Gelu HardSigmoid"
    .split(" "),
  ..."HardSwish Identity IsInf IsNaN LeakyRelu Log Mish Neg Reciprocal Relu Round Selu Shrink"
    .split(" "),
  ..."Sigmoid Sign Sin Sinh Softplus Softsign Sqrt Tan Tanh ThresholdedRelu".split(" "),
];
const DOUBLE =
  "Abs Ceil Cos Exp Floor IsNaN Log Neg Reciprocal Relu Round Sigmoid Sign Sin Sqrt Tanh"
    .split(" ");
const HALF = "Abs Ceil Floor Gelu IsNaN Neg Relu Round Sigmoid Sign Tanh Exp Sqrt Erf LeakyRelu"
  .split(" ");
const INTEGER = "Abs Neg Sign Relu".split(" ");
const ARITHMETIC = "Add Sub Mul Div Pow Max Min Mean Sum".split(" ");
const COMPARISON = "Equal Greater GreaterOrEqual Less LessOrEqual".split(" ");
const {
  BOOL,
  DOUBLE: F64,
  FLOAT,
  FLOAT16,
  INT32,
  INT64,
  INT8,
  UINT8,
  UINT32,
  UINT64,
  UINT16,
  INT16,
} = DataType;

/** The two operands in a row of shape [2,19]. */
function pair(g: Sheet): string[] {
  return g.many("Split", [g.x], { outputs: 2, attributes: { axis: 1, num_outputs: 2 } });
}

/** The same as whole numbers of a type, none of them 0. */
function wholePair(g: Sheet, to: number): string[] {
  return pair(g).map((half) => {
    const whole = g.op("Floor", [g.op("Abs", [half])]);
    return g.cast(g.op("Add", [whole, g.scalar(1)]), to);
  });
}

function each(
  operators: readonly string[],
  suffix: string,
  { row, draw, ...options }: CaseOptions & { row: number[]; draw: (operator: string) => Draw },
): CaseTable {
  return Object.fromEntries(
    operators.map((operator) => [`${operator}${suffix}`, given(row, draw(operator), options)]),
  );
}

/** Operators that take elements one by one: functions, arithmetic, comparisons, logic and casts. */
export const ELEMENTWISE_CASES: CaseTable = {
  ...each(UNARY, "", { row: ROW, draw: (name) => (g) => g.op(name, [g.x]) }),
  ...each(DOUBLE, " of double", {
    row: ROW,
    draw: (name) => (g) => g.op(name, [g.cast(g.x, F64)]),
  }),
  ...each(HALF, " of float16", {
    row: ROW,
    draw: (name) => (g) => g.op(name, [g.cast(g.x, FLOAT16)]),
  }),
  ...each(INTEGER, " of int32", {
    row: ROW,
    height: 90,
    special: false,
    draw: (name) => (g) => g.op(name, [g.cast(g.x, INT32)]),
  }),
  ...each(ARITHMETIC, "", { row: PAIR, draw: (name) => (g) => g.op(name, pair(g)) }),
  ...each(ARITHMETIC, " broadcast", {
    row: [3, 1, 7],
    draw: (name) => (g) => [
      g.op(name, [g.x, g.wave([5, 1])]),
      g.op(name, [g.scalar(1.5), g.x]),
      g.op(name, [g.x, g.wave([1, 3, 5, 7])]),
    ],
  }),
  ...each(ARITHMETIC.filter((name) => name !== "Mean"), " of double", {
    row: PAIR,
    draw: (name) => (g) => g.op(name, pair(g).map((half) => g.cast(half, F64))),
  }),
  ...each("Add Sub Mul Div Max Min Sum".split(" "), " of float16", {
    row: PAIR,
    draw: (name) => (g) => g.op(name, pair(g).map((half) => g.cast(half, FLOAT16))),
  }),
  ...each("Add Sub Mul Max Min Pow Mod".split(" "), " of int64", {
    row: PAIR,
    height: 9,
    special: false,
    draw: (name) => (g) => g.op(name, wholePair(g, INT64)),
  }),
  ...each("Add Sub Mul Max Min Mod".split(" "), " of int32", {
    row: PAIR,
    height: 90000,
    special: false,
    draw: (name) => (g) => g.op(name, wholePair(g, INT32)),
  }),
  // By constants: a quotient beyond the type's range ends the runtime.
  "Div of integers": given(
    ROW,
    (g) => [
      g.op("Div", [g.cast(g.x, INT32), g.constant([], Int32Array.of(7))]),
      g.op("Div", [g.cast(g.x, INT64), g.constant([], BigInt64Array.of(-3n))]),
      g.op("Div", [g.op("Abs", [g.cast(g.x, INT64)]), g.ints(2)]),
    ],
    { height: 90000, special: false },
  ),
  ...each(COMPARISON, "", {
    row: PAIR,
    draw: (name) => (g) => [g.op(name, pair(g)), g.op(name, [g.x, g.wave([19])])],
  }),
  ...each(COMPARISON, " of int32", {
    row: PAIR,
    height: 4,
    special: false,
    draw: (name) => (g) => g.op(name, wholePair(g, INT32)),
  }),
  ...each(["And", "Or", "Xor"], "", {
    row: PAIR,
    draw: (name) => (g) => g.op(name, pair(g).map((half) => g.op("Greater", [half, g.scalar(0)]))),
  }),
  ...each(["BitwiseAnd", "BitwiseOr", "BitwiseXor"], "", {
    row: PAIR,
    height: 90000,
    special: false,
    draw: (name) => (g) => [g.op(name, wholePair(g, INT32)), g.op(name, wholePair(g, UINT8))],
  }),
  "Not": given(ROW, (g) => g.op("Not", [g.op("Greater", [g.x, g.scalar(0)])])),
  "BitwiseNot": given(ROW, (g) => g.op("BitwiseNot", [g.cast(g.x, INT32)]), {
    height: 90000,
    special: false,
  }),
  "BitShift": given(
    PAIR,
    (g) => {
      const [a = "", b = ""] = wholePair(g, UINT32);
      return [
        g.op("BitShift", [a, g.op("Mod", [b, g.constant([], Uint32Array.of(31))])], {
          direction: "LEFT",
        }),
        g.op("BitShift", [a, g.constant([], Uint32Array.of(3))], { direction: "RIGHT" }),
      ];
    },
    { height: 90000, special: false },
  ),
  "Mod of floats": given(PAIR, (g) => g.op("Mod", pair(g), { fmod: 1 })),
  "Pow of whole exponents": given(ROW, (g) => [
    g.op("Pow", [g.x, g.constant([], BigInt64Array.of(3n))]),
    g.op("Pow", [g.x, g.scalar(2)]),
    g.op("Pow", [g.x, g.scalar(0.5)]),
  ]),
  "Sum, Mean, Max, Min of three": given(
    [3, 1, 5],
    (g) =>
      ["Sum", "Mean", "Max", "Min"].map((name) =>
        g.op(name, [g.x, g.wave([5]), g.wave([3, 4, 1])])
      ),
  ),
  "Sum, Mean, Max, Min of one": given(
    ROW,
    (g) => ["Sum", "Mean", "Max", "Min"].map((name) => g.op(name, [g.x])),
  ),
  "PRelu": given([3, 5], (g) => [
    g.op("PRelu", [g.x, g.wave([3, 1])]),
    g.op("PRelu", [g.x, g.scalar(0.25)]),
  ]),
  "Where": given(PAIR, (g) => {
    const [a = "", b = ""] = pair(g);
    const mask = g.op("Less", [a, b]);
    return [
      g.op("Where", [mask, a, b]),
      g.op("Where", [mask, g.scalar(-1), b]),
      g.op("Where", [mask, g.cast(a, FLOAT16), g.cast(b, FLOAT16)]),
    ];
  }),
  "Where of int64": given(
    PAIR,
    (g) => {
      const [a = "", b = ""] = wholePair(g, INT64);
      return g.op("Where", [g.op("Greater", [a, b]), a, b]);
    },
    { height: 9, special: false },
  ),
  "Clip": given(ROW, (g) => [
    g.op("Clip", [g.x, g.scalar(-0.5), g.scalar(0.75)]),
    g.op("Clip", [g.x, "", g.scalar(0.75)]),
    g.op("Clip", [g.x, g.scalar(-0.5)]),
    g.op("Clip", [g.x]),
    g.op("Clip", [g.cast(g.x, F64), g.constant([], Float64Array.of(-1))]),
  ]),
  "Clip 6": given(ROW, (g) => g.op("Clip", [g.x], { min: float(0), max: float(1) }), {
    opset: 6 + 1,
  }),
  "Clip of int8": given(
    ROW,
    (g) =>
      g.op("Clip", [
        g.cast(g.x, INT8),
        g.constant([], Int8Array.of(-5)),
        g.constant([], Int8Array.of(9)),
      ]),
    { height: 90, special: false },
  ),
  "Celu, Elu, Selu with alpha": given(ROW, (g) => [
    g.op("Celu", [g.x], { alpha: float(0.7) }),
    g.op("Elu", [g.x], { alpha: float(0.7) }),
    g.op("Selu", [g.x], { alpha: float(1.5), gamma: float(1.1) }),
    g.op("LeakyRelu", [g.x], { alpha: float(0.3) }),
    g.op("ThresholdedRelu", [g.x], { alpha: float(0.3) }),
    g.op("HardSigmoid", [g.x], { alpha: float(0.1666), beta: float(0.5) }),
    g.op("Shrink", [g.x], { bias: float(0.2), lambd: float(0.6) }),
  ]),
  "IsInf of one sign": given(ROW, (g) => [
    g.op("IsInf", [g.x], { detect_negative: 0 }),
    g.op("IsInf", [g.x], { detect_positive: 0 }),
    g.op("IsInf", [g.cast(g.x, F64)]),
  ]),
  "Gelu by tanh": given(ROW, (g) => g.op("Gelu", [g.x], { approximate: "tanh" })),
  "Swish": given(
    ROW,
    (g) => [g.op("Swish", [g.x]), g.op("Swish", [g.x], { alpha: float(1.7) })],
    { opset: 24 },
  ),
  "Dropout": given(ROW, (g) => g.op("Add", [g.op("Dropout", [g.x]), g.x])),
  "Dropout 7": given(
    ROW,
    (g) => g.op("Add", [g.op("Dropout", [g.x], { ratio: float(0.4) }), g.x]),
    { opset: 7 },
  ),
  "Cast to floats": given(ROW, (g) => [
    g.cast(g.x, F64),
    g.cast(g.x, FLOAT16),
    g.cast(g.cast(g.x, FLOAT16), FLOAT),
    g.cast(g.cast(g.x, F64), FLOAT),
    g.cast(g.cast(g.cast(g.x, DataType.BFLOAT16), FLOAT), F64),
  ]),
  "Cast to integers": given(
    ROW,
    (g) =>
      [INT8, UINT8, INT16, UINT16, INT32, UINT32, INT64, UINT64, BOOL].map((to) =>
        g.op("Add", [g.cast(g.cast(g.x, to), F64), g.constant([], Float64Array.of(0))])
      ),
    { height: 100, special: false },
  ),
  "Cast of special values to integers": given(
    ROW,
    (g) => [INT32, INT64, BOOL].map((to) => g.cast(g.x, to)),
  ),
  "Cast of special values to small integers": given(
    ROW,
    (g) => [INT8, UINT8, INT16, UINT16, UINT32, UINT64].map((to) => g.cast(g.x, to)),
  ),
  "Cast of float16 and double to integers": given(ROW, (g) => [
    g.cast(g.cast(g.x, FLOAT16), INT32),
    g.cast(g.cast(g.x, F64), INT32),
    g.cast(g.cast(g.x, F64), INT64),
    g.cast(g.cast(g.x, F64), UINT8),
    g.cast(g.cast(g.x, FLOAT16), BOOL),
  ]),
  "Cast from integers": given(
    ROW,
    (g) => {
      const whole = g.cast(g.x, INT64);
      return [INT32, FLOAT, F64, FLOAT16, UINT8, INT8, BOOL].map((to) => g.cast(whole, to));
    },
    { height: 1e6, special: false },
  ),
  "CastLike": given(ROW, (g) => [
    g.op("CastLike", [g.x, g.constant([1], Float64Array.of(1))]),
    g.op("CastLike", [g.x, g.constant([1], Int32Array.of(1))]),
  ]),
};
