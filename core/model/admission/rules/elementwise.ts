import { DataType } from "../../onnx/codec.ts";
import type { Effect, Operation, Operator, Operators, Value } from "../operation.ts";
import { ALL, BOOLEANS, FLOATS, NUMBERS, SIGNED, WHOLE } from "../types.ts";
import { sizeOf, WORK } from "../work.ts";
import { broadcast, operatorsOf, typed, writes } from "./checks.ts";

const { BOOL, FLOAT, FLOAT16, INT64 } = DataType;
const { moved, scalar, special, library } = WORK;
/** Types of bases and exponents. */
const POWERS: ReadonlySet<number> = new Set([...FLOATS, DataType.INT32, INT64]);
const SINGLE: ReadonlySet<number> = new Set([FLOAT, FLOAT16]);

/** Operators that make one element of each, or of each pair. */
export const ELEMENTWISE: Operators = operatorsOf({
  ...unary(["Abs"], { types: NUMBERS }),
  ...unary(["Neg"], { types: new Set([...FLOATS, ...SIGNED]) }),
  ...unary(["Sign"], { types: NUMBERS, since: 9, work: scalar }),
  ...unary(["Ceil", "Floor", "Sqrt", "Reciprocal"], { types: FLOATS }),
  ...unary(["Round"], { types: FLOATS, since: 11 }),
  ...unary(["Relu"], { types: new Set([...FLOATS, DataType.INT32, DataType.INT8, INT64]) }),
  ...unary(["LeakyRelu", "Softsign", "HardSigmoid"], { types: FLOATS, work: scalar }),
  ...unary(["ThresholdedRelu", "Shrink"], { types: NUMBERS, since: 9, work: scalar }),
  ...unary(["HardSwish"], { types: SINGLE, since: 14, work: scalar }),
  ...unary(["Sigmoid", "Tanh", "Elu", "Selu", "Exp", "Log"], { types: FLOATS, work: special }),
  ...unary(["Celu"], { types: SINGLE, since: 12, work: special }),
  ...unary(["Erf"], { types: SINGLE, since: 9, work: special }),
  ...unary(["Gelu"], { types: SINGLE, since: 20, work: special }),
  ...unary(["Softplus"], { types: FLOATS, work: library }),
  ...unary(["Mish"], { types: FLOATS, since: 18, work: library }),
  // Of numbers far from 0 they first find the remainder by pi / 2, with as many digits as that takes.
  ...unary(["Sin", "Cos", "Tan"], { types: FLOATS, work: 5 * library }),
  ...unary(["Asin", "Acos", "Atan"], { types: FLOATS, work: special }),
  ...unary(["Sinh", "Cosh", "Asinh", "Acosh", "Atanh"], { types: FLOATS, since: 9, work: library }),
  ...unary(["Not"], { types: BOOLEANS }),
  ...unary(["BitwiseNot"], { types: WHOLE, since: 18 }),
  ...unary(["IsNaN"], { types: FLOATS, since: 9, gives: BOOL, work: scalar }),
  ...unary(["IsInf"], { types: FLOATS, since: 10, gives: BOOL, work: scalar }),
  ...binary(["Add", "Sub", "Mul"], { types: NUMBERS }),
  Div: divide,
  Mod: { since: 10, rule: mod },
  ...binary(["And", "Or", "Xor"], { types: BOOLEANS }),
  ...binary(["BitwiseAnd", "BitwiseOr", "BitwiseXor"], { types: WHOLE, since: 18 }),
  BitShift: { since: 11, rule: bitShift },
  ...binary(["Equal"], { types: ALL, gives: BOOL, work: scalar }),
  ...binary(["Greater", "Less"], { types: NUMBERS, gives: BOOL, work: scalar }),
  ...binary(["GreaterOrEqual", "LessOrEqual"], {
    types: NUMBERS,
    since: 12,
    gives: BOOL,
    work: scalar,
  }),
  Pow: power,
  PRelu: prelu,
  Max: several,
  Min: several,
  Sum: several,
  Mean: several,
  Where: { since: 9, rule: where },
  Clip: clip,
  Cast: cast,
  CastLike: { since: 15, rule: castLike },
});

/** How one element is made. */
interface Kind {
  types: ReadonlySet<number>;
  since?: number;
  /** Type of what is written; the input's unless given. */
  gives?: number;
  /** Work of one element. */
  work?: number;
}

function unary(names: string[], { since = 1, ...kind }: Kind): Record<string, Operator> {
  return each(names, { since, rule: (operation) => ofOne(operation, kind) });
}

function binary(names: string[], { since = 1, ...kind }: Kind): Record<string, Operator> {
  return each(names, { since, rule: (operation) => ofTwo(operation, kind) });
}

function each(names: string[], operator: Operator): Record<string, Operator> {
  return Object.fromEntries(names.map((name) => [name, operator]));
}

function ofOne(operation: Operation, { types, gives, work = moved }: Kind): Effect {
  const { type, dims } = typed(operation, 0, types);
  const each = type === DataType.DOUBLE ? 2 * work : work;
  return { outputs: [{ type: gives ?? type, dims }], work: sizeOf(dims) * each };
}

function ofTwo(operation: Operation, { types, gives, work = moved }: Kind): Effect {
  const a = typed(operation, 0, types);
  const b = typed(operation, 1, new Set([a.type]));
  return together(operation, { values: [a, b], type: gives ?? a.type, work });
}

