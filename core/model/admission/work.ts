/**
 * What takes time besides multiply-accumulates, in units of one multiply-accumulate of a large matrix product (about
 * 0.1 ns where these were measured), in onnxruntime-web 1.30.0 in one thread.
 */
export const WORK = {
  /** A run: values go into the runtime and come out of it. */
  run: 500_000,
  /** A node: its start in each run. */
  node: 20_000,
  /** An input or output of a node beyond the first {@linkcode FEW_LINKS}. */
  link: 1500,
  /** An element moved with its neighbours, as by Concat; or one that a simple vector function makes, as by Add or Relu. */
  moved: 8,
  /** An element moved on its own, as by a Transpose or a gather of single elements. */
  picked: 50,
  /** A stretch of elements that lie together, begun: of a copy, of operands that are broadcast. */
  stretch: 300,
  /** An element compared or computed by code that works on one at a time. */
  scalar: 30,
  /** One sigmoid, tanh, erf, exp or log. */
  special: 150,
  /** One pow, sin, softplus or other function of the C library. */
  library: 400,
  /** An element sorted, for each doubling of how many there are. */
  sorted: 120,
} as const;

/** Inputs and outputs that the start of a node counts in. */
export const FEW_LINKS = 8;

/** Number of elements of a shape. */
export function sizeOf(dims: readonly number[]): number {
  let size = 1;
  for (const dim of dims) size *= dim;
  return size;
}
