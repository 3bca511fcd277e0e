import { DataType } from "../../onnx/codec.ts";
import { typeName } from "../elements.ts";
import type { Effect, Operation, Operators, Value } from "../operation.ts";
import { axisOf, BYTES, operatorsOf, shaped, SINGLE, sizeOf, typed, writes } from "./checks.ts";
import { convolutionOf } from "./convolution.ts";
import { matMulOf } from "./matrix.ts";
import { macsOf, type Products, productWork } from "./products.ts";

/** Work of one value rounded to a whole number, of one made a float again, and of one unfolded or rescaled. */
const QUANTISED = 60;
const DEQUANTISED = 40;
/** The same for a run of values that share a scale, begun. */
const QUANTISED_RUN = 900;
const DEQUANTISED_RUN = 200;
const UNFOLDED = 20;
/** Work of one element unfolded along one axis or three, for which the runtime has but a general loop. */
const UNFOLDED_ANY = 200;
/** Work of a multiply-accumulate of unfolded images besides that of a product. */
const CONVOLVED = 5;
const RESCALED = 40;

const INT32: ReadonlySet<number> = new Set([DataType.INT32]);
/** Types of quantised values, and the version that brought them. */
const WHOLE: Readonly<Record<number, number>> = {
  [DataType.UINT8]: 10,
  [DataType.INT8]: 10,
  [DataType.UINT16]: 21,
  [DataType.INT16]: 21,
  [DataType.UINT4]: 21,
  [DataType.INT4]: 21,
};

/** Operators of values that stand for others by a scale and a zero point. */
export const QUANTISATION: Operators = operatorsOf({
  QuantizeLinear: { since: 10, rule: quantize },
  DequantizeLinear: { since: 10, rule: dequantize },
  MatMulInteger: { since: 10, rule: matMulInteger },
  QLinearMatMul: { since: 10, rule: qLinearMatMul },
  ConvInteger: { since: 10, rule: convInteger },
  QLinearConv: { since: 10, rule: qLinearConv },
});

function quantize(operation: Operation): Effect {
  const x = typed(operation, 0, SINGLE);
  const scale = typed(operation, 1, new Set([x.type]));
  const runs = runsOf(operation, { x, scale });
  const told = operation.int("output_dtype", 0);
  const zero = operation.inputs[2];
  const type = zero?.type ?? (told || DataType.UINT8);
  if (told !== 0 && told !== type) {
    throw operation.refuse(`zero points of ${typeName(told)}`, typeName(type));
  }
  checkWhole(operation, type);
  checkZero(operation, scale, { index: 2, type });
  return writes({ ...x, type }, x.dims, {
    work: sizeOf(x.dims) * QUANTISED + runs * QUANTISED_RUN,
  });
}

function dequantize(operation: Operation): Effect {
  const x = operation.input(0);
  if (x.type !== DataType.INT32) checkWhole(operation, x.type);
  const scale = typed(operation, 1, SINGLE);
  const runs = runsOf(operation, { x, scale });
  checkZero(operation, scale, { index: 2, type: x.type });
  const told = operation.int("output_dtype", 0);
  if (told !== 0 && told !== scale.type) {
    throw operation.refuse(`output_dtype ${scale.type}, as the scale`, String(told));
  }
  return writes({ ...x, type: scale.type }, x.dims, {
    work: sizeOf(x.dims) * DEQUANTISED + runs * DEQUANTISED_RUN,
  });
}

/** In how many runs: one scale is for all, or for each slice along an axis, or for each block of them. */
function runsOf(operation: Operation, { x, scale }: { x: Value; scale: Value }): number {
  const { dims } = scale;
  const block = operation.int("block_size", 0);
  if (block < 0) throw operation.refuse("a block_size from 0", String(block));
  if (block === 0 && sizeOf(dims) === 1 && dims.length <= 1) return 1;
  const axis = axisOf(operation, operation.int("axis", 1), x.dims.length);
  const wanted = block === 0
    ? [x.dims[axis]!]
    : x.dims.map((dim, i) => i === axis ? Math.ceil(dim / block) : dim);
  shaped(operation, 1, { dims: wanted, types: SINGLE });
  return block === 0 ? sizeOf(x.dims.slice(0, axis + 1)) : sizeOf(x.dims.slice(0, axis));
}

function checkZero(
  operation: Operation,
  scale: Value,
  { index, type }: { index: number; type: number },
): void {
  const zero = operation.inputs[index];
  if (zero === undefined) return;
  typed(operation, index, new Set([type]));
  const { dims } = zero;
  if (sizeOf(dims) === 1 && sizeOf(scale.dims) === 1 && dims.length <= 1) return;
  shaped(operation, index, { dims: scale.dims, types: new Set([type]) });
}

function checkWhole(operation: Operation, type: number): void {
  const since = WHOLE[type];
  if (since !== undefined && operation.version >= since) return;
  throw operation.refuse("whole numbers of a type it takes", typeName(type));
}

