import assert from "node:assert/strict";
import { quantise } from "./quantise.ts";
import { floats } from "./testing.ts";

const BITS = [8, 7, 6, 5, 4, 3];

/** The channel of each element. */
function channelOf(dims: readonly number[], axis: number): (index: number) => number {
  const inner = dims.slice(axis + 1).reduce((all, dim) => all * dim, 1);
  return (index) => Math.floor(index / inner) % dims[axis]!;
}

Deno.test("quantise() comes within half a scale of what it does not clip, on every axis", () => {
  const dims = [3, 5, 2, 4];
  for (const bits of BITS) {
    for (let axis = 0; axis < dims.length; axis++) {
      const weights = floats(120, 10 * bits + axis);
      const { values, scales } = quantise(weights, { dims, axis, bits });
      const limit = 2 ** (bits - 1) - 1;
      const channel = channelOf(dims, axis);
      assert.equal(scales.length, dims[axis]);
      values.forEach((value, i) => {
        const scale = scales[channel(i)]!;
        assert.ok(Math.abs(value) <= limit);
        const error = Math.abs(weights[i]! - value * scale);
        const clipped = Math.abs(value) === limit;
        assert.ok(clipped || error <= scale * 0.5000001, `${bits} bits: ${error} of ${scale}`);
      });
    }
  }
});

Deno.test("quantise() at 8 bits clips nothing, and gives each channel its own scale", () => {
  const weights = Float32Array.of(1, -2, 3, 100, 50, -25);
  const { values, scales } = quantise(weights, { dims: [2, 3], axis: 0, bits: 8 });
  assert.ok(scales[0]! >= 3 / 127 && scales[0]! <= 3.375 / 127);
  assert.ok(scales[1]! >= 100 / 127 && scales[1]! <= 112.5 / 127);
  assert.ok(values[2]! >= 112 && values[3]! >= 112);
});

Deno.test("quantise() with few bits has less squared error than without clipping", () => {
  const weights = Float32Array.from(floats(400, 5), (v) => v ** 3);
  const sum = (scale: number, limit: number) =>
    weights.reduce((all, w) => {
      const level = Math.max(-limit, Math.min(limit, Math.round(w / scale)));
      return all + (w - level * scale) ** 2;
    }, 0);
  for (const [bits, share] of [[5, 1.1], [4, 0.98], [3, 0.8]] as const) {
    const limit = 2 ** (bits - 1) - 1;
    const { scales } = quantise(weights, { dims: [1, 400], axis: 0, bits });
    const largest = weights.reduce((most, w) => Math.max(most, Math.abs(w)), 0);
    assert.ok(sum(scales[0]!, limit) < share * sum(largest / limit, limit), `${bits} bits`);
  }
});

Deno.test("quantise() gives finite scales above 0 with 4 significant bits", () => {
  const weights = Float32Array.of(0, 0, 1e-44, -1e-40, 3.4e38, -1, 1e-3, 0.7);
  const { values, scales } = quantise(weights, { dims: [4, 2], axis: 0, bits: 8 });
  for (const scale of scales) {
    assert.ok(Number.isFinite(scale) && scale >= 2 ** -126);
    assert.ok(Number.isInteger(scale / 2 ** (Math.floor(Math.log2(scale)) - 3)));
  }
  assert.deepEqual(values.subarray(0, 4), Int8Array.of(0, 0, 0, 0));
});

Deno.test("quantise() refuses floats that are not finite, and other shapes", () => {
  for (const bad of [NaN, Infinity, -Infinity]) {
    const weights = Float32Array.of(1, bad);
    assert.throws(() => quantise(weights, { dims: [2], axis: 0, bits: 8 }), RangeError);
  }
  const weights = new Float32Array(6);
  assert.throws(() => quantise(weights, { dims: [2, 2], axis: 0, bits: 8 }), RangeError);
  assert.throws(() => quantise(weights, { dims: [2, 3], axis: 2, bits: 8 }), RangeError);
});
