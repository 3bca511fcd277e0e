/** The verdicts on hostile payloads in a real browser: the same as every miner's. */
import assert from "node:assert/strict";
import { FULL } from "../../core/evaluate/hostile/hostile.ts";
import { hostiles } from "../../core/evaluate/hostile/suite.ts";
import { openBrowser } from "./support/browser.ts";
import type { HostileAnswer } from "./support/hostile_worker.ts";
import { serveWorker } from "./support/worker_page.ts";

/** Hangs end the test. */
const HANG_MS = 20_000;

Deno.test("every hostile payload gets its verdict in Chromium, in a Worker", async () => {
  await using server = await serveWorker(new URL("support/hostile_worker.ts", import.meta.url));
  await using browser = await openBrowser();
  const { page } = browser;
  await page.goto(server.url);
  const { verdicts, honest } = await page.evaluate(async () => {
    const wasm = new Uint8Array(await (await fetch("runtime.wasm")).arrayBuffer());
    const worker = new Worker("worker.js", { type: "module" });
    return await new Promise<HostileAnswer>((resolve, reject) => {
      worker.onmessage = ({ data }) => resolve(data);
      worker.onerror = ({ message }) => reject(new Error(message));
      worker.postMessage(wasm);
    });
  });
  for (const { name, verdict } of hostiles()) {
    const found = verdicts[name];
    assert.equal(found?.verdict, verdict, name);
    assert.ok(found.ms < HANG_MS, `${name} took ${found.ms} ms`);
  }
  assert.equal(honest, FULL);
  assert.deepEqual(browser.takeTrouble(), []);
});
