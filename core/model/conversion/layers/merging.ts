import { product, range, type Value } from "../graph.ts";
import type { Converter, Converters, Layer } from "../layer.ts";
import { unitLength } from "./normalisation.ts";

/** Layers that make one tensor of several. */
export const MERGING: Converters = {
  Add: folded("Add"),
  Subtract: folded("Sub"),
  Multiply: folded("Mul"),
  Maximum: folded("Max"),
  Minimum: folded("Min"),
  Average: average,
  Concatenate: concatenate,
  Dot: dot,
};

/** Element by element, with dimensions of 1 repeated; an input of fewer dimensions gets more after the batch. */
function folded(type: "Add" | "Sub" | "Mul" | "Max" | "Min"): Converter {
  return (layer) => {
    if (type === "Sub" && layer.inputs.length !== 2) {
      throw layer.refuse(`expected two inputs, got ${layer.inputs.length}`);
    }
    return fold(layer, type);
  };
}

function fold(layer: Layer, type: string): Value {
  layer.onlyArguments();
  const { graph } = layer;
  const inputs = sameRank(layer, several(layer));
  const layout = graph.layout(...inputs);
  const [first, ...rest] = inputs as [Value, ...Value[]];
  let name = graph.in(layout, first);
  let dims = first.dims;
  for (const next of rest) {
    name = layer.op(type, [name, graph.in(layout, next)]);
    dims = broadcast(layer, dims, next.dims);
  }
  return graph.value(name, dims, { layout, masked: inputs.some(({ masked }) => masked) });
}

function average(layer: Layer): Value {
  const sum = fold(layer, "Add");
  const count = layer.graph.scalar(layer.inputs.length);
  return layer.graph.map(sum, (x) => layer.op("Div", [x, count]));
}

function concatenate(layer: Layer): Value {
  layer.onlyArguments();
  const { graph, config } = layer;
  const inputs = several(layer);
  const [first] = inputs as [Value];
  const rank = first.dims.length + 1;
  const axis = config.axis("axis", rank);
  for (const { dims } of inputs) {
    const fits = dims.length === first.dims.length &&
      dims.every((dim, i) => i === axis - 1 || dim === first.dims[i]);
    if (!fits) throw layer.refuse(`expected shapes that fit, got [${first.dims}] and [${dims}]`);
  }
  const layout = graph.layout(...inputs);
  const at = layout === "last" ? axis : axis === rank - 1 ? 1 : axis + 1;
  const name = layer.op("Concat", inputs.map((input) => graph.in(layout, input)), { axis: at });
  const total = inputs.reduce((sum, { dims }) => sum + (dims[axis - 1] as number), 0);
  const dims = first.dims.map((dim, i) => i === axis - 1 ? total : dim);
  return graph.value(name, dims, { layout, masked: inputs.some(({ masked }) => masked) });
}

/**
 * Sums over one dimension of each input (Keras' batch_dot): [N, ...a, k] and [N, k, ...b] to [N, ...a, ...b], and to
 * [N, 1] if nothing is left.
 */
function dot(layer: Layer): Value {
  layer.onlyArguments();
  const { graph, config } = layer;
  const [x, y] = layer.inputs;
  if (x === undefined || y === undefined || layer.inputs.length > 2) {
    throw layer.refuse(`expected two inputs, got ${layer.inputs.length}`);
  }
  const given = config.get("axes");
  const [left, right] = Array.isArray(given) && given.length === 2 ? given : [given, given];
  const i = config.toAxis(left, { name: "axes", rank: x.dims.length + 1 });
  const j = config.toAxis(right, { name: "axes", rank: y.dims.length + 1 });
  const inner = x.dims[i - 1] as number;
  if (inner !== y.dims[j - 1]) {
    throw layer.refuse(`expected axes of one size, got [${x.dims}] and [${y.dims}]`);
  }
  let [xName, yName] = [graph.last(x), graph.last(y)];
  if (config.flag("normalize", false)) {
    const least = leastSquare(layer);
    xName = unitLength(layer, xName, { axes: [i], least });
    yName = unitLength(layer, yName, { axes: [j], least });
  }
  const rows = without(x.dims, i);
  const columns = without(y.dims, j);
  const a = layer.reshape(moved(layer, xName, [...without(range(1, x.dims.length + 1), i), i]), [
    product(rows),
    inner,
  ]);
  const b = layer.reshape(moved(layer, yName, [j, ...without(range(1, y.dims.length + 1), j)]), [
    inner,
    product(columns),
  ]);
  const dims = [...rows, ...columns];
  const out = dims.length === 0 ? [1] : dims;
  return layer.result(layer.reshape(layer.op("MatMul", [a, b]), out), out);
}

/**
 * The sum of squares that a shorter vector counts as: keras/src/ops/nn.py (1e-7 of the length), l2_normalize of TensorFlow
 * before Keras 3, l2Normalize of tfjs-layers/src/losses.ts.
 */
function leastSquare({ origin }: Layer): number {
  if (origin.tfjs) return 1e-7;
  return origin.keras === 3 ? 1e-14 : 1e-12;
}

function several(layer: Layer): readonly Value[] {
  if (layer.inputs.length > 0) return layer.inputs;
  throw layer.refuse("expected inputs, got none");
}

/** Keras inserts dimensions after the batch until all inputs have as many. */
function sameRank(layer: Layer, inputs: readonly Value[]): Value[] {
  const rank = Math.max(...inputs.map(({ dims }) => dims.length));
  return inputs.map((input) => {
    if (input.dims.length === rank) return input;
    const dims = [...Array(rank - input.dims.length).fill(1), ...input.dims];
    return { ...input, dims, names: { last: layer.reshape(layer.graph.last(input), dims) } };
  });
}

function broadcast(layer: Layer, a: readonly number[], b: readonly number[]): number[] {
  return a.map((dim, i) => {
    const other = b[i] as number;
    if (dim === other || other === 1) return dim;
    if (dim === 1) return other;
    throw layer.refuse(`expected shapes that fit, got [${a}] and [${b}]`);
  });
}

function moved(layer: Layer, name: string, axes: readonly number[]): string {
  if (axes.every((axis, i) => axis === i + 1)) return name;
  return layer.op("Transpose", [name], { perm: [0, ...axes] });
}

function without(list: readonly number[], position: number): number[] {
  return list.filter((_, i) => i !== position - 1);
}
