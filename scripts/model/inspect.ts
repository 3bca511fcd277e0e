/** What a model is made of, and whether it is admitted. */
import { analyse } from "../../core/model/admission/admit.ts";
import { checkCost } from "../../core/model/admission/cost.ts";
import { typeName } from "../../core/model/admission/elements.ts";
import type { ModelTask } from "../../core/model/admission/signature.ts";
import { type InvalidCode, InvalidModel } from "../../core/model/invalid.ts";
import {
  DataType,
  type GraphProto,
  type ModelProto,
  type ValueInfoProto,
} from "../../core/model/onnx/codec.ts";

/** One node. */
export interface Layer {
  /** Operator. */
  operator: string;
  /** What it writes: type and shape with the rows of one run first, such as "float32 [100,10]"; "" if not known. */
  output: string;
  /** Numbers in the constants that it reads. */
  parameters: number;
  /** Multiply-accumulates a row; undefined if not known. */
  macs: number | undefined;
}

/** What is found out about a model. */
export interface Inspection {
  /** Whether admission takes it. */
  admitted: boolean;
  /** Why not. */
  refusal?: { code: InvalidCode; message: string };
  /** Inputs, such as "input float32 [N,1,28,28]". */
  inputs: string[];
  /** Outputs, likewise. */
  outputs: string[];
  /** The nodes in order. */
  layers: Layer[];
  /** Uses of each operator. */
  operators: Record<string, number>;
  /** Numbers in all constants. */
  parameters: number;
  /** Multiply-accumulates a row; this and what follows only where all shapes are known. */
  macs?: number;
  /** Work a row. */
  work?: number;
  /** Bytes of activations in one run. */
  activations?: number;
}

/**
 * Looks through a model. What admission finds out is told as far as it gets.
 *
 * @param options `task`: what the competition asks; without it nothing is admitted or refused for its shapes
 */
export function inspectModel(
  model: ModelProto,
  { task }: { task: ModelTask | undefined },
): Inspection {
  const graph = model.graph ?? { node: [], initializer: [], input: [], output: [] };
  const weights = graph.initializer.filter(({ dataType = 0 }) => !NO_WEIGHTS.has(dataType));
  const sizes = new Map(weights.map((tensor) => [tensor.name ?? "", sizeOf(tensor.dims)]));
  const found = admission(model, task);
  const nodes = "admitted" in found ? found.admitted.nodes : undefined;
  const rows = "admitted" in found ? found.admitted.rows : 1;
  const layers = graph.node.map(({ opType = "", input }, i): Layer => {
    const [output] = nodes?.[i]?.outputs ?? [];
    return {
      operator: opType,
      output: output === undefined ? "" : `${typeName(output.type)} [${output.dims}]`,
      parameters: new Set(input).values().reduce((sum, name) => sum + (sizes.get(name) ?? 0), 0),
      macs: nodes === undefined ? undefined : Math.ceil((nodes[i]?.macs ?? 0) / rows),
    };
  });
  const { refusal } = found;
  return {
    admitted: refusal === undefined,
    ...(refusal && { refusal }),
    inputs: inputsOf(graph).map(shown),
    outputs: graph.output.map(shown),
    layers,
    operators: count(layers.map(({ operator }) => operator)),
    parameters: "admitted" in found
      ? found.admitted.parameters
      : weights.reduce((sum, { dims }) => sum + sizeOf(dims), 0),
    ...("admitted" in found && costs(found.admitted)),
  };
}

/** Types of constants that are shapes and the like. */
const NO_WEIGHTS: ReadonlySet<number> = new Set([DataType.INT64, DataType.INT32, DataType.BOOL]);

type Found =
  | { admitted: ReturnType<typeof analyse>; refusal?: NonNullable<Inspection["refusal"]> }
  | { refusal: NonNullable<Inspection["refusal"]> };

function admission(model: ModelProto, task: ModelTask | undefined): Found {
  if (task === undefined) {
    const message = "model: expected an input of fixed sizes besides the batch; give --data";
    return { refusal: { code: "input", message } };
  }
  const refused = (error: unknown) => {
    if (!(error instanceof InvalidModel)) throw error;
    return { refusal: { code: error.code, message: error.message } };
  };
  let admitted;
  try {
    admitted = analyse(model, task);
  } catch (error) {
    return refused(error);
  }
  try {
    checkCost(admitted, task);
    return { admitted };
  } catch (error) {
    return { admitted, ...refused(error) };
  }
}

function costs({ macs, work, activations }: ReturnType<typeof analyse>) {
  return { macs, work, activations };
}

function inputsOf({ input, initializer }: GraphProto): ValueInfoProto[] {
  const constants = new Set(initializer.map(({ name }) => name));
  return input.filter(({ name }) => !constants.has(name));
}

function shown({ name = "", type }: ValueInfoProto): string {
  const tensor = type?.tensorType;
  if (tensor === undefined) return `${name} (no tensor)`;
  const dims = tensor.shape?.dim.map(({ dimValue, dimParam }) => dimValue ?? dimParam ?? "?");
  return `${name} ${typeName(tensor.elemType)}${dims === undefined ? "" : ` [${dims}]`}`;
}

function count(names: readonly string[]): Record<string, number> {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return Object.fromEntries([...counts].sort(([a], [b]) => a < b ? -1 : 1));
}

function sizeOf(dims: readonly (number | bigint)[]): number {
  return dims.reduce<number>((all, dim) => all * Number(dim), 1);
}
