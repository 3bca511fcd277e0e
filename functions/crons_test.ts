import assert from "node:assert/strict";
import { registerCron } from "./crons.ts";

Deno.test("one cron, no retries", async () => {
  const calls: unknown[][] = [];
  const cron = ((...args: unknown[]) => {
    calls.push(args);
    return Promise.resolve();
  }) as typeof Deno.cron;
  const { signal } = new AbortController();
  const tick = () => Promise.resolve();
  await registerCron(tick, { everyMinutes: 5, signal, cron });
  assert.deepEqual(calls, [["DeML miner", "*/5 * * * *", { backoffSchedule: [], signal }, tick]]);
});

Deno.test("the real cron takes every schedule and ends with its signal", async () => {
  const controller = new AbortController();
  const ended = registerCron(() => Promise.resolve(), {
    everyMinutes: 30,
    signal: controller.signal,
  });
  controller.abort();
  await ended;
});

Deno.test("a Deno without cron is told what to do", () => {
  const cron = null as unknown as typeof Deno.cron;
  const tick = () => Promise.resolve();
  assert.throws(() => registerCron(tick, { everyMinutes: 5, cron }), /--unstable-cron/);
});
