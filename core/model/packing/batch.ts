/** A batch dimension that varies, for models that were exported with a fixed one. */
import { checkOpsets } from "../admission/header.ts";
import { type Walk, walk } from "../admission/infer.ts";
import { InvalidModel } from "../invalid.ts";
import { tensor } from "../onnx/build.ts";
import type {
  GraphProto,
  ModelProto,
  NodeProto,
  TensorProto,
  ValueInfoProto,
} from "../onnx/codec.ts";

/** Batch sizes at which the result is proved: primes, so that no other size is likely to be a multiple of one. */
const PROOFS = [97, 89] as const;
/** Positions of a recurrent layer's initial states, which are 0 if they are left out. */
const INITIAL_STATES: ReadonlyMap<string, readonly number[]> = new Map([
  ["LSTM", [5, 6]],
  ["GRU", [5]],
  ["RNN", [5]],
]);

/** The option of each exporter that leaves the batch open. */
const EXPORTERS = "export with a batch that varies: torch.onnx.export(..., " +
  'dynamic_shapes=({0: torch.export.Dim("batch")},)), with dynamo=False ' +
  'dynamic_axes={"input": {0: "batch"}}, in Keras an Input without batch_size';

/**
 * The same model with its batch dimension symbolic, if it is fixed.
 *
 * Beside the declared shapes it is the targets of `Reshape` that hold the size of the batch, and the zeros that recurrent
 * layers start from. A target whose first size is the batch, of a tensor whose first dimension is, becomes
 * `[-1, ...]` with the other sizes written out: row-major, each row keeps its own numbers. With more than one row, also
 * `[batch * k, ...]` (dimensions folded into the batch) and back. Initial states that are 0 are left out.
 *
 * Proved by inferring all shapes at two other sizes: every changed `Reshape` has the batch first before and after, every
 * size is as it was or grows with the batch, everything computed from the input still has the batch in it, and each output
 * has it first. A model that fails this is refused. At the size that it was exported for the model is unchanged.
 *
 * @param model what `stripModel` gives
 * @returns the model itself if its batch varies already
 * @throws {InvalidModel} `input` with the exporters' options, or what inference refuses
 */
export function withSymbolicBatch(model: ModelProto): ModelProto {
  const graph = model.graph!;
  const [input, ...others] = graph.input;
  const dims = input === undefined || others.length > 0 ? undefined : fixedShape(input);
  if (dims === undefined) return model;
  const batch = dims[0]!;
  if (batch < 1) throw refuse(batch, "no batch has no rows");
  const opsets = checkOpsets(model);
  const at = (graph: GraphProto, rows: number) => {
    const fed = { type: input!.type!.tensorType!.elemType ?? 0, dims: [rows, ...dims.slice(1)] };
    return walk(graph, { opsets, inputs: new Map([[input!.name ?? "", fed]]) });
  };
  const before = at(graph, batch);
  const { graph: opened, reshaped } = openTargets(graph, { batch, walked: before });
  for (const rows of PROOFS) {
    const after = walkOrRefuse(() => at(opened, rows), batch);
    prove({ before, after, batch, rows, reshaped, outputs: graph.output });
  }
  const open = (value: ValueInfoProto) => withOpenBatch(value, batch);
  return {
    ...model,
    graph: { ...opened, input: graph.input.map(open), output: graph.output.map(open) },
  };
}

/** Replaces the batch in targets of `Reshape`, and drops initial states of 0. */
function openTargets(
  graph: GraphProto,
  { batch, walked }: { batch: number; walked: Walk },
): { graph: GraphProto; reshaped: NodeProto[] } {
  const constants = new Map(graph.initializer.map((tensor) => [tensor.name ?? "", tensor]));
  const added: TensorProto[] = [];
  const reshaped: NodeProto[] = [];
  const node = walked.steps.map(({ node, inputs, outputs }): NodeProto => {
    const { opType = "", domain = "" } = node;
    if (domain !== "") return node;
    const states = INITIAL_STATES.get(opType);
    if (states !== undefined) return withoutZeroStates(node, { states, constants });
    const [data, target] = inputs;
    const [output] = outputs;
    if (opType !== "Reshape" || target?.tensor === undefined || !data || !output) return node;
    const known = { from: data.dims, to: output.dims, first: target.known?.[0] };
    if (!holdsBatch(known, batch)) return node;
    const name = `${node.output[0]}/target`;
    added.push(
      tensor(name, [output.dims.length], BigInt64Array.from([-1, ...output.dims.slice(1)], BigInt)),
    );
    const changed = { ...node, input: [node.input[0]!, name] };
    reshaped.push(changed);
    return changed;
  });
  return { graph: { ...graph, node, initializer: [...graph.initializer, ...added] }, reshaped };
}

