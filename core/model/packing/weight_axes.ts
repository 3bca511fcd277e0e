import type { AttributeProto, GraphProto, NodeProto } from "../onnx/codec.ts";

/** The dimension of a weight that has a scale for each entry; "added" for a constant that is only added or multiplied. */
export type WeightAxis = number | "added";

/**
 * Constants that may be stored in fewer bits, by name: weights with the dimension of their output channels, and biases and
 * other operands that are added or multiplied. Constants that anything else reads (variances, exponents, limits, shapes)
 * are not among them, and neither are outputs and scales.
 */
export function weightAxes(graph: GraphProto): Map<string, WeightAxis> {
  const ranks = new Map(graph.initializer.map(({ name = "", dims }) => [name, dims.length]));
  const found = new Map<string, WeightAxis>();
  const fixed = new Set(graph.output.map(({ name = "" }) => name));
  for (const node of graph.node) {
    for (const [position, name] of node.input.entries()) {
      const rank = ranks.get(name);
      if (rank === undefined) continue;
      const axis = axisOf(node, { position, rank });
      const other = found.get(name);
      if (axis === undefined || (axis !== "added" && axis >= rank)) fixed.add(name);
      else if (other === undefined || other === "added") found.set(name, axis);
    }
  }
  for (const name of fixed) found.delete(name);
  return found;
}

function axisOf(
  node: NodeProto,
  { position, rank }: { position: number; rank: number },
): WeightAxis | undefined {
  const { opType = "", domain = "" } = node;
  if (domain !== "") return undefined;
  if (ADDED.get(opType)?.includes(position)) return "added";
  if (position === 0) return opType === "Gather" && rank === 2 ? 1 : undefined;
  if (position === 1) {
    switch (opType) {
      case "Conv":
        return 0;
      case "ConvTranspose":
        return 1;
      case "Gemm":
        return int(node, "transB") === 1 ? 0 : 1;
      case "MatMul":
        return rank < 2 ? "added" : rank - 1;
    }
  }
  const recurrent = opType === "LSTM" || opType === "GRU" || opType === "RNN";
  // W and R: [directions, gates * hidden, inputs].
  return recurrent && position <= 2 ? 1 : undefined;
}

/** Operator -> positions of inputs that are added to something, or multiplied with it. */
const ADDED: ReadonlyMap<string, readonly number[]> = new Map([
  ["Add", [0, 1]],
  ["Sub", [0, 1]],
  ["Mul", [0, 1]],
  ["Conv", [2]],
  ["ConvTranspose", [2]],
  ["Gemm", [2]],
  ["LSTM", [3]],
  ["GRU", [3]],
  ["RNN", [3]],
  ["PRelu", [1]],
  ["BatchNormalization", [1, 2]],
  ["InstanceNormalization", [1, 2]],
  ["LayerNormalization", [1, 2]],
  ["GroupNormalization", [1, 2]],
]);

function int({ attribute }: NodeProto, name: string): AttributeProto["i"] {
  return attribute.find((attribute) => attribute.name === name)?.i;
}
