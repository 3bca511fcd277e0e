/** The process that runs one kind of hostile payloads, named by its argument; prints a {@linkcode KindReport}. */
import {
  type Finding,
  findingOf,
  hostileDataset,
  hostiles,
  scoreOfHonest,
} from "../../core/evaluate/hostile/suite.ts";
import { startRuntime } from "../../core/evaluate/runtime.ts";
import { readRuntimeWasm } from "../../functions/runtime_wasm.ts";
import type { KindReport } from "./hostile.ts";

async function run(kind: string): Promise<KindReport> {
  const runtime = await startRuntime(await readRuntimeWasm());
  const dataset = hostileDataset();
  const findings: Finding[] = [];
  let peak = 0;
  for (const hostile of hostiles(kind)) {
    findings.push(await findingOf(hostile, { runtime, dataset }));
    peak = Math.max(peak, Deno.memoryUsage().rss);
  }
  return { findings, peak, honest: await scoreOfHonest({ runtime, dataset }) };
}

if (import.meta.main) console.log(JSON.stringify(await run(Deno.args[0] ?? "")));
