/**
 * What products of matrices cost. The unit of work is one multiply-accumulate of a large product of float32
 * matrices; the weights were measured against one (scripts/bench/operators.ts).
 */
import { DataType } from "../../onnx/codec.ts";

/** Products [m,k] x [k,n], `count` of them. */
export interface Products {
  /** See {@linkcode DataType}. */
  readonly type: number;
  /** How many. */
  readonly count: number;
  /** Rows of the left matrix. */
  readonly m: number;
  /** What is summed over. */
  readonly k: number;
  /** Columns of the right matrix. */
  readonly n: number;
}

/** Work of one multiply-accumulate: only float32 has a tuned kernel, the others have plain loops. By the left matrix's type. */
const MAC: Readonly<Record<number, number>> = {
  [DataType.FLOAT]: 1,
  [DataType.FLOAT16]: 1,
  [DataType.DOUBLE]: 6,
  [DataType.INT32]: 4,
  [DataType.UINT32]: 4,
  [DataType.INT64]: 10,
  [DataType.UINT64]: 10,
  [DataType.INT8]: 8,
  [DataType.UINT8]: 1.5,
};
/** One element of the left matrix read: results are made in strips of 16 columns, however few there are. */
const LEFT = 16;
const LEFT_PLAIN = 50;
/** One element of the right matrix read and packed, for float32 and for the other types. */
const RIGHT = 6;
const RIGHT_PLAIN = 20;
/** One element of the result written. */
const RESULT = 16;
const RESULT_PLAIN = 60;
/** One product begun. */
const BEGIN = 1500;
/** One float16 cast to float32 or back. */
const CAST = 30;

/** Multiply-accumulates of products. */
export function macsOf({ count, m, k, n }: Products): number {
  return count * m * k * n;
}

/** Work of products, memory traffic included. */
export function productWork(products: Products): number {
  const { type, count, m, k, n } = products;
  const [left, right, result] = MAC[type] === 1
    ? [LEFT, RIGHT, RESULT]
    : [LEFT_PLAIN, RIGHT_PLAIN, RESULT_PLAIN];
  const traffic = m * k * left + k * n * right + m * n * result + BEGIN;
  return macsOf(products) * (MAC[type] ?? MAC[DataType.INT64]!) + count * traffic;
}

/** Work of casting so many float16 values. */
export function castWork(values: number): number {
  return values * CAST;
}
