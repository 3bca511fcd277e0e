import type { OperatorCase } from "./cases/case.ts";
import { runCase, sha256, specialInput } from "./cases/digest.ts";
import { GOLDEN_CASES } from "./cases/golden.ts";
import { LocalFailure } from "./failure.ts";
import type { Runtime } from "./runtime.ts";

/**
 * What {@link goldenDigest} gives with onnxruntime-web 1.30.0; `deno task verify:runtime` compares it in Deno, Node and
 * Chromium.
 */
export const GOLDEN_DIGEST = "55b51b6fff278b3c75792d2b0e6053be1e455841af024f2467abff186b89e347";

/** Rows of each run: what fills no vector register evenly. */
const ROWS = 5;

let built: OperatorCase[] | undefined;

/** The golden model that a runtime starts with: the first of the self-test's, about 1 KB. */
export function goldenModel(): Uint8Array {
  return cases()[0]!.onnx;
}

/**
 * Runs the golden models (convolution, matrix products, softmax, layer normalisation, a recurrent layer, quantised
 * layers, a tree ensemble) on fixed inputs, special numbers among them, and compares the last output of each bit by bit.
 * Only inside `runtime.exclusive`. If they differ, the runtime is spent.
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
  if (got !== GOLDEN_DIGEST) throw fail(runtime, `got outputs with SHA-256 ${got}`);
}

/** SHA-256 of the last outputs of the golden models, 64 hex digits. Only inside `runtime.exclusive`. */
export async function goldenDigest(runtime: Runtime): Promise<string> {
  const parts: Uint8Array[] = [];
  for (const given of cases()) {
    const session = await runtime.open(given.onnx);
    try {
      const input = specialInput(given, { rows: ROWS });
      const outputs = given.outputs.slice(-1);
      parts.push(...await runCase({ ...given, outputs }, { session, input, rows: ROWS }));
    } finally {
      await session.release();
    }
  }
  return await sha256(parts);
}

function cases(): OperatorCase[] {
  return built ??= Object.values(GOLDEN_CASES).map((build) => build());
}

function fail(runtime: Runtime, got: string, cause?: unknown): LocalFailure {
  const message =
    `runtime: expected the golden models' outputs with SHA-256 ${GOLDEN_DIGEST}, ${got}`;
  const failure = new LocalFailure("self-test", message, { cause });
  runtime.spend(failure);
  return failure;
}
