/** Constants of a graph: out of nodes, and in the order that packs best. */
import { tensor } from "../onnx/build.ts";
import {
  type AttributeProto,
  AttributeType,
  DataType,
  type GraphProto,
  type NodeProto,
  type TensorProto,
} from "../onnx/codec.ts";

/**
 * Turns `Constant` nodes into constants of the graph, as the runtime does when it loads a model. One that is an output, or
 * holds texts, stays a node.
 */
export function foldConstantNodes(graph: GraphProto): GraphProto {
  const outputs = new Set(graph.output.map(({ name }) => name));
  const folded: TensorProto[] = [];
  const node = graph.node.filter((node) => {
    const [name = ""] = node.output;
    const constant = outputs.has(name) ? undefined : constantOf(node, name);
    if (constant === undefined) return true;
    folded.push(constant);
    return false;
  });
  return { ...graph, node, initializer: [...graph.initializer, ...folded] };
}

/**
 * Sorts constants by type, then by the node that reads them first: deflate then sees numbers of one kind in a row. Those
 * of one byte come last, where most of a quantised model lies.
 */
export function sortConstants(graph: GraphProto): GraphProto {
  const firstUse = new Map<string, number>();
  let at = 0;
  for (const { input } of graph.node) {
    for (const name of input) if (!firstUse.has(name)) firstUse.set(name, at++);
  }
  const use = ({ name = "" }: TensorProto) => firstUse.get(name) ?? at;
  const kind = ({ dataType = 0 }: TensorProto) => KINDS.indexOf(dataType);
  return {
    ...graph,
    initializer: graph.initializer.toSorted((a, b) => kind(a) - kind(b) || use(a) - use(b)),
  };
}

const KINDS: readonly number[] = [
  DataType.INT64,
  DataType.INT32,
  DataType.FLOAT,
  DataType.FLOAT16,
  DataType.INT8,
  DataType.INT4,
];

function constantOf({ opType, domain, attribute }: NodeProto, name: string) {
  const [only, ...others] = attribute;
  if (opType !== "Constant" || (domain ?? "") !== "" || only === undefined) return undefined;
  return others.length > 0 || name === "" ? undefined : fromAttribute(only, name);
}

/** What `value`, `value_float`, `value_floats`, `value_int` or `value_ints` stands for. */
function fromAttribute(attribute: AttributeProto, name: string): TensorProto | undefined {
  const { type, t, f = 0, i = 0, floats = [], ints = [] } = attribute;
  switch (type) {
    case AttributeType.TENSOR:
      return t && { ...t, name };
    case AttributeType.FLOAT:
      return tensor(name, [], Float32Array.of(f));
    case AttributeType.FLOATS:
      return tensor(name, [floats.length], Float32Array.from(floats));
    case AttributeType.INT:
      return tensor(name, [], BigInt64Array.of(BigInt(i)));
    case AttributeType.INTS:
      return tensor(name, [ints.length], BigInt64Array.from(ints, BigInt));
  }
  return undefined;
}
