/** Slice, Split and Pad. */
import type { Effect, Operation } from "../operation.ts";
import { sizeOf, WORK } from "../work.ts";
import { axisOf } from "./checks.ts";
import { axesOf, input, moved, numbers } from "./shapes.ts";

/** Into parts of given sizes, or as many equal ones. @throws {InvalidModel} `shape` */
export function split(operation: Operation): Effect {
  const x = input(operation);
  const axis = axisOf(operation, operation.int("axis", 0), x.dims.length);
  const whole = x.dims[axis] as number;
  const parts = operation.node.output.length;
  const sizes = partsOf(operation, { whole, parts });
  const total = sizes.reduce((sum, part) => sum + part, 0);
  if (sizes.length !== parts || total !== whole || sizes.some((part) => part < 0)) {
    throw operation.refuse(`${parts} parts of ${whole}`, `[${sizes.slice(0, 9)}]`);
  }
  const outputs = sizes.map((part) => ({ type: x.type, dims: x.dims.with(axis, part) }));
  const outer = sizeOf(x.dims.slice(0, axis));
  const work = sizeOf(x.dims) * WORK.moved + outer * parts * WORK.stretch;
  return { outputs, work };
}

function partsOf(
  operation: Operation,
  { whole, parts }: { whole: number; parts: number },
): readonly number[] {
  const listed = operation.version < 13
    ? operation.ints("split")
    : operation.inputs[1] && numbers(operation, 1);
  if (listed !== undefined) return listed;
  if (operation.version < 18) {
    if (whole % parts !== 0) throw operation.refuse(`${parts} equal parts`, String(whole));
    return Array(parts).fill(whole / parts);
  }
  const count = operation.int("num_outputs", parts);
  if (count !== parts) throw operation.refuse(`${parts} as num_outputs`, String(count));
  if (count > whole) throw operation.refuse(`at most ${whole} parts`, String(count));
  const each = Math.ceil(whole / parts);
  return Array.from({ length: parts }, (_, i) => i < parts - 1 ? each : whole - each * (parts - 1));
}

/** Starts, ends, axes and steps are attributes (without steps) before opset 10, then inputs. @throws {InvalidModel} `shape` */
export function slice(operation: Operation): Effect {
  const x = input(operation);
  const cuts = cutsOf(operation, x.dims);
  const dims = x.dims.slice();
  for (const { axis, start, step, count } of cuts) {
    dims[axis] = count;
    if (step === 0 || Number.isNaN(start)) throw operation.refuse("steps other than 0", "0");
  }
  const last = dims.length - 1;
  const even = cuts.every(({ axis, step }) => axis !== last || step === 1);
  return moved(x, dims, even ? dims[last] : 1);
}

/** One axis of a Slice: its first index, its step, and how many elements it takes. */
export interface Cut {
  /** Index of the axis. */
  axis: number;
  /** Index of the first element. */
  start: number;
  /** From one element to the next. */
  step: number;
  /** How many elements. */
  count: number;
}

/** The axes that a Slice cuts. @throws {InvalidModel} `shape` */
export function cutsOf(operation: Operation, dims: readonly number[]): Cut[] {
  const old = operation.version < 10;
  const list = (name: string, index: number) =>
    old ? operation.ints(name) : operation.inputs[index] && numbers(operation, index);
  const starts = list("starts", 1);
  const ends = list("ends", 2);
  if (starts === undefined || ends === undefined || starts.length !== ends.length) {
    throw operation.refuse("as many starts as ends", `${starts?.length} and ${ends?.length}`);
  }
  const axes = list("axes", 3) ?? starts.map((_, i) => i);
  const steps = (old ? undefined : list("steps", 4)) ?? starts.map(() => 1);
  if (axes.length !== starts.length || steps.length !== starts.length) {
    throw operation.refuse(`${starts.length} axes and steps`, `${axes.length} and ${steps.length}`);
  }
  const found = axes.map((axis) => axisOf(operation, axis, dims.length));
  if (new Set(found).size < found.length) throw operation.refuse("each axis once", `[${axes}]`);
  return found.map((axis, i) => {
    const [start, end, step] = [starts[i], ends[i], steps[i]] as [number, number, number];
    if (step === 0) throw operation.refuse("steps other than 0", "0");
    return { axis, ...stretchOf({ start, end, step, size: dims[axis] as number }) };
  });
}

function stretchOf(
  { start, end, step, size }: { start: number; end: number; step: number; size: number },
): Omit<Cut, "axis"> {
  const back = step < 0 ? 1 : 0;
  const from = Math.min(Math.max(start < 0 ? start + size : start, 0), size - back);
  const to = Math.min(Math.max(end < 0 ? end + size : end, -back), size - back);
  return { start: from, step, count: Math.max(0, Math.ceil((to - from) / step)) };
}

/** Pads are an attribute before opset 11, then an input; they may be negative. @throws {InvalidModel} `shape` */
export function pad(operation: Operation): Effect {
  const x = input(operation);
  const rank = x.dims.length;
  const mode = operation.text("mode", "constant");
  if (!["constant", "reflect", "edge", "wrap"].includes(mode)) {
    throw operation.refuse("a known mode", JSON.stringify(mode));
  }
  const pads = operation.version < 11 ? operation.ints("pads") : numbers(operation, 1);
  const axes = (operation.version < 18 || operation.inputs[3] === undefined)
    ? x.dims.map((_, i) => i)
    : axesOf(operation, { version: 18, rank, index: 3 }) ?? [];
  if (pads?.length !== 2 * axes.length) {
    throw operation.refuse(`${2 * axes.length} pads`, String(pads?.length));
  }
  const dims = x.dims.slice();
  axes.forEach((axis, i) => {
    const before = pads[i] as number;
    const after = pads[i + axes.length] as number;
    const size = x.dims[axis] as number;
    // What an edge or a mirror shows must be there.
    const most = mode === "reflect" ? size - 1 : mode === "wrap" ? size : Infinity;
    if (mode !== "constant" && (before > most || after > most || size === 0)) {
      throw operation.refuse(`pads of at most ${most} for ${mode}`, `[${pads}]`);
    }
    dims[axis] = size + before + after;
  });
  if (dims.some((dim) => !(dim >= 0))) throw operation.refuse("sizes from 0", `[${dims}]`);
  const flat = mode === "constant" || mode === "edge";
  return moved(x, dims, flat ? dims[rank - 1] ?? 1 : 1);
}
