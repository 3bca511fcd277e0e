import { InvalidModel } from "../invalid.ts";
import type { ModelProto, NodeProto } from "../onnx/codec.ts";
import { CALL_EVAL } from "./advice.ts";
import { analyseGraph, type Analysis } from "./analyse.ts";
import { checkAttributes } from "./attributes.ts";
import { checkConstants } from "./constants.ts";
import { checkHeader, checkOpsets, decode, unknownDomain } from "./header.ts";
import { MAX_LINKS, MAX_NODES, OPSETS } from "./limits.ts";
import { checkNames } from "./names.ts";
import { operatorOf, plainDomain } from "./operators.ts";
import { checkReproducible } from "./reproducible.ts";
import { checkCost } from "./cost.ts";
import { inputOf, type ModelTask, type Signature } from "./signature.ts";

/** An admitted model: how it is fed and read, and what it costs. */
export interface Admitted extends Signature, Analysis {}

/**
 * Whether a model may run, decided from the file alone: format and operator set versions, domains,
 * operators, constants, shapes and cost at each number of rows that occurs, nothing that depends on the
 * processor, and an input and an output that fit the task. What is admitted is the same for every miner
 * (PROTOCOL.md section 7; docs/evaluation.md is the specification).
 *
 * @param onnx an ONNX file, as `inflateModel` gives it
 * @returns which input to feed, in what shape, which output to read, and the cost
 * @throws {InvalidModel} with the code of the first check that the model fails
 */
export function admitModel(onnx: Uint8Array, task: ModelTask): Admitted {
  const admitted = analyse(decode(onnx), task);
  checkCost(admitted, task);
  return admitted;
}

/**
 * All that admission finds out about a model, whatever it costs: for inspection.
 *
 * @throws {InvalidModel} as {@link admitModel}, `cost` only for single values beyond all bounds
 */
export function analyse(model: ModelProto, task: ModelTask): Admitted {
  const graph = checkHeader(model);
  const opsets = checkOpsets(model);
  if (graph.node.length > MAX_NODES) {
    throw new InvalidModel(
      "too-many-nodes",
      `model: expected at most ${MAX_NODES} nodes, got ${graph.node.length}`,
    );
  }
  const links = graph.node.reduce(
    (sum, { input, output }) => sum + input.length + output.length,
    0,
  );
  if (links > MAX_LINKS) {
    throw new InvalidModel(
      "too-many-nodes",
      `model: expected at most ${MAX_LINKS} inputs and outputs of nodes, got ${links}`,
    );
  }
  for (const node of graph.node) checkNode(node, opsets);
  checkConstants(graph);
  checkNames(graph);
  checkReproducible(graph);
  const input = inputOf(graph, task);
  return { ...input, ...analyseGraph(graph, { task, opsets, input }) };
}

/**
 * Checks one node by itself: domain, operator, version and attributes.
 *
 * @param opsets version by domain, "ai.onnx" as ""
 * @throws {InvalidModel} `domain`, `opset`, `functions`, `operator` or `training`
 */
export function checkNode(node: NodeProto, opsets: ReadonlyMap<string, number>): void {
  const domain = plainDomain(node.domain);
  const operator = node.opType ?? "";
  if (!OPSETS.has(domain)) throw unknownDomain(domain);
  if (!opsets.has(domain)) {
    throw new InvalidModel("opset", `model: expected an opset of "${domain}" for ${operator}`);
  }
  if (node.overload !== undefined && node.overload !== "") {
    throw new InvalidModel("functions", `model: expected no overload of ${operator}, got one`);
  }
  operatorOf(node, opsets);
  // Since opset 12 a third input turns the noise of training on.
  if (operator === "Dropout" && (node.input[2] ?? "") !== "") {
    throw new InvalidModel(
      "training",
      `model: expected Dropout without a training mode, got one; ${CALL_EVAL}`,
    );
  }
  checkAttributes(node);
}
