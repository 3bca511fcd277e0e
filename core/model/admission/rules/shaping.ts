import { DataType } from "../../onnx/codec.ts";
import type { Effect, Operation, Operators, Value, Written } from "../operation.ts";
import { ALL, FLOATS } from "../types.ts";
import { sizeOf, WORK } from "../work.ts";
import { axisOf, broadcast, operatorsOf, typed } from "./checks.ts";
import { pad, slice, split } from "./cutting.ts";
import { resize, upsample } from "./resize.ts";
import { axesOf, input, moved, numbers } from "./shapes.ts";

const { INT64, BOOL, FLOAT } = DataType;

/** Operators that give values another shape, join them, cut them and make them. */
export const SHAPING: Operators = operatorsOf({
  Identity: (operation) => moved(input(operation)),
  Reshape: reshape,
  Flatten: flatten,
  Squeeze: squeeze,
  Unsqueeze: unsqueeze,
  Transpose: transpose,
  Concat: concat,
  Split: split,
  Slice: slice,
  Pad: pad,
  Tile: tile,
  Expand: { since: 8, rule: expand },
  Dropout: dropout,
  DepthToSpace: depthToSpace,
  SpaceToDepth: spaceToDepth,
  Shape: shape,
  Size: size,
  Constant: constant,
  ConstantOfShape: { since: 9, rule: constantOfShape },
  Range: { since: 11, rule: range },
  Resize: { since: 10, rule: resize },
  Upsample: { until: 9, rule: upsample },
});

/** The new shape is an input; 0 copies a size (unless `allowzero`), one -1 is what is left. */
function reshape(operation: Operation): Effect {
  const x = input(operation);
  const given = numbers(operation, 1);
  const zeros = operation.version >= 14 && operation.int("allowzero", 0) !== 0;
  const dims = given.map((dim, i) => {
    if (dim !== 0 || zeros) return dim;
    const own = x.dims[i];
    if (own === undefined) throw operation.refuse("a size to copy", `[${given}]`);
    return own;
  });
  const open = dims.indexOf(-1);
  if (open >= 0) {
    const rest = sizeOf(dims.filter((_, i) => i !== open));
    dims[open] = rest === 0 ? NaN : sizeOf(x.dims) / rest;
  }
  const sound = dims.every((dim) => Number.isSafeInteger(dim) && dim >= 0);
  if (sound && sizeOf(dims) === sizeOf(x.dims)) return moved(x, dims);
  throw operation.refuse(`a shape of the ${sizeOf(x.dims)} elements`, `[${given}]`);
}

function flatten(operation: Operation): Effect {
  const x = input(operation);
  const axis = operation.int("axis", 1);
  const rank = x.dims.length;
  const at = axis === rank ? rank : axisOf(operation, axis, Math.max(1, rank));
  return moved(x, [sizeOf(x.dims.slice(0, at)), sizeOf(x.dims.slice(at))]);
}

function squeeze(operation: Operation): Effect {
  const x = input(operation);
  const axes = axesOf(operation, { version: 13, rank: x.dims.length });
  if (axes === undefined || axes.length === 0) return moved(x, x.dims.filter((dim) => dim !== 1));
  for (const axis of axes) {
    if (x.dims[axis] !== 1) throw operation.refuse("axes of size 1", `[${axes}] of [${x.dims}]`);
  }
  return moved(x, x.dims.filter((_, i) => !axes.includes(i)));
}

function unsqueeze(operation: Operation): Effect {
  const x = input(operation);
  const given = operation.version < 13 ? operation.ints("axes") : numbers(operation, 1);
  if (given === undefined) throw operation.refuse("axes", "none");
  const rank = x.dims.length + given.length;
  if (rank > 64) throw operation.refuse("fewer axes", String(given.length));
  const axes = axesOf(operation, { version: 13, rank }) ?? [];
  const dims = x.dims.values();
  return moved(
    x,
    Array.from({ length: rank }, (_, i) => axes.includes(i) ? 1 : dims.next().value as number),
  );
}

function transpose(operation: Operation): Effect {
  const x = input(operation);
  const rank = x.dims.length;
  const perm = operation.ints("perm") ?? x.dims.map((_, i) => rank - 1 - i);
  const axes = perm.map((axis) => axisOf(operation, axis, rank));
  if (axes.length !== rank || new Set(axes).size < rank || perm.some((axis) => axis < 0)) {
    throw operation.refuse(`each of ${rank} axes once`, `[${perm}]`);
  }
  const dims = axes.map((axis) => x.dims[axis] as number);
  const stays = axes[rank - 1] === rank - 1;
  const size = sizeOf(dims);
  const stretch = stays ? size / Math.max(1, dims[rank - 1] ?? 1) : 0;
  const work = size * (stays ? WORK.moved : WORK.picked) + stretch * WORK.stretch;
  return { outputs: [{ type: x.type, dims }], work };
}

function concat(operation: Operation): Effect {
  const first = input(operation);
  const axis = axisOf(operation, operation.int("axis", 1), first.dims.length);
  const own = new Set([first.type]);
  let length = 0;
  operation.inputs.forEach((_, i) => {
    const { dims } = typed(operation, i, own);
    const fits = dims.length === first.dims.length &&
      dims.every((dim, at) => at === axis || dim === first.dims[at]);
    if (!fits) throw operation.refuse(`values like [${first.dims}]`, `[${dims}]`);
    length += dims[axis] as number;
  });
  const dims = first.dims.with(axis, length);
  const outer = sizeOf(dims.slice(0, axis));
  const work = sizeOf(dims) * WORK.moved + outer * operation.inputs.length * WORK.stretch;
  return { outputs: [{ type: first.type, dims }], work };
}

