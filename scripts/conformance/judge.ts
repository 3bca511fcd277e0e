/** One case of ONNX's backend tests through admission's shape inference and the runtime. */
import { checkNode } from "../../core/model/admission/admit.ts";
import { checkHeader, checkOpsets } from "../../core/model/admission/header.ts";
import { type Walk, walk } from "../../core/model/admission/infer.ts";
import { OPSETS } from "../../core/model/admission/limits.ts";
import { plainDomain } from "../../core/model/admission/operators.ts";
import { checkReproducible } from "../../core/model/admission/reproducible.ts";
import { InvalidModel } from "../../core/model/invalid.ts";
import {
  DataType,
  decodeModel,
  encodeModel,
  type GraphProto,
  type ModelProto,
} from "../../core/model/onnx/codec.ts";
import type { Runtime } from "../../core/evaluate/runtime.ts";
import { difference } from "./compare.ts";
import { type DataSet, type NodeCase, readSet } from "./node_case.ts";
import { type Dense, fromDense, typeName } from "./tensor_file.ts";

/** What became of a case. */
export interface Verdict {
  /** Name of the case. */
  readonly name: string;
  /** Its operator, or "(function bodies)" for one that is written out in several. */
  readonly operator: string;
  /**
   * `pass`: admitted, the runtime gives what ONNX's reference gives, in the type and shape that admission says. `wrong`
   * and `shape`: admitted, and not so. `variant`: the operator is admitted, but not like this. `operator`: it is not
   * admitted. `unread`: inputs or outputs that onnxruntime-web has no arrays for.
   */
  readonly result: "pass" | "wrong" | "shape" | "variant" | "operator" | "unread";
  /** Why, unless it passed. */
  readonly why: string;
}

/** Judges a case. Only inside `runtime.exclusive`. */
export async function judge(given: NodeCase, runtime: Runtime): Promise<Verdict> {
  let operator = "(unreadable)";
  const verdict = (result: Verdict["result"], why = "") => ({
    name: given.name,
    operator,
    result,
    why,
  });
  let model: ModelProto;
  try {
    model = atKnownOpset(decodeModel(given.onnx));
    operator = operatorName(model);
    for (const node of model.graph!.node) checkNode(node, checkOpsets(model));
  } catch (error) {
    const training = error instanceof InvalidModel && error.code === "training";
    if (training) return verdict("variant", error.message);
    return verdict("operator", reason(error, [InvalidModel, SyntaxError]));
  }
  const sets: DataSet[] = [];
  try {
    for (const folder of given.sets) sets.push(await readSet(folder));
  } catch (error) {
    return verdict("unread", reason(error, [TypeError, SyntaxError]));
  }
  let inferred: Walk;
  try {
    inferred = infer(model, sets[0]!);
  } catch (error) {
    return verdict("variant", reason(error, [InvalidModel]));
  }
  for (const set of sets) {
    const outputs = await run(model, { set, runtime });
    if (typeof outputs === "string") return verdict("wrong", outputs);
    for (const [i, output] of outputs.entries()) {
      const wrong = difference(output, set.outputs[i]!);
      if (wrong !== undefined) return verdict("wrong", wrong);
    }
    const shape = set === sets[0]
      ? shapeDifference(model.graph!, { inferred, outputs })
      : undefined;
    if (shape !== undefined) return verdict("shape", shape);
  }
  return verdict("pass");
}

function operatorName({ graph }: ModelProto): string {
  const nodes = graph?.node ?? [];
  if (nodes.length > 1) return "(function bodies)";
  const [{ domain, opType = "" } = { domain: "" }] = nodes;
  return plainDomain(domain) === "" ? opType : `${domain}.${opType}`;
}

/** Cases of later operator sets as cases of the last one that is admitted: most operators did not change. */
function atKnownOpset(model: ModelProto): ModelProto {
  const { max } = OPSETS.get("")!;
  const opsetImport = model.opsetImport.map((entry) =>
    plainDomain(entry.domain) === "" && Number(entry.version) > max
      ? { ...entry, version: max }
      : entry
  );
  return { ...model, irVersion: 10, opsetImport };
}

