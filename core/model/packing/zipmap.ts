import type { AttributeProto, GraphProto } from "../onnx/codec.ts";
import { value } from "../onnx/build.ts";

/**
 * Drops final `ZipMap` nodes, which scikit-learn's exporter puts behind a classifier to make lists of maps of its
 * probabilities; the tensor of probabilities becomes the output in their place. The scorer reads tensors only, and the
 * labels, which it prefers, are another output.
 */
export function replaceZipMaps(graph: GraphProto): GraphProto {
  const maps = new Map(
    graph.node.filter(isZipMap).map((node) => [node.output[0] ?? "", node] as const),
  );
  if (maps.size === 0) return graph;
  const names = new Set(graph.output.map(({ name }) => name ?? ""));
  const output = graph.output.flatMap((output) => {
    const node = maps.get(output.name ?? "");
    const name = node?.input[0];
    if (node === undefined || name === undefined) return [output];
    if (names.has(name)) return [];
    names.add(name);
    return [value(name, ["N", node.attribute.reduce((size, list) => size + lengthOf(list), 0)])];
  });
  return { ...graph, node: graph.node.filter((node) => !isZipMap(node)), output };
}

function isZipMap({ opType, domain }: GraphProto["node"][number]): boolean {
  return opType === "ZipMap" && domain === "ai.onnx.ml";
}

/** Number of classes in `classlabels_int64s` or `classlabels_strings`, of which there is one. */
function lengthOf({ ints = [], strings = [] }: AttributeProto): number {
  return Math.max(ints.length, strings.length);
}