function tile(operation: Operation): Effect {
  const x = input(operation);
  const repeats = numbers(operation, 1);
  if (repeats.length !== x.dims.length || repeats.some((count) => count < 0)) {
    throw operation.refuse(`${x.dims.length} repeats from 0`, `[${repeats}]`);
  }
  const dims = x.dims.map((dim, i) => dim * (repeats[i] as number));
  return moved(x, dims, x.dims.at(-1) ?? 1);
}

function expand(operation: Operation): Effect {
  const x = input(operation);
  const dims = broadcast(operation, [x.dims, numbers(operation, 1)]);
  if (dims.some((dim) => dim < 0)) throw operation.refuse("sizes from 0", `[${dims}]`);
  return moved(x, dims, dims.at(-1) ?? 1);
}

/** Without a training mode it changes nothing. The mask is of booleans since opset 10. */
function dropout(operation: Operation): Effect {
  const { type, dims } = typed(operation, 0, FLOATS);
  const mask: Written = { type: operation.version < 10 ? type : BOOL, dims };
  const masks = operation.writes(1) ? 1 : 0;
  const outputs = masks ? [{ type, dims }, mask] : [{ type, dims }];
  return { outputs, work: sizeOf(dims) * WORK.moved * (1 + masks) };
}

function blocks(operation: Operation): { x: Value; block: number } {
  const x = typed(operation, 0, ALL);
  if (x.dims.length !== 4) throw operation.refuse("an input [N,C,H,W]", `[${x.dims}]`);
  const block = operation.int("blocksize", 0);
  if (block < 1) throw operation.refuse("a blocksize from 1", String(block));
  return { x, block };
}

function depthToSpace(operation: Operation): Effect {
  const { x, block } = blocks(operation);
  const [n, c, h, w] = x.dims as [number, number, number, number];
  if (c % block ** 2 !== 0) throw operation.refuse(`channels in blocks of ${block ** 2}`, `${c}`);
  return picked(x, [n, c / block ** 2, h * block, w * block]);
}

function spaceToDepth(operation: Operation): Effect {
  const { x, block } = blocks(operation);
  const [n, c, h, w] = x.dims as [number, number, number, number];
  if (h % block !== 0 || w % block !== 0) {
    throw operation.refuse(`an image in blocks of ${block}`, `[${h},${w}]`);
  }
  return picked(x, [n, c * block ** 2, h / block, w / block]);
}

function picked({ type }: Value, dims: readonly number[]): Effect {
  return { outputs: [{ type, dims }], work: sizeOf(dims) * WORK.picked };
}

function shape(operation: Operation): Effect {
  const { dims } = operation.input(0);
  const at = (index: number) =>
    Math.min(Math.max(index < 0 ? index + dims.length : index, 0), dims.length);
  const later = operation.version >= 15;
  const start = at(later ? operation.int("start", 0) : 0);
  const end = at(later ? operation.int("end", dims.length) : dims.length);
  const known = dims.slice(start, Math.max(start, end));
  return { outputs: [{ type: INT64, dims: [known.length], known }] };
}

function size(operation: Operation): Effect {
  return { outputs: [{ type: INT64, dims: [], known: [sizeOf(operation.input(0).dims)] }] };
}

/** A tensor or, since opset 12, numbers. Its elements are taken from the file where they are asked for. */
function constant(operation: Operation): Effect {
  const [only, ...others] = operation.node.attribute;
  if (only === undefined || others.length > 0) throw operation.refuse("one value", "others");
  const tensor = operation.tensor("value");
  if (tensor !== undefined) {
    return { outputs: [{ type: tensor.dataType ?? 0, dims: tensor.dims as number[] }], work: 0 };
  }
  const list = (type: number, known: readonly number[], dims = [known.length]) => ({
    outputs: [{ type, dims, known }],
    work: 0,
  });
  const float = operation.float("value_float");
  if (float !== undefined) return list(FLOAT, [float], []);
  const int = operation.int("value_int");
  if (int !== undefined) return list(INT64, [int], []);
  const floats = operation.floats("value_floats");
  if (floats !== undefined) return list(FLOAT, floats);
  const ints = operation.ints("value_ints");
  if (ints !== undefined) return list(INT64, ints);
  throw operation.refuse("numbers or a tensor", JSON.stringify((only.name ?? "").slice(0, 60)));
}

function constantOfShape(operation: Operation): Effect {
  const dims = numbers(operation, 0);
  if (typed(operation, 0, new Set([INT64])).dims.length !== 1) {
    throw operation.refuse("a vector of sizes", "another shape");
  }
  if (dims.some((dim) => dim < 0)) throw operation.refuse("sizes from 0", `[${dims}]`);
  const value = operation.tensor("value");
  if (value !== undefined && sizeOf(value.dims as number[]) !== 1) {
    throw operation.refuse("one element as value", `[${value.dims}]`);
  }
  return { outputs: [{ type: value?.dataType ?? FLOAT, dims }] };
}

function range(operation: Operation): Effect {
  const { type } = typed(operation, 0, RANGES);
  const [start = 0, limit = 0, delta = 0] = [0, 1, 2].map((index) => {
    if (sizeOf(typed(operation, index, new Set([type])).dims) !== 1) {
      throw operation.refuse("scalars", `[${operation.input(index).dims}]`);
    }
    return operation.known(index)[0];
  });
  const count = Math.max(0, Math.ceil((limit - start) / delta));
  if (delta === 0 || !Number.isSafeInteger(count)) {
    throw operation.refuse("a range with an end", `${start} to ${limit} by ${delta}`);
  }
  return { outputs: [{ type, dims: [count] }], work: count * WORK.scalar };
}

const RANGES: ReadonlySet<number> = new Set([
  FLOAT,
  DataType.DOUBLE,
  INT64,
  DataType.INT32,
  DataType.INT16,
]);
