/** What rules about shapes share. */
import type { Effect, Operation, Value } from "../operation.ts";
import { ALL, INDICES } from "../types.ts";
import { sizeOf, WORK } from "../work.ts";
import { axisOf, typed } from "./checks.ts";

/** An input of numbers or booleans. @throws {InvalidModel} `shape` */
export function input(operation: Operation, index = 0): Value {
  return typed(operation, index, ALL);
}

/** One output of an input's type, whose elements are copied in stretches of `stretch`. */
export function moved({ type, dims: own }: Value, dims = own, stretch = Infinity): Effect {
  const size = sizeOf(dims);
  const stretches = size === 0 ? 0 : Math.ceil(size / Math.max(1, stretch));
  return { outputs: [{ type, dims }], work: size * WORK.moved + stretches * WORK.stretch };
}

/** The elements of an input that says shapes or axes: a vector of whole numbers. @throws {InvalidModel} `shape` */
export function numbers(operation: Operation, index: number): readonly number[] {
  const { dims } = typed(operation, index, INDICES);
  if (dims.length > 1) throw operation.refuse(`a vector as input ${index}`, `[${dims}]`);
  return operation.known(index);
}

/** Axes from an attribute or, since opset `version`, from an input; undefined where there are none. @throws {InvalidModel} `shape` */
export function axesOf(
  operation: Operation,
  { version, rank, index = 1 }: { version: number; rank: number; index?: number },
): number[] | undefined {
  const given = operation.version < version
    ? operation.ints("axes")
    : operation.inputs[index] && numbers(operation, index);
  const axes = given?.map((axis) => axisOf(operation, axis, rank));
  if (axes !== undefined && new Set(axes).size < axes.length) {
    throw operation.refuse("each axis once", `[${given}]`);
  }
  return axes;
}
