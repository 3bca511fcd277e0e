/** What the bits of an operator depend on besides its inputs: a table of the cases in which they depend on something. */
import { OPERATOR_CASES } from "../../core/evaluate/cases/all.ts";
import { type OperatorCase, wave } from "../../core/evaluate/cases/case.ts";
import { elementBytes, regularInput, specialInput } from "../../core/evaluate/cases/digest.ts";
import { type Runtime, startRuntime } from "../../core/evaluate/runtime.ts";
import { readRuntimeWasm } from "../../functions/runtime_wasm.ts";
import { formatTable } from "../lib/table.ts";

const ROWS = 100;
const BATCHES = [50, 7, 1];
const LEVELS = ["disabled", "basic", "extended"] as const;

/** One output over some rows: its bytes, and whether they are row after row. */
interface Rows {
  bytes: Uint8Array;
  byRow: boolean;
}

type Run = (start: number, rows: number) => Promise<Rows[]>;

/** Prints the table. */
export async function study(): Promise<void> {
  const runtime = await startRuntime(await readRuntimeWasm());
  const found: string[][] = [];
  let cases = 0;
  await runtime.exclusive(async () => {
    for (const [name, build] of Object.entries(OPERATOR_CASES)) {
      cases++;
      const { batch, level, before } = await dependence(build(), runtime);
      if (batch + level + before !== "") found.push([name, batch, level, before]);
    }
  });
  const titles = ["case", "batch size", "optimisation level", "what ran before"];
  console.log(formatTable(titles.map((title) => ({ title })), found));
  console.log(`\n${cases} cases, ${found.length} of which depend on something`);
}

async function dependence(
  given: OperatorCase,
  runtime: Runtime,
): Promise<{ batch: string; level: string; before: string }> {
  const inputs = [regularInput(given, { rows: ROWS })];
  if (given.special) inputs.push(specialInput(given, { rows: ROWS }));
  const batch = new Set<string>();
  const level = new Set<string>();
  let before = false;
  for (const input of inputs) {
    await withSession(given, { runtime, input, level: "all" }, async (run) => {
      const whole = await run(0, ROWS);
      for (const size of BATCHES) {
        const parts = await inParts(run, size);
        if (parts === undefined) batch.add(`${size} (does not run)`);
        else if (!sameByRow(whole, parts)) batch.add(`${size}`);
      }
      // The same session after other batches, and another one after memory was filled with something else.
      if (!same(whole, await run(0, ROWS))) before = true;
      await fillMemory(runtime);
      await withSession(given, { runtime, input, level: "all" }, async (run) => {
        if (!same(whole, await run(0, ROWS))) before = true;
      });
      for (const other of LEVELS) {
        await withSession(given, { runtime, input, level: other }, async (run) => {
          if (!same(whole, await run(0, ROWS))) level.add(other);
        });
      }
    });
  }
  return {
    batch: [...batch].join(", "),
    level: [...level].join(", "),
    before: before ? "yes" : "",
  };
}

/** All rows in batches of `size`; undefined where the runtime refuses such a batch. */
async function inParts(run: Run, size: number): Promise<Rows[][] | undefined> {
  const parts: Rows[][] = [];
  for (let start = 0; start < ROWS; start += size) {
    try {
      parts.push(await run(start, Math.min(size, ROWS - start)));
    } catch (error) {
      if (error instanceof Error && error.message.includes("ERROR_CODE")) return undefined;
      throw error;
    }
  }
  return parts;
}

async function withSession(
  given: OperatorCase,
  { runtime, input, level }: {
    runtime: Runtime;
    input: Float32Array;
    level: "all" | typeof LEVELS[number];
  },
  work: (run: Run) => Promise<void>,
): Promise<void> {
  const { InferenceSession, Tensor } = runtime.ort;
  const session = await InferenceSession.create(given.onnx, {
    executionProviders: ["wasm"],
    graphOptimizationLevel: level,
    logSeverityLevel: 4,
  });
  try {
    const size = input.length / ROWS;
    await work(async (start, rows) => {
      const data = input.subarray(start * size, (start + rows) * size);
      const x = new Tensor("float32", data, [rows, ...given.row]);
      const values = await session.run({ x }, { logSeverityLevel: 4 });
      return given.outputs.map((name) => {
        const value = values[name]!;
        return { bytes: elementBytes(value), byRow: value.dims[0] === rows };
      });
    });
  } finally {
    await session.release();
  }
}

/** Leaves numbers behind in the memory that the next session gets. */
async function fillMemory(runtime: Runtime): Promise<void> {
  const session = await runtime.open(OPERATOR_CASES["Identity"]!().onnx);
  const rows = 20_000;
  const data = wave(rows * 19, { step: 0.71, height: 1e30 });
  await session.run({ input: "x", data, dims: [rows, 19], output: "v0" });
  await session.release();
}

function same(a: readonly Rows[], b: readonly Rows[]): boolean {
  return a.every(({ bytes }, i) => equal(bytes, b[i]!.bytes));
}

/** Whether outputs that have a row for each row fed are the same when fed in parts. */
function sameByRow(whole: readonly Rows[], parts: readonly Rows[][]): boolean {
  return whole.every(({ bytes, byRow }, i) => {
    if (!byRow || !parts.every((part) => part[i]!.byRow)) return true;
    let at = 0;
    for (const part of parts) {
      const { bytes: piece } = part[i]!;
      if (!equal(bytes.subarray(at, at + piece.length), piece)) return false;
      at += piece.length;
    }
    return at === bytes.length;
  });
}

function equal(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}
