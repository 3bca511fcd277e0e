/**
 * The miner on a schedule, with its status page: `deno task mine`, or the entry of a Deno Deploy app. Settings come from
 * the environment (functions/README.md).
 */
import { parseArgs } from "node:util";
import { createApp } from "./app.ts";
import { type Config, hiddenTexts, readConfig } from "./config.ts";
import { registerCron } from "./crons.ts";
import { createHandler } from "./handler.ts";
import { createLog, describe } from "./log.ts";

const HELP = `Usage: deno task mine

Runs the miner of DEML_PRIVATE_KEY: a tick every few minutes reads the chain and does what is due. Answers /healthz,
/status and /ipfs/ at DEML_LISTEN meanwhile. DEML_DRY_RUN=1 sends nothing.

  --help     show this

Settings come from the environment: DEML_RPC, DEML_CONTRACT and DEML_PRIVATE_KEY, and more that
functions/README.md lists. It ends with exit code 1 for wrong settings, and when it can evaluate nothing more, which
DEML_ISOLATION=process keeps from happening: run it under something that restarts it.`;

/** What asks a process to end, and with which exit code it does; Windows has only the first. */
const SIGNALS: readonly [Deno.Signal, number][] = Deno.build.os === "windows"
  ? [["SIGINT", 130]]
  : [["SIGINT", 130], ["SIGTERM", 143]];

/** Registers everything before anything is awaited, which is where Deno Deploy looks for crons. */
function start(config: Config): void {
  const log = createLog({ write: console.log, secrets: hiddenTexts(config) });
  const app = createApp(config, { log });
  const { miner, contract } = app.status();
  async function end(code: number): Promise<never> {
    await app.close();
    Deno.exit(code);
  }
  for (const [signal, code] of SIGNALS) Deno.addSignalListener(signal, () => end(code));
  async function tick(): Promise<void> {
    try {
      const { startedAt, endedAt, competitions, errors, exhausted, unrevealed } = await app.tick();
      const seconds = (endedAt - startedAt) / 1000;
      log(errors.length > 0 ? "error" : "info", "tick", { seconds, competitions, errors });
      // Only another process can evaluate again: a supervisor starts it. What is committed is revealed first.
      if (exhausted && !unrevealed) await end(1);
    } catch (error) {
      log("error", "tick failed", { error });
    }
  }
  if (config.timeline !== "preview") registerCron(tick, config);
  const onError = (error: unknown) => log("error", "the block store failed", { error });
  const handler = createHandler({ ...app, onError });
  Deno.serve({
    ...config.listen,
    onListen: ({ hostname, port }) => {
      log("info", "miner started", {
        miner,
        contract,
        status: `http://${hostname}:${port}/status`,
      });
    },
  }, handler);
  // On Deploy a process starts for any request: cron alone may sign there.
  if (config.timeline === "local") tick();
}

function main(): void {
  const options = { help: { type: "boolean", default: false } } as const;
  const { values } = parseArgs({ args: Deno.args.filter((arg) => arg !== "--"), options });
  if (values.help) console.log(HELP);
  else start(readConfig());
}

try {
  main();
} catch (error) {
  console.error(`error: ${describe(error)}`);
  Deno.exit(1);
}
