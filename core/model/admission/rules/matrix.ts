import { DataType } from "../../onnx/codec.ts";
import type { Effect, Operation, Operators } from "../operation.ts";
import { broadcast, operatorsOf, REAL, SINGLE, sizeOf, typed, writes } from "./checks.ts";
import { macsOf, type Products, productWork } from "./products.ts";

const NUMBERS: ReadonlySet<number> = new Set([
  ...REAL,
  DataType.INT32,
  DataType.UINT32,
  DataType.INT64,
  DataType.UINT64,
]);

/** Operators of products of matrices. */
export const MATRIX: Operators = operatorsOf({ MatMul: matMul, Gemm: gemm });

/** Shape of a product as numpy's matmul defines it, and the products that it is made of. */
export function matMulOf(
  operation: Operation,
  { left, right, type }: { left: readonly number[]; right: readonly number[]; type: number },
): { dims: number[]; products: Products } {
  if (left.length === 0 || right.length === 0) {
    throw operation.refuse("matrices or vectors", `shapes [${left}] and [${right}]`);
  }
  const [m, k] = left.length === 1 ? [1, left[0]!] : left.slice(-2) as [number, number];
  const [rows, n] = right.length === 1 ? [right[0]!, 1] : right.slice(-2) as [number, number];
  if (k !== rows) {
    throw operation.refuse(
      "as many columns on the left as rows on the right",
      `shapes [${left}] and [${right}]`,
    );
  }
  const batch = broadcast(operation, [left.slice(0, -2), right.slice(0, -2)]);
  const dims = [...batch];
  if (left.length > 1) dims.push(m);
  if (right.length > 1) dims.push(n);
  return { dims, products: { type, count: sizeOf(batch), m, k, n } };
}

function matMul(operation: Operation): Effect {
  const a = typed(operation, 0, NUMBERS);
  const b = typed(operation, 1, new Set([a.type]));
  const { dims, products } = matMulOf(operation, { left: a.dims, right: b.dims, type: a.type });
  return writes(a, dims, costOf(products));
}

function gemm(operation: Operation): Effect {
  const a = typed(operation, 0, REAL);
  const b = typed(operation, 1, new Set([a.type]));
  const [m, k] = matrix(operation, a.dims, operation.int("transA", 0) !== 0);
  const [rows, n] = matrix(operation, b.dims, operation.int("transB", 0) !== 0);
  if (k !== rows) {
    throw operation.refuse("inner sizes that agree", `${k} and ${rows}`);
  }
  const c = operation.inputs[2];
  if (c === undefined) {
    if (operation.version < 11) operation.input(2);
  } else {
    typed(operation, 2, new Set([a.type]));
    const fits = c.dims.length <= 2 &&
      broadcast(operation, [[m, n], c.dims]).every((dim, i) => dim === [m, n][i]);
    if (!fits) throw operation.refuse(`an addend that broadcasts to [${m},${n}]`, `[${c.dims}]`);
  }
  const products = { type: a.type, count: 1, m, k, n };
  return writes(a, [m, n], costOf(products));
}

function costOf(products: Products): Omit<Effect, "outputs"> {
  const { type, m, k, n } = products;
  // But for float32 the runtime rearranges both matrices before it multiplies them.
  const scratch = SINGLE.has(type) ? 0 : 8 * (m * k + k * n);
  return { macs: macsOf(products), work: productWork(products), scratch };
}

function matrix(
  operation: Operation,
  dims: readonly number[],
  transposed: boolean,
): readonly [number, number] {
  const [rows, columns] = dims;
  if (dims.length !== 2 || rows === undefined || columns === undefined) {
    throw operation.refuse("matrices", `shape [${dims}]`);
  }
  return transposed ? [columns, rows] : [rows, columns];
}
