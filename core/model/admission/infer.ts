/** Walks a graph at one batch size: type, shape and cost of everything that it computes. */
import { InvalidModel } from "../invalid.ts";
import type { GraphProto, NodeProto, TensorProto } from "../onnx/codec.ts";
import { bitsOf, elementsOf, MAX_KNOWN, typeName } from "./elements.ts";
import { fold } from "./fold.ts";
import { MAX_RANK, MAX_TENSOR_ELEMENTS } from "./limits.ts";
import { type Effect, Operation, type Value, type Written } from "./operation.ts";
import { operatorOf } from "./operators.ts";
import { FEW_LINKS, sizeOf, WORK } from "./work.ts";

/** One node at one batch size. */
export interface Step {
  /** The node. */
  readonly node: NodeProto;
  /** What it reads, by position; undefined for an input that it leaves out. */
  readonly inputs: readonly (Value | undefined)[];
  /** What it writes, by position; undefined for an output that it leaves out. */
  readonly outputs: readonly (Value | undefined)[];
  /** Multiply-accumulates, exactly. */
  readonly macs: number;
  /** All of its work in multiply-accumulates of a matrix product. */
  readonly work: number;
  /** Bytes that it needs besides inputs and outputs while it runs. */
  readonly scratch: number;
  /** Whether it computes from constants alone, so that the runtime may compute it once. */
  readonly constant: boolean;
}

/** What a graph computes at one batch size. */
export interface Walk {
  /** The nodes in the file's order. */
  readonly steps: readonly Step[];
  /** All values by name. */
  readonly values: ReadonlyMap<string, Value>;
}

/**
 * Walks a graph whose names and constants have been checked.
 *
 * @param graph its nodes stand in order: each reads what is there already
 * @param options `opsets`: version by domain; `inputs`: type and shape of what is fed, by name
 * @throws {InvalidModel} `operator`, `shape` or `cost`
 */
export function walk(
  graph: GraphProto,
  { opsets, inputs }: {
    opsets: ReadonlyMap<string, number>;
    inputs: ReadonlyMap<string, Written>;
  },
): Walk {
  const values = new Map<string, Value>();
  for (const tensor of graph.initializer) values.set(tensor.name ?? "", constantOf(tensor));
  for (const [name, written] of inputs) values.set(name, { ...written, constant: false });
  const steps: Step[] = [];
  for (const node of graph.node) {
    const step = stepOf(node, { opsets, values });
    step.outputs.forEach((value, i) => {
      if (value !== undefined) values.set(node.output[i] as string, value);
    });
    steps.push(step);
  }
  return { steps, values };
}

/** A constant of the file as a value. Its elements are read when a rule first asks for them. */
export function constantOf(tensor: TensorProto): Value {
  let known: readonly number[] | undefined | null = null;
  return {
    type: tensor.dataType ?? 0,
    dims: tensor.dims as number[],
    constant: true,
    tensor,
    get known() {
      return known === null ? known = elementsOf(tensor) : known;
    },
  };
}

function stepOf(
  node: NodeProto,
  { opsets, values }: { opsets: ReadonlyMap<string, number>; values: ReadonlyMap<string, Value> },
): Step {
  const { operator, version } = operatorOf(node, opsets);
  const inputs = node.input.map((name) => name === "" ? undefined : values.get(name));
  const operation = new Operation(node, inputs, version);
  const effect = operator.rule(operation);
  const folded = fold(operation, effect.outputs);
  const constant = inputs.every((input) => input === undefined || input.constant);
  const outputs = node.output.map((name, i) => {
    if (name === "") return undefined;
    const written = effect.outputs[i];
    if (written === undefined) throw operation.refuse(`no output ${i}`, "one");
    const { type, dims, known = folded?.[i] } = written;
    const value = checked(operation, { type, dims, known, constant });
    const tensor = node.opType === "Constant" ? operation.tensor("value") : undefined;
    return tensor === undefined ? value : constantOf(tensor);
  });
  const { macs, work, scratch } = costOf(effect, {
    outputs,
    links: node.input.length + node.output.length,
  });
  return { node, inputs, outputs, macs, work, scratch, constant };
}

/** A value whose type and shape are sound, whatever the rule says; its elements only where they are few. */
function checked(operation: Operation, value: Value): Value {
  const { type, dims, known } = value;
  if (bitsOf(type) === undefined) {
    throw operation.refuse("numbers or booleans of an admitted type", typeName(type));
  }
  if (dims.length > MAX_RANK) {
    throw operation.refuse(`at most ${MAX_RANK} dimensions`, String(dims.length));
  }
  if (!dims.every((dim) => Number.isSafeInteger(dim) && dim >= 0)) {
    throw operation.refuse("sizes from 0", `[${dims}]`);
  }
  const size = sizeOf(dims);
  if (Math.max(size, ...dims) > MAX_TENSOR_ELEMENTS) {
    throw new InvalidModel(
      "cost",
      `model: expected at most ${MAX_TENSOR_ELEMENTS} elements from ${operation.operator}, got [${dims}]`,
    );
  }
  const few = known !== undefined && known.length === size && size <= MAX_KNOWN;
  return { ...value, known: few ? known : undefined };
}

function costOf(
  { macs = 0, work, scratch = 0 }: Effect,
  { outputs, links }: { outputs: readonly (Value | undefined)[]; links: number },
): { macs: number; work: number; scratch: number } {
  let moved = 0;
  for (const output of outputs) if (output !== undefined) moved += sizeOf(output.dims);
  const all = WORK.node + Math.max(0, links - FEW_LINKS) * WORK.link +
    (work ?? macs + WORK.moved * moved);
  for (const count of [macs, all, scratch]) {
    // A rule that gives no count must never pass for one that costs nothing.
    if (!(count >= 0)) throw new InvalidModel("cost", `model: expected a cost, got ${count}`);
  }
  return { macs, work: all, scratch };
}
