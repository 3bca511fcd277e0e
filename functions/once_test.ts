import { fileURLToPath } from "node:url";
import assert from "node:assert/strict";
import { toHex } from "../core/protocol/codec.ts";
import { goodModel } from "./testing/models.ts";
import { Competition, keyOf, World } from "./testing/world.ts";

const MINERS = ["ann", "bob", "cyd"];

/** Whatever this machine has set counts as not set. */
const UNSET = { DEML_RPC: "", DEML_CONTRACT: "", DEML_PRIVATE_KEY: "" };

/** Runs the command in a process of its own, with these variables. */
async function once(args: string[], variables: Record<string, string> = {}) {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", fileURLToPath(new URL("once.ts", import.meta.url)), ...args],
    env: { ...UNSET, DEML_CACHE: "off", NO_COLOR: "1", ...variables },
  }).output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  return { code, out: text(stdout), err: text(stderr) };
}

function variablesOf(world: World, name: string): Record<string, string> {
  return {
    DEML_RPC: world.at.rpc,
    DEML_CONTRACT: world.chain.contract,
    DEML_PRIVATE_KEY: toHex(keyOf(name)),
    DEML_GATEWAYS: world.at.gateway,
    DEML_RELAYS: world.at.relay,
  };
}

Deno.test("--help says what it does", async () => {
  const { code, out } = await once(["--help"]);
  assert.equal(code, 0);
  assert.match(out, /^Usage: deno task mine:once/);
});

Deno.test("a missing variable and a chain that is down are one clear line each", async () => {
  const missing = await once([]);
  assert.deepEqual([missing.code, missing.out], [1, ""]);
  assert.match(missing.err, /^error: DEML_PRIVATE_KEY is not set[^\n]*\n$/);
  const down = await once([], {
    DEML_RPC: "http://127.0.0.1:1/v3/k3y",
    DEML_CONTRACT: `0x${"11".repeat(20)}`,
    DEML_PRIVATE_KEY: `0x${"22".repeat(32)}`,
  });
  assert.deepEqual([down.code, down.out], [1, ""]);
  assert.equal(
    down.err,
    "error: no chain node answered: http://127.0.0.1:1 could not be reached\n",
  );
});

Deno.test("a dry run shows plan, gas and pay, and sends nothing; a real one does it", async () => {
  await using world = await World.start();
  const c = await Competition.ready(world, { miners: MINERS, payloads: [goodModel()] });
  await world.travelTo((await c.windows()).commitStartsAt + 1_200);
  await (await world.miner("bob")).tick();
  const variables = variablesOf(world, "ann");
  const before = await world.request("eth_blockNumber");
  const dry = await once(["--json"], { ...variables, DEML_DRY_RUN: "1" });
  assert.equal(dry.code, 0, dry.err);
  assert.match(
    dry.out,
    /competition 0: commit planned, round 0, \d+ gas, costs 0\.0\d+ ETH, earns up to 0\.0\d+ ETH\n/,
  );
  const last = JSON.parse(dry.out.trim().split("\n").at(-1)!);
  assert.deepEqual([last.ok, last.outcomes[0].status], [true, "planned"]);
  assert.equal(BigInt(last.outcomes[0].earns), 5n * (await c.snapshot()).competition.fee);
  assert.equal(await world.request("eth_blockNumber"), before);

  const real = await once([], variables);
  assert.equal(real.code, 0, real.err);
  assert.match(real.out, /competition 0: commit done, round 0, 0x[0-9a-f]{64}, \d+ gas, costs /);
  assert.equal((await c.snapshot()).rounds[0]![0]!.committed, 2);
  const idle = await once([], variables);
  assert.match(idle.out, /competition 0: no commit in round 0: committed in block \d+\n/);
});
