/** Sets of element types that operators take. */
import { DataType } from "../onnx/codec.ts";

/** Floats that the runtime computes with. */
export const FLOATS: ReadonlySet<number> = new Set([
  DataType.FLOAT,
  DataType.FLOAT16,
  DataType.DOUBLE,
]);
/** Signed whole numbers. */
export const SIGNED: ReadonlySet<number> = new Set([
  DataType.INT8,
  DataType.INT16,
  DataType.INT32,
  DataType.INT64,
]);
/** Whole numbers. */
export const WHOLE: ReadonlySet<number> = new Set([
  ...SIGNED,
  DataType.UINT8,
  DataType.UINT16,
  DataType.UINT32,
  DataType.UINT64,
]);
/** Numbers. */
export const NUMBERS: ReadonlySet<number> = new Set([...FLOATS, ...WHOLE]);
/** Booleans. */
export const BOOLEANS: ReadonlySet<number> = new Set([DataType.BOOL]);
/** Numbers and booleans. */
export const ALL: ReadonlySet<number> = new Set([...NUMBERS, DataType.BOOL]);
/** Types that sizes, axes and indices may have. */
export const INDICES: ReadonlySet<number> = new Set([DataType.INT32, DataType.INT64]);
