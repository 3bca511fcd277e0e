import { fileURLToPath } from "node:url";
import assert from "node:assert/strict";
import { TextLineStream } from "./testing/lines.ts";
import { toHex } from "../core/protocol/codec.ts";
import { keyOf, World } from "./testing/world.ts";

/** The miner in a process of its own, on a free port. */
function startMain(variables: Record<string, string>): Deno.ChildProcess {
  return new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", fileURLToPath(new URL("main.ts", import.meta.url))],
    env: { DEML_LISTEN: "127.0.0.1:0", DEML_CACHE: "off", NO_COLOR: "1", ...variables },
    stdout: "piped",
    stderr: "null",
  }).spawn();
}

Deno.test("the miner starts, ticks, answers, and shows no key", async () => {
  await using world = await World.start();
  const privateKey = toHex(keyOf("ann"));
  const child = startMain({
    DEML_RPC: `${world.at.rpc}/v3/k3y`,
    DEML_CONTRACT: world.chain.contract,
    DEML_PRIVATE_KEY: privateKey,
  });
  const shown: string[] = [];
  try {
    let status: string | undefined;
    for await (const line of child.stdout.pipeThrough(new TextLineStream())) {
      shown.push(line);
      const event = JSON.parse(line);
      status ??= event.status;
      if (event.event === "tick") break;
    }
    assert.ok(status !== undefined);
    const health = await fetch(status.replace("/status", "/healthz"));
    assert.equal(await health.text(), "ok\n");
    const text = await (await fetch(status)).text();
    shown.push(text);
    const { ticks, lastTick, lastError } = JSON.parse(text);
    assert.deepEqual([ticks, lastTick.errors, lastError], [1, [], undefined]);
  } finally {
    child.kill();
    assert.equal((await child.status).code, 143);
  }
  for (const text of shown) {
    assert.ok(!text.includes("k3y") && !text.includes(privateKey.slice(2)), text);
  }
});

Deno.test("--help says what it does, before any setting is read", async () => {
  const { code, stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", fileURLToPath(new URL("main.ts", import.meta.url)), "--help"],
    env: { DEML_RPC: "", DEML_CONTRACT: "", DEML_PRIVATE_KEY: "", NO_COLOR: "1" },
  }).output();
  assert.equal(code, 0);
  assert.match(new TextDecoder().decode(stdout), /^Usage: deno task mine\n/);
});

Deno.test("settings that are wrong end the start", async () => {
  const child = startMain({ DEML_PRIVATE_KEY: "0x12", DEML_RPC: "", DEML_CONTRACT: "" });
  await child.stdout.cancel();
  assert.equal((await child.status).code, 1);
});