/**
 * Types and shapes of a case. The cases feed what models have as constants (axes, scales, weights), so each is tried
 * with nothing as a constant, with the whole numbers, with all but the first input, and with everything.
 */
function infer(model: ModelProto, { inputs }: DataSet): Walk {
  const graph = checkHeader(model);
  const opsets = checkOpsets(model);
  const choices: ((input: Dense, i: number) => boolean)[] = [
    () => false,
    ({ type }) => type === "int64" || type === "int32",
    (_, i) => i > 0,
    () => true,
  ];
  let refusal: unknown;
  for (const isConstant of choices) {
    const constants = inputs.map(isConstant);
    const fed = constantsOf(graph, { inputs, constants });
    try {
      checkReproducible(fed.graph);
      return walk(fed.graph, { opsets, inputs: fed.inputs });
    } catch (error) {
      if (!(error instanceof InvalidModel)) throw error;
      refusal ??= error;
    }
  }
  throw refusal;
}

function constantsOf(
  graph: GraphProto,
  { inputs, constants }: { inputs: readonly Dense[]; constants: readonly boolean[] },
) {
  const initializer = [...graph.initializer];
  const fed = new Map<string, { type: number; dims: readonly number[] }>();
  graph.input.forEach(({ name = "" }, i) => {
    const input = inputs[i];
    if (input === undefined) return;
    if (constants[i] && input.type !== "string") {
      initializer.push({ ...fromDense(input), name });
    } else {
      const type = input.type === "string" ? DataType.STRING : fromDense(input).dataType!;
      fed.set(name, { type, dims: input.dims });
    }
  });
  return { graph: { ...graph, initializer }, inputs: fed };
}

/** The outputs in order, or why the runtime refuses. */
async function run(
  model: ModelProto,
  { set, runtime }: { set: DataSet; runtime: Runtime },
): Promise<Dense[] | string> {
  const { InferenceSession, Tensor } = runtime.ort;
  try {
    const options = { executionProviders: ["wasm"], logSeverityLevel: 4 } as const;
    const session = await InferenceSession.create(encodeModel(model), options);
    try {
      const feeds = Object.fromEntries(
        model.graph!.input.flatMap(({ name = "" }, i) => {
          const input = set.inputs[i];
          if (input === undefined) return [];
          return [[name, new Tensor(input.type as "float32", input.data as never, input.dims)]];
        }),
      );
      const outputs = await session.run(feeds, { logSeverityLevel: 4 });
      return session.outputNames.map((name) => {
        const { type, dims, data } = outputs[name]!;
        return { type, dims, data: type === "float16" ? halves(data as never) : data as never };
      });
    } finally {
      await session.release();
    }
  } catch (error) {
    return reason(error, [Error]);
  }
}

/** float16 as bits, whether the engine has an array for it or not. */
function halves({ buffer, byteOffset, length }: Uint16Array<ArrayBuffer>): Uint16Array {
  return new Uint16Array(buffer, byteOffset, length);
}

function shapeDifference(
  graph: GraphProto,
  { inferred, outputs }: { inferred: Walk; outputs: readonly Dense[] },
): string | undefined {
  for (const [i, { name = "" }] of graph.output.entries()) {
    const [value, output] = [inferred.values.get(name), outputs[i]!];
    if (value === undefined) return `no type of output ${i}`;
    const [type, shape] = [typeName(value.type), `[${value.dims}]`];
    if (type !== output.type) return `type ${type} inferred, ${output.type} found`;
    if (shape !== `[${output.dims}]`) return `shape ${shape} inferred, [${output.dims}] found`;
    const at = value.known?.findIndex((known, at) => known !== Number(output.data[at])) ?? -1;
    if (at >= 0) return `element ${at} ${value.known![at]} inferred, ${output.data[at]} found`;
  }
}

/** The message of an expected error; others are thrown on. */
function reason(
  error: unknown,
  kinds: readonly (abstract new (...args: never[]) => Error)[],
): string {
  if (error instanceof Error && kinds.some((kind) => error instanceof kind)) {
    return error.message.replace(/\s+/g, " ").slice(0, 200);
  }
  throw error;
}
