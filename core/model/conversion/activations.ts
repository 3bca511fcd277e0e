/** Activation functions, as `activation="relu"` of a layer and as the layers of layers/activation.ts. */
import { float } from "../onnx/build.ts";
import type { Value } from "./graph.ts";
import type { Layer } from "./layer.ts";
import { isObject, member, shown } from "./json.ts";

/** Computes a function element by element: takes and returns the name of a tensor. */
type Elementwise = (layer: Layer, x: string) => string;

/** Functions by Keras' names, with their default parameters. */
const FUNCTIONS: ReadonlyMap<string, Elementwise> = new Map<string, Elementwise>([
  ["linear", (_, x) => x],
  ["relu", (layer, x) => layer.op("Relu", [x])],
  ["relu6", (layer, x) => clip(layer, x, [0, 6])],
  ["sigmoid", (layer, x) => layer.op("Sigmoid", [x])],
  ["hard_sigmoid", hardSigmoid],
  ["tanh", (layer, x) => layer.op("Tanh", [x])],
  ["hard_tanh", (layer, x) => clip(layer, x, [-1, 1])],
  ["tanh_shrink", (layer, x) => layer.op("Sub", [x, layer.op("Tanh", [x])])],
  ["elu", (layer, x) => layer.op("Elu", [x], { alpha: float(1) })],
  ["celu", (layer, x) => layer.op("Celu", [x], { alpha: float(1) })],
  ["selu", selu],
  ["gelu", gelu],
  ["gelu_new", geluTanh],
  ["silu", silu],
  ["swish", silu],
  ["hard_silu", hardSilu],
  ["hard_swish", hardSilu],
  ["mish", (layer, x) => layer.op("Mul", [x, layer.op("Tanh", [softplus(layer, x)])])],
  ["leaky_relu", (layer, x) => layer.op("LeakyRelu", [x], { alpha: float(0.2) })],
  ["softplus", softplus],
  ["softsign", (layer, x) => layer.op("Softsign", [x])],
  ["log_sigmoid", (layer, x) => layer.op("Neg", [softplus(layer, layer.op("Neg", [x]))])],
  ["exponential", (layer, x) => layer.op("Exp", [x])],
  ["squareplus", squareplus],
]);

/**
 * Applies the function that the layer's config names under `activation`.
 *
 * @throws {ConversionError} if it is not supported
 */
export function applyActivation(layer: Layer, value: Value): Value {
  const given = layer.config.get("activation");
  if (given === undefined) return value;
  const className = member(given, "class_name");
  if (isObject(given) && typeof className === "string" && /^[A-Z]/.test(className)) {
    const config = member(given, "config");
    const name = `${layer.spec.name} activation`;
    const spec = { className, name, module: "", calls: [], slot: "" };
    return layer.nested({ ...spec, config: isObject(config) ? config : {} }, [value], {
      attributes: ["activation"],
      names: [`${member(config, "name")}`],
    });
  }
  return applyFunction(layer, value, activationName(layer, "activation"));
}

/** Name of the function under `field` of the layer's config, in snake case; "linear" if there is none. */
export function activationName(layer: Layer, field: string, otherwise = "linear"): string {
  const given = layer.config.get(field) ?? otherwise;
  // Keras 3: {"class_name": "function", "config": "relu"}; TensorFlow.js: "hardSigmoid" or {"class_name": "hardSigmoid"}.
  const name = isObject(given)
    ? member(given, "class_name") === "function"
      ? member(given, "config")
      : member(given, "class_name")
    : given;
  if (typeof name === "string") {
    return name.slice(0, 60).replace(/([a-z])([A-Z])/g, "$1_$2").toLowerCase();
  }
  throw layer.refuse(`expected ${field} to be a function's name, got ${shown(given)}`);
}

/**
 * Applies a function by name.
 *
 * @throws {ConversionError} if it is not supported
 */
function applyFunction(layer: Layer, value: Value, name: string): Value {
  if (name === "softmax") return alongLast(layer, value, "Softmax");
  if (name === "log_softmax") return alongLast(layer, value, "LogSoftmax");
  const compute = FUNCTIONS.get(name);
  if (compute === undefined) throw layer.refuse(`the activation "${name}" is not supported`);
  return layer.graph.map(value, (x) => compute(layer, x));
}

