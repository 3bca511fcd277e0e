/** What a graph computes and costs at each number of rows that occurs. */
import { InvalidModel } from "../invalid.ts";
import { DataType, type GraphProto, type ValueInfoProto } from "../onnx/codec.ts";
import { peakBytes } from "./activations.ts";
import { checkDeclared } from "./declared.ts";
import { bytesOf } from "./elements.ts";
import { type Step, type Walk, walk } from "./infer.ts";
import type { Value } from "./operation.ts";
import { plainDomain } from "./operators.ts";
import { type ModelTask, outputOf, type Signature } from "./signature.ts";
import { sizeOf, WORK } from "./work.ts";

/** One node in the largest run. */
export interface NodeAnalysis {
  /** Name of the node, for people. */
  readonly name: string;
  /** Name of the operator. */
  readonly operator: string;
  /** Domain of the operator, "" for ai.onnx. */
  readonly domain: string;
  /** What it writes: name, element type (see {@linkcode DataType}) and shape. */
  readonly outputs: readonly { name: string; type: number; dims: readonly number[] }[];
  /** Multiply-accumulates in the run, exactly. */
  readonly macs: number;
  /** All of its work in the run, in multiply-accumulates of a matrix product. */
  readonly work: number;
  /** Whether it computes from constants alone. */
  readonly constant: boolean;
}

/** What a model costs. */
export interface Analysis {
  /** Rows of the largest run. */
  readonly rows: number;
  /** The nodes in the file's order. */
  readonly nodes: readonly NodeAnalysis[];
  /** Numbers in the file's constants, besides whole numbers of 32 and 64 bits (shapes and the like) and booleans. */
  readonly parameters: number;
  /** Multiply-accumulates for each row of the largest run, rounded up. */
  readonly macs: number;
  /** Work of the costliest run for each row of a full batch, in multiply-accumulates of a matrix product, rounded up. */
  readonly work: number;
  /** Bytes alive at once in the run that needs most. */
  readonly activations: number;
  /** Bytes of the file's constants and of what is computed from such alone. */
  readonly constants: number;
}

/** How the graph is fed; the graph's checks are done. */
export interface Feeding {
  /** What the competition asks for. */
  task: ModelTask;
  /** Versions of operator sets by domain. */
  opsets: ReadonlyMap<string, number>;
  /** The graph's input. */
  input: Pick<Signature, "input" | "shape">;
}

/**
 * Walks a checked graph at every number of rows that occurs: that of a full run and of the last, shorter one.
 *
 * @returns the output that counts, and the cost
 * @throws {InvalidModel} `operator`, `shape`, `cost` or `output`
 */
export function analyseGraph(
  graph: GraphProto,
  { task, opsets, input }: Feeding,
): Pick<Signature, "output" | "kind"> & Analysis {
  const runs = rowsOf(task).map((rows) => {
    const fed = { type: DataType.FLOAT, dims: [rows, ...input.shape] };
    const inputs = new Map([[input.input, fed]]);
    const found = walk(graph, { opsets, inputs });
    checkDeclared(graph, found.values);
    const output = outputOf(graph.output.map((info) => inferred(info, found.values)), {
      ...task,
      batch: rows,
    });
    const bytes = bytesOf(fed);
    const outputs = graph.output.map(({ name = "" }) => name);
    const activations = peakBytes(found.steps, { bytes, outputs });
    return { rows, output, activations, ...found, ...totals(found) };
  });
  const [first, ...others] = runs;
  if (first === undefined) throw new RangeError(`task: expected rows, got ${task.rows}`);
  for (const { output, rows } of others) {
    if (output.output === first.output.output && output.kind === first.output.kind) continue;
    const other = `${output.output} of ${rows} rows`;
    throw new InvalidModel("output", `model: expected one output that counts, got also ${other}`);
  }
  const most = (count: (run: (typeof runs)[number]) => number) => Math.max(...runs.map(count));
  return {
    ...first.output,
    rows: first.rows,
    nodes: first.steps.map(nodeOf),
    parameters: parametersOf(graph, first),
    macs: Math.ceil(first.macs / first.rows),
    work: Math.ceil(most(({ work }) => work) / task.batch),
    activations: most(({ activations }) => activations),
    constants: most(({ constants }) => constants),
  };
}

/** Rows of the runs that occur, the largest first. */
function rowsOf({ batch, rows = batch }: ModelTask): number[] {
  if (rows <= batch) return rows > 0 ? [rows] : [];
  return rows % batch === 0 ? [batch] : [batch, rows % batch];
}

/** What an output is, whatever is declared of it. */
function inferred(
  { name = "" }: ValueInfoProto,
  values: ReadonlyMap<string, Value>,
): ValueInfoProto {
  const { type, dims } = values.get(name) as Value;
  const dim = dims.map((dimValue) => ({ dimValue }));
  return { name, type: { tensorType: { elemType: type, shape: { dim } } } };
}

function totals({ steps, values }: Walk): { macs: number; work: number; constants: number } {
  let macs = 0;
  let work: number = WORK.run;
  for (const step of steps) {
    macs += step.macs;
    work += step.work;
  }
  let constants = 0;
  for (const value of values.values()) if (value.constant) constants += bytesOf(value);
  return { macs, work, constants };
}

function nodeOf({ node, outputs, macs, work, constant }: Step): NodeAnalysis {
  return {
    name: node.name ?? "",
    operator: node.opType ?? "",
    domain: plainDomain(node.domain),
    outputs: outputs.flatMap((value, i) =>
      value === undefined
        ? []
        : [{ name: node.output[i] as string, type: value.type, dims: value.dims }]
    ),
    macs,
    work,
    constant,
  };
}

const NO_PARAMETERS: ReadonlySet<number> = new Set([
  DataType.INT64,
  DataType.INT32,
  DataType.BOOL,
]);

function parametersOf({ initializer, node }: GraphProto, { values }: Walk): number {
  const names = [
    ...initializer.map(({ name = "" }) => name),
    ...node.filter(({ opType }) => opType === "Constant").flatMap(({ output }) => output),
  ];
  let count = 0;
  for (const name of names) {
    const value = values.get(name);
    if (value !== undefined && !NO_PARAMETERS.has(value.type)) count += sizeOf(value.dims);
  }
  return count;
}