function matMulInteger(operation: Operation): Effect {
  const a = typed(operation, 0, BYTES);
  const b = typed(operation, 1, BYTES);
  const { dims, products } = matMulOf(operation, { left: a.dims, right: b.dims, type: a.type });
  single(operation, 2, new Set([a.type]));
  perColumn(operation, b, { index: 3, types: new Set([b.type]) });
  return writes({ ...a, type: DataType.INT32 }, dims, integerCost(products));
}

function qLinearMatMul(operation: Operation): Effect {
  const a = typed(operation, 0, BYTES);
  const b = typed(operation, 3, BYTES);
  const { dims, products } = matMulOf(operation, { left: a.dims, right: b.dims, type: a.type });
  for (const index of [1, 2, 4, 5, 6, 7]) operation.input(index);
  single(operation, 1, SINGLE);
  single(operation, 2, new Set([a.type]));
  perColumn(operation, b, { index: 4, types: SINGLE });
  perColumn(operation, b, { index: 5, types: new Set([b.type]) });
  single(operation, 6, SINGLE);
  // The runtime has kernels for results of the left matrix's type only.
  const { type } = single(operation, 7, new Set([a.type]))!;
  return writes({ ...a, type }, dims, integerCost(products, sizeOf(dims)));
}

function convInteger(operation: Operation): Effect {
  const x = typed(operation, 0, BYTES);
  const w = typed(operation, 1, BYTES);
  const { dims, products, unfolded } = convolutionOf(operation, { x, w });
  single(operation, 2, new Set([x.type]));
  single(operation, 3, new Set([w.type]));
  return writes(
    { ...x, type: DataType.INT32 },
    dims,
    unfoldedCost(products, { unfolded, axes: dims.length - 2 }),
  );
}

function qLinearConv(operation: Operation): Effect {
  const x = typed(operation, 0, BYTES);
  const w = typed(operation, 3, BYTES);
  const { dims, products, unfolded } = convolutionOf(operation, { x, w });
  for (const index of [1, 2, 4, 5, 6, 7]) operation.input(index);
  single(operation, 1, new Set([DataType.FLOAT]));
  single(operation, 2, new Set([x.type]));
  const filters = [dims[1]!];
  for (const [index, type] of [[4, DataType.FLOAT], [5, w.type]] as const) {
    const { dims } = typed(operation, index, new Set([type]));
    if (sizeOf(dims) !== 1) shaped(operation, index, { dims: filters, types: new Set([type]) });
  }
  single(operation, 6, new Set([DataType.FLOAT]));
  const { type } = single(operation, 7, new Set([x.type]))!;
  shaped(operation, 8, { dims: filters, types: INT32 });
  const written = sizeOf(dims);
  return writes(
    { ...x, type },
    dims,
    unfoldedCost(products, { unfolded, axes: dims.length - 2, written }),
  );
}

function integerCost(products: Products, rescaled = 0): Omit<Effect, "outputs"> {
  const { count, m, k, n } = products;
  return {
    macs: macsOf(products),
    work: productWork(products) + rescaled * RESCALED,
    // A result of 32 bits before it is rescaled, and the right matrix packed.
    scratch: (rescaled > 0 ? 4 * count * m * n : 0) + m * k + k * n,
  };
}

function unfoldedCost(
  products: Products,
  { unfolded, axes, written = 0 }: { unfolded: number; axes: number; written?: number },
): Omit<Effect, "outputs"> {
  const { macs, work, scratch } = integerCost(products, written) as Required<
    Omit<Effect, "outputs">
  >;
  const image = products.k * products.n;
  const each = axes === 2 ? UNFOLDED : UNFOLDED_ANY;
  return {
    macs,
    work: work + macs * CONVOLVED + unfolded * each,
    scratch: scratch + 2 * image + 4 * written,
  };
}

/** A scale or zero point for all. */
function single(
  operation: Operation,
  index: number,
  types: ReadonlySet<number>,
): Value | undefined {
  if (operation.inputs[index] === undefined) return undefined;
  const value = typed(operation, index, types);
  if (value.dims.length <= 1 && sizeOf(value.dims) === 1) return value;
  throw operation.refuse(`one number as input ${index}`, `shape [${value.dims}]`);
}

/** A scale or zero point for all, or one for each column of the right matrix. */
function perColumn(
  operation: Operation,
  right: Value,
  { index, types }: { index: number; types: ReadonlySet<number> },
): void {
  if (operation.inputs[index] === undefined) return;
  const { dims } = typed(operation, index, types);
  if (dims.length <= 1 && sizeOf(dims) === 1) return;
  const columns = right.dims.at(-1)!;
  const fits = dims.length === 1 ? dims[0] === columns : dims.length === right.dims.length &&
    dims.every((dim, i) => dim === (i === dims.length - 2 ? 1 : right.dims[i]));
  if (!fits) throw operation.refuse(`one number for each of ${columns} columns`, `[${dims}]`);
}
