/** `deno task conformance`: the standard's own test cases against admission and the runtime. */
import { startRuntime } from "../core/evaluate/runtime.ts";
import { readRuntimeWasm } from "../functions/runtime_wasm.ts";
import { judge, type Verdict } from "./conformance/judge.ts";
import { readCases } from "./conformance/node_case.ts";
import { tally, totals } from "./conformance/report.ts";
import { main, readArguments, UsageError } from "./lib/cli.ts";
import { formatTable } from "./lib/table.ts";

const HELP = `Usage: deno task conformance --data FOLDER [--list] [--json]

Runs ONNX's backend node tests (github.com/onnx/onnx, onnx/backend/test/data/node, or \`backend-test-tools
generate-data\` of its Python package): is each case admitted, does the runtime give what the reference gives within
its tolerance, and are type and shape what admission says?

  --data FOLDER   folders with model.onnx and test_data_set_0
  --list          name every case that is refused or fails, and why
  --json          print one last line of JSON
  --help          show this`;

await main(HELP, async (args) => {
  const options = { data: { type: "string" }, list: { type: "boolean", default: false } } as const;
  const { data, list, json } = readArguments(args, options);
  if (data === undefined) throw new UsageError("--data: expected a folder, got none. See --help.");
  const verdicts: Verdict[] = [];
  const runtime = await startRuntime(await readRuntimeWasm());
  await runtime.exclusive(async () => {
    for await (const given of readCases(data)) verdicts.push(await judge(given, runtime));
  });
  if (list) {
    for (const { name, operator, result, why } of verdicts) {
      if (result !== "pass") console.log(`${result}: ${operator}: ${name}: ${why}`);
    }
  }
  print(verdicts);
  const { cases, admitted, passed } = totals(verdicts);
  console.log(`\n${cases} cases, ${admitted} of them admitted, ${passed} of these pass`);
  if (json) console.log(JSON.stringify({ ok: passed === admitted, cases, admitted, passed }));
});

function print(verdicts: readonly Verdict[]): void {
  const titles = ["operator", "pass", "admitted", "not like this", "unread"];
  const columns = titles.map((title, i) => ({ title, align: i === 0 ? "left" : "right" } as const));
  const rows = tally(verdicts).filter(({ counts }) => counts.operator < totalOf(counts)).map((
    { operator, counts },
  ) => [
    operator,
    ...[counts.pass, counts.pass + counts.wrong + counts.shape, counts.variant, counts.unread].map(
      String,
    ),
  ]);
  console.log(formatTable(columns, rows));
}

function totalOf(counts: Readonly<Record<string, number>>): number {
  return Object.values(counts).reduce((sum, count) => sum + count, 0);
}
