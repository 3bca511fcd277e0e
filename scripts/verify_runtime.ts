/** `deno task verify:runtime`: whether every engine here gives the same bits for every admitted operator. */
import { decodeModel } from "../core/model/onnx/codec.ts";
import { OPERATOR_CASES } from "../core/evaluate/cases/all.ts";
import { main, readArguments } from "./lib/cli.ts";
import { differences, readCommitted, writeCommitted } from "./verify_runtime/committed.ts";
import {
  type EngineRun,
  makeBundle,
  runChromium,
  runDeno,
  runNode,
} from "./verify_runtime/engines.ts";
import { exportCases } from "./verify_runtime/export.ts";
import { study } from "./verify_runtime/study.ts";

const HELP =
  `Usage: deno task verify:runtime [--no-browser] [--write] [--study] [--export FOLDER] [--json]

Runs small models that cover every admitted operator in Deno, Node and Chromium, and compares SHA-256 digests of
their outputs among each other and with core/evaluate/cases/digests.json. Ends with code 1 where any differ.

  --no-browser      leave Chromium out (DEML_CHROMIUM names another than /usr/bin/chromium)
  --write           write the digests of this Deno into the repository, where the engines agree
  --study           say instead which cases depend on the batch size, the optimisation level or earlier runs
  --export FOLDER   write cases, inputs and outputs into a folder instead, as ONNX's backend tests lie there
  --json            print one last line of JSON
  --help            show this`;

await main(HELP, async (args) => {
  const options = {
    "no-browser": { type: "boolean", default: false },
    write: { type: "boolean", default: false },
    study: { type: "boolean", default: false },
    export: { type: "string" },
  } as const;
  const { json, write, "no-browser": noBrowser, ...rest } = readArguments(args, options);
  if (rest.study) return await study();
  if (rest.export !== undefined) return await exportCases(rest.export);
  const runs = await runAll(!noBrowser);
  const differing = differences(write ? runs : [...runs, await committed()]);
  for (const { case: name, found } of differing) {
    console.log(`${name} differs:`);
    for (const [engine, digest] of Object.entries(found)) console.log(`  ${engine}: ${digest}`);
  }
  if (write && differing.length === 0) await writeCommitted(runs[0]!.digests);
  const counts = { cases: Object.keys(OPERATOR_CASES).length, operators: operators().size };
  const engines = runs.map(({ engine }) => engine);
  const ok = differing.length === 0;
  console.log(
    `${counts.cases} cases, ${counts.operators} operators, ${engines.join(", ")}: ` +
      (ok ? "all the same" : `${differing.length} differ`),
  );
  if (json) console.log(JSON.stringify({ ok, ...counts, engines, differences: differing }));
  if (!ok) Deno.exitCode = 1;
});

async function runAll(browser: boolean): Promise<EngineRun[]> {
  console.error("Deno ...");
  const runs = [await runDeno()];
  await using bundle = await makeBundle();
  console.error("Node ...");
  runs.push(await runNode(bundle));
  if (!browser) return runs;
  console.error("Chromium ...");
  runs.push(await runChromium(bundle));
  return runs;
}

async function committed(): Promise<EngineRun> {
  return { engine: "committed", digests: await readCommitted() };
}

/** Operators of the cases, with their domains. */
function operators(): Set<string> {
  const nodes = Object.values(OPERATOR_CASES).flatMap((build) =>
    decodeModel(build().onnx).graph!.node
  );
  return new Set(nodes.map(({ domain = "", opType }) => `${domain}:${opType}`));
}
