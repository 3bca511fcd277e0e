import { DataType } from "../../onnx/codec.ts";
import type { Effect, Operation, Operators, Value } from "../operation.ts";
import { BYTES, operatorsOf, REAL, SINGLE, sizeOf, typed, writes } from "./checks.ts";
import { positions, windowOf } from "./window.ts";

const MAX_TYPES: ReadonlySet<number> = new Set([...REAL, ...BYTES]);

/** Work of one element under a window: compared as float32, compared in a general loop, added, or its power taken. */
const COMPARED = 16;
const COMPARED_ANY = 50;
const ADDED = 16;
const POWERED = 250;
/** Work of one element written: its window found, or a root taken too. */
const PLACED = 100;
const ROOTED = 500;
/** Work of one plane (an image's channel) begun. */
const PLANE = 600;

/** Operators that take the greatest or the mean of what lies under a window. */
export const POOLING: Operators = operatorsOf({
  MaxPool: maxPool,
  AveragePool: (operation) => pool(operation, { types: SINGLE, weight: ADDED }),
  LpPool: (operation) => pool(operation, { types: SINGLE, weight: POWERED }),
  GlobalMaxPool: (operation) => globalPool(operation, COMPARED),
  GlobalAveragePool: (operation) => globalPool(operation, ADDED),
  GlobalLpPool: { until: 21, rule: (operation) => globalPool(operation, POWERED) },
});

function maxPool(operation: Operation): Effect {
  const { type } = typed(operation, 0, MAX_TYPES);
  const dilated = operation.ints("dilations")?.some((dilation) => dilation !== 1);
  const plain = SINGLE.has(type) && !operation.writes(1) && !dilated;
  const weight = plain ? COMPARED : COMPARED_ANY;
  const effect = pool(operation, { types: MAX_TYPES, weight });
  if (!operation.writes(1)) return effect;
  const { dims } = effect.outputs[0]!;
  return { ...effect, outputs: [effect.outputs[0], { type: DataType.INT64, dims }] };
}

function pool(
  operation: Operation,
  { types, weight }: { types: ReadonlySet<number>; weight: number },
): Effect {
  const x = image(operation, types);
  const kernel = operation.ints("kernel_shape");
  if (kernel?.length !== x.dims.length - 2) {
    throw operation.refuse(`a kernel_shape of ${x.dims.length - 2} sizes`, `[${kernel}]`);
  }
  const window = windowOf(operation, kernel);
  if (window.auto === "NOTSET" && window.pads.some((pad, i) => pad >= kernel[i % kernel.length]!)) {
    throw operation.refuse("padding smaller than the kernel", `[${window.pads}]`);
  }
  const ceil = operation.int("ceil_mode", 0) !== 0;
  const spatial = positions(operation, { window, image: x.dims.slice(2), ceil });
  const planes = sizeOf(x.dims.slice(0, 2));
  const written = planes * sizeOf(spatial);
  const work = written * (sizeOf(kernel) * weight + (weight === POWERED ? ROOTED : PLACED)) +
    planes * PLANE;
  return writes(x, [...x.dims.slice(0, 2), ...spatial], { work });
}

function globalPool(operation: Operation, weight: number): Effect {
  const x = image(operation, SINGLE);
  const planes = sizeOf(x.dims.slice(0, 2));
  const dims = x.dims.map((dim, i) => i < 2 ? dim : 1);
  return writes(x, dims, { work: sizeOf(x.dims) * weight + planes * PLANE });
}

function image(operation: Operation, types: ReadonlySet<number>): Value {
  const x = typed(operation, 0, types);
  if (x.dims.length >= 3 && x.dims.length <= 5) return x;
  throw operation.refuse("an input of 3 to 5 dimensions", `shape [${x.dims}]`);
}
