import { InvalidModel } from "../invalid.ts";
import { checkConstants } from "./constants.ts";
import { IR_VERSIONS, MAX_NODES, OPSETS, REFUSED_OPERATORS } from "./limits.ts";
import { decodeModel, type GraphProto, type ModelProto, type NodeProto } from "../onnx/codec.ts";
import { checkReproducible } from "./reproducible.ts";
import { type ModelTask, type Signature, signatureOf } from "./signature.ts";

/**
 * Whether a model may run, decided from the file alone: format and operator set versions, domains,
 * operators, constants, nothing that depends on the processor, and an input and an output that fit the
 * task. What is admitted is the same for every miner (PROTOCOL.md section 7).
 *
 * @param onnx an ONNX file, as `inflateModel` gives it
 * @returns which input to feed, in what shape, and which output to read
 * @throws {InvalidModel} with the code of the first check that the model fails
 */
export function admitModel(onnx: Uint8Array, task: ModelTask): Signature {
  const model = decode(onnx);
  const graph = checkHeader(model);
  const opsets = checkOpsets(model);
  if (graph.node.length > MAX_NODES) {
    throw new InvalidModel(
      "too-many-nodes",
      `model: expected at most ${MAX_NODES} nodes, got ${graph.node.length}`,
    );
  }
  for (const node of graph.node) checkNode(node, opsets);
  checkConstants(graph);
  checkReproducible(graph);
  return signatureOf(graph, task);
}

function decode(onnx: Uint8Array): ModelProto {
  try {
    return decodeModel(onnx);
  } catch (cause) {
    if (!(cause instanceof SyntaxError)) throw cause;
    throw new InvalidModel("not-onnx", `model: expected an ONNX file. ${cause.message}`, { cause });
  }
}

function checkHeader(model: ModelProto): GraphProto {
  const { irVersion, graph } = model;
  if (graph === undefined) {
    throw new InvalidModel("not-onnx", "model: expected an ONNX file with a graph, got none");
  }
  const { min, max } = IR_VERSIONS;
  if (typeof irVersion !== "number" || irVersion < min || irVersion > max) {
    throw new InvalidModel(
      "ir-version",
      `model: expected IR version ${min} to ${max}, got ${irVersion}`,
    );
  }
  if (model.functions !== undefined) {
    throw new InvalidModel("functions", "model: expected no functions of its own, got some");
  }
  if (model.trainingInfo !== undefined) {
    throw new InvalidModel("training", "model: expected no training information, got some");
  }
  return graph;
}

/** Domains that the model uses, "ai.onnx" as "". */
function checkOpsets({ opsetImport }: ModelProto): Set<string> {
  const found = new Set<string>();
  for (const { domain: written, version } of opsetImport) {
    const domain = plainDomain(written);
    const range = OPSETS.get(domain);
    if (range === undefined) throw unknownDomain(domain);
    if (typeof version !== "number" || version < range.min || version > range.max) {
      throw new InvalidModel(
        "opset",
        `model: expected opset ${range.min} to ${range.max} of "${domain}", got ${version}`,
      );
    }
    if (found.has(domain)) {
      throw new InvalidModel("opset", `model: expected one opset of "${domain}", got two`);
    }
    found.add(domain);
  }
  return found;
}

function checkNode(node: NodeProto, opsets: Set<string>): void {
  const domain = plainDomain(node.domain);
  const operator = node.opType ?? "";
  if (!OPSETS.has(domain)) throw unknownDomain(domain);
  if (!opsets.has(domain)) {
    throw new InvalidModel("opset", `model: expected an opset of "${domain}" for ${operator}`);
  }
  if (domain === "") checkOperator(node, operator);
  for (const name of [node.name ?? "", ...node.input, ...node.output]) checkName(name);
  if (node.overload !== undefined && node.overload !== "") {
    throw new InvalidModel("functions", `model: expected no overload of ${operator}, got one`);
  }
  for (const attribute of node.attribute) {
    if (attribute.g !== undefined || attribute.graphs !== undefined) {
      throw new InvalidModel("operator", `model: expected no graph inside ${operator}, got one`);
    }
    if (attribute.refAttrName !== undefined && attribute.refAttrName !== "") {
      throw new InvalidModel("functions", `model: expected values in ${operator}, got a reference`);
    }
  }
}

/** The runtime quotes names in its messages, which tell INVALID from LOCAL: no name may end such a quote. */
function checkName(name: string): void {
  if (!/['\p{Cc}]/u.test(name)) return;
  throw new InvalidModel(
    "name",
    `model: expected names without quotes and control characters, got ${
      JSON.stringify(name.slice(0, 100))
    }`,
  );
}

function checkOperator(node: NodeProto, operator: string): void {
  const reason = REFUSED_OPERATORS.get(operator);
  if (reason !== undefined) {
    throw new InvalidModel("operator", `model: ${operator} is not admitted, it ${reason}`);
  }
  // Since opset 12 a third input turns the noise of training on.
  if (operator === "Dropout" && (node.input[2] ?? "") !== "") {
    throw new InvalidModel("training", "model: expected Dropout without a training mode, got one");
  }
}

function plainDomain(domain: string | undefined): string {
  return domain === undefined || domain === "ai.onnx" ? "" : domain;
}

function unknownDomain(domain: string): InvalidModel {
  const known = Array.from(OPSETS.keys()).map((name) => JSON.stringify(name)).join(" or ");
  const shown = JSON.stringify(domain.slice(0, 60));
  return new InvalidModel("domain", `model: expected operators of ${known}, got ${shown}`);
}
