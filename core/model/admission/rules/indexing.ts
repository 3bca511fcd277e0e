import { DataType } from "../../onnx/codec.ts";
import type { Effect, Operation, Operators, Value } from "../operation.ts";
import { ALL, FLOATS, INDICES, NUMBERS } from "../types.ts";
import { sizeOf, WORK } from "../work.ts";
import { axisOf, operatorsOf, typed, writes } from "./checks.ts";

const { INT64, INT32, FLOAT, DOUBLE } = DataType;
const INT64_ONLY: ReadonlySet<number> = new Set([INT64]);
/** Types that are sorted and summed up. */
const SORTED: ReadonlySet<number> = new Set([FLOAT, DOUBLE, INT64, INT32]);

/** Operators that take and place elements by index, and that sort. */
export const INDEXING: Operators = operatorsOf({
  Gather: gather,
  GatherElements: { since: 11, rule: gatherElements },
  GatherND: { since: 11, rule: gatherNd },
  Scatter: { since: 9, until: 10, rule: scatterElements },
  ScatterElements: { since: 11, rule: scatterElements },
  ScatterND: { since: 11, rule: scatterNd },
  OneHot: { since: 9, rule: oneHot },
  TopK: topK,
  ArgMax: argument,
  ArgMin: argument,
  Trilu: { since: 14, rule: trilu },
  EyeLike: { since: 9, rule: eyeLike },
  CumSum: { since: 11, rule: cumSum },
  ReverseSequence: { since: 10, rule: reverseSequence },
});

function gather(operation: Operation): Effect {
  const x = typed(operation, 0, ALL);
  const indices = typed(operation, 1, INDICES);
  const axis = axisOf(operation, operation.int("axis", 0), x.dims.length);
  const after = x.dims.slice(axis + 1);
  const dims = [...x.dims.slice(0, axis), ...indices.dims, ...after];
  const stretches = sizeOf(x.dims.slice(0, axis)) * sizeOf(indices.dims);
  const work = sizeOf(dims) * WORK.moved + stretches * WORK.stretch;
  return writes(x, dims, { work });
}

function gatherElements(operation: Operation): Effect {
  const x = typed(operation, 0, ALL);
  const { dims } = typed(operation, 1, INDICES);
  const axis = axisOf(operation, operation.int("axis", 0), x.dims.length);
  within(operation, { x, dims, axis });
  return writes(x, dims, { work: sizeOf(dims) * WORK.picked * 2 });
}

/** Indices of one rank with the input, and not larger but along `axis`. */
function within(
  operation: Operation,
  { x, dims, axis }: { x: Value; dims: readonly number[]; axis: number },
): void {
  const fits = dims.length === x.dims.length &&
    dims.every((dim, i) => i === axis || dim <= (x.dims[i] as number));
  if (!fits) throw operation.refuse(`indices within [${x.dims}]`, `[${dims}]`);
}

function gatherNd(operation: Operation): Effect {
  const x = typed(operation, 0, ALL);
  const indices = typed(operation, 1, INT64_ONLY);
  const batches = operation.version < 12 ? 0 : operation.int("batch_dims", 0);
  const { depth, outer } = tuples(operation, { x, indices, batches });
  const own = x.dims.slice(0, batches);
  if (String(own) !== String(indices.dims.slice(0, batches))) {
    throw operation.refuse(`indices for [${own}] batches`, `[${indices.dims}]`);
  }
  const dims = [...outer, ...x.dims.slice(batches + depth)];
  return writes(x, dims, tupleWork(operation, { outer, depth, size: sizeOf(dims) }));
}

/** The last axis of indices holds tuples that point into an input, after its batches. */
function tuples(
  operation: Operation,
  { x, indices, batches }: { x: Value; indices: Value; batches: number },
): { depth: number; outer: readonly number[] } {
  const rank = Math.min(x.dims.length, indices.dims.length);
  const depth = indices.dims.at(-1) ?? 0;
  if (batches < 0 || batches >= rank || depth < 1 || depth > x.dims.length - batches) {
    throw operation.refuse(`indices into [${x.dims}] after ${batches}`, `[${indices.dims}]`);
  }
  return { depth, outer: indices.dims.slice(0, -1) };
}

function tupleWork(
  _operation: Operation,
  { outer, depth, size }: { outer: readonly number[]; depth: number; size: number },
): { work: number; scratch: number } {
  const count = sizeOf(outer);
  const work = size * WORK.moved + count * (WORK.stretch + 2 * depth * WORK.picked);
  return { work, scratch: 8 * count };
}

function scatterElements(operation: Operation): Effect {
  const x = typed(operation, 0, ALL);
  const { dims } = typed(operation, 1, INDICES);
  const axis = axisOf(operation, operation.int("axis", 0), x.dims.length);
  within(operation, { x, dims, axis });
  sameAs(operation, { x, dims });
  const work = sizeOf(x.dims) * WORK.moved + sizeOf(dims) * WORK.picked * 3;
  return writes(x, x.dims, { work, scratch: 8 * sizeOf(dims) });
}

/** Input 2 holds elements of the type of `x` and the shape `dims`. */
function sameAs(
  operation: Operation,
  { x, dims }: { x: Value; dims: readonly number[] },
): void {
  const updates = typed(operation, 2, new Set([x.type]));
  if (String(updates.dims) !== String(dims)) {
    throw operation.refuse(`updates [${dims}]`, `[${updates.dims}]`);
  }
}

