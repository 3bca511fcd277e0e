/**
 * The miner on a schedule, with its status page: `deno task mine`, or the entry of a Deno Deploy app. Settings come from
 * the environment (functions/README.md).
 */
import { createApp } from "./app.ts";
import { type Config, hiddenTexts, readConfig } from "./config.ts";
import { registerCron } from "./crons.ts";
import { createHandler } from "./handler.ts";
import { createLog, describe } from "./log.ts";

/** Registers everything before anything is awaited, which is where Deno Deploy looks for crons. */
function start(config: Config): void {
  const log = createLog({ write: console.log, secrets: hiddenTexts(config) });
  const app = createApp(config, { log });
  const { miner, contract } = app.status();
  async function tick(): Promise<void> {
    try {
      const { startedAt, endedAt, competitions, errors } = await app.tick();
      const seconds = (endedAt - startedAt) / 1000;
      log(errors.length > 0 ? "error" : "info", "tick", { seconds, competitions, errors });
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

try {
  start(readConfig());
} catch (error) {
  console.error(`error: ${describe(error)}`);
  Deno.exit(1);
}
