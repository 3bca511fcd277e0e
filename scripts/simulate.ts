/** `deno task simulate`: attacks on the real contract by the hundred, and what they gained (docs/simulation.md). */
import { Progress } from "./demo/progress.ts";
import { main } from "./lib/cli.ts";
import { createStyle, wantsColor } from "./lib/table.ts";
import { captureTable, floodTable, seatsTable } from "./simulate/capture_tables.ts";
import { expectations, type Findings, summarize, type Summary } from "./simulate/expectations.ts";
import { HELP, readOptions, type SimulateOptions } from "./simulate/options.ts";
import { simulate } from "./simulate/run.ts";
import { fillPage, type Table, toText } from "./simulate/table.ts";
import {
  earningsTable,
  familyTable,
  gainTable,
  gasTable,
  intrusionTable,
  shareTable,
} from "./simulate/tables.ts";

const PAGE = new URL("../docs/simulation.md", import.meta.url);
const MAX_LINES = 20;

const style = createStyle({
  color: wantsColor({ noColor: Deno.env.get("NO_COLOR"), terminal: Deno.stdout.isTerminal() }),
});

async function run(args: string[]): Promise<void> {
  const options = readOptions(args);
  const startedAt = performance.now();
  const progress = new Progress({
    write: (text) => Deno.stdout.writeSync(new TextEncoder().encode(text)),
    terminal: Deno.stdout.isTerminal(),
    style,
  });
  const findings = await simulate(options, (title, work) => progress.phase(title, work));
  const summary = summarize(findings, (performance.now() - startedAt) / 1000);
  for (const { heading, table } of sections(findings)) {
    progress.print(`\n${style.bold(heading)}\n${toText(table)}`);
  }
  const { violations } = findings.statistics;
  for (const line of violations.slice(0, MAX_LINES)) progress.print(style.red(line));
  if (options.write) await writePage(findings, { options, summary });
  if (options.json) progress.print(JSON.stringify(summary));
  if (summary.ok) return;
  throw new Error(`expected otherwise: ${expectations(summary).join("; ")}`);
}

function sections(findings: Findings): { heading: string; table: Table }[] {
  const { statistics } = findings;
  return [
    { heading: "Families", table: familyTable(statistics) },
    { heading: "Teams by their share of the miners", table: shareTable(statistics) },
    {
      heading: "What teams gain over honest work, % of the prize fund",
      table: gainTable(statistics),
    },
    { heading: "Single miners, fees per evaluation asked", table: earningsTable(statistics) },
    { heading: "Gas of honest work at 0.5 gwei", table: gasTable(statistics) },
    { heading: "Tried out of turn, and refused", table: intrusionTable(statistics) },
    { heading: "Captured committees", table: captureTable(findings) },
    { heading: "A flood that shops among committees, 100 of 1,000 miners", table: floodTable() },
    { heading: "Seats as the contract gives them", table: seatsTable(findings) },
  ];
}

async function writePage(
  findings: Findings,
  { options, summary }: { options: SimulateOptions; summary: Summary },
): Promise<void> {
  const { competitions, draws, seed } = options;
  const facts = Object.entries(summary).filter(([key]) => key !== "seconds");
  const tables = [
    {
      name: "summary",
      columns: [{ title: `--competitions ${competitions} --draws ${draws} --seed ${seed}` }, {
        title: "",
      }],
      rows: facts.map((
        [key, value],
      ) => [key, Array.isArray(value) ? value.join(", ") || "none" : `${value}`]),
    },
    ...sections(findings).map(({ table }) => table),
  ];
  await Deno.writeTextFile(PAGE, fillPage(await Deno.readTextFile(PAGE), tables));
}

await main(HELP, run);
