import type { Effect, Operation, Operators, Value } from "../operation.ts";
import { operatorsOf, shaped, SINGLE, sizeOf, typed, writes } from "./checks.ts";
import { macsOf, type Products, productWork } from "./products.ts";
import { positions, type Window, windowOf } from "./window.ts";

/** Work of one element copied when images are unfolded to matrices, or matrices added up to images. */
const UNFOLDED = 8;
const FOLDED = 12;
/** The same along one axis or three, for which the runtime has but a general loop. */
const FOLDED_ANY = 200;
/** Bytes in which the runtime unfolds images piece by piece. */
const PIECE_BYTES = 4 * 0x9000;

/** Operators that move filters over images. */
export const CONVOLUTION: Operators = operatorsOf({ Conv: conv, ConvTranspose: convTranspose });

/** A convolution by its parts. */
export interface Convolution {
  /** Shape of the result. */
  readonly dims: readonly number[];
  /** Products of matrices that it is computed as: one for each image and group. */
  readonly products: Products;
  /** Elements of all unfolded images. */
  readonly unfolded: number;
}

/**
 * Shape and products of a convolution of image `x` with filters `w` ([filters, channels / group, ...kernel]).
 *
 * @throws {InvalidModel} `shape`
 */
export function convolutionOf(
  operation: Operation,
  { x, w }: { x: Value; w: Value },
): Convolution {
  const { images, channels, group, image } = imagesOf(operation, x);
  const [filters, depth] = w.dims as [number, number];
  if (depth * group !== channels || filters % group !== 0) {
    throw operation.refuse(
      `filters for ${channels} channels in ${group} groups`,
      `shape [${w.dims}]`,
    );
  }
  const kernel = kernelOf(operation, { x, w });
  const spatial = positions(operation, { window: filterWindow(operation, kernel), image });
  const products = {
    type: x.type,
    count: images * group,
    m: filters / group,
    k: depth * sizeOf(kernel),
    n: sizeOf(spatial),
  };
  const { count, k, n } = products;
  return { dims: [images, filters, ...spatial], products, unfolded: count * k * n };
}

function conv(operation: Operation): Effect {
  const x = typed(operation, 0, SINGLE);
  const w = typed(operation, 1, new Set([x.type]));
  const { dims, products, unfolded } = convolutionOf(operation, { x, w });
  shaped(operation, 2, { dims: [dims[1]!], types: new Set([x.type]) });
  const { m, k, n } = products;
  // With more filters than positions the runtime unfolds a whole image, else a piece at a time.
  const scratch = m > n ? 4 * k * n : PIECE_BYTES;
  const work = productWork(products) + unfolded * UNFOLDED;
  return writes(x, dims, { macs: macsOf(products), work, scratch });
}

function convTranspose(operation: Operation): Effect {
  const x = typed(operation, 0, SINGLE);
  const w = typed(operation, 1, new Set([x.type]));
  const { images, channels, group, image } = imagesOf(operation, x);
  if (w.dims[0] !== channels) {
    throw operation.refuse(`filters for ${channels} channels`, `shape [${w.dims}]`);
  }
  const kernel = kernelOf(operation, { x, w });
  const depth = w.dims[1]!;
  const spatial = transposedSizes(operation, { window: filterWindow(operation, kernel), image });
  shaped(operation, 2, { dims: [depth * group], types: new Set([x.type]) });
  const products = {
    type: x.type,
    count: images * group,
    m: depth * sizeOf(kernel),
    k: channels / group,
    n: sizeOf(image),
  };
  const { count, m, n } = products;
  const dims = [images, depth * group, ...spatial];
  // The runtime's col2im also clears and fills the whole result.
  const work = productWork(products) + count * m * n * (image.length === 2 ? FOLDED : FOLDED_ANY) +
    sizeOf(dims) * FOLDED;
  return writes(x, dims, { macs: macsOf(products), work, scratch: 4 * m * n });
}

/** Sizes that a transposed convolution gives (onnx ConvTranspose). */
function transposedSizes(
  operation: Operation,
  { window, image }: { window: Window; image: readonly number[] },
): number[] {
  const rank = image.length;
  const wanted = operation.ints("output_shape") ?? [];
  const extra = operation.ints("output_padding") ?? [];
  if (![0, rank, rank + 2].includes(wanted.length)) {
    throw operation.refuse(`an output_shape of ${rank} sizes`, `${wanted.length}`);
  }
  if (![0, rank].includes(extra.length)) {
    throw operation.refuse(`an output_padding of ${rank} sizes`, `${extra.length}`);
  }
  return image.map((size, axis) => {
    const added = extra[axis] ?? 0;
    const stride = window.strides[axis]!;
    const dilation = window.dilations[axis]!;
    if (added < 0 || added >= stride) {
      throw operation.refuse("output_padding from 0 and below the stride", `[${extra}]`);
    }
    const reach = (window.kernel[axis]! - 1) * dilation + 1;
    const full = (size - 1) * stride + added + reach;
    const pads = window.auto === "NOTSET" ? window.pads[axis]! + window.pads[axis + rank]! : 0;
    const length = wanted.length > 0
      ? wanted[axis + wanted.length - rank]!
      : window.auto.startsWith("SAME")
      ? Math.min(size * stride, full)
      : full - pads;
    if (size > 0 && length > 0) return length;
    throw operation.refuse("a result of some size", `${length} along axis ${axis + 2}`);
  });
}

function filterWindow(operation: Operation, kernel: readonly number[]): Window {
  const window = windowOf(operation, kernel);
  if (window.auto === "NOTSET" || operation.ints("pads") === undefined) return window;
  throw operation.refuse("pads or auto_pad", "both");
}

function imagesOf(operation: Operation, { dims }: Value) {
  if (dims.length < 3 || dims.length > 5) {
    throw operation.refuse("an input of 3 to 5 dimensions", `shape [${dims}]`);
  }
  const [images, channels, ...image] = dims as [number, number, ...number[]];
  const group = operation.int("group", 1);
  if (group < 1 || channels < 1 || channels % group !== 0) {
    throw operation.refuse(`groups that divide ${channels} channels`, String(group));
  }
  return { images, channels, group, image };
}

function kernelOf(operation: Operation, { x, w }: { x: Value; w: Value }): readonly number[] {
  if (w.dims.length !== x.dims.length) {
    throw operation.refuse(`filters of ${x.dims.length} dimensions`, `shape [${w.dims}]`);
  }
  const kernel = w.dims.slice(2);
  const told = operation.ints("kernel_shape");
  if (told === undefined || `${told}` === `${kernel}`) return kernel;
  throw operation.refuse(`kernel_shape [${kernel}]`, `[${told}]`);
}
