import { permuteDims, product, range, type Value } from "../graph.ts";
import type { Converter, Converters, Layer } from "../layer.ts";

/** Layers that move elements and change none. */
export const SHAPING: Converters = {
  Flatten: flatten,
  Reshape: reshape,
  Permute: permute,
  RepeatVector: repeatVector,
  ZeroPadding1D: zeroPadding(1),
  ZeroPadding2D: zeroPadding(2),
  ZeroPadding3D: zeroPadding(3),
  Cropping1D: cropping(1),
  Cropping2D: cropping(2),
  Cropping3D: cropping(3),
};

function flatten(layer: Layer): Value {
  layer.onlyArguments();
  const name = layer.op("Flatten", [layer.graph.last(layer.input)], { axis: 1 });
  return layer.graph.value(name, [layer.elements]);
}

/** One entry of target_shape may be -1: whatever is left. */
function reshape(layer: Layer): Value {
  layer.onlyArguments();
  const { config, graph, input, elements } = layer;
  const target = config.list("target_shape", -1);
  const known = product(target.filter((dim) => dim !== -1));
  const dims = target.map((dim) => dim === -1 ? elements / known : dim);
  const open = target.length - target.filter((dim) => dim !== -1).length;
  if (open > 1 || product(dims) !== elements || !dims.every(Number.isSafeInteger)) {
    throw config.wrong("target_shape", `a shape of ${elements} elements`);
  }
  return graph.value(layer.reshape(graph.last(input), dims), dims);
}

/** dims[i] says which dimension (1 is the first after the batch) becomes number i + 1. */
function permute(layer: Layer): Value {
  layer.onlyArguments();
  const { config, graph, input } = layer;
  const perm = config.list("dims", 1);
  const rank = input.dims.length;
  if (perm.length !== rank || new Set(perm).size !== rank || perm.some((axis) => axis > rank)) {
    throw config.wrong("dims", `the numbers 1 to ${rank} in any order`);
  }
  const name = layer.op("Transpose", [graph.last(input)], { perm: [0, ...perm] });
  return graph.value(name, permuteDims(input.dims, perm.map((axis) => axis - 1)));
}

function repeatVector(layer: Layer): Value {
  layer.onlyArguments();
  const input = layer.inputOfRank(2);
  const { graph, channels } = layer;
  const times = layer.config.int("n");
  const row = layer.reshape(graph.last(input), [1, channels]);
  const name = layer.op("Expand", [row, graph.ints([1, times, 1])]);
  return layer.result(name, [times, channels]);
}

function zeroPadding(space: number): Converter {
  return (layer) => {
    layer.onlyArguments();
    const input = layer.inputOfRank(space + 2);
    const { graph } = layer;
    const ends = pairs(layer, { field: "padding", space });
    const layout = graph.layout(input);
    const around = (side: 0 | 1) => {
      const sizes = ends.map((pair) => pair[side]);
      return layout === "first" ? [0, 0, ...sizes] : [0, ...sizes, 0];
    };
    const name = layer.op("Pad", [
      graph.in(layout, input),
      graph.ints([...around(0), ...around(1)]),
      graph.scalar(0),
    ]);
    const dims = input.dims.map((dim, i) => dim + (ends[i]?.[0] ?? 0) + (ends[i]?.[1] ?? 0));
    return graph.value(name, dims, { layout, masked: input.masked });
  };
}

function cropping(space: number): Converter {
  return (layer) => {
    layer.onlyArguments();
    const input = layer.inputOfRank(space + 2);
    const { graph } = layer;
    const ends = pairs(layer, { field: "cropping", space });
    const dims = input.dims.map((dim, i) => dim - (ends[i]?.[0] ?? 0) - (ends[i]?.[1] ?? 0));
    if (dims.some((dim) => dim < 1)) {
      throw layer.config.wrong("cropping", `less than its input [${input.dims}]`);
    }
    const layout = graph.layout(input);
    const first = layout === "first" ? 2 : 1;
    const name = layer.op("Slice", [
      graph.in(layout, input),
      graph.ints(ends.map(([before]) => before)),
      graph.ints(ends.map(([before], i) => before + (dims[i] as number))),
      graph.ints(range(first, first + space)),
    ]);
    return graph.value(name, dims, { layout, masked: input.masked });
  };
}

/** n, [a, b] or [[a, b], ...]: what is added or cut at both ends of each dimension. */
function pairs(
  layer: Layer,
  { field, space }: { field: string; space: number },
): [number, number][] {
  const { config } = layer;
  const value = config.get(field) ?? 1;
  const list = Array.isArray(value) ? value : Array(space).fill(value);
  const whole = space === 1 && list.length === 2 ? [list] : list;
  const parsed = whole.map((entry) => Array.isArray(entry) ? entry : [entry, entry]);
  const sound = parsed.length === space &&
    parsed.every((pair) =>
      pair.length === 2 && pair.every((n) => Number.isInteger(n) && n >= 0 && n < 2 ** 24)
    );
  if (!sound) {
    throw config.wrong(field, `whole numbers from 0 for both ends of ${space} dimensions`);
  }
  return parsed as [number, number][];
}
