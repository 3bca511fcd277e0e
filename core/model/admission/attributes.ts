/** Attributes of nodes: each once, of a type that says where its value lies. */
import { InvalidModel } from "../invalid.ts";
import { type AttributeProto, AttributeType, type NodeProto } from "../onnx/codec.ts";

/** Which field holds the value, by type. Others (graphs, sparse tensors, types) no admitted operator has. */
const FIELDS: ReadonlyMap<number, keyof AttributeProto> = new Map<number, keyof AttributeProto>([
  [AttributeType.FLOAT, "f"],
  [AttributeType.INT, "i"],
  [AttributeType.STRING, "s"],
  [AttributeType.TENSOR, "t"],
  [AttributeType.FLOATS, "floats"],
  [AttributeType.INTS, "ints"],
  [AttributeType.STRINGS, "strings"],
]);

const VALUES = [
  ...FIELDS.values(),
  "g",
  "graphs",
  "tensors",
  "tp",
  "typeProtos",
  "sparseTensor",
  "sparseTensors",
] as const;

/** Most attributes of a node: no operator has half as many. */
const MAX_ATTRIBUTES = 64;

/**
 * Checks the attributes of a node. The runtime takes the last of two of one name, and the field that the type names.
 *
 * @throws {InvalidModel} `operator` or `functions`
 */
export function checkAttributes({ attribute, opType = "" }: NodeProto): void {
  if (attribute.length > MAX_ATTRIBUTES) {
    throw refuse(`at most ${MAX_ATTRIBUTES} attributes of ${opType}`, String(attribute.length));
  }
  const names = new Set<string>();
  for (const found of attribute) {
    const { name = "", type = 0, refAttrName = "" } = found;
    const shown = JSON.stringify(name.slice(0, 60));
    if (found.g !== undefined || found.graphs !== undefined) {
      throw refuse(`no graph inside ${opType}`, "one");
    }
    if (refAttrName !== "") {
      throw new InvalidModel("functions", `model: expected values in ${opType}, got a reference`);
    }
    if (name === "" || names.has(name)) {
      throw refuse(`each attribute of ${opType} once and with a name`, shown);
    }
    names.add(name);
    const field = FIELDS.get(type);
    if (field === undefined) {
      throw refuse(`numbers, texts or a tensor as ${shown} of ${opType}`, `type ${type}`);
    }
    for (const other of VALUES) {
      if (other !== field && found[other] !== undefined) {
        throw refuse(`only the value that its type names as ${shown} of ${opType}`, other);
      }
    }
    if (type === AttributeType.TENSOR && found.t === undefined) {
      throw refuse(`a tensor as ${shown} of ${opType}`, "none");
    }
  }
}

function refuse(expected: string, got: string): InvalidModel {
  return new InvalidModel("operator", `model: expected ${expected}, got ${got}`);
}