/** Several values broadcast together, and the work of it. */
function together(
  operation: Operation,
  { values, type, work }: { values: readonly Value[]; type: number; work: number },
): Effect {
  let dims: readonly number[] = (values[0] as Value).dims;
  let stretches = 0;
  for (const value of values.slice(1)) {
    const before = dims;
    dims = broadcast(operation, [before, value.dims]);
    stretches += sizeOf(dims) / stretchOf(before, value.dims);
  }
  const passes = Math.max(1, values.length - 1);
  const all = sizeOf(dims) * work * passes + stretches * WORK.stretch;
  return { outputs: [{ type, dims }], work: all };
}

/** How many elements lie together in both of two shapes, or are one element of the one: what a broadcast takes at once. */
function stretchOf(a: readonly number[], b: readonly number[]): number {
  let length = 1;
  let kind: "" | "same" | "left" | "right" = "";
  for (let i = 1; i <= Math.max(a.length, b.length); i++) {
    const left = a[a.length - i] ?? 1;
    const right = b[b.length - i] ?? 1;
    if (left === 1 && right === 1) continue;
    const now = left === right ? "same" : left === 1 ? "left" : "right";
    if (kind !== "" && kind !== now) break;
    kind = now;
    length *= Math.max(left, right);
  }
  return Math.max(1, length);
}

/** The least whole number divided by -1 traps in WebAssembly, which no miner can tell from a fault of its own. */
function divide(operation: Operation): Effect {
  const { type } = operation.input(0);
  if (type === INT64 || type === DataType.INT32) {
    const divisors = operation.known(1);
    if (divisors.includes(-1)) {
      throw operation.refuse("whole numbers other than -1 to divide by", "one");
    }
  }
  return ofTwo(operation, { types: NUMBERS, work: FLOATS.has(type) ? moved : 4 * scalar });
}

function mod(operation: Operation): Effect {
  const { type } = operation.input(0);
  const fmod = operation.int("fmod", 0);
  if (fmod === 0 && FLOATS.has(type)) throw operation.refuse("fmod=1 for floats", "0");
  // fmod subtracts once for each bit between the exponents: some 250 times in float32, 2000 in float64.
  const types = new Set([...SINGLE, ...WHOLE]);
  return ofTwo(operation, { types, work: FLOATS.has(type) ? 12 * library : 4 * scalar });
}

function bitShift(operation: Operation): Effect {
  const direction = operation.text("direction", "");
  if (direction !== "LEFT" && direction !== "RIGHT") {
    throw operation.refuse('direction "LEFT" or "RIGHT"', JSON.stringify(direction));
  }
  const unsigned = new Set(Array.from(WHOLE).filter((type) => !SIGNED.has(type)));
  return ofTwo(operation, { types: unsigned, work: scalar });
}

/** Base and exponent may be of different types since opset 12. */
function power(operation: Operation): Effect {
  const base = typed(operation, 0, POWERS);
  const types = operation.version < 12 ? new Set([base.type]) : POWERS;
  const exponent = typed(operation, 1, types);
  return together(operation, { values: [base, exponent], type: base.type, work: library });
}

/** The slope is broadcast to the input, not the other way round. */
function prelu(operation: Operation): Effect {
  const x = typed(operation, 0, FLOATS);
  const slope = typed(operation, 1, new Set([x.type]));
  const effect = together(operation, { values: [x, slope], type: x.type, work: scalar });
  if (String(effect.outputs[0]?.dims) === String(x.dims)) return effect;
  throw operation.refuse(`a slope that fits into [${x.dims}]`, `[${slope.dims}]`);
}

/** Any number of values; broadcast together since opset 8. */
function several(operation: Operation): Effect {
  const all = operation.operator === "Max" || operation.operator === "Min";
  const types = all && operation.version >= 12 ? NUMBERS : FLOATS;
  const first = typed(operation, 0, types);
  const values = operation.inputs.map((_, i) => typed(operation, i, new Set([first.type])));
  if (operation.version < 8 && values.some(({ dims }) => String(dims) !== String(first.dims))) {
    throw operation.refuse("values of one shape before opset 8", "others");
  }
  return together(operation, { values, type: first.type, work: 2 * moved });
}

function where(operation: Operation): Effect {
  const condition = typed(operation, 0, BOOLEANS);
  const a = typed(operation, 1, ALL);
  const b = typed(operation, 2, new Set([a.type]));
  return together(operation, { values: [condition, a, b], type: a.type, work: 2 * moved });
}

/** Bounds are attributes before opset 11, then scalar inputs. */
function clip(operation: Operation): Effect {
  const types = operation.version < 12 ? FLOATS : NUMBERS;
  const x = typed(operation, 0, types);
  for (const index of operation.version < 11 ? [] : [1, 2]) {
    if (operation.inputs[index] === undefined) continue;
    const bound = typed(operation, index, new Set([x.type]));
    if (bound.dims.length > 0) throw operation.refuse("a scalar bound", `[${bound.dims}]`);
  }
  return writes(x, x.dims, { work: sizeOf(x.dims) * 2 * moved });
}

const CASTS: ReadonlySet<number> = new Set([...ALL, DataType.BFLOAT16]);

function cast(operation: Operation): Effect {
  return castTo(operation, operation.int("to", 0));
}

function castLike(operation: Operation): Effect {
  return castTo(operation, typed(operation, 1, CASTS).type);
}

function castTo(operation: Operation, to: number): Effect {
  const { type, dims } = typed(operation, 0, CASTS);
  if (!CASTS.has(to)) throw operation.refuse("numbers or booleans to cast to", `type ${to}`);
  const fast = type === to || type === FLOAT && to === FLOAT16;
  return { outputs: [{ type: to, dims }], work: sizeOf(dims) * (fast ? moved : 2 * scalar) };
}
