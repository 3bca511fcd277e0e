/** Few-bit whole numbers for the floats of a tensor, and the scales that give them back. */

/** A tensor as whole numbers: `values[i] * scales[channel of i]` is about what it was. */
export interface Quantised {
  /** Whole numbers from `-limit` to `limit`, in the tensor's order. */
  values: Int8Array;
  /** One scale for each channel: finite, above 0. */
  scales: Float32Array;
}

/** How to quantise a tensor. */
export interface QuantiseOptions {
  /** Shape. */
  dims: readonly number[];
  /** Dimension whose entries (channels) have a scale each. */
  axis: number;
  /** Bits of each number, 2 to 8: `limit` is `2^(bits - 1) - 1`. */
  bits: number;
}

/** From so many bits on the largest value is kept; below, clipping it makes the others more exact. */
const NO_CLIP_BITS = 7;
/** Shares of a channel's largest value that are tried as the largest that is kept. */
const CLIPS = Array.from({ length: 15 }, (_, i) => 1 - 0.04 * i);
/** The smallest scale: a normal float32, so that no processor takes it for 0. */
const MIN_SCALE = 2 ** -120;

/**
 * Quantises symmetrically, each channel with its own scale: `value = round(weight / scale)`, clipped to `limit`. For few
 * bits the scale is the one of 15 with the least squared error. Scales have 4 significant bits, so that they
 * pack to almost nothing; they are chosen before the values, so that a scale is at most an eighth larger than it had to be.
 *
 * @throws {RangeError} if a float is not finite or the shape does not fit
 */
export function quantise(floats: Float32Array, options: QuantiseOptions): Quantised {
  const { dims, axis, bits } = options;
  const channels = dims[axis] ?? 0;
  const inner = dims.slice(axis + 1).reduce((all, dim) => all * dim, 1);
  if (dims.reduce((all, dim) => all * dim, 1) !== floats.length || channels < 1) {
    throw new RangeError(`weights: expected ${floats.length} of them, got shape [${dims}]`);
  }
  if (!floats.every(Number.isFinite)) {
    throw new RangeError("weights: expected finite numbers, got one that is not");
  }
  const limit = 2 ** (bits - 1) - 1;
  const scales = new Float32Array(channels);
  const values = new Int8Array(floats.length);
  const places = new Int32Array(floats.length / channels);
  for (let channel = 0; channel < channels; channel++) {
    for (let i = 0, at = channel * inner; i < places.length; at += channels * inner) {
      for (let k = 0; k < inner; k++) places[i++] = at + k;
    }
    const scale = bestScale(floats, { places, limit, clips: bits < NO_CLIP_BITS ? CLIPS : [1] });
    scales[channel] = scale;
    for (const at of places) values[at] = level(floats[at]!, scale, limit);
  }
  return { values, scales };
}

/** The scale with the least squared error over the floats at `places`. */
function bestScale(
  floats: Float32Array,
  { places, limit, clips }: { places: Int32Array; limit: number; clips: readonly number[] },
): number {
  let largest = 0;
  for (const at of places) largest = Math.max(largest, Math.abs(floats[at]!));
  if (largest === 0) return 1;
  let best = MIN_SCALE;
  let least = Infinity;
  for (const clip of clips) {
    const scale = shortScale(clip * largest / limit);
    let error = 0;
    for (const at of places) {
      error += (floats[at]! - scale * level(floats[at]!, scale, limit)) ** 2;
    }
    if (error < least) [best, least] = [scale, error];
  }
  return best;
}

function level(value: number, scale: number, limit: number): number {
  return Math.max(-limit, Math.min(limit, Math.round(value / scale)));
}

/** Rounded up to 4 significant bits. */
function shortScale(scale: number): number {
  if (scale <= MIN_SCALE) return MIN_SCALE;
  const unit = 2 ** (Math.floor(Math.log2(scale)) - 3);
  return Math.ceil(scale / unit) * unit;
}
