import { above, alongLast, applyActivation, relu } from "../activations.ts";
import { float } from "../../onnx/build.ts";
import { product, range, transpose, type Value } from "../graph.ts";
import type { Converters, Layer } from "../layer.ts";

/** Activation functions that are layers. */
export const ACTIVATION_LAYERS: Converters = {
  Activation: (layer) => applyActivation(layer, plain(layer)),
  ReLU: reluLayer,
  LeakyReLU: leakyReLU,
  PReLU: prelu,
  ELU: (layer) => {
    const alpha = float(layer.config.number("alpha", 1));
    return layer.graph.map(plain(layer), (x) => layer.op("Elu", [x], { alpha }));
  },
  ThresholdedReLU: (layer) => {
    const theta = layer.config.number("theta", 1);
    return layer.graph.map(plain(layer), (x) => above(layer, x, theta));
  },
  Softmax: softmax,
};

function plain(layer: Layer): Value {
  layer.onlyArguments();
  return layer.input;
}

function reluLayer(layer: Layer): Value {
  const { config } = layer;
  const max = config.get("max_value") === undefined ? undefined : config.number("max_value");
  if (max !== undefined && max < 0) throw config.wrong("max_value", "0 or more");
  const slope = config.number("negative_slope", 0);
  const threshold = config.number("threshold", 0);
  return layer.graph.map(plain(layer), (x) => relu(layer, x, { slope, max, threshold }));
}

/** `alpha` before Keras 3, `negative_slope` since. */
function leakyReLU(layer: Layer): Value {
  const { config } = layer;
  const field = config.get("negative_slope") === undefined ? "alpha" : "negative_slope";
  const alpha = float(config.number(field, 0.3));
  return layer.graph.map(plain(layer), (x) => layer.op("LeakyRelu", [x], { alpha }));
}

/** One slope for each element of a row, or shared along `shared_axes`, where its shape has a 1. */
function prelu(layer: Layer): Value {
  const { graph, config } = layer;
  const input = plain(layer);
  const rank = input.dims.length + 1;
  const shared = config.get("shared_axes") === undefined ? [] : config.axes("shared_axes", rank);
  const dims = input.dims.map((dim, i) => shared.includes(i + 1) ? 1 : dim);
  const stored = layer.weight("alpha", dims);
  const layout = graph.layout(input);
  const perm = layout === "last" ? range(0, rank - 1) : [rank - 2, ...range(0, rank - 2)];
  const slope = layer.constant(
    `alpha ${layout}`,
    perm.map((axis) => dims[axis] as number),
    () => transpose(stored.values(), dims, perm),
  );
  return graph.map(input, (x) => layer.op("PRelu", [x, slope]));
}

function softmax(layer: Layer): Value {
  layer.refuseMask();
  const input = plain(layer);
  const rank = input.dims.length + 1;
  const axes = layer.config.axes("axis", rank);
  if (axes.length === 1) return alongLast(layer, input, "Softmax", axes[0]);
  // Several dimensions at once: only as one, which they are if they are neighbours.
  const [first, end] = [axes[0] as number, (axes.at(-1) as number) + 1];
  if (end - first !== axes.length) throw layer.refuse("expected axes that are neighbours");
  const dims = [
    ...input.dims.slice(0, first - 1),
    product(input.dims.slice(first - 1, end - 1)),
    ...input.dims.slice(end - 1),
  ];
  const joined = layer.reshape(layer.graph.last(input), dims);
  const result = layer.op("Softmax", [joined], { axis: first });
  return { ...input, names: { last: layer.reshape(result, input.dims) } };
}
