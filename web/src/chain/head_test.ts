import assert from "node:assert/strict";
import { readHead } from "./head.ts";

const LATEST = { number: "0x10", hash: "0xabc", timestamp: "0x64" };

/** A node that answers these blocks by tag. */
function nodeWith(blocks: Record<string, unknown>) {
  return {
    request({ params }: { params?: readonly unknown[] }) {
      const block = blocks[params![0] as string];
      return block instanceof Error ? Promise.reject(block) : Promise.resolve(block);
    },
  };
}

Deno.test("readHead() takes the time from the pending block where it is ahead", async () => {
  const head = await readHead(nodeWith({ latest: LATEST, pending: { timestamp: "0x6e" } }));
  assert.deepEqual(head, { number: 16, hash: "0xabc", timestamp: 100, now: 110 });
});

Deno.test("readHead() does without a pending block", async () => {
  for (const pending of [new Error("unknown tag"), null, { timestamp: "0x64" }]) {
    const head = await readHead(nodeWith({ latest: LATEST, pending }));
    assert.equal(head.now, undefined);
  }
});

Deno.test("readHead() refuses what is no block", async () => {
  for (const latest of [null, "x", { ...LATEST, hash: 7 }, { ...LATEST, number: "ten" }]) {
    await assert.rejects(readHead(nodeWith({ latest, pending: null })), RangeError);
  }
});
