/** One tick of the miner: `deno task mine:once`. */
import { parseArgs } from "node:util";
import { createApp } from "./app.ts";
import { hiddenTexts, readConfig } from "./config.ts";
import { createLog, describe } from "./log.ts";
import { isSound, type Outcome, plain, type TickReport } from "./report.ts";

const HELP = `Usage: deno task mine:once [--json] [--verbose]

Reads the chain, does what is due for the miner of DEML_PRIVATE_KEY and ends. DEML_DRY_RUN=1 sends nothing
and shows what would be done, what it would cost and what it could earn.

  --json     print one line of JSON last
  --verbose  log each step, and show where an error comes from
  --help     show this

Settings come from the environment: DEML_RPC, DEML_CONTRACT and DEML_PRIVATE_KEY, and more that
functions/README.md lists. The exit code is 1 if anything failed.`;

const ETHER = 10n ** 18n;

function showOutcome(outcome: Outcome): string {
  const { competition, action, roundId, status, reason, hash, gas, cost, earns } = outcome;
  const parts = [`competition ${competition}: ${action} ${status}`];
  if (roundId !== undefined) parts.push(`round ${roundId}`);
  if (reason !== undefined) parts.push(reason);
  if (hash !== undefined) parts.push(hash);
  if (gas !== undefined) parts.push(`${gas} gas`);
  if (cost !== undefined) parts.push(`costs ${ether(cost)} ETH`);
  if (earns !== undefined) parts.push(`earns up to ${ether(earns)} ETH`);
  return parts.join(", ");
}

function show(report: TickReport): string {
  const { miner, balance, competitions, outcomes, skipped, errors } = report;
  return [
    `miner ${miner}, ${ether(balance)} ETH, ${competitions.length} competitions`,
    ...outcomes.map(showOutcome),
    ...skipped.map(({ competition, action, roundId, reason }) =>
      `competition ${competition}: no ${action}${
        roundId === undefined ? "" : ` in round ${roundId}`
      }: ${reason}`
    ),
    ...errors.map((error) => `error: ${error}`),
  ].join("\n");
}

/** Wei as ETH, exact. */
function ether(wei: bigint): string {
  const fraction = (wei % ETHER).toString().padStart(18, "0").replace(/0+$/, "");
  return `${wei / ETHER}${fraction === "" ? "" : `.${fraction}`}`;
}

async function main(): Promise<void> {
  const flag = { type: "boolean", default: false } as const;
  const options = { help: flag, json: flag, verbose: flag };
  const { values } = parseArgs({ args: Deno.args.filter((arg) => arg !== "--"), options });
  if (values.help) return console.log(HELP);
  const config = readConfig();
  const log = createLog({
    write: values.verbose ? console.error : () => {},
    secrets: hiddenTexts(config),
  });
  const app = createApp(config, { log });
  const report = await app.tick().finally(app.close);
  console.log(show(report));
  if (values.json) console.log(JSON.stringify(plain({ ok: isSound(report), ...report })));
  if (!isSound(report)) Deno.exitCode = 1;
}

try {
  await main();
} catch (error) {
  console.error(Deno.args.includes("--verbose") ? error : `error: ${describe(error)}`);
  Deno.exitCode = 1;
}
