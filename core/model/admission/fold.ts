/**
 * Elements of what is computed from known elements: the arithmetic of shapes, as exporters write it. What is not
 * exact here is not known: never guessed.
 */
import { DataType } from "../onnx/codec.ts";
import { elementsOf, isFloat, MAX_KNOWN, rangeOf } from "./elements.ts";
import { plainDomain } from "./operators.ts";
import type { Operation, Value, Written } from "./operation.ts";
import { cutsOf } from "./rules/cutting.ts";
import { sizeOf } from "./work.ts";

/** Most elements that one node may look at: a few shapes' worth, so that no graph of allowed size takes long. */
const MAX_LOOKED_AT = 4 * MAX_KNOWN;

/** Elements by position of the output. */
export type Known = readonly (readonly number[] | undefined)[];

/** A node whose known inputs fold: `x` is input 0, `out` output 0. */
interface Folding {
  operation: Operation;
  x: Value & { known: readonly number[] };
  out: Written;
  outputs: readonly (Written | undefined)[];
}

type Fold = (folding: Folding) => Known | undefined;

/** Elements of the outputs of a node, where they follow from its inputs; undefined where they do not. */
export function fold(
  operation: Operation,
  outputs: readonly (Written | undefined)[],
): Known | undefined {
  const folding = FOLDS.get(operation.operator);
  const [out] = outputs;
  const [x] = operation.inputs;
  if (folding === undefined || out === undefined || x?.known === undefined) return undefined;
  if (plainDomain(operation.node.domain) !== "") return undefined;
  if (outputs.some((output) => output !== undefined && sizeOf(output.dims) > MAX_KNOWN)) {
    return undefined;
  }
  const known = folding({ operation, x: { ...x, known: x.known }, out, outputs });
  return known?.map((elements, i) => elements && sound(elements, outputs[i]?.type ?? 0));
}

/**
 * The elements if all of them are exact values of the type. Of 64 bits also those beyond all bounds that
 * were only moved: nothing below computes with them, or makes them.
 */
function sound(elements: readonly number[], type: number): readonly number[] | undefined {
  if (isFloat(type)) {
    const rounded = type === DataType.FLOAT ? elements.map(Math.fround) : elements;
    return rounded.every(Number.isFinite) ? rounded : undefined;
  }
  const [least, most] = rangeOf(type) ?? [0, -1];
  const wide = most > Number.MAX_SAFE_INTEGER;
  const exact = elements.every((element) =>
    Number.isSafeInteger(element)
      ? element >= least && element <= most
      : wide && isInfinite(element)
  );
  return exact ? elements : undefined;
}

function isInfinite(element: number): boolean {
  return Math.abs(element) === Infinity;
}

const FOLDS: ReadonlyMap<string, Fold> = new Map<string, Fold>([
  ...["Identity", "Reshape", "Flatten", "Squeeze", "Unsqueeze", "Dropout"].map(
    (name): [string, Fold] => [name, ({ x }) => [x.known]],
  ),
  ["Cast", cast],
  ["CastLike", cast],
  ["Add", (folding) => pairs(folding, (a, b) => a + b)],
  ["Sub", (folding) => pairs(folding, (a, b) => a - b)],
  ["Mul", (folding) => pairs(folding, (a, b) => a * b)],
  ["Div", (folding) => pairs(folding, isFloat(folding.x.type) ? divide : quotient)],
  ["Mod", mod],
  ["Min", (folding) => pairs(folding, Math.min)],
  ["Max", (folding) => pairs(folding, Math.max)],
  ["Equal", (folding) => pairs(folding, (a, b) => Number(a === b))],
  ["Greater", (folding) => pairs(folding, (a, b) => Number(a > b))],
  ["GreaterOrEqual", (folding) => pairs(folding, (a, b) => Number(a >= b))],
  ["Less", (folding) => pairs(folding, (a, b) => Number(a < b))],
  ["LessOrEqual", (folding) => pairs(folding, (a, b) => Number(a <= b))],
  ["And", (folding) => pairs(folding, (a, b) => a & b)],
  ["Or", (folding) => pairs(folding, (a, b) => a | b)],
  ["Xor", (folding) => pairs(folding, (a, b) => a ^ b)],
  ["Not", (folding) => each(folding, (a) => 1 - a)],
  ["Neg", (folding) => each(folding, (a) => 0 - a)],
  ["Abs", (folding) => each(folding, Math.abs)],
  ["Sign", (folding) => each(folding, Math.sign)],
  ["Floor", (folding) => each(folding, Math.floor)],
  ["Ceil", (folding) => each(folding, Math.ceil)],
  ["Sqrt", (folding) => each(folding, Math.sqrt)],
  ["Where", where],
  ["Concat", concat],
  ["Slice", slice],
  ["Split", split],
  ["Gather", gather],
  ["Transpose", transpose],
  ["Expand", ({ x, out }) => [spread(x, out.dims)]],
  ["Tile", tile],
  ["ConstantOfShape", constantOfShape],
  ["Range", range],
  ["ReduceProd", (folding) => reduce(folding, (a, b) => a * b)],
  ["ReduceSum", (folding) => reduce(folding, (a, b) => a + b)],
  ["ReduceMax", (folding) => reduce(folding, Math.max)],
  ["ReduceMin", (folding) => reduce(folding, Math.min)],
]);

