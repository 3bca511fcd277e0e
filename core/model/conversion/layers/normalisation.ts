import { float } from "../../onnx/build.ts";
import { isObject, type Json, member } from "../json.ts";
import { product, range, type Value } from "../graph.ts";
import type { Converters, Layer } from "../layer.ts";

/** Layers that shift and scale. */
export const NORMALISATION: Converters = {
  BatchNormalization: batchNormalization,
  SyncBatchNormalization: batchNormalization,
  LayerNormalization: layerNormalization,
  RMSNormalization: rmsNormalization,
  GroupNormalization: groupNormalization,
  UnitNormalization: unitNormalization,
  Normalization: normalization,
  Rescaling: rescaling,
};

/** gamma * (x - mean) / sqrt(variance + epsilon) + beta, all four constants along one dimension. */
function batchNormalization(layer: Layer): Value {
  layer.onlyArguments();
  const { config, graph, input } = layer;
  const rank = input.dims.length + 1;
  const axis = config.axis("axis", rank);
  const size = input.dims[axis - 1] as number;
  const epsilon = config.number("epsilon", 1e-3);
  const gamma = config.flag("scale", true) ? layer.weight("gamma", [size]) : undefined;
  const beta = config.flag("center", true) ? layer.weight("beta", [size]) : undefined;
  const mean = layer.weight("moving_mean", [size]);
  const variance = layer.weight("moving_variance", [size]);
  const layout = graph.layout(input);
  if (axis === rank - 1 && (rank === 2 || layout === "first")) {
    const vector = (name: string, make: () => Float32Array) => layer.constant(name, [size], make);
    return graph.map(input, (x) =>
      layer.op("BatchNormalization", [
        x,
        vector("gamma", () => gamma?.values() ?? new Float32Array(size).fill(1)),
        vector("beta", () => beta?.values() ?? new Float32Array(size)),
        vector("mean", () => mean.values()),
        vector("variance", () => variance.values()),
      ], { epsilon: float(epsilon) }));
  }
  // The same as x * scale + offset, computed in double and rounded once.
  const dims = input.dims.map((dim, i) => i === axis - 1 ? dim : 1);
  const scales = () => {
    const scale = gamma?.values();
    return Float64Array.from(
      variance.values(),
      (v, i) => (scale?.[i] ?? 1) / Math.sqrt(v + epsilon),
    );
  };
  const scale = layer.constant("scale", dims, () => Float32Array.from(scales()));
  const offset = layer.constant("offset", dims, () => {
    const [means, shift] = [mean.values(), beta?.values()];
    return Float32Array.from(scales(), (s, i) => (shift?.[i] ?? 0) - (means[i] as number) * s);
  });
  const name = layer.op("Add", [layer.op("Mul", [graph.last(input), scale]), offset]);
  return { ...input, names: { last: name } };
}

function layerNormalization(layer: Layer): Value {
  layer.onlyArguments();
  const { config, graph, input } = layer;
  const rank = input.dims.length + 1;
  const axes = config.axes("axis", rank);
  const dims = axes.map((axis) => input.dims[axis - 1] as number);
  const epsilon = config.number("epsilon", 1e-3);
  const rms = config.flag("rms_scaling", false);
  const scale = config.flag("scale", true) || rms ? layer.weight("gamma", dims) : undefined;
  const center = config.flag("center", true) && !rms ? layer.weight("beta", dims) : undefined;
  const x = graph.last(input);
  const trailing = axes[0] === rank - axes.length;
  if (trailing && !rms) {
    const gamma = layer.constant(
      "gamma",
      dims,
      () => scale?.values() ?? new Float32Array(product(dims)).fill(1),
    );
    const beta = center && layer.constant("beta", dims, () => center.values());
    const name = layer.op("LayerNormalization", [x, gamma, ...(beta === undefined ? [] : [beta])], {
      axis: axes[0] as number,
      epsilon: float(epsilon),
    });
    return { ...input, names: { last: name } };
  }
  const spread = input.dims.map((dim, i) => axes.includes(i + 1) ? dim : 1);
  let name = rms
    ? rmsScaled(layer, x, { axes, epsilon, variance: true })
    : standardized(layer, x, { axes, epsilon });
  if (scale) name = layer.op("Mul", [name, layer.constant("gamma", spread, () => scale.values())]);
  if (center) name = layer.op("Add", [name, layer.constant("beta", spread, () => center.values())]);
  return { ...input, names: { last: name } };
}

/** x / sqrt(mean(x^2) + epsilon) * scale. */
function rmsNormalization(layer: Layer): Value {
  layer.onlyArguments();
  const { config, graph, input } = layer;
  const rank = input.dims.length + 1;
  const axes = config.axes("axis", rank);
  // Keras spreads the scale from the last dimension on, whatever the axes.
  if (axes[0] !== rank - axes.length) throw config.wrong("axis", "the last dimensions");
  const dims = axes.map((axis) => input.dims[axis - 1] as number);
  const scale = layer.weight("scale", dims);
  const epsilon = config.number("epsilon", 1e-6);
  const scaled = rmsScaled(layer, graph.last(input), { axes, epsilon });
  const name = layer.op("Mul", [scaled, layer.constant("scale", dims, () => scale.values())]);
  return { ...input, names: { last: name } };
}

