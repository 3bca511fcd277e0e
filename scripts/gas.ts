/** `deno task gas`: what the contract's functions cost, on an embedded chain. */
import { gasTable, measureGas } from "../contracts/test/support/gas.ts";
import { gasPage } from "../contracts/test/support/gas_page.ts";
import { main, readArguments } from "./lib/cli.ts";

const HELP = `Usage: deno task gas [--write] [--json]

Measures the gas of the contract's functions on an embedded chain (about 20 s) and prints a table.

  --write  write docs/gas.md and the snapshot contracts/test/gas.json, with which the tests compare
  --json   print the main figures as one JSON line, last
  --help   show this`;

const ROOT = new URL("../", import.meta.url);

await main(HELP, async (args) => {
  const { write, json } = readArguments(args, { write: { type: "boolean", default: false } });
  const report = await measureGas();
  console.log(gasTable(report));
  if (write) {
    const snapshot = `${JSON.stringify(report, null, 2)}\n`;
    await Deno.writeTextFile(new URL("contracts/test/gas.json", ROOT), snapshot);
    await Deno.mkdir(new URL("docs", ROOT), { recursive: true });
    await Deno.writeTextFile(new URL("docs/gas.md", ROOT), gasPage(report));
    console.log("\nwrote docs/gas.md and contracts/test/gas.json");
  }
  const { functions: _, grid: __, ...figures } = report;
  if (json) console.log(JSON.stringify(figures));
  Deno.exit(0); // The embedded chain would keep the process.
});