function divide(a: number, b: number): number {
  return a / b;
}

/** Whole numbers are divided towards zero; by zero is an error of the runtime. */
function quotient(a: number, b: number): number {
  return b === 0 ? NaN : Math.trunc(a / b);
}

function mod({ operation, ...folding }: Folding): Known | undefined {
  if (isFloat(folding.x.type)) return undefined;
  const truncated = operation.int("fmod", 0) !== 0;
  // The result has the divisor's sign, with fmod the dividend's.
  return pairs(
    { operation, ...folding },
    (a, b) => b === 0 ? NaN : truncated || a % b === 0 || (a < 0) === (b < 0) ? a % b : a % b + b,
  );
}

/** Floats are cut off towards zero in whole numbers; what does not fit those is not known. */
function cast({ x, out }: Folding): Known | undefined {
  if (x.type === out.type) return [x.known];
  if (out.type === DataType.FLOAT16 || out.type === DataType.BFLOAT16) return undefined;
  if (!x.known.every(Number.isFinite)) return undefined;
  if (out.type === DataType.BOOL) return [x.known.map((a) => Number(a !== 0))];
  const cut = isFloat(x.type) && !isFloat(out.type);
  return [cut ? x.known.map((a) => Math.trunc(a) + 0) : x.known];
}

function each({ x }: Folding, make: (a: number) => number): Known | undefined {
  if (!x.known.every(Number.isFinite)) return undefined;
  return [x.known.map((a) => make(a) + 0)];
}

function pairs(
  { operation, x, out }: Folding,
  make: (a: number, b: number) => number,
): Known | undefined {
  if (operation.inputs.length * sizeOf(out.dims) > MAX_LOOKED_AT) return undefined;
  let left: readonly number[] = spread(x, out.dims);
  if (x.known.some((a) => !Number.isFinite(a))) return undefined;
  for (const value of operation.inputs.slice(1)) {
    if (value?.known === undefined) return undefined;
    if (value.known.some((b) => !Number.isFinite(b))) return undefined;
    const right = spread(value, out.dims);
    left = left.map((a, i) => make(a, right[i] as number) + 0);
    if (operation.inputs.length > 2 && sound(left, x.type) === undefined) return undefined;
  }
  return [left];
}

/** The elements of a value, broadcast to a shape. */
function spread({ dims, known = [] }: Value | Folding["x"], to: readonly number[]): number[] {
  const padded = [...Array(to.length - dims.length).fill(1), ...dims] as number[];
  const strides = stridesOf(padded).map((stride, i) => padded[i] === 1 ? 0 : stride);
  return picked(known, { dims: to, strides });
}

/** How far apart neighbours along each axis lie. */
function stridesOf(dims: readonly number[]): number[] {
  const strides = Array<number>(dims.length).fill(1);
  for (let i = dims.length - 2; i >= 0; i--) {
    strides[i] = (strides[i + 1] as number) * (dims[i + 1] as number);
  }
  return strides;
}

/** Elements of an array of shape `dims` that lie `strides` apart in another, from `offset` on. */
function picked(
  known: readonly number[],
  { dims, strides, offset = 0 }: {
    dims: readonly number[];
    strides: readonly number[];
    offset?: number;
  },
): number[] {
  let places = [offset];
  dims.forEach((dim, axis) => {
    const stride = strides[axis] as number;
    places = places.flatMap((place) => Array.from({ length: dim }, (_, i) => place + i * stride));
  });
  return places.map((place) => known[place] as number);
}

