import { applyActivation } from "../activations.ts";
import { permuteDims, range, transpose, type Value } from "../graph.ts";
import type { Converter, Converters, Layer } from "../layer.ts";
import type { StoredArray } from "../weights.ts";
import { pad, pads, type Window, windows } from "./spatial.ts";

/** Convolutions. */
export const CONVOLUTION: Converters = {
  Conv1D: convolution(1),
  Conv2D: convolution(2),
  Conv3D: convolution(3),
  Convolution1D: convolution(1),
  Convolution2D: convolution(2),
  DepthwiseConv1D: depthwise(1),
  DepthwiseConv2D: depthwise(2),
  SeparableConv1D: separable(1),
  SeparableConv2D: separable(2),
  Conv1DTranspose: transposed(1),
  Conv2DTranspose: transposed(2),
  Conv3DTranspose: transposed(3),
};

/** Kernel [...window, channels / groups, filters]. */
function convolution(space: number): Converter {
  return (layer) => {
    const input = start(layer, space);
    const { config, channels } = layer;
    const filters = config.int("filters");
    const groups = config.int("groups", { otherwise: 1 });
    if (channels % groups !== 0 || filters % groups !== 0) {
      throw config.wrong("groups", `a divisor of ${channels} channels and ${filters} filters`);
    }
    const moves = windows(layer, { space, size: "kernel_size" });
    const dims = [...moves.map(({ size }) => size), channels / groups, filters];
    const stored = layer.weight("kernel", dims);
    const kernel = reordered(layer, stored, [space + 1, space, ...range(0, space)]);
    const bias = config.flag("use_bias", true) ? [layer.vector("bias", filters)] : [];
    const padding = space === 1 ? PADDINGS_1D : PADDINGS;
    const result = convolve(layer, input, {
      weights: [kernel, ...bias],
      moves,
      filters,
      groups,
      padding: config.text("padding", padding),
    });
    return applyActivation(layer, result);
  };
}

/** Kernel [...window, channels, multiplier]. */
function depthwise(space: number): Converter {
  return (layer) => {
    const input = start(layer, space);
    const { moves, kernel, filters } = depthwiseKernel(layer, { space, name: "kernel" });
    const bias = layer.config.flag("use_bias", true) ? [layer.vector("bias", filters)] : [];
    const result = convolve(layer, input, {
      weights: [kernel, ...bias],
      moves,
      filters,
      groups: layer.channels,
      padding: layer.config.text("padding", PADDINGS),
    });
    return applyActivation(layer, result);
  };
}

/** A depthwise convolution and one with a window of 1 after it, [...1, channels * multiplier, filters]. */
function separable(space: number): Converter {
  return (layer) => {
    const input = start(layer, space);
    const { config } = layer;
    const { moves, kernel, filters: middle } = depthwiseKernel(layer, { space, name: "depthwise" });
    const filters = config.int("filters");
    const ones: number[] = Array(space).fill(1);
    const stored = layer.weight("pointwise_kernel", [...ones, middle, filters]);
    const pointwise = layer.constant(
      "pointwise",
      [filters, middle, ...ones],
      () => transpose(stored.values(), [middle, filters], [1, 0]),
    );
    const bias = config.flag("use_bias", true) ? [layer.vector("bias", filters)] : [];
    const between = convolve(layer, input, {
      weights: [kernel],
      moves,
      filters: middle,
      groups: layer.channels,
      padding: config.text("padding", space === 1 ? PADDINGS_1D : PADDINGS),
    });
    const result = convolve(layer, between, {
      weights: [pointwise, ...bias],
      moves: moves.map(() => ({ size: 1, stride: 1, dilation: 1 })),
      filters,
      groups: 1,
      padding: "valid",
    });
    return applyActivation(layer, result);
  };
}

