/** Other values: of attributes, sizes and constants; close ones, extremes, and what is none. */
import {
  type AttributeProto,
  DataType,
  type DimensionProto,
  type Int,
  type TensorProto,
} from "../../core/model/onnx/codec.ts";
import type { Random } from "../demo/random.ts";
import { pick } from "./bytes.ts";

/** A number close to another, or at the end of some range. */
export function otherInt(value: Int, random: Random): Int {
  const near = Number(value);
  const usual = [near + 1, near - 1, near * 2, -near, 0, 1, 2, 3, -1, 7, 100];
  const huge = [
    2 ** 31 - 1,
    2 ** 31,
    -(2 ** 31),
    2 ** 32,
    1e6,
    2n ** 63n - 1n,
    -(2n ** 63n),
    2n ** 62n,
  ];
  const found = pick<Int>(random.integer(5) === 0 ? huge : usual, random);
  return typeof found === "bigint" || Number.isSafeInteger(found) ? found : 0;
}

const FLOATS = [0, -0, 1, -1, 0.5, NaN, Infinity, -Infinity, 3.4e38, 1e-45, 1e-40, 2 ** 31, 1e10];

/** Changes an attribute's value to another of its type. */
export function changeValue(attribute: AttributeProto, random: Random): void {
  const { i, ints, f, floats, s, strings, t } = attribute;
  if (i !== undefined) attribute.i = otherInt(i, random);
  else if (ints !== undefined) changeList(ints, random, (old) => otherInt(old, random));
  else if (f !== undefined) attribute.f = pick(FLOATS, random);
  else if (floats !== undefined) changeList(floats, random, () => pick(FLOATS, random));
  else if (s !== undefined) attribute.s = text(random);
  else if (strings !== undefined) changeList(strings, random, () => text(random));
  else if (t !== undefined) changeNumbers(t, random);
}

function changeList<T>(list: T[], random: Random, other: (old: T) => T): void {
  const at = random.integer(list.length + 1);
  const kind = random.integer(6);
  if (kind === 0) list.splice(at, 1);
  else if (kind === 1 && list.length > 0) list.splice(at, 0, pick(list, random));
  else if (at < list.length) list[at] = other(list[at]!);
}

const TEXTS = [
  "",
  "linear",
  "cubic",
  "SAME_UPPER",
  "VALID",
  "reflect",
  "constant",
  "bidirectional",
  "reverse",
  "Tanh",
  "tanh",
  "BRANCH_LT",
  "SOFTMAX",
  "std::bad_alloc",
  "add",
  "max",
];

function text(random: Random): Uint8Array {
  return new TextEncoder().encode(pick(TEXTS, random));
}

/** Changes a declared size to another, or to a symbol. */
export function changeDim(dim: DimensionProto, random: Random): void {
  if (random.integer(2) === 0) {
    delete dim.dimValue;
    dim.dimParam = pick(["N", "batch", "M", ""], random);
  } else {
    delete dim.dimParam;
    dim.dimValue = otherInt(dim.dimValue ?? 100, random);
  }
}

/** Makes a constant's raw bytes as many as its shape and type ask for, where that is not too many. */
export function refit(constant: TensorProto): void {
  const { rawData, dims, dataType = 1 } = constant;
  if (rawData === undefined) return;
  const size = dims.reduce<number>((product, dim) => product * Number(dim), 1);
  const bytes = Math.ceil(size * bitsOf(dataType) / 8);
  if (!(bytes >= 0) || bytes > 1e6) return;
  const fitted = new Uint8Array(bytes);
  for (let at = 0; at < bytes && rawData.length > 0; at++) {
    fitted[at] = rawData[at % rawData.length]!;
  }
  constant.rawData = fitted;
}

function bitsOf(type: number): number {
  const {
    DOUBLE,
    INT64,
    UINT64,
    FLOAT,
    INT32,
    UINT32,
    FLOAT16,
    BFLOAT16,
    INT16,
    UINT16,
    INT4,
    UINT4,
  } = DataType;
  if (([DOUBLE, INT64, UINT64] as number[]).includes(type)) return 64;
  if (([FLOAT, INT32, UINT32] as number[]).includes(type)) return 32;
  if (([FLOAT16, BFLOAT16, INT16, UINT16] as number[]).includes(type)) return 16;
  return ([INT4, UINT4] as number[]).includes(type) ? 4 : 8;
}

/** Sets one element of a constant, or all, to an extreme or close value. */
export function changeNumbers(constant: TensorProto, random: Random): void {
  const { rawData, dataType = 1 } = constant;
  if (rawData === undefined) return;
  const width = bitsOf(dataType) / 8;
  const count = Math.floor(rawData.length / width);
  if (width < 1 || count === 0) return;
  const bytes = rawData.slice();
  const view = new DataView(bytes.buffer);
  const all = random.integer(4) === 0;
  const from = all ? 0 : random.integer(count);
  for (let i = from; i < (all ? count : from + 1); i++) {
    setNumber(view, { at: i * width, width, dataType, random });
  }
  constant.rawData = bytes;
}

function setNumber(
  view: DataView,
  { at, width, dataType, random }: { at: number; width: number; dataType: number; random: Random },
): void {
  if (dataType === DataType.FLOAT) view.setFloat32(at, pick(FLOATS, random), true);
  else if (dataType === DataType.DOUBLE) view.setFloat64(at, pick(FLOATS, random), true);
  else if (width === 8) {
    view.setBigInt64(at, BigInt(otherInt(view.getBigInt64(at, true), random)), true);
  } else if (width === 4) {
    view.setInt32(at, Number(otherInt(view.getInt32(at, true), random)), true);
  } else view.setUint8(at, pick([0, 1, 127, 128, 255], random));
}
