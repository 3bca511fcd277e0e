import assert from "node:assert/strict";
import { toHex } from "../core/protocol/codec.ts";
import { createApp } from "./app.ts";
import { readConfig } from "./config.ts";
import { noLog } from "./log.ts";
import { goodModel } from "./testing/models.ts";
import { Competition, keyOf, serve, World } from "./testing/world.ts";

function configOf(world: World, changes: Record<string, string> = {}) {
  const variables: Record<string, string> = {
    DEML_RPC: world.at.rpc,
    DEML_CONTRACT: world.chain.contract,
    DEML_PRIVATE_KEY: toHex(keyOf("ann")),
    DEML_CACHE: "off",
    ...changes,
  };
  return readConfig((name) => variables[name]);
}

Deno.test("two ticks that start at once are one miner's, also after a failed start", async () => {
  await using world = await World.start();
  await using stack = new AsyncDisposableStack();
  let up = false;
  let ticks = 0;
  const rpc = serve(async (request) => {
    if (!up) return new Response(null, { status: 503 });
    const body = await request.text();
    if (body.includes("eth_getBalance")) ticks++;
    return await fetch(world.at.rpc, { method: "POST", body });
  }, stack);
  const app = createApp(configOf(world, { DEML_RPC: rpc }), { log: noLog() });
  await assert.rejects(app.tick(), { name: "ChainUnreachable" });
  up = true;
  const [first, second] = await Promise.all([app.tick(), app.tick()]);
  assert.deepEqual(first, second);
  assert.equal(ticks, 1);
});

Deno.test("reports and status show of relays no more than their origin", async () => {
  await using world = await World.start();
  await using stack = new AsyncDisposableStack();
  const c = await Competition.ready(world, {
    miners: ["ann", "bob", "cyd"],
    payloads: [goodModel()],
  });
  await world.travelTo((await c.windows()).commitStartsAt + 1_200);
  const relay = serve(() => new Response(null, { status: 404 }), stack);
  const app = createApp(configOf(world, { DEML_RELAYS: `${relay}/k3y` }), { log: noLog() });
  const { outcomes } = await app.tick();
  const [beacon] = outcomes;
  assert.deepEqual([beacon?.action, beacon?.status], ["postBeacon", "failed"]);
  assert.ok(beacon?.reason?.includes(relay));
  assert.ok(!JSON.stringify(app.status().lastTick?.outcomes).includes("k3y"));
});