/** Softmax or LogSoftmax along one dimension (batch included; -1 is the last), channels last. */
export function alongLast(
  layer: Layer,
  value: Value,
  type: "Softmax" | "LogSoftmax",
  axis = -1,
): Value {
  const result = layer.op(type, [layer.graph.last(value)], { axis });
  return { ...value, names: { last: result } };
}

/** Keras' relu(x, negative_slope, max_value, threshold): keras/src/layers/activations/relu and backend ops. */
export function relu(
  layer: Layer,
  x: string,
  { slope, max, threshold }: { slope: number; max: number | undefined; threshold: number },
): string {
  const { graph } = layer;
  if (slope !== 0 && max === undefined && threshold === 0) {
    return layer.op("LeakyRelu", [x], { alpha: float(slope) });
  }
  let y = threshold === 0 ? layer.op("Relu", [x]) : above(layer, x, threshold);
  if (max !== undefined) y = clip(layer, y, [0, max]);
  if (slope === 0) return y;
  const below = layer.op("Relu", [layer.op("Sub", [graph.scalar(threshold), x])]);
  return layer.op("Sub", [y, layer.op("Mul", [below, graph.scalar(slope)])]);
}

/** x where it is above a threshold, else 0. */
export function above(layer: Layer, x: string, threshold: number): string {
  const { graph } = layer;
  const greater = layer.op("Greater", [x, graph.scalar(threshold)]);
  return layer.op("Where", [greater, x, graph.scalar(0)]);
}

function clip(layer: Layer, x: string, [min, max]: [number, number]): string {
  return layer.op("Clip", [x, layer.graph.scalar(min), layer.graph.scalar(max)]);
}

/** Keras 3 changed it from 0.2 x + 0.5 to relu6(x + 3) / 6. */
function hardSigmoid(layer: Layer, x: string): string {
  const alpha = layer.origin.keras === 3 ? 1 / 6 : 0.2;
  return layer.op("HardSigmoid", [x], { alpha: float(alpha), beta: float(0.5) });
}

function hardSilu(layer: Layer, x: string): string {
  const gate = layer.op("HardSigmoid", [x], { alpha: float(1 / 6), beta: float(0.5) });
  return layer.op("Mul", [x, gate]);
}

function silu(layer: Layer, x: string): string {
  return layer.op("Mul", [x, layer.op("Sigmoid", [x])]);
}

function softplus(layer: Layer, x: string): string {
  return layer.op("Softplus", [x]);
}

/** Klambauer et al. 2017, with the constants of Keras. */
function selu(layer: Layer, x: string): string {
  return layer.op("Selu", [x], {
    alpha: float(1.6732632423543772),
    gamma: float(1.0507009873554805),
  });
}

/** x * (1 + erf(x / sqrt 2)) / 2. */
function gelu(layer: Layer, x: string): string {
  const { graph } = layer;
  const erf = layer.op("Erf", [layer.op("Div", [x, graph.scalar(Math.SQRT2)])]);
  const twice = layer.op("Mul", [x, layer.op("Add", [erf, graph.scalar(1)])]);
  return layer.op("Mul", [twice, graph.scalar(0.5)]);
}

/** x * (1 + tanh(sqrt(2 / pi) * (x + 0.044715 x^3))) / 2. */
function geluTanh(layer: Layer, x: string): string {
  const { graph } = layer;
  const cube = layer.op("Mul", [layer.op("Mul", [x, x]), x]);
  const inner = layer.op("Add", [x, layer.op("Mul", [cube, graph.scalar(0.044715)])]);
  const tanh = layer.op("Tanh", [layer.op("Mul", [inner, graph.scalar(Math.sqrt(2 / Math.PI))])]);
  const twice = layer.op("Mul", [x, layer.op("Add", [tanh, graph.scalar(1)])]);
  return layer.op("Mul", [twice, graph.scalar(0.5)]);
}

/** (x + sqrt(x^2 + 4)) / 2. */
function squareplus(layer: Layer, x: string): string {
  const { graph } = layer;
  const root = layer.op("Sqrt", [layer.op("Add", [layer.op("Mul", [x, x]), graph.scalar(4)])]);
  return layer.op("Mul", [layer.op("Add", [x, root]), graph.scalar(0.5)]);
}
