/** A newer opset for an old model, where its operators mean the same. */
import { AttributeType, type GraphProto, type ModelProto, type NodeProto } from "../onnx/codec.ts";

/** The opset up to which {@linkcode SAME} was looked through. */
const TARGET = 13;

/**
 * Operators of ai.onnx that mean the same in every opset from 7 to 13 (onnx/docs/Changelog.md): newer versions took more
 * types, allowed negative axes, or added attributes whose defaults are what held before.
 */
const SAME: ReadonlySet<string> = new Set([
  ...["Abs", "Acos", "Add", "And", "ArgMax", "ArgMin", "Asin", "Atan", "AveragePool"],
  ...["BatchNormalization", "Cast", "Ceil", "Concat", "Constant", "ConstantOfShape", "Conv"],
  ...["ConvTranspose", "Cos", "DepthToSpace", "Div", "Elu", "Erf", "Exp", "Expand", "Flatten"],
  ...["Floor", "GRU", "Gather", "Gemm", "GlobalAveragePool", "GlobalMaxPool", "HardSigmoid"],
  ...["Identity", "InstanceNormalization", "LRN", "LSTM", "LeakyRelu", "Log", "MatMul", "Max"],
  ...["MaxPool", "Mean", "Min", "Mul", "Neg", "Not", "Or", "PRelu", "Pow", "RNN", "Reciprocal"],
  ...["ReduceL1", "ReduceL2", "ReduceMax", "ReduceMean", "ReduceMin", "ReduceProd"],
  ...["ReduceSumSquare", "Relu", "Reshape", "Selu", "Shape", "Sigmoid", "Sign", "Sin", "Softplus"],
  ...["Softsign", "SpaceToDepth", "Sqrt", "Sub", "Sum", "Tan", "Tanh", "ThresholdedRelu", "Tile"],
  ...["Transpose", "Where", "Xor"],
]);

/** Attributes with which an operator of the list meant something that opset 13 does not offer. */
const ENDED: ReadonlySet<string> = new Set(["spatial", "consumed_inputs", "broadcast"]);

/**
 * The model with opset `version` of ai.onnx, if it has an older one and all of its operators mean the same in both.
 *
 * The rule: each operator is in the list above, without the attributes that ended on the way, or is a `Softmax` (or
 * `LogSoftmax`, `Hardmax`) whose axis is the last one; these flattened all dimensions from the axis on before opset 13. The
 * axis is known to be the last where it is -1, or where the output is the model's, with as many dimensions. Operators of
 * ai.onnx.ml have an opset of their own.
 *
 * @param version at most 13
 * @returns the model itself if its opset is no older; undefined if the rule does not hold
 * @throws {RangeError} for a version above 13
 */
export function raiseOpset(model: ModelProto, version: number): ModelProto | undefined {
  if (version > TARGET) throw new RangeError(`opset: expected at most ${TARGET}, got ${version}`);
  const current = model.opsetImport.find(({ domain = "" }) => domain === "");
  const { graph } = model;
  if (current === undefined || graph === undefined) return undefined;
  if (Number(current.version ?? 0) >= version) return model;
  const node = graph.node.map((node) => raised(node, graph));
  if (!node.every((node) => node !== undefined)) return undefined;
  return {
    ...model,
    graph: { ...graph, node },
    opsetImport: model.opsetImport.map((set) => set === current ? { ...set, version } : set),
  };
}

function raised(node: NodeProto, graph: GraphProto): NodeProto | undefined {
  const { opType = "", domain = "", attribute, output } = node;
  if (domain !== "") return node;
  if (attribute.some(({ name = "" }) => ENDED.has(name))) return undefined;
  if (SAME.has(opType)) return node;
  if (opType !== "Softmax" && opType !== "LogSoftmax" && opType !== "Hardmax") return undefined;
  const axis = Number(attribute.find(({ name }) => name === "axis")?.i ?? 1);
  const rank = graph.output.find(({ name }) => name === output[0])
    ?.type?.tensorType?.shape?.dim.length;
  if (axis !== -1 && axis + 1 !== rank) return undefined;
  return { ...node, attribute: [{ name: "axis", type: AttributeType.INT, i: -1 }] };
}
