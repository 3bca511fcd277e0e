/** When an output counts as right: what ONNX's own backend tests ask for. */
import type { Dense } from "./tensor_file.ts";

/** Relative and absolute tolerance of onnx/backend/test/case/test_case.py. */
export const RTOL = 1e-3;
/** See {@linkcode RTOL}. */
export const ATOL = 1e-7;

/** Says in a few words how an output differs from the expected one; undefined if it does not. */
export function difference(got: Dense, expected: Dense): string | undefined {
  if (got.type !== expected.type) return `type ${got.type}, not ${expected.type}`;
  if (got.dims.join() !== expected.dims.join()) {
    return `shape [${got.dims}], not [${expected.dims}]`;
  }
  const half = got.type === "float16";
  const floats = half || got.type === "float32" || got.type === "float64";
  for (let i = 0; i < expected.data.length; i++) {
    const [a, b] = [got.data[i]!, expected.data[i]!].map((v) => half ? fromHalf(Number(v)) : v);
    const same = floats ? close(Number(a), Number(b)) : a === b;
    if (!same) return `element ${i} is ${a}, not ${b}`;
  }
}

/** numpy.testing.assert_allclose: NaN equals NaN, infinities equal themselves. */
function close(a: number, b: number): boolean {
  if (Object.is(a, b) || a === b) return true;
  return Number.isFinite(b) && Math.abs(a - b) <= ATOL + RTOL * Math.abs(b);
}

/** The number that the bits of a float16 mean (IEEE 754 binary16). */
export function fromHalf(bits: number): number {
  return new DataView(new Uint8Array([bits & 255, bits >> 8]).buffer).getFloat16(0, true);
}
