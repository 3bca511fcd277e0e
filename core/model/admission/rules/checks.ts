/** What rules of several rooms ask of a node's inputs. */
import { DataType } from "../../onnx/codec.ts";
import type { Effect, Operation, Operator, Operators, Rule, Value } from "../operation.ts";
import { sizeOf } from "../work.ts";
import { castWork } from "./products.ts";

export { sizeOf };

/** Floats that the runtime computes as float32. */
export const SINGLE: ReadonlySet<number> = new Set([DataType.FLOAT, DataType.FLOAT16]);
/** Floats. */
export const REAL: ReadonlySet<number> = new Set([...SINGLE, DataType.DOUBLE]);
/** Whole numbers of 8 bits. */
export const BYTES: ReadonlySet<number> = new Set([DataType.INT8, DataType.UINT8]);

/** Input number `index`, of one of the types. @throws {InvalidModel} `shape` */
export function typed(operation: Operation, index: number, types: ReadonlySet<number>): Value {
  const value = operation.input(index);
  if (types.has(value.type)) return value;
  throw operation.refuse(
    `input ${index} of type ${[...types].join(" or ")}`,
    `type ${value.type}`,
  );
}

/** Input number `index` if the node has it; of exactly this shape. @throws {InvalidModel} `shape` */
export function shaped(
  operation: Operation,
  index: number,
  { dims, types }: { dims: readonly number[]; types: ReadonlySet<number> },
): Value | undefined {
  if (operation.inputs[index] === undefined) return undefined;
  const value = typed(operation, index, types);
  if (value.dims.length === dims.length && value.dims.every((dim, i) => dim === dims[i])) {
    return value;
  }
  throw operation.refuse(`input ${index} of shape [${dims}]`, `[${value.dims}]`);
}

/** An axis counted from the front. @throws {InvalidModel} `shape` if there is none such */
export function axisOf(operation: Operation, axis: number, rank: number): number {
  if (axis >= -rank && axis < rank) return axis < 0 ? axis + rank : axis;
  throw operation.refuse(`an axis from ${-rank} to ${rank - 1}`, String(axis));
}

/** Shape of two shapes broadcast together. @throws {InvalidModel} `shape` if they do not fit */
export function broadcast(
  operation: Operation,
  [a, b]: readonly [readonly number[], readonly number[]],
): number[] {
  const rank = Math.max(a.length, b.length);
  return Array.from({ length: rank }, (_, i) => {
    const left = a[i - rank + a.length] ?? 1;
    const right = b[i - rank + b.length] ?? 1;
    if (left === right || right === 1) return left;
    if (left === 1) return right;
    throw operation.refuse("shapes that broadcast", `[${a}] and [${b}]`);
  });
}

/** One output of the input's type and shape `dims`. */
export function writes(
  { type }: Value,
  dims: readonly number[],
  cost: Omit<Effect, "outputs"> = {},
): Effect {
  return { outputs: [{ type, dims }], ...cost };
}

/**
 * A record of operators. Where one reads or writes float16, the runtime casts these values to float32 and back: time
 * and memory for that are added to what its rule says.
 */
export function operatorsOf(rules: Readonly<Record<string, Rule | Operator>>): Operators {
  return Object.fromEntries(
    Object.entries(rules).map(([name, given]) => {
      const operator = typeof given === "function" ? { rule: given } : given;
      return [name, { ...operator, rule: (operation) => withCasts(operation, operator.rule) }];
    }),
  );
}

function withCasts(operation: Operation, rule: Rule): Effect {
  const effect = rule(operation);
  let halves = 0;
  for (const value of [...operation.inputs, ...effect.outputs]) {
    if (value?.type === DataType.FLOAT16) halves += sizeOf(value.dims);
  }
  if (halves === 0) return effect;
  const { macs = 0, scratch = 0 } = effect;
  const written = effect.outputs.reduce((sum, output) => sum + sizeOf(output?.dims ?? [0]), 0);
  const work = effect.work ?? macs + written;
  return { ...effect, work: work + castWork(halves), scratch: scratch + 4 * halves };
}