function scatterNd(operation: Operation): Effect {
  const x = typed(operation, 0, ALL);
  const indices = typed(operation, 1, INT64_ONLY);
  const { depth, outer } = tuples(operation, { x, indices, batches: 0 });
  const dims = [...outer, ...x.dims.slice(depth)];
  sameAs(operation, { x, dims });
  const { work, scratch } = tupleWork(operation, { outer, depth, size: sizeOf(dims) * 4 });
  return writes(x, x.dims, { work: work + sizeOf(x.dims) * WORK.moved, scratch });
}

function oneHot(operation: Operation): Effect {
  const indices = typed(operation, 0, new Set([INT64, INT32, FLOAT]));
  const depth = operation.known(1)[0] ?? 0;
  const values = typed(operation, 2, new Set([INT64, INT32, FLOAT]));
  if (String(values.dims) !== "2") throw operation.refuse("two values", `[${values.dims}]`);
  if (sizeOf(operation.input(1).dims) !== 1 || !Number.isSafeInteger(depth) || depth < 1) {
    throw operation.refuse("a depth from 1", String(depth));
  }
  const rank = indices.dims.length;
  const axis = axisOf(operation, operation.int("axis", -1), rank + 1);
  const dims = [...indices.dims.slice(0, axis), depth, ...indices.dims.slice(axis)];
  const scratch = 8 * sizeOf(indices.dims);
  return writes(values, dims, { work: sizeOf(dims) * WORK.picked, scratch });
}

/** The number of elements is an attribute before opset 10, then an input. */
function topK(operation: Operation): Effect {
  const x = typed(operation, 0, operation.version < 11 ? FLOATS : SORTED);
  const rank = x.dims.length;
  const axis = axisOf(operation, operation.int("axis", -1), rank);
  const whole = x.dims[axis] as number;
  const k = operation.version < 10 ? operation.int("k", -1) : operation.known(1)[0] ?? -1;
  if (!(k >= (operation.version < 10 ? 1 : 0) && k <= whole)) {
    throw operation.refuse(`k up to ${whole}`, String(k));
  }
  const dims = x.dims.with(axis, k);
  const size = sizeOf(x.dims);
  const work = size * WORK.sorted * Math.max(1, Math.ceil(Math.log2(whole + 1)));
  return {
    outputs: [{ type: x.type, dims }, { type: INT64, dims }],
    work,
    scratch: 16 * Math.max(1, whole),
  };
}

/** Index of the greatest or least along one axis. */
function argument(operation: Operation): Effect {
  const x = typed(operation, 0, NUMBERS);
  const axis = axisOf(operation, operation.int("axis", 0), x.dims.length);
  const keep = operation.int("keepdims", 1) !== 0;
  // Of an input without elements the runtime keeps the shape, whatever the axis.
  if (sizeOf(x.dims) === 0) throw operation.refuse("elements to choose from", "none");
  const dims = keep ? x.dims.with(axis, 1) : x.dims.filter((_, i) => i !== axis);
  const work = sizeOf(x.dims) * WORK.scalar + sizeOf(dims) * WORK.stretch;
  // The runtime turns the axis inwards first.
  return { outputs: [{ type: INT64, dims }], work, scratch: 8 * sizeOf(x.dims) };
}

function trilu(operation: Operation): Effect {
  const x = typed(operation, 0, ALL);
  if (x.dims.length < 2) throw operation.refuse("matrices", `[${x.dims}]`);
  if (operation.inputs[1] !== undefined) typed(operation, 1, INT64_ONLY);
  return writes(x, x.dims, { work: sizeOf(x.dims) * WORK.scalar });
}

function eyeLike(operation: Operation): Effect {
  const x = typed(operation, 0, ALL);
  if (x.dims.length !== 2) throw operation.refuse("a matrix", `[${x.dims}]`);
  const type = operation.int("dtype", x.type);
  if (!ALL.has(type)) throw operation.refuse("numbers or booleans", `type ${type}`);
  return { outputs: [{ type, dims: x.dims }], work: sizeOf(x.dims) * WORK.moved };
}

function cumSum(operation: Operation): Effect {
  const x = typed(operation, 0, SORTED);
  const axis = typed(operation, 1, INDICES);
  if (sizeOf(axis.dims) !== 1) throw operation.refuse("one axis", `[${axis.dims}]`);
  axisOf(operation, operation.known(1)[0] ?? 0, x.dims.length);
  return writes(x, x.dims, { work: sizeOf(x.dims) * (WORK.picked + WORK.stretch) });
}

function reverseSequence(operation: Operation): Effect {
  const x = typed(operation, 0, ALL);
  const lengths = typed(operation, 1, INT64_ONLY);
  const batch = operation.int("batch_axis", 1);
  const time = operation.int("time_axis", 0);
  if (x.dims.length < 2 || batch + time !== 1 || (batch !== 0 && batch !== 1)) {
    throw operation.refuse("axes 0 and 1", `${batch} and ${time}`);
  }
  if (String(lengths.dims) !== String([x.dims[batch]])) {
    throw operation.refuse(`${x.dims[batch]} lengths`, `[${lengths.dims}]`);
  }
  const stretches = (x.dims[0] as number) * (x.dims[1] as number);
  return writes(x, x.dims, { work: sizeOf(x.dims) * WORK.moved + stretches * WORK.stretch });
}
