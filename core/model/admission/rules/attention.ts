import { DataType } from "../../onnx/codec.ts";
import type { Effect, Operation, Operators, Value } from "../operation.ts";
import { operatorsOf, REAL, shaped, SINGLE, sizeOf, typed, writes } from "./checks.ts";
import { macsOf, productWork } from "./products.ts";

/** Work of one score: masked, softened, its exponential taken. */
const SCORE = 110;
/** Work of one element copied. */
const COPIED = 8;
/** Work of one element turned, and of one head of one position begun. */
const TURNED = 50;
const HEAD = 200;
/** Work of one head of one image begun, as float32 and as float16. */
const BEGUN = 3000;
const BEGUN_HALF = 10_000;

const INT64: ReadonlySet<number> = new Set([DataType.INT64]);

/** Operators of transformers. */
export const ATTENTION: Operators = operatorsOf({
  Attention: { since: 23, until: 24, rule: attention },
  RotaryEmbedding: { since: 23, rule: rotaryEmbedding },
});

/** Queries, keys and values, heads apart. */
interface Heads {
  readonly type: number;
  readonly batch: number;
  readonly heads: number;
  readonly kvHeads: number;
  readonly queries: number;
  readonly keys: number;
  readonly past: number;
  readonly size: number;
  readonly valueSize: number;
}

function attention(operation: Operation): Effect {
  const flat = operation.input(0).dims.length === 3;
  const heads = flat ? flatHeads(operation) : splitHeads(operation);
  const { type, batch, kvHeads, queries, size, valueSize } = heads;
  const total = heads.keys + pastOf(operation, heads);
  checkMask(operation, { ...heads, total });
  const count = batch * heads.heads;
  const scores = { type, count, m: queries, k: size, n: total };
  const values = { type, count, m: queries, k: total, n: valueSize };
  const read = [0, 1, 2, 4, 5].reduce(
    (sum, i) => sum + sizeOf(operation.inputs[i]?.dims ?? [0]),
    0,
  );
  const written = sizeOf([batch, heads.heads, queries, valueSize]);
  const cache = batch * kvHeads * total * (size + valueSize);
  const bytes = type === DataType.DOUBLE ? 8 : 4;
  return {
    outputs: [
      {
        type,
        dims: flat
          ? [batch, queries, heads.heads * valueSize]
          : [batch, heads.heads, queries, valueSize],
      },
      { type, dims: [batch, kvHeads, total, size] },
      { type, dims: [batch, kvHeads, total, valueSize] },
      { type, dims: [batch, heads.heads, queries, total] },
    ],
    macs: macsOf(scores) + macsOf(values),
    work: productWork(scores) + productWork(values) + count * queries * total * SCORE +
      count * (type === DataType.FLOAT16 ? BEGUN_HALF : BEGUN) +
      (read + written + cache) * COPIED,
    scratch: bytes * (2 * count * queries * total + 2 * read + written + cache),
  };
}

function splitHeads(operation: Operation): Heads {
  const [q, k, v] = [0, 1, 2].map((i) => typed(operation, i, REAL)) as [Value, Value, Value];
  const [batch, heads, queries, size] = q.dims as [number, number, number, number];
  const [, kvHeads, keys] = k.dims as [number, number, number];
  const valueSize = v.dims[3] ?? 0;
  const fits = q.dims.length === 4 && same(k.dims, [batch, kvHeads, keys, size]) &&
    same(v.dims, [batch, kvHeads, keys, valueSize]) && kvHeads > 0 && heads % kvHeads === 0 &&
    [0, heads].includes(operation.int("q_num_heads", 0)) &&
    [0, kvHeads].includes(operation.int("kv_num_heads", 0));
  if (!fits) throw unfit(operation, [q, k, v]);
  return { type: q.type, batch, heads, kvHeads, queries, keys, past: 0, size, valueSize };
}

