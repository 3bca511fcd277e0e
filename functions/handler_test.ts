import assert from "node:assert/strict";
import { rawCid } from "../core/ipfs/cid.ts";
import { MemoryStore } from "../core/ipfs/store.ts";
import { createHandler, type MinerStatus } from "./handler.ts";

const STATUS: MinerStatus = {
  version: "0.1.0",
  miner: `0x${"11".repeat(20)}`,
  contract: `0x${"22".repeat(20)}`,
  dryRun: false,
  startedAt: 1,
  ticks: 2,
  lastTick: {
    startedAt: 3,
    endedAt: 4,
    miner: `0x${"11".repeat(20)}`,
    balance: 10n ** 18n,
    competitions: [1],
    outcomes: [{ competition: 1, action: "commit", roundId: 1n << 48n, status: "done" }],
    skipped: [],
    errors: [],
    exhausted: false,
    unrevealed: false,
  },
  lastError: undefined,
};

async function world() {
  const store = new MemoryStore();
  const block = new TextEncoder().encode("data");
  const cid = await rawCid(block);
  await store.put(cid, block);
  const handler = createHandler({
    status: () => STATUS,
    store,
    onError: (error) => assert.fail(String(error)),
  });
  const ask = (path: string, init: RequestInit = {}) =>
    handler(new Request(`http://miner.test${path}`, init));
  return { ask, cid, block };
}

Deno.test("/healthz answers, /status tells the last tick as JSON", async () => {
  const { ask } = await world();
  assert.equal(await (await ask("/healthz")).text(), "ok\n");
  const response = await ask("/status");
  assert.equal(response.headers.get("content-type"), "application/json");
  assert.equal(response.headers.get("cache-control"), "no-store");
  const status = await response.json();
  assert.equal(status.lastTick.balance, "1000000000000000000");
  assert.equal(status.lastTick.outcomes[0].roundId, "281474976710656");
});

Deno.test("kept blocks are served to verifying readers, and pages are not", async () => {
  const { ask, cid, block } = await world();
  const raw = await ask(`/ipfs/${cid}?format=raw`);
  assert.deepEqual(new Uint8Array(await raw.arrayBuffer()), block);
  assert.equal((await ask(`/ipfs/${cid}`)).status, 406);
});

Deno.test("anything else is refused", async () => {
  const { ask } = await world();
  assert.equal((await ask("/")).status, 404);
  assert.equal((await ask("/status/x")).status, 404);
  const post = await ask("/status", { method: "POST", body: "x" });
  assert.deepEqual([post.status, post.headers.get("allow")], [405, "GET, HEAD"]);
});
