/** Types of elements and the elements of constants, read as the runtime reads them. */
import { DataType, type TensorProto } from "../onnx/codec.ts";
import { sizeOf } from "./work.ts";

/** Most elements of a value that shapes are computed from. */
export const MAX_KNOWN = 256;

/** How a type lies in memory. */
interface Layout {
  /** Its name. */
  readonly name: string;
  /** Bits of one element. */
  readonly bits: number;
  /** The list that holds its elements where they are not raw. */
  readonly list: "floatData" | "int32Data" | "int64Data" | "doubleData" | "uint64Data";
  /** Range of whole numbers; undefined for floats. */
  readonly range?: readonly [number, number];
}

const LAYOUTS: Readonly<Record<number, Layout>> = {
  [DataType.FLOAT]: { name: "float32", bits: 32, list: "floatData" },
  [DataType.FLOAT16]: { name: "float16", bits: 16, list: "int32Data" },
  [DataType.BFLOAT16]: { name: "bfloat16", bits: 16, list: "int32Data" },
  [DataType.DOUBLE]: { name: "float64", bits: 64, list: "doubleData" },
  [DataType.UINT8]: { name: "uint8", bits: 8, list: "int32Data", range: [0, 255] },
  [DataType.INT8]: { name: "int8", bits: 8, list: "int32Data", range: [-128, 127] },
  [DataType.UINT16]: { name: "uint16", bits: 16, list: "int32Data", range: [0, 65_535] },
  [DataType.INT16]: { name: "int16", bits: 16, list: "int32Data", range: [-32_768, 32_767] },
  [DataType.UINT32]: { name: "uint32", bits: 32, list: "uint64Data", range: [0, 2 ** 32 - 1] },
  [DataType.INT32]: {
    name: "int32",
    bits: 32,
    list: "int32Data",
    range: [-(2 ** 31), 2 ** 31 - 1],
  },
  [DataType.UINT64]: { name: "uint64", bits: 64, list: "uint64Data", range: [0, 2 ** 64] },
  [DataType.INT64]: { name: "int64", bits: 64, list: "int64Data", range: [-(2 ** 63), 2 ** 63] },
  [DataType.BOOL]: { name: "bool", bits: 8, list: "int32Data", range: [0, 1] },
  [DataType.UINT4]: { name: "uint4", bits: 4, list: "int32Data", range: [0, 15] },
  [DataType.INT4]: { name: "int4", bits: 4, list: "int32Data", range: [-8, 7] },
};

/** Bits of an element; undefined for a type that is not admitted. */
export function bitsOf(type: number): number | undefined {
  return LAYOUTS[type]?.bits;
}

/** Name of a type, such as "float32". */
export function typeName(type: number | undefined): string {
  return LAYOUTS[type ?? 0]?.name ?? `type ${type ?? "none"}`;
}

/** Bytes of a tensor. */
export function bytesOf({ type, dims }: { type: number; dims: readonly number[] }): number {
  return Math.ceil(sizeOf(dims) * (LAYOUTS[type]?.bits ?? 64) / 8);
}

/** Whether a type holds floats. */
export function isFloat(type: number): boolean {
  const layout = LAYOUTS[type];
  return layout !== undefined && layout.range === undefined;
}

/** The range of a type of whole numbers and booleans; undefined for floats. */
export function rangeOf(type: number): readonly [number, number] | undefined {
  return LAYOUTS[type]?.range;
}

/**
 * Why the elements of a tensor are not those that its type and shape ask for: the runtime reads `rawData` before
 * lists and counts both; undefined if all is well.
 */