function flatHeads(operation: Operation): Heads {
  const [q, k, v] = [0, 1, 2].map((i) => typed(operation, i, REAL)) as [Value, Value, Value];
  const [batch, queries, wide] = q.dims as [number, number, number];
  const heads = operation.int("q_num_heads", 0);
  const kvHeads = operation.int("kv_num_heads", 0);
  const [, keys, kWide] = k.dims as [number, number, number];
  const vWide = v.dims[2] ?? 0;
  const fits = heads > 0 && kvHeads > 0 && heads % kvHeads === 0 && wide % heads === 0 &&
    same(k.dims, [batch, keys, kWide]) && same(v.dims, [batch, keys, vWide]) &&
    kWide === wide / heads * kvHeads && vWide % kvHeads === 0;
  if (!fits) throw unfit(operation, [q, k, v]);
  const [size, valueSize] = [wide / heads, vWide / kvHeads];
  return { type: q.type, batch, heads, kvHeads, queries, keys, past: 0, size, valueSize };
}

/** Length of the cached keys and values. */
function pastOf(operation: Operation, heads: Heads): number {
  const { type, batch, kvHeads, size, valueSize } = heads;
  const past = operation.inputs[4];
  if (past === undefined && operation.inputs[5] === undefined) return 0;
  const length = operation.input(4).dims[2] ?? 0;
  operation.input(5);
  const types = new Set([type]);
  shaped(operation, 4, { dims: [batch, kvHeads, length, size], types });
  shaped(operation, 5, { dims: [batch, kvHeads, length, valueSize], types });
  return length;
}

function checkMask(operation: Operation, heads: Heads & { total: number }): void {
  if (operation.inputs[6] !== undefined) throw operation.refuse("no lengths of keys", "some");
  const mask = operation.inputs[3];
  if (mask === undefined) return;
  typed(operation, 3, new Set([...REAL, DataType.BOOL]));
  const whole = [heads.batch, heads.heads, heads.queries, heads.total];
  const rank = mask.dims.length;
  const fits = rank >= 2 && rank <= 4 && mask.dims.every((dim, i) => {
    const full = whole[i + 4 - rank]!;
    return dim === full || (dim === 1 && i < rank - 2);
  });
  if (!fits) throw operation.refuse(`a mask that broadcasts to [${whole}]`, `[${mask.dims}]`);
}

function rotaryEmbedding(operation: Operation): Effect {
  const x = typed(operation, 0, SINGLE);
  const heads = operation.int("num_heads", 0);
  const { dims } = x;
  const split = dims.length === 4;
  const size = split ? dims[3]! : (dims[2] ?? 0) / heads;
  const rotated = operation.int("rotary_embedding_dim", 0) || size;
  if (
    !(split || dims.length === 3 && heads > 0) || size % 1 !== 0 || rotated > size ||
    rotated < 2 || rotated % 2 !== 0
  ) {
    throw operation.refuse("heads of an even size", `shape [${dims}]`);
  }
  const [batch, length] = [dims[0]!, split ? dims[2]! : dims[1]!];
  const positions = operation.inputs[3] === undefined ? undefined : shaped(operation, 3, {
    dims: [batch, length],
    types: INT64,
  });
  for (const index of [1, 2]) {
    const cache = typed(operation, index, new Set([x.type]));
    const wanted = positions === undefined
      ? [batch, length, rotated / 2]
      : [cache.dims[0]!, rotated / 2];
    shaped(operation, index, { dims: wanted, types: SINGLE });
  }
  return writes(x, dims, { work: sizeOf(dims) * TURNED + sizeOf(dims) / size * HEAD });
}

function same(dims: readonly number[], wanted: readonly number[]): boolean {
  return dims.length === wanted.length && dims.every((dim, i) => dim === wanted[i]);
}

function unfit(operation: Operation, values: readonly Value[]) {
  return operation.refuse(
    "queries, keys and values of the same heads",
    `shapes ${values.map(({ dims }) => `[${dims}]`).join(" ")}`,
  );
}
