/** Takes from a model all that no result depends on: notes, names, defaults, dead code. */
import { InvalidModel } from "../invalid.ts";
import type { GraphProto, ModelProto, ValueInfoProto } from "../onnx/codec.ts";
import { cleanNode, cleanOpsets, cleanValue } from "./clean.ts";
import { neededAttributes } from "./defaults.ts";
import { dropDeadCode, dropPassThrough, mergeConstants, namesOf } from "./reduce.ts";
import { foldConstantNodes, sortConstants } from "./constants.ts";
import { shortenNames } from "./rename.ts";
import { rawTensor } from "./tensors.ts";
import { replaceZipMaps } from "./zipmap.ts";

/** Most nodes that are looked at: ten times what admission takes of those that stay. */
const MAX_NODES = 20_000;
/** Version of the file format since which constants need not be inputs as well. */
const CONSTANTS_ALONE = 4;

/**
 * The same model in fewer bytes, and without what tells of its author's machine. Doc strings, metadata (stack traces of
 * torch), producer, model version, names of nodes, inner types, quantisation annotations, training information and unknown
 * fields go; inner names become counters; constants become raw data, once each; `Constant`, `Identity` and `Dropout` nodes,
 * attributes that are defaults, unused nodes and constants go; a final `ZipMap` of scikit-learn gives way to the tensor
 * that it reads. Outputs that are no tensors go, since no score is read from them; the others lose their declared shapes, which
 * follow from the graph and which some exporters declare falsely (onnxmltools for LightGBM).
 *
 * The remaining outputs compute the same, to the bit unless the runtime fuses nodes that an `Identity` or `Dropout` kept
 * apart (1e-7 on a transformer of PyTorch's). Like the input they keep their names where these are plain words. Stripping
 * again changes nothing.
 *
 * @param options `output`: the only output to keep; all by default
 * @throws {InvalidModel} for what admission refuses too: `not-onnx`, `functions`, `operator`, `opset`, `graph`, `tensors`,
 * `external-data`, `output`, `too-many-nodes`
 */
export function stripModel(model: ModelProto, options: { output?: string } = {}): ModelProto {
  const { graph, functions } = model;
  if (graph === undefined) {
    throw new InvalidModel("not-onnx", "model: expected an ONNX file with a graph, got none");
  }
  if (functions !== undefined) {
    throw new InvalidModel("functions", "model: expected no functions of its own, got some");
  }
  if (graph.node.length > MAX_NODES) {
    throw new InvalidModel(
      "too-many-nodes",
      `model: expected at most ${MAX_NODES} nodes, got ${graph.node.length}`,
    );
  }
  let net = foldConstantNodes(replaceZipMaps(cleanGraph(graph)));
  net = { ...net, output: chosenOutputs(net.output, options.output) };
  namesOf(net);
  net = sortConstants(mergeConstants(dropDeadCode(dropPassThrough(net))));
  const constants = new Map(net.initializer.map((tensor) => [tensor.name ?? "", tensor]));
  for (const node of net.node) node.attribute = neededAttributes(node, constants);
  return {
    irVersion: Math.max(Number(model.irVersion ?? 0), CONSTANTS_ALONE),
    graph: shortenNames(net),
    opsetImport: neededOpsets(model, net),
  };
}

/** Only what counts of a graph, constants no longer among the inputs. */
function cleanGraph(graph: GraphProto): GraphProto {
  if (graph.sparseInitializer !== undefined) {
    throw new InvalidModel("tensors", "model: expected dense constants, got a sparse one");
  }
  const initializer = graph.initializer.map(rawTensor);
  const constants = new Set(initializer.map(({ name }) => name));
  const inputs = graph.input.filter(({ name }) => !constants.has(name ?? ""));
  return {
    node: graph.node.map(cleanNode),
    name: "g",
    initializer,
    input: inputs.map((input) => cleanValue(input) ?? input),
    output: graph.output.map((output) => cleanValue(output, { shape: false }) ?? output),
  };
}

function chosenOutputs(outputs: ValueInfoProto[], only: string | undefined): ValueInfoProto[] {
  const chosen = outputs.filter(({ name, type }) =>
    type?.tensorType !== undefined && (only === undefined || name === only)
  );
  if (chosen.length > 0) return chosen;
  const wanted = only === undefined ? "a tensor" : `a tensor ${JSON.stringify(only.slice(0, 60))}`;
  throw new InvalidModel("output", `model: expected ${wanted} among its outputs, got none`);
}

/** The operator sets that nodes refer to; that of ai.onnx always. */
function neededOpsets({ opsetImport }: ModelProto, { node }: GraphProto) {
  const used = new Set(["", ...node.map(({ domain = "" }) => domain)]);
  return cleanOpsets(opsetImport).filter(({ domain = "" }) => used.has(domain));
}