export function wrongElements(tensor: TensorProto): string | undefined {
  const layout = LAYOUTS[tensor.dataType ?? 0];
  if (layout === undefined) return "a type that is not admitted";
  const size = sizeOf(tensor.dims as number[]);
  const { rawData, stringData } = tensor;
  const lists = LISTS.filter((list) => (tensor[list]?.length ?? 0) > 0);
  if ((stringData?.length ?? 0) > 0) return "texts";
  if (tensor.segment !== undefined) return "a segment";
  if (rawData !== undefined) {
    if (lists.length > 0) return `raw data and ${lists[0]}`;
    const bytes = Math.ceil(size * layout.bits / 8);
    if (rawData.length !== bytes) return `${rawData.length} bytes instead of ${bytes}`;
    if (tensor.dataType === DataType.BOOL && rawData.some((byte) => byte > 1)) {
      return "a boolean that is neither 0 nor 1";
    }
    return undefined;
  }
  return wrongList(tensor, { layout, size, lists });
}

const LISTS = ["floatData", "int32Data", "int64Data", "doubleData", "uint64Data"] as const;

function wrongList(
  tensor: TensorProto,
  { layout, size, lists }: { layout: Layout; size: number; lists: (typeof LISTS)[number][] },
): string | undefined {
  const { bits, list, range } = layout;
  const other = lists.find((name) => name !== list);
  if (other !== undefined) return `${other} instead of ${list}`;
  const values = tensor[list] ?? [];
  const length = bits === 4 ? Math.ceil(size / 2) : size;
  if (values.length !== length) return `${values.length} elements instead of ${length}`;
  if (bits === 64 || list === "floatData") return undefined;
  // Two of 4 bits share an entry; floats of 16 bits are given by their bits.
  const [least, most] = bits === 4 ? [0, 255] : range ?? [0, 65_535];
  for (const value of values) {
    if (value < least || value > most) return `${value}, which is no ${layout.name}`;
  }
  return undefined;
}

/**
 * Elements of a constant whose data are right (see {@linkcode wrongElements}), as
 * {@linkcode Value.known}; undefined if they are more than {@linkcode MAX_KNOWN} or of 16 or 4 bits a float or number.
 */
export function elementsOf(tensor: TensorProto): readonly number[] | undefined {
  const layout = LAYOUTS[tensor.dataType ?? 0];
  const size = sizeOf(tensor.dims as number[]);
  if (layout === undefined || size > MAX_KNOWN || layout.bits === 4) return undefined;
  if (layout.bits === 16 && layout.range === undefined) return undefined;
  const { rawData } = tensor;
  if (rawData === undefined) return (tensor[layout.list] ?? []).map(exact);
  const view = new DataView(rawData.buffer, rawData.byteOffset, rawData.byteLength);
  const read = READERS[tensor.dataType ?? 0];
  return read && Array.from({ length: size }, (_, at) => read(view, at));
}

const READERS: Readonly<Record<number, (view: DataView, at: number) => number>> = {
  [DataType.FLOAT]: (view, at) => view.getFloat32(4 * at, true),
  [DataType.DOUBLE]: (view, at) => view.getFloat64(8 * at, true),
  [DataType.UINT8]: (view, at) => view.getUint8(at),
  [DataType.INT8]: (view, at) => view.getInt8(at),
  [DataType.UINT16]: (view, at) => view.getUint16(2 * at, true),
  [DataType.INT16]: (view, at) => view.getInt16(2 * at, true),
  [DataType.UINT32]: (view, at) => view.getUint32(4 * at, true),
  [DataType.INT32]: (view, at) => view.getInt32(4 * at, true),
  [DataType.UINT64]: (view, at) => exact(view.getBigUint64(8 * at, true)),
  [DataType.INT64]: (view, at) => exact(view.getBigInt64(8 * at, true)),
  [DataType.BOOL]: (view, at) => view.getUint8(at),
};

/** Whole numbers beyond 2^53 as Infinity, which no arithmetic takes for a number. */
function exact(value: number | bigint): number {
  const number = Number(value);
  if (typeof value === "number" || Number.isSafeInteger(number)) return number;
  return number > 0 ? Infinity : -Infinity;
}