/** Whether a `Reshape` has the batch first, before and after, and its target says so as a number. */
function holdsBatch(
  { from, to, first }: {
    from: readonly number[];
    to: readonly number[];
    first?: number | undefined;
  },
  batch: number,
): boolean {
  // 0 in the other sizes would leave -1 open.
  if (first === undefined || first < 1 || first !== to[0] || to.includes(0)) return false;
  if (from[0] === batch && first === batch) return true;
  const folds = from[0] === batch && first % batch === 0;
  const unfolds = first === batch && from[0]! % batch === 0;
  return batch > 1 && (folds || unfolds);
}

function withoutZeroStates(
  node: NodeProto,
  { states, constants }: {
    states: readonly number[];
    constants: ReadonlyMap<string, TensorProto>;
  },
): NodeProto {
  const input = node.input.map((name, position) => {
    if (!states.includes(position)) return name;
    const zeros = constants.get(name)?.rawData?.every((byte) => byte === 0) ?? false;
    return zeros ? "" : name;
  });
  return { ...node, input };
}

/** @throws {InvalidModel} if a shape at another batch size is not what it should be */
function prove(
  { before, after, batch, rows, reshaped, outputs }: {
    before: Walk;
    after: Walk;
    batch: number;
    rows: number;
    reshaped: readonly NodeProto[];
    outputs: readonly ValueInfoProto[];
  },
): void {
  for (const [name, value] of after.values) {
    const old = before.values.get(name);
    if (old === undefined || value.constant || value.known !== undefined) continue;
    const grows = value.dims.map((size, i) => size * batch === old.dims[i]! * rows);
    const sound = value.dims.length === old.dims.length &&
      value.dims.every((size, i) => grows[i] || size === old.dims[i]);
    if (sound && grows.includes(true)) continue;
    throw refuse(batch, `${JSON.stringify(name.slice(0, 60))} [${old.dims}] does not grow with it`);
  }
  const first = (name: string | undefined) => after.values.get(name ?? "")?.dims[0] ?? 0;
  const leads = (name: string | undefined) =>
    batch > 1 ? first(name) % rows === 0 : first(name) === rows;
  const wrong = reshaped.find(({ input, output }) => !leads(input[0]) || !leads(output[0]));
  if (wrong !== undefined) throw refuse(batch, `Reshape to "${wrong.output[0]}" depends on it`);
  const other = outputs.find(({ name }) => first(name) !== rows);
  if (other !== undefined) throw refuse(batch, `output "${other.name}" does not have it first`);
}

function walkOrRefuse(work: () => Walk, batch: number): Walk {
  try {
    return work();
  } catch (cause) {
    if (!(cause instanceof InvalidModel)) throw cause;
    throw refuse(batch, `with other rows: ${cause.message.replace(/^model: /, "")}`);
  }
}

/** Sizes of an input whose batch and all other dimensions are fixed; undefined otherwise. */
function fixedShape({ type }: ValueInfoProto): number[] | undefined {
  const sizes = type?.tensorType?.shape?.dim.map(({ dimValue }) => dimValue);
  const fixed = sizes?.every((size) => typeof size === "number") ? sizes as number[] : undefined;
  return fixed === undefined || fixed.length === 0 ? undefined : fixed;
}

function withOpenBatch(value: ValueInfoProto, batch: number): ValueInfoProto {
  const tensor = value.type?.tensorType;
  const [first, ...rest] = tensor?.shape?.dim ?? [];
  if (tensor === undefined || first?.dimValue !== batch) return value;
  const dim = [{ dimParam: "N" }, ...rest];
  return { ...value, type: { tensorType: { ...tensor, shape: { dim } } } };
}

function refuse(batch: number, why: string): InvalidModel {
  return new InvalidModel(
    "input",
    `model: expected a batch dimension that varies, got ${batch}, and ${why}; ${EXPORTERS}`,
  );
}
