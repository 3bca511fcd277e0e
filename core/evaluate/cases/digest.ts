/** What the outputs of a case are, as one number that two engines can compare. */
import type { ArrayValue, Runtime, Session } from "../runtime.ts";
import { type OperatorCase, wave } from "./case.ts";

/** Rows of a full batch, and of a last one. */
export const BATCHES = [100, 7] as const;

/** Bits that a NaN may have: quiet, either sign, a payload, and a signalling one. */
export const NAN_BITS = [0x7fc00000, 0xffc00000, 0x7fc12345, 0xffe54321] as const;

/** Numbers that find the edges of functions and formats. */
const SPECIAL = Float32Array.of(
  ...[
    0,
    -0,
    Infinity,
    -Infinity,
    NaN,
    1,
    -1,
    0.5,
    1.5,
    2.5,
    -0.5,
    -2.5,
    1e-45,
    -1e-40,
    1.2e-38,
    1e-20,
  ],
  ...[
    3.4e38,
    -3.4e38,
    1e20,
    -1e20,
    88.7,
    -88.7,
    104,
    -104,
    65504,
    65520,
    -65536,
    127.5,
    -128.5,
    255.5,
  ],
  ...[2147483520, -2147483648, 2147483648, 4294967296, 9.2e18, -9.3e18, 1.8e19, 1e-7, 16777216, -3],
);
/** Where {@link SPECIAL} has its NaN. */
const NAN_AT = 4;

/** Types whose bits hold a sign, an exponent and the rest: as bytes, and the exponent's bits in the topmost two. */
const FLOATS: Readonly<Record<string, { bytes: number; exponent: number }>> = {
  float16: { bytes: 2, exponent: 0x7c00 },
  float32: { bytes: 4, exponent: 0x7f80 },
  float64: { bytes: 8, exponent: 0x7ff0 },
};

/** Fixed inputs of a case, row-major. */
export function regularInput(
  { row, height }: OperatorCase,
  { rows, start = 0 }: { rows: number; start?: number },
): Float32Array<ArrayBuffer> {
  const size = row.reduce((product, dim) => product * dim, 1);
  return wave(rows * size, { step: 0.37, height, start: start * size });
}

/**
 * The same, three of four rows with numbers in them that are infinite, not a number, huge or tiny.
 *
 * @param options `nan`: bits of the NaN
 */
export function specialInput(
  given: OperatorCase,
  { rows, nan = NAN_BITS[0] }: { rows: number; nan?: number },
): Float32Array<ArrayBuffer> {
  const input = regularInput(given, { rows });
  const bits = new Uint32Array(input.buffer);
  const size = input.length / rows;
  for (let row = 0, next = 0; row < rows; row++) {
    if (row % 4 === 0) continue;
    for (let i = row % 5; i < size; i += 5, next++) {
      const at = next % SPECIAL.length;
      input[row * size + i] = SPECIAL[at]!;
      if (at === NAN_AT) bits[row * size + i] = nan;
    }
  }
  return input;
}

/** How to run a case. */
export interface CaseRun {
  /** The runtime. */
  runtime: Runtime;
  /** Bits of the NaN among the special numbers. */
  nan?: number;
  /** Told every output, and of how many rows. */
  see?: See;
}

/** Told an output, its value, and of how many rows it is. */
export type See = (output: string, value: ArrayValue, rows: number) => void;

/**
 * SHA-256 of all outputs of a case over a full batch, a last one, and (unless it has none) special numbers: 64 hex
 * digits. Every NaN counts as the same one. Only inside `runtime.exclusive`.
 *
 * @throws {InvalidModel} for a case that the runtime refuses
 */
export async function caseDigest(
  given: OperatorCase,
  { runtime, nan, see }: CaseRun,
): Promise<string> {
  const session = await runtime.open(given.onnx);
  try {
    const parts: Uint8Array[] = [];
    const run = async (input: Float32Array, rows: number) => {
      parts.push(...await runCase(given, { session, input, rows, ...(see && { see }) }));
    };
    const [full, last] = BATCHES;
    await run(regularInput(given, { rows: full }), full);
    await run(regularInput(given, { rows: last, start: full }), last);
    if (given.special) {
      await run(specialInput(given, { rows: full, ...(nan === undefined ? {} : { nan }) }), full);
    }
    return await sha256(parts);
  } finally {
    await session.release();
  }
}

/** Type, shape and elements of each output as bytes; every NaN as the same one. */
export async function runCase(
  { outputs, row }: OperatorCase,
  { session, input, rows, see }: {
    session: Session;
    input: Float32Array;
    rows: number;
    see?: See;
  },
): Promise<Uint8Array[]> {
  const parts: Uint8Array[] = [];
  for (const output of outputs) {
    const value = await session.run({ input: "x", data: input, dims: [rows, ...row], output });
    see?.(output, value, rows);
    parts.push(new TextEncoder().encode(`${value.type}[${value.dims}]`), elementBytes(value));
  }
  return parts;
}

/** SHA-256 of byte strings one after the other, 64 hex digits. */
export async function sha256(parts: readonly Uint8Array[]): Promise<string> {
  const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", whole));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** A copy of the elements of an output, little-endian; every NaN as the same one. */
export function elementBytes({ type, data }: ArrayValue): Uint8Array {
  const { buffer, byteOffset, byteLength } = data as Float32Array;
  const bytes = new Uint8Array(buffer, byteOffset, byteLength).slice();
  const float = FLOATS[type];
  if (float !== undefined) unifyNans(bytes, float);
  return bytes;
}

function unifyNans(
  bytes: Uint8Array,
  { bytes: size, exponent }: { bytes: number; exponent: number },
): void {
  for (let at = 0; at < bytes.length; at += size) {
    const top = bytes[at + size - 2]! | bytes[at + size - 1]! << 8;
    if ((top & exponent) !== exponent) continue;
    const infinite = (top & 0x7fff) === exponent &&
      bytes.subarray(at, at + size - 2).every((byte) => byte === 0);
    if (!infinite) bytes.fill(0xff, at, at + size);
  }
}
