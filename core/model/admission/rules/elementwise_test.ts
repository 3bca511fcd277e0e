import { float } from "../../onnx/build.ts";
import { DataType } from "../../onnx/codec.ts";
import { ELEMENTWISE } from "./elementwise.ts";
import { agree, type Case, constant, fed, type Given, refuse } from "./testing.ts";

const { FLOAT, DOUBLE, FLOAT16, INT64, INT32, BOOL, UINT8 } = DataType;

function one(operator: string, version: number, inputs: Given[], rest: Partial<Case> = {}): Case {
  return { operator, version, inputs, ...rest };
}

/** Each operator at the opsets at which its definition changed. */
function* everyOperator(): Generator<Case> {
  const unary =
    "Abs Neg Sign Ceil Floor Sqrt Reciprocal Round Relu LeakyRelu Softsign HardSigmoid ThresholdedRelu Shrink HardSwish " +
    "Sigmoid Tanh Elu Selu Exp Log Celu Erf Gelu Softplus Mish Sin Cos Tan Asin Acos Atan Sinh Cosh Asinh Acosh Atanh " +
    "IsNaN IsInf";
  for (const operator of unary.split(" ")) {
    for (const version of [7, 11, 14, 20, 25]) {
      if (version < (ELEMENTWISE[operator]!.since ?? 1)) continue;
      yield one(operator, version, [fed([3, 2, 5])]);
      if (version === 20) yield one(operator, version, [fed([])]);
    }
  }
}

Deno.test("elementwise operators of one input write its shape, as in the runtime", async () => {
  await agree(ELEMENTWISE, [...everyOperator()]);
});

Deno.test("elementwise operators of two inputs broadcast, as in the runtime", async () => {
  const shapes: [number[], number[]][] = [
    [[3, 4], [3, 4]],
    [[3, 4], [4]],
    [[3, 1, 2], [5, 1]],
    [[], [2, 3]],
    [[2, 3], []],
    [[0, 3], [1]],
    [[2, 3], [2, 4]],
    [[1], [0]],
  ];
  const cases: Case[] = [];
  for (const operator of ["Add", "Sub", "Mul", "Div", "Pow", "Greater", "Less"]) {
    for (const version of [7, 13, 25]) {
      for (const [a, b] of shapes) cases.push(one(operator, version, [fed(a), fed(b)]));
    }
  }
  for (const [a, b] of shapes) {
    for (const operator of ["GreaterOrEqual", "LessOrEqual", "Equal"]) {
      cases.push(one(operator, 13, [fed(a), fed(b)]));
    }
    for (const operator of ["And", "Or", "Xor", "Equal"]) {
      cases.push(one(operator, 13, [fed(a, BOOL), fed(b, BOOL)]));
    }
    for (const operator of ["BitwiseAnd", "BitwiseOr", "BitwiseXor"]) {
      cases.push(one(operator, 18, [fed(a, INT32), fed(b, INT32)]));
    }
    cases.push(one("Mod", 13, [fed(a), fed(b)], { attributes: { fmod: 1 } }));
    cases.push(one("Where", 16, [fed(a, BOOL), fed(b), fed([1])]));
    cases.push(one("Where", 9, [fed([1], BOOL), fed(a, INT64), fed(b, INT64)]));
    for (const operator of ["Max", "Min", "Sum", "Mean"]) {
      for (const version of [7, 8, 13]) {
        cases.push(one(operator, version, [fed(a), fed(b)]));
        cases.push(one(operator, version, [fed(a), fed(a), fed(a)]));
        cases.push(one(operator, version, [fed(a)]));
      }
    }
  }
  await agree(ELEMENTWISE, cases);
});

Deno.test("elementwise operators take the types that the runtime takes", async () => {
  const cases: Case[] = [];
  for (const type of [FLOAT, DOUBLE, FLOAT16, INT64, INT32]) {
    for (const operator of ["Add", "Max", "Min", "Pow", "Equal", "Less"]) {
      cases.push(one(operator, 13, [fed([2, 3], type), constant([3], type, [1, 2, 3])]));
    }
    cases.push(one("Div", 14, [fed([2, 3], type), constant([3], type, [1, 2, 3])]));
    cases.push(
      one("Clip", 13, [fed([2, 3], type), constant([], type, [0]), constant([], type, [1])]),
    );
    for (const to of [FLOAT, DOUBLE, FLOAT16, INT64, INT32, BOOL, UINT8]) {
      cases.push(one("Cast", 13, [fed([2, 3], type)], { attributes: { to } }));
      cases.push(one("CastLike", 15, [fed([2, 3], type), constant([1], to, [1])]));
    }
  }
  cases.push(one("Pow", 13, [fed([2], INT64), fed([1])]));
  cases.push(one("Clip", 7, [fed([2])], { attributes: { min: float(0), max: float(1) } }));
  cases.push(one("Clip", 11, [fed([2])]));
  for (const slope of [[], [1], [3], [2, 3], [2, 1]]) {
    cases.push(one("PRelu", 16, [fed([2, 3]), constant(slope)]));
  }
  cases.push(one("Not", 1, [fed([2], BOOL)]));
  cases.push(one("BitwiseNot", 18, [fed([2], INT32)]));
  cases.push(one("BitShift", 11, [fed([2], UINT8), fed([2], UINT8)], {
    attributes: { direction: "LEFT" },
  }));
  cases.push(one("Add", 13, [fed([2]), fed([2], INT64)]));
  await agree(ELEMENTWISE, cases);
});

Deno.test("elementwise operators refuse texts, small floats and other types", () => {
  refuse(ELEMENTWISE, /to cast to of Cast, got type (8|17)/, [
    one("Cast", 19, [fed([2])], { attributes: { to: 8 } }),
    one("Cast", 19, [fed([2])], { attributes: { to: 17 } }),
  ]);
  refuse(ELEMENTWISE, /fmod=1 for floats/, [one("Mod", 13, [fed([2]), fed([2])])]);
  refuse(ELEMENTWISE, /input 0 of type/, [one("Exp", 13, [fed([2], INT64)])]);
});