/** Kernel [...window, filters, channels]. */
function transposed(space: number): Converter {
  return (layer) => {
    const input = start(layer, space);
    const { config, channels, graph } = layer;
    const filters = config.int("filters");
    if (config.int("groups", { otherwise: 1 }) !== 1) throw config.wrong("groups", "1");
    const moves = windows(layer, { space, size: "kernel_size" });
    const dims = [...moves.map(({ size }) => size), filters, channels];
    const stored = layer.weight("kernel", dims);
    const kernel = reordered(layer, stored, [space + 1, space, ...range(0, space)]);
    const bias = config.flag("use_bias", true) ? [layer.vector("bias", filters)] : [];
    const lengths = transposedLengths(layer, input.dims.slice(0, -1), moves);
    const name = layer.op("ConvTranspose", [graph.first(input), kernel, ...bias], {
      strides: moves.map(({ stride }) => stride),
      dilations: moves.map(({ dilation }) => dilation),
      pads: [...lengths.map(({ before }) => before), ...lengths.map(({ after }) => after)],
      output_padding: lengths.map(({ extra }) => extra),
    });
    const out = [...lengths.map(({ length }) => length), filters];
    return applyActivation(layer, graph.value(name, out, { layout: "first" }));
  };
}

/**
 * What TensorFlow's transposed convolution cuts off or adds at the ends: it is the gradient of a convolution, whose
 * padding depends on the length of the result (keras/src/ops/operation_utils.py, compute_conv_transpose_output_shape).
 */
function transposedLengths(layer: Layer, lengths: readonly number[], moves: readonly Window[]) {
  const { config } = layer;
  const same = config.text("padding", PADDINGS) === "same";
  const given = config.get("output_padding") === undefined
    ? undefined
    : config.ints("output_padding", moves.length, { min: 0 });
  return moves.map(({ size, stride, dilation }, i) => {
    const span = (size - 1) * dilation + 1;
    const full = ((lengths[i] as number) - 1) * stride + span;
    const length = given === undefined
      ? (lengths[i] as number) * stride + (same ? 0 : Math.max(span - stride, 0))
      : full - (same ? 2 * (span >> 1) : 0) + (given[i] as number);
    const cut = Math.max(full - length, 0);
    const before = same ? cut >> 1 : 0;
    const extra = Math.max(length - full, 0);
    if (extra >= Math.max(stride, dilation)) throw config.wrong("output_padding", "below strides");
    return { length, before, after: cut - before, extra };
  });
}

const PADDINGS = ["valid", "same"] as const;
const PADDINGS_1D = ["valid", "same", "causal"] as const;

function start(layer: Layer, space: number): Value {
  layer.onlyArguments();
  return layer.inputOfRank(space + 2);
}

function depthwiseKernel(layer: Layer, { space, name }: { space: number; name: string }) {
  const { config, channels } = layer;
  // TensorFlow.js does not write it for separable convolutions.
  const found = layer.weights.peek()?.dims.at(-1) ?? 1;
  const multiplier = config.int("depth_multiplier", { otherwise: found });
  const moves = windows(layer, { space, size: "kernel_size" });
  const sizes = moves.map(({ size }) => size);
  const dims = [...sizes, channels, multiplier];
  const stored = layer.weight("depthwise_kernel", dims);
  const filters = channels * multiplier;
  const perm = [space, space + 1, ...range(0, space)];
  const kernel = layer.constant(
    name,
    [filters, 1, ...sizes],
    () => transpose(stored.values(), dims, perm),
  );
  return { moves, kernel, filters };
}

function reordered(layer: Layer, { dims, values }: StoredArray, perm: number[]): string {
  return layer.constant("kernel", permuteDims(dims, perm), () => transpose(values(), dims, perm));
}

function convolve(
  layer: Layer,
  input: Value,
  { weights, moves, filters, groups, padding }: {
    weights: readonly string[];
    moves: readonly Window[];
    filters: number;
    groups: number;
    padding: "valid" | "same" | "causal";
  },
): Value {
  const padded = moves.map((window, i) => pad(layer, input.dims[i] as number, { window, padding }));
  const name = layer.op("Conv", [layer.graph.first(input), ...weights], {
    kernel_shape: moves.map(({ size }) => size),
    strides: moves.map(({ stride }) => stride),
    dilations: moves.map(({ dilation }) => dilation),
    pads: pads(padded),
    group: groups,
  });
  const dims = [...padded.map(({ windows }) => windows), filters];
  return layer.graph.value(name, dims, { layout: "first", masked: input.masked });
}
