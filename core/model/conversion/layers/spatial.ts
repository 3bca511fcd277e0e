/** What convolutions and poolings have in common: windows that move over the dimensions between batch and channels. */
import type { Layer } from "../layer.ts";

/** How windows move along one dimension. */
export interface Window {
  /** Elements in the window. */
  readonly size: number;
  /** From one window to the next. */
  readonly stride: number;
  /** From one element of the window to the next. */
  readonly dilation: number;
}

/** Zeros around one dimension, and the number of windows. */
export interface Padded {
  /** Zeros before it. */
  readonly before: number;
  /** Zeros after it. */
  readonly after: number;
  /** Windows. */
  readonly windows: number;
}

/**
 * TensorFlow's padding: "valid" adds none; "same" gives one window per stride, the odd zero at the end; "causal" puts
 * all zeros before the beginning.
 *
 * @throws {ConversionError} if not one window fits
 */
export function pad(
  layer: Layer,
  length: number,
  { window, padding }: { window: Window; padding: "valid" | "same" | "causal" },
): Padded {
  const { stride } = window;
  const span = (window.size - 1) * window.dilation + 1;
  if (padding === "same") {
    const windows = Math.ceil(length / stride);
    const total = Math.max((windows - 1) * stride + span - length, 0);
    const before = total >> 1;
    return { before, after: total - before, windows };
  }
  const before = padding === "causal" ? span - 1 : 0;
  const windows = Math.floor((length + before - span) / stride) + 1;
  if (windows < 1) {
    throw layer.refuse(`its window of ${span} does not fit its input of length ${length}`);
  }
  return { before, after: 0, windows };
}

/** Windows of a layer of `space` dimensions, from its config. */
export function windows(
  layer: Layer,
  { space, size, stride }: {
    space: number;
    size: string | readonly number[];
    stride?: readonly number[];
  },
): Window[] {
  const { config } = layer;
  const sizes = typeof size === "string" ? config.ints(size, space) : size;
  const strides = stride ?? config.ints("strides", space, { otherwise: 1 });
  const dilations = config.ints("dilation_rate", space, { otherwise: 1 });
  return sizes.map((size, i) => ({
    size,
    stride: strides[i] as number,
    dilation: dilations[i] as number,
  }));
}

/** `pads` of ONNX: all beginnings, then all ends. */
export function pads(padded: readonly Padded[]): number[] {
  return [...padded.map(({ before }) => before), ...padded.map(({ after }) => after)];
}
