import { graph, model, node, tensor, value } from "../model/onnx/build.ts";
import { encodeModel } from "../model/onnx/codec.ts";
import { LocalFailure } from "./failure.ts";
import type { Runtime } from "./runtime.ts";

/** SHA-256 of the output's bytes (float32, little-endian): onnxruntime-web 1.30.0 in Deno, Node and Chromium. */
const EXPECTED = "79f87e472c6be1ce92853f0b783e0955a83407096a0d7d91aec80bd2ffcb190b";

const ROWS = 5;
const SIDE = 12;
const CHANNELS = 6;
const HIDDEN = 13;
const CLASSES = 7;

let built: Uint8Array | undefined;

/**
 * A small model with fixed weights: convolution, pooling, matrix products and the usual activations,
 * in sizes that fill no vector register evenly. About 12 KB.
 */
export function goldenModel(): Uint8Array {
  built ??= build();
  return built;
}

/**
 * Runs the golden model on a fixed input and compares the output bit by bit. Only inside
 * `runtime.exclusive`. If it differs, the runtime is spent.
 *
 * @throws {LocalFailure} `self-test`, or what running throws
 */
export async function selfTest(runtime: Runtime): Promise<void> {
  let got: string;
  try {
    got = await goldenDigest(runtime);
  } catch (cause) {
    if (cause instanceof LocalFailure) throw cause;
    const why = cause instanceof Error ? cause.message : String(cause);
    throw fail(runtime, `got "${why}"`, cause);
  }
  if (got !== EXPECTED) throw fail(runtime, `got an output with SHA-256 ${got}`);
}

/** SHA-256 of the golden model's output, 64 hex digits. */
export async function goldenDigest(runtime: Runtime): Promise<string> {
  const session = await runtime.open(goldenModel());
  try {
    const { data } = await session.run({
      input: "x",
      data: wave(ROWS * SIDE * SIDE, 0.37, 2),
      dims: [ROWS, 1, SIDE, SIDE],
      output: "y",
    });
    const bytes = new Uint8Array(Float32Array.from(data as Float32Array).buffer);
    const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
    return Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
  } finally {
    await session.release();
  }
}

function fail(runtime: Runtime, got: string, cause?: unknown): LocalFailure {
  const message = `runtime: expected the golden model's output with SHA-256 ${EXPECTED}, ${got}`;
  const failure = new LocalFailure("self-test", message, { cause });
  runtime.spend(failure);
  return failure;
}

function build(): Uint8Array {
  const flat = CHANNELS * (SIDE / 2) * (SIDE / 2);
  const nodes = [
    node("Conv", ["x", "k", "kb"], ["c"], { kernel_shape: [3, 3], pads: [1, 1, 1, 1] }),
    node("Relu", ["c"], ["r"]),
    node("MaxPool", ["r"], ["p"], { kernel_shape: [2, 2], strides: [2, 2] }),
    node("Flatten", ["p"], ["f"]),
    node("Gemm", ["f", "g", "gb"], ["h"], { transB: 1 }),
    node("Tanh", ["h"], ["t"]),
    node("Sigmoid", ["h"], ["s"]),
    node("Add", ["t", "s"], ["a"]),
    node("MatMul", ["a", "m"], ["l"]),
    node("Softmax", ["l"], ["y"], { axis: 1 }),
  ];
  const initializers = [
    tensor("k", [CHANNELS, 1, 3, 3], wave(CHANNELS * 9, 0.9, 0.5)),
    tensor("kb", [CHANNELS], wave(CHANNELS, 1.3, 0.1)),
    tensor("g", [HIDDEN, flat], wave(HIDDEN * flat, 0.61, 0.08)),
    tensor("gb", [HIDDEN], wave(HIDDEN, 0.7, 0.2)),
    tensor("m", [HIDDEN, CLASSES], wave(HIDDEN * CLASSES, 1.7, 0.9)),
  ];
  const inputs = [value("x", ["N", 1, SIDE, SIDE])];
  const outputs = [value("y", ["N", CLASSES])];
  return encodeModel(model(graph({ inputs, outputs, nodes, initializers }), { opset: 13 }));
}

/**
 * Fixed numbers from -height to height that never repeat. Only exact arithmetic (sums, products and a
 * remainder of small numbers), so they are the same in every engine; Math.sin would not be.
 */
function wave(length: number, step: number, height: number): Float32Array<ArrayBuffer> {
  return Float32Array.from({ length }, (_, i) => height * (((i + 1) * step * 1.618034) % 2 - 1));
}
