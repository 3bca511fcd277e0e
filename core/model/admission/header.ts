/** What stands around the graph: versions of format and operator sets, and parts that only training and functions have. */
import { InvalidModel } from "../invalid.ts";
import { decodeModel, type GraphProto, type ModelProto } from "../onnx/codec.ts";
import { OTHER_VERSION, STANDARD_OPERATORS } from "./advice.ts";
import { IR_VERSIONS, OPSETS } from "./limits.ts";
import { plainDomain } from "./operators.ts";

/**
 * Decodes an ONNX file.
 *
 * @throws {InvalidModel} `not-onnx`
 */
export function decode(onnx: Uint8Array): ModelProto {
  try {
    return decodeModel(onnx);
  } catch (cause) {
    if (!(cause instanceof SyntaxError)) throw cause;
    throw new InvalidModel("not-onnx", `model: expected an ONNX file. ${cause.message}`, { cause });
  }
}

/**
 * The graph of a model whose format version is known and which has neither functions nor training information.
 *
 * @throws {InvalidModel} `not-onnx`, `ir-version`, `functions` or `training`
 */
export function checkHeader(model: ModelProto): GraphProto {
  const { irVersion, graph } = model;
  if (graph === undefined) {
    throw new InvalidModel("not-onnx", "model: expected an ONNX file with a graph, got none");
  }
  const { min, max } = IR_VERSIONS;
  if (typeof irVersion !== "number" || irVersion < min || irVersion > max) {
    throw new InvalidModel(
      "ir-version",
      `model: expected IR version ${min} to ${max}, got ${irVersion}; ${OTHER_VERSION}`,
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

/**
 * Versions of the operator sets that a model uses, by domain ("ai.onnx" as "").
 *
 * @throws {InvalidModel} `domain` or `opset`
 */
export function checkOpsets({ opsetImport }: ModelProto): Map<string, number> {
  const found = new Map<string, number>();
  for (const { domain: written, version } of opsetImport) {
    const domain = plainDomain(written);
    const range = OPSETS.get(domain);
    if (range === undefined) throw unknownDomain(domain);
    if (typeof version !== "number" || version < range.min || version > range.max) {
      throw new InvalidModel(
        "opset",
        `model: expected opset ${range.min} to ${range.max} of "${domain}", got ${version}; ${OTHER_VERSION}`,
      );
    }
    if (found.has(domain)) {
      throw new InvalidModel("opset", `model: expected one opset of "${domain}", got two`);
    }
    found.set(domain, version);
  }
  return found;
}

/** The error for a domain that is not admitted. */
export function unknownDomain(domain: string): InvalidModel {
  const known = Array.from(OPSETS.keys()).map((name) => JSON.stringify(name)).join(" or ");
  const shown = JSON.stringify(domain.slice(0, 60));
  return new InvalidModel(
    "domain",
    `model: expected operators of ${known}, got ${shown}; ${STANDARD_OPERATORS}`,
  );
}