/** Normalises over space and over groups of channels; groups = -1 gives each channel its own. */
function groupNormalization(layer: Layer): Value {
  layer.onlyArguments();
  const { config, graph, input, channels } = layer;
  const rank = input.dims.length + 1;
  if (config.axis("axis", rank) !== rank - 1) throw config.wrong("axis", "-1");
  const given = config.int("groups", { min: -1, otherwise: 32 });
  const groups = given === -1 ? channels : given;
  if (groups < 1 || channels % groups !== 0) {
    throw config.wrong("groups", `a divisor of ${channels}`);
  }
  const space = input.dims.slice(0, -1);
  const apart = layer.reshape(graph.last(input), [...space, groups, channels / groups]);
  const axes = [...range(1, rank - 1), rank];
  const epsilon = config.number("epsilon", 1e-3);
  let name = layer.reshape(standardized(layer, apart, { axes, epsilon }), input.dims);
  if (config.flag("scale", true)) name = layer.op("Mul", [name, layer.vector("gamma", channels)]);
  if (config.flag("center", true)) name = layer.op("Add", [name, layer.vector("beta", channels)]);
  return { ...input, names: { last: name } };
}

function unitNormalization(layer: Layer): Value {
  layer.onlyArguments();
  const { input, graph } = layer;
  const axes = layer.config.axes("axis", input.dims.length + 1);
  // keras/src/layers/normalization/unit_normalization.py: epsilon is 1e-12 in both, of the length since Keras 3.
  const least = layer.origin.keras === 3 ? 1e-24 : 1e-12;
  return { ...input, names: { last: unitLength(layer, graph.last(input), { axes, least }) } };
}

/** x / sqrt(max(sum(x^2), least)). */
export function unitLength(
  layer: Layer,
  x: string,
  { axes, least }: { axes: readonly number[]; least: number },
): string {
  const { graph } = layer;
  const square = layer.op("Mul", [x, x]);
  const sum = layer.op("ReduceSum", [square, graph.ints(axes)], { keepdims: 1 });
  const length = layer.op("Sqrt", [layer.op("Max", [sum, graph.scalar(least)])]);
  return layer.op("Div", [x, length]);
}

function standardized(
  layer: Layer,
  x: string,
  { axes, epsilon }: { axes: readonly number[]; epsilon: number },
): string {
  const centred = layer.op("Sub", [x, layer.op("ReduceMean", [x], { axes, keepdims: 1 })]);
  return rmsScaled(layer, centred, { axes, epsilon });
}

/** x over its root mean square, or over its standard deviation if `variance`. */
function rmsScaled(
  layer: Layer,
  x: string,
  { axes, epsilon, variance = false }: {
    axes: readonly number[];
    epsilon: number;
    variance?: boolean;
  },
): string {
  const { graph } = layer;
  const mean = variance ? layer.op("ReduceMean", [x], { axes, keepdims: 1 }) : undefined;
  const base = mean === undefined ? x : layer.op("Sub", [x, mean]);
  const square = layer.op("ReduceMean", [layer.op("Mul", [base, base])], { axes, keepdims: 1 });
  return layer.op("Div", [x, layer.op("Sqrt", [layer.op("Add", [square, graph.scalar(epsilon)])])]);
}

/** (x - mean) / max(sqrt(variance), 1e-7), from the config or, after adapt(), from weights [mean, variance, count]. */
function normalization(layer: Layer): Value {
  layer.onlyArguments();
  const { config, graph, input } = layer;
  const rank = input.dims.length + 1;
  const given = config.get("axis");
  const none = member(config.values, "axis") === null ||
    (Array.isArray(given) && given.length === 0);
  const axes = none ? [] : config.axes("axis", rank);
  const dims = axes.map((axis) => input.dims[axis - 1] as number);
  const spread = input.dims.map((dim, i) => axes.includes(i + 1) ? dim : 1);
  const size = product(dims);
  const stored = config.get("mean") === undefined;
  const [mean, variance] = stored
    ? [layer.weight("mean", dims).values(), layer.weight("variance", dims).values()]
    : [numbers(layer, "mean", size), numbers(layer, "variance", size)];
  if (stored && layer.weights.peek()?.dims.length === 0) layer.weight("count", []);
  const deviation = Float32Array.from(variance, (v) => Math.max(Math.sqrt(v), 1e-7));
  const centre = layer.constant("mean", spread, () => mean);
  const scale = layer.constant("deviation", spread, () => deviation);
  const x = graph.last(input);
  const name = config.flag("invert", false)
    ? layer.op("Add", [layer.op("Mul", [x, scale]), centre])
    : layer.op("Div", [layer.op("Sub", [x, centre]), scale]);
  return { ...input, names: { last: name } };
}

function rescaling(layer: Layer): Value {
  layer.onlyArguments();
  const { graph, input } = layer;
  const factor = (name: string, otherwise: number) => {
    const given = layer.config.get(name);
    if (given === undefined || typeof given === "number") {
      return { name: graph.scalar(layer.config.number(name, otherwise)), single: true };
    }
    const values = numbers(layer, name, layer.channels);
    return { name: layer.constant(name, [values.length], () => values), single: false };
  };
  const scale = factor("scale", 1);
  const offset = factor("offset", 0);
  const compute = (x: string) => layer.op("Add", [layer.op("Mul", [x, scale.name]), offset.name]);
  if (scale.single && offset.single) return graph.map(input, compute);
  return { ...input, names: { last: compute(graph.last(input)) } };
}

/** `size` numbers in a config, in lists of any depth; one stands for all. */
function numbers(layer: Layer, field: string, size: number): Float32Array<ArrayBuffer> {
  const given = layer.config.get(field);
  const value = isObject(given) ? member(member(given, "config"), "value") : given;
  const flat = Array.isArray(value) ? value.flat(8) as Json[] : [value];
  const list = flat.length === 1 ? Array(size).fill(flat[0]) : flat;
  if (list.length !== size || !list.every((n) => typeof n === "number")) {
    throw layer.config.wrong(field, `${size} numbers`);
  }
  return Float32Array.from(list as number[]);
}
