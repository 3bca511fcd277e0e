import { DataType } from "../../onnx/codec.ts";
import type { Effect, Operation, Operator, Operators, Value } from "../operation.ts";
import { FLOATS, INDICES } from "../types.ts";
import { sizeOf, WORK } from "../work.ts";
import { axisOf, operatorsOf, typed, writes } from "./checks.ts";

const { FLOAT, DOUBLE, FLOAT16, INT32, INT64, INT8, UINT8, BOOL } = DataType;
const REDUCED: ReadonlySet<number> = new Set([FLOAT, FLOAT16, DOUBLE, INT32, INT64]);
const EXTREMES: ReadonlySet<number> = new Set([...REDUCED, INT8, UINT8, BOOL]);

/** Operators that make one element of many, and those that divide by such. */
export const REDUCTION: Operators = operatorsOf({
  ReduceSum: reduction({ version: 13 }),
  ReduceMean: reduction({}),
  ReduceProd: reduction({}),
  ReduceSumSquare: reduction({}),
  ReduceL1: reduction({}),
  ReduceL2: reduction({}),
  ReduceMax: reduction({ types: EXTREMES }),
  ReduceMin: reduction({ types: EXTREMES }),
  ReduceLogSum: reduction({}),
  ReduceLogSumExp: reduction({ work: 2 * WORK.special }),
  Softmax: softmax,
  LogSoftmax: softmax,
  Hardmax: softmax,
});

/** How elements are put together: `version` of the operator set since which axes are an input. */
interface Kind {
  version?: number;
  types?: ReadonlySet<number>;
  work?: number;
}

function reduction({ version = 18, types = REDUCED, work = WORK.scalar }: Kind): Operator {
  return {
    rule: (operation) => {
      const x = typed(operation, 0, types);
      const axes = axesOf(operation, { version, x });
      const keep = operation.int("keepdims", 1) !== 0;
      const dims = keep
        ? x.dims.map((dim, i) => axes.has(i) ? 1 : dim)
        : x.dims.filter((_, i) => !axes.has(i));
      const size = sizeOf(x.dims);
      if (size === 0 && axes.size > 0) throw operation.refuse("elements to reduce", "none");
      const written = sizeOf(dims);
      return writes(x, dims, {
        work: size * work + written * (WORK.special + WORK.stretch),
        // Tables of where the elements lie, and a copy of those whose axes must be turned.
        scratch: 8 * (written + size),
      });
    },
  };
}

/** None means all of them, or none with `noop_with_empty_axes`. */
function axesOf(
  operation: Operation,
  { version, x }: { version: number; x: Value },
): ReadonlySet<number> {
  const rank = x.dims.length;
  const later = operation.version >= version;
  if (later && operation.inputs[1] !== undefined) typed(operation, 1, INDICES);
  const given = later ? operation.inputs[1] && operation.known(1) : operation.ints("axes");
  const axes = new Set((given ?? []).map((axis) => axisOf(operation, axis, rank)));
  if (axes.size > 0) return axes;
  const nothing = later && operation.int("noop_with_empty_axes", 0) !== 0;
  return nothing ? axes : new Set(x.dims.keys());
}

/** Before opset 13 over all axes from `axis` on, later over `axis` alone. */
function softmax(operation: Operation): Effect {
  const x = typed(operation, 0, FLOATS);
  const rank = x.dims.length;
  const axis = operation.int("axis", operation.version < 13 ? 1 : -1);
  const at = axis === rank && operation.version < 13 ? axis : axisOf(operation, axis, rank);
  const turned = operation.version >= 13 && at !== rank - 1;
  const size = sizeOf(x.dims);
  const across = operation.version < 13 ? sizeOf(x.dims.slice(at)) : x.dims[at] as number;
  const rows = size / Math.max(1, across);
  const each = operation.operator === "Hardmax" ? WORK.scalar : WORK.special;
  return writes(x, x.dims, {
    work: size * (each + (turned ? 2 * WORK.picked : 0)) + rows * WORK.stretch,
    scratch: turned ? 2 * 8 * size : 0,
  });
}
