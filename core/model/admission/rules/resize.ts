import { DataType } from "../../onnx/codec.ts";
import type { Effect, Operation, Value } from "../operation.ts";
import { sizeOf, WORK } from "../work.ts";
import { axisOf, typed } from "./checks.ts";

const { FLOAT, INT64, INT32, INT8, UINT8 } = DataType;
const TYPES: ReadonlySet<number> = new Set([FLOAT, INT32, INT8, UINT8]);

/** Work of one element: it is found, or made of 2 or 4 neighbours in each direction. */
const TAPS: ReadonlyMap<string, number> = new Map([
  ["nearest", 4 * WORK.picked],
  ["linear", 6 * WORK.scalar],
  ["cubic", 400 * WORK.scalar],
]);

/** Resize: by scales (opset 10: input 1, later input 2) or to sizes (input 3). @throws {InvalidModel} `shape` */
export function resize(operation: Operation): Effect {
  const x = typed(operation, 0, TYPES);
  if (operation.version < 11) return scaled(operation, { x, scales: scalesOf(operation, 1) });
  checkModes(operation);
  const axes = (operation.version >= 18 ? operation.ints("axes") : undefined)
    ?.map((axis) => axisOf(operation, axis, x.dims.length)) ?? x.dims.map((_, i) => i);
  if (new Set(axes).size < axes.length) throw operation.refuse("each axis once", `[${axes}]`);
  if (given(operation, 3)) {
    if (given(operation, 2)) throw operation.refuse("scales or sizes", "both");
    typed(operation, 3, new Set([INT64]));
    return sized(operation, {
      x,
      sizes: spread(operation, { axes, x, values: operation.known(3) }),
    });
  }
  const scales = spread(operation, { axes, x, values: scalesOf(operation, 2), otherwise: 1 });
  return scaled(operation, { x, scales });
}

/** Upsample: scales are an attribute before opset 9. @throws {InvalidModel} `shape` */
export function upsample(operation: Operation): Effect {
  const x = typed(operation, 0, TYPES);
  const scales = operation.version < 9 ? operation.floats("scales") : scalesOf(operation, 1);
  if (scales?.some((scale) => scale < 1)) throw operation.refuse("scales from 1", `[${scales}]`);
  return scaled(operation, { x, scales: scales ?? [] });
}

/** Whether an input is there and not empty: exporters give empty ones for those that they leave out. */
function given(operation: Operation, index: number): boolean {
  const value = operation.inputs[index];
  return value !== undefined && sizeOf(value.dims) > 0;
}

function scalesOf(operation: Operation, index: number): readonly number[] {
  typed(operation, index, new Set([FLOAT]));
  return operation.known(index);
}

function checkModes(operation: Operation): void {
  const transform = operation.text("coordinate_transformation_mode", "half_pixel");
  if (transform === "tf_crop_and_resize") {
    throw operation.refuse("a coordinate_transformation_mode without a region", transform);
  }
  if (operation.int("antialias", 0) !== 0) throw operation.refuse("no antialias", "some");
  const policy = operation.text("keep_aspect_ratio_policy", "stretch");
  if (policy !== "stretch") throw operation.refuse('keep_aspect_ratio_policy "stretch"', policy);
}

/** Values for the axes given, for all axes; the others keep their size or have `otherwise`. */
function spread(
  operation: Operation,
  { axes, x, values, otherwise }: {
    axes: readonly number[];
    x: Value;
    values: readonly number[];
    otherwise?: number;
  },
): number[] {
  if (values.length !== axes.length) {
    throw operation.refuse(`${axes.length} scales or sizes`, String(values.length));
  }
  const all = x.dims.map((dim) => otherwise ?? dim);
  axes.forEach((axis, i) => all[axis] = values[i] as number);
  return all;
}

/** The runtime multiplies in float32 and cuts the fraction off. */
function scaled(
  operation: Operation,
  { x, scales }: { x: Value; scales: readonly number[] },
): Effect {
  if (scales.length !== x.dims.length || !scales.every((scale) => scale > 0)) {
    throw operation.refuse(`${x.dims.length} scales above 0`, `[${scales}]`);
  }
  const sizes = x.dims.map((dim, i) => Math.trunc(Math.fround(dim * (scales[i] as number))));
  return sized(operation, { x, sizes });
}

function sized(
  operation: Operation,
  { x: { type, dims: own }, sizes }: { x: Value; sizes: readonly number[] },
): Effect {
  const mode = operation.text("mode", "nearest");
  const taps = TAPS.get(mode);
  if (taps === undefined) throw operation.refuse("a known mode", JSON.stringify(mode));
  if (!sizes.every((size) => size > 0) || own.includes(0)) {
    throw operation.refuse("sizes above 0", `[${sizes}]`);
  }
  // For each direction the runtime makes tables of positions and weights.
  const scratch = 64 * sizes.reduce((sum, size) => sum + size, 0);
  return { outputs: [{ type, dims: sizes }], work: sizeOf(sizes) * taps + scratch, scratch };
}