function where({ operation, x, out }: Folding): Known | undefined {
  const [, a, b] = operation.inputs;
  if (a?.known === undefined || b?.known === undefined) return undefined;
  const [left, right] = [spread(a, out.dims), spread(b, out.dims)];
  return [spread(x, out.dims).map((yes, i) => (yes === 1 ? left : right)[i] as number)];
}

function concat({ operation, out }: Folding): Known | undefined {
  const axis = at(operation.int("axis", 0), out.dims.length);
  const outer = sizeOf(out.dims.slice(0, axis));
  if (outer * operation.inputs.length > MAX_LOOKED_AT) return undefined;
  const elements: number[] = [];
  for (let i = 0; i < outer; i++) {
    for (const value of operation.inputs) {
      if (value?.known === undefined) return undefined;
      const length = value.known.length / outer;
      elements.push(...value.known.slice(i * length, (i + 1) * length));
    }
  }
  return [elements];
}

function at(axis: number, rank: number): number {
  return axis < 0 ? axis + rank : axis;
}

function slice({ operation, x, out }: Folding): Known {
  const strides = stridesOf(x.dims);
  let offset = 0;
  for (const { axis, start, step } of cutsOf(operation, x.dims)) {
    offset += start * (strides[axis] as number);
    strides[axis]! *= step;
  }
  return [sizeOf(out.dims) === 0 ? [] : picked(x.known, { dims: out.dims, strides, offset })];
}

function split({ operation, x, outputs }: Folding): Known {
  const axis = at(operation.int("axis", 0), x.dims.length);
  const strides = stridesOf(x.dims);
  let offset = 0;
  return outputs.map((output) => {
    const dims = output?.dims ?? [];
    const elements = picked(x.known, { dims, strides, offset });
    offset += (dims[axis] ?? 0) * (strides[axis] as number);
    return elements;
  });
}

function gather({ operation, x }: Folding): Known | undefined {
  const indices = operation.inputs[1]?.known;
  const axis = at(operation.int("axis", 0), x.dims.length);
  const size = x.dims[axis] as number;
  const inside = indices?.every((index) => index >= -size && index < size);
  if (indices === undefined || !inside) return undefined;
  const outer = sizeOf(x.dims.slice(0, axis));
  const inner = sizeOf(x.dims.slice(axis + 1));
  const elements: number[] = [];
  for (let i = 0; i < outer; i++) {
    for (const index of indices) {
      const from = (i * size + at(index, size)) * inner;
      elements.push(...x.known.slice(from, from + inner));
    }
  }
  return [elements];
}

function transpose({ operation, x, out }: Folding): Known {
  const perm = operation.ints("perm") ?? x.dims.map((_, i) => x.dims.length - 1 - i);
  const strides = stridesOf(x.dims);
  return [picked(x.known, {
    dims: out.dims,
    strides: perm.map((axis) => strides[axis] as number),
  })];
}

/** Of vectors only, as in shapes. */
function tile({ x, out }: Folding): Known | undefined {
  if (x.dims.length !== 1) return undefined;
  return [
    Array.from({ length: sizeOf(out.dims) }, (_, i) => x.known[i % x.known.length] as number),
  ];
}

function constantOfShape({ operation, out }: Folding): Known | undefined {
  const value = operation.tensor("value");
  const elements = value === undefined ? [0] : elementsOf(value);
  return elements && [Array(sizeOf(out.dims)).fill(elements[0])];
}

/** Of whole numbers: the runtime adds floats up, and rounds each time. */
function range({ operation, x, out }: Folding): Known | undefined {
  if (isFloat(x.type)) return undefined;
  const [start = NaN, , delta = NaN] = [0, 1, 2].map((index) => operation.known(index)[0]);
  return [Array.from({ length: sizeOf(out.dims) }, (_, i) => start + i * delta)];
}

/** Of all elements, of whole numbers: the order in which floats are added differs. */
function reduce(
  { x, out }: Folding,
  make: (a: number, b: number) => number,
): Known | undefined {
  if (isFloat(x.type) || sizeOf(out.dims) !== 1 || x.known.length === 0) return undefined;
  if (!x.known.every(Number.isFinite)) return undefined;
  let all = x.known[0] as number;
  for (const element of x.known.slice(1)) {
    all = make(all, element);
    if (sound([all], x.type) === undefined) return undefined;
  }
  return [[all]];
}
