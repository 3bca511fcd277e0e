import assert from "node:assert/strict";
import { mock } from "node:test";
import { signal } from "@preact/signals";
import { follow } from "./live.ts";

const POLL = 4000;

/** A chain in a few variables, and what follows it. */
function start({ visible = true } = {}) {
  const chain = { block: 1, down: false, heads: 0, reads: 0 };
  const shown = signal(visible);
  const fail = () => Promise.reject(new Error("no chain node answered"));
  const live = follow({
    head() {
      chain.heads++;
      const { block } = chain;
      const head = { number: block, hash: `0x${block}`, timestamp: block, now: undefined };
      return chain.down ? fail() : Promise.resolve(head);
    },
    read() {
      chain.reads++;
      return chain.down ? fail() : Promise.resolve(`value at ${chain.block}`);
    },
    visible: shown,
    pollMs: POLL,
  });
  return { chain, shown, live };
}

async function pass(milliseconds: number): Promise<void> {
  await flush();
  mock.timers.tick(milliseconds);
  await flush();
}

async function flush(): Promise<void> {
  for (let i = 0; i < 20; i++) await Promise.resolve();
}

/** A test whose time stands still unless it moves it. */
function test(name: string, work: () => Promise<void>): void {
  Deno.test(name, async () => {
    mock.timers.enable({ apis: ["setTimeout"] });
    try {
      await work();
    } finally {
      mock.timers.reset();
    }
  });
}

test("follow() reads at once, and again only when the head has changed", async () => {
  const { chain, live } = start();
  await flush();
  assert.equal(live.value.value, "value at 1");
  await pass(POLL);
  assert.deepEqual([chain.heads, chain.reads], [2, 1]);
  chain.block = 2;
  await pass(POLL);
  assert.equal(live.value.value, "value at 2");
  assert.deepEqual([chain.heads, chain.reads], [3, 2]);
  live.dispose();
});

test("follow() keeps the value when reading fails, says why, and recovers", async () => {
  const { chain, live } = start();
  await flush();
  chain.down = true;
  chain.block = 2;
  await pass(POLL);
  assert.equal(live.value.value, "value at 1");
  assert.equal(live.problem.value, "No chain node answered.");
  chain.down = false;
  await pass(POLL);
  assert.equal(live.value.value, "value at 2");
  assert.equal(live.problem.value, undefined);
  live.dispose();
});

test("follow() rests while nobody looks, and reads at once when somebody does", async () => {
  const { chain, shown, live } = start({ visible: false });
  await pass(10 * POLL);
  assert.equal(chain.heads, 0);
  shown.value = true;
  await flush();
  assert.equal(live.value.value, "value at 1");
  shown.value = false;
  await pass(10 * POLL);
  assert.equal(chain.heads, 1);
  live.dispose();
});

test("refresh() reads though the head is the same, after what is under way", async () => {
  const { chain, live } = start();
  await live.refresh();
  assert.deepEqual([chain.heads, chain.reads], [2, 2]);
  await Promise.all([live.refresh(), live.refresh()]);
  assert.deepEqual([chain.heads, chain.reads], [4, 4]);
  live.dispose();
});

test("dispose() ends it", async () => {
  const { chain, live } = start();
  await flush();
  live.dispose();
  await pass(10 * POLL);
  assert.equal(chain.heads, 1);
});
