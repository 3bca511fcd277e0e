/** `float32(value * scale + offset)`, as a manifest states it. */
export interface InputScale {
  /** Factor. */
  scale: number;
  /** Added after. */
  offset: number;
}

/**
 * What models get for the values of a data set: `float32(value * scale + offset)`, computed in double
 * and rounded once (PROTOCOL.md section 7).
 */
export function scaleInputs(
  values: Uint8Array | Float64Array,
  { scale, offset }: InputScale,
): Float32Array<ArrayBuffer> {
  const inputs = new Float32Array(values.length);
  if (values instanceof Uint8Array) {
    // A byte has 256 values: the same result from a table.
    const table = Float32Array.from({ length: 256 }, (_, value) => value * scale + offset);
    lookUp(values, { table, inputs });
  } else {
    for (let i = 0; i < values.length; i++) inputs[i] = values[i]! * scale + offset;
  }
  return inputs;
}

/** As bit patterns and four at a time: a third faster than one float after the other. */
function lookUp(
  values: Uint8Array,
  { table, inputs }: { table: Float32Array<ArrayBuffer>; inputs: Float32Array<ArrayBuffer> },
): void {
  const from = new Int32Array(table.buffer);
  const to = new Int32Array(inputs.buffer);
  let i = 0;
  for (const end = values.length - 3; i < end; i += 4) {
    to[i] = from[values[i]!]!;
    to[i + 1] = from[values[i + 1]!]!;
    to[i + 2] = from[values[i + 2]!]!;
    to[i + 3] = from[values[i + 3]!]!;
  }
  for (; i < values.length; i++) to[i] = from[values[i]!]!;
}
