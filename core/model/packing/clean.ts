/**
 * Copies of messages with only what a runtime computes from. Everything else (doc strings, metadata, stack traces, device
 * hints, names of nodes, fields that the schema does not know) is left out by not being copied: a field that a future
 * exporter invents does not slip through. Unknown fields cannot change a result, since the schema here (onnx.proto of IR
 * version 14) is newer than the runtime's (13), whose parser ignores them as well.
 */
import { InvalidModel } from "../invalid.ts";
import { REFUSED_OPERATORS } from "../admission/limits.ts";
import { plainDomain } from "../admission/operators.ts";
import {
  type AttributeProto,
  AttributeType,
  type DimensionProto,
  type NodeProto,
  type OperatorSetIdProto,
  type ValueInfoProto,
} from "../onnx/codec.ts";
import { rawTensor } from "./tensors.ts";

/** A node without what is for people. @throws {InvalidModel} `operator` or `functions` as admission would */
export function cleanNode(node: NodeProto): NodeProto {
  const { input, output, opType = "" } = node;
  const domain = plainDomain(node.domain);
  if ((node.overload ?? "") !== "") throw functions();
  return {
    input: withoutTrailingBlanks(input),
    output: withoutTrailingBlanks(output),
    opType,
    attribute: node.attribute.map((attribute) => cleanAttribute(attribute, opType)),
    ...(domain === "" ? {} : { domain }),
  };
}

/** Operator sets, each once and "ai.onnx" as "". @throws {InvalidModel} `opset` for two versions of one */
export function cleanOpsets(opsets: readonly OperatorSetIdProto[]): OperatorSetIdProto[] {
  const found = new Map<string, OperatorSetIdProto>();
  for (const { domain: written, version } of opsets) {
    const domain = plainDomain(written);
    const other = found.get(domain);
    if (other !== undefined && other.version !== version) {
      throw new InvalidModel(
        "opset",
        `model: expected one opset of "${domain}", got ${other.version} and ${version}`,
      );
    }
    found.set(domain, { domain, ...(version === undefined ? {} : { version }) });
  }
  return [...found.values()];
}

/** An input or output that is a tensor: name, type and, unless told otherwise, shape. Undefined for another kind. */
export function cleanValue(
  { name = "", type }: ValueInfoProto,
  options: { shape?: boolean } = {},
): ValueInfoProto | undefined {
  const tensor = type?.tensorType;
  if (tensor === undefined) return undefined;
  const { elemType } = tensor;
  const shape = options.shape === false ? undefined : tensor.shape;
  return {
    name,
    type: {
      tensorType: {
        ...(elemType === undefined ? {} : { elemType }),
        ...(shape === undefined ? {} : { shape: { dim: shape.dim.map(cleanDimension) } }),
      },
    },
  };
}

function cleanDimension({ dimValue, dimParam }: DimensionProto): DimensionProto {
  if (dimValue !== undefined) return { dimValue };
  return dimParam === undefined ? {} : { dimParam };
}

function cleanAttribute(attribute: AttributeProto, operator: string): AttributeProto {
  const { name = "", type, f, i, s, t, floats, ints, strings, tensors } = attribute;
  if ((attribute.refAttrName ?? "") !== "") throw functions();
  switch (type) {
    case AttributeType.FLOAT:
      return { name, type, f: f ?? 0 };
    case AttributeType.INT:
      return { name, type, i: i ?? 0 };
    case AttributeType.STRING:
      return { name, type, s: s ?? new Uint8Array() };
    case AttributeType.TENSOR:
      if (t !== undefined) return { name, type, t: rawTensor(t) };
      break;
    case AttributeType.FLOATS:
      return { name, type, floats: floats ?? [] };
    case AttributeType.INTS:
      return { name, type, ints: ints ?? [] };
    case AttributeType.STRINGS:
      return { name, type, strings: strings ?? [] };
    case AttributeType.TENSORS:
      return { name, type, tensors: (tensors ?? []).map(rawTensor) };
  }
  if (type === AttributeType.GRAPH || type === AttributeType.GRAPHS) throw holdsGraph(operator);
  throw new InvalidModel(
    "operator",
    `model: expected numbers, texts and dense tensors in ${operator.slice(0, 60)}, got ` +
      `attribute ${JSON.stringify(name.slice(0, 60))} of type ${type ?? "none"}`,
  );
}

/** Optional inputs and outputs at the end may be left out or be "". */
function withoutTrailingBlanks(names: readonly string[]): string[] {
  return names.slice(0, names.findLastIndex((name) => name !== "") + 1);
}

/** A node around another graph, refused for the reason that admission gives. */
function holdsGraph(operator: string): InvalidModel {
  const reason = REFUSED_OPERATORS.get(operator) ?? "holds a graph of its own";
  return new InvalidModel(
    "operator",
    `model: ${operator.slice(0, 60)} is not admitted, it ${reason}`,
  );
}

function functions(): InvalidModel {
  return new InvalidModel("functions", "model: expected no functions of its own, got some");
}
