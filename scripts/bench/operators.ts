/**
 * `deno run -A scripts/bench/operators.ts [PATTERN]`: what operators really cost against what admission counts for
 * them. Prints, for each case whose name matches the pattern, its time over the time of as many
 * multiply-accumulates of a large product of matrices as were counted: at most 2 is wanted. Medians of 5; what it
 * takes to hand the inputs over is taken off. Keep the machine quiet meanwhile.
 */
import { model as modelFile, node, value } from "../../core/model/onnx/build.ts";
import { encodeModel } from "../../core/model/onnx/codec.ts";
import { OPERATORS } from "../../core/model/admission/operators.ts";
import { WORK } from "../../core/model/admission/work.ts";
import {
  type Case,
  effectOf,
  feedsOf,
  graphOf,
  testRuntime,
} from "../../core/model/admission/rules/testing.ts";
import { formatTable } from "../lib/table.ts";
import { CASES } from "./operator_cases.ts";

const ROUNDS = 5;
/** Shortest measurement, in ms. */
const SAMPLE_MS = 25;
const BASE = 512;

const { ort } = await testRuntime();

/** The time of a case, in ns; the median of 5. */
async function timeOf(given: Case): Promise<number> {
  const operation = await sessionOf(given, false);
  const handing = await sessionOf(given, true);
  const feeds = feedsOf(given, ort);
  const repeats = Math.max(1, Math.ceil(SAMPLE_MS / await elapsed(operation, feeds, 1)));
  const times: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const whole = await elapsed(operation, feeds, repeats);
    times.push(whole - await elapsed(handing, feeds, repeats));
  }
  await operation.release();
  await handing.release();
  return times.sort((a, b) => a - b)[(ROUNDS - 1) / 2]! / repeats * 1e6;
}

type Session = Awaited<ReturnType<typeof ort.InferenceSession.create>>;

async function elapsed(
  session: Session,
  feeds: ReturnType<typeof feedsOf>,
  repeats: number,
): Promise<number> {
  const start = performance.now();
  for (let i = 0; i < repeats; i++) await session.run(feeds);
  return performance.now() - start;
}

/** The model of a case of which only shapes come out, or one that takes the same inputs and does nothing. */
async function sessionOf(given: Case, idle: boolean): Promise<Session> {
  const graph = graphOf(given);
  const results = idle
    ? graph.input.map(({ name }) => name!)
    : graph.output.map(({ name }) => name!);
  graph.node = idle ? [] : graph.node;
  if (idle) graph.initializer = [];
  graph.node.push(...results.map((name, i) => node("Shape", [name], [`shape${i}`])));
  graph.output = results.map((_, i) => value(`shape${i}`, ["n"], 7));
  const ml = given.domain === "ai.onnx.ml";
  const opsets = ml ? { opset: 17, mlOpset: given.version } : { opset: given.version };
  const file = encodeModel(modelFile(graph, { ...opsets, irVersion: 10 }));
  const session = await ort.InferenceSession.create(file, {
    executionProviders: ["wasm"],
    graphOptimizationLevel: "all",
    logSeverityLevel: 4,
  });
  await session.run(feedsOf(given, ort));
  return session;
}

function workOf(given: Case): number {
  const operators = OPERATORS.get(given.domain ?? "")!;
  const effect = effectOf(Object.fromEntries(operators), given);
  const written = effect.outputs.reduce(
    (sum, output) => sum + (output?.dims ?? [0]).reduce((product, dim) => product * dim, 1),
    0,
  );
  return WORK.node + (effect.work ?? (effect.macs ?? 0) + written * WORK.moved);
}

const [pattern = ""] = Deno.args;
const base: Case = {
  operator: "MatMul",
  version: 13,
  inputs: [{ type: 1, dims: [BASE, BASE] }, { type: 1, dims: [BASE, BASE] }],
};
const rows: string[][] = [];
for (const [name, given] of CASES) {
  if (!new RegExp(pattern).test(name)) continue;
  try {
    const work = workOf(given);
    const time = await timeOf(given);
    // Measured again for each case: others may slow the machine for a while.
    const unit = await timeOf(base) / BASE ** 3;
    const ratio = time / unit / work;
    rows.push([name, (time / 1e6).toFixed(3), (work / 1e6).toFixed(3), ratio.toFixed(2)]);
    console.error(rows.at(-1)!.join("  "));
  } catch (error) {
    console.error(`${name}: ${error instanceof Error ? error.message.slice(0, 200) : error}`);
  }
}
console.log(formatTable([
  { title: "case" },
  { title: "ms", align: "right" },
  { title: "M counted", align: "right" },
  { title: "real/counted", align: "right" },
], rows.sort((a, b) => Number(b[3]) - Number(a[3]))));
