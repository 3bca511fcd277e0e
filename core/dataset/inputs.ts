import type { Dataset } from "./dataset.ts";

const converted = new WeakMap<Dataset, Float32Array<ArrayBuffer>>();

/**
 * What models get: `float32(value * scale + offset)` for every value of the data set, row after row,
 * computed in double and rounded once (PROTOCOL.md section 7). Converted at the first call, then kept
 * for as long as the data set itself: every model of a competition sees the same array. Do not change it.
 */
export function modelInputs(dataset: Dataset): Float32Array<ArrayBuffer> {
  let inputs = converted.get(dataset);
  if (inputs === undefined) {
    inputs = convert(dataset);
    converted.set(dataset, inputs);
  }
  return inputs;
}

function convert({ values, manifest }: Dataset): Float32Array<ArrayBuffer> {
  const { scale, offset } = manifest.input;
  const inputs = new Float32Array(values.length);
  if (values instanceof Uint8Array) {
    // A byte has 256 values: the same result from a table, several times as fast.
    const table = Float32Array.from({ length: 256 }, (_, value) => value * scale + offset);
    for (let i = 0; i < values.length; i++) inputs[i] = table[values[i]!]!;
  } else {
    for (let i = 0; i < values.length; i++) inputs[i] = values[i]! * scale + offset;
  }
  return inputs;
}
