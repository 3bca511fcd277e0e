import assert from "node:assert/strict";
import type { Call } from "../../../core/chain/types.ts";
import type { ChainWriter, Signer } from "../chain/writer.ts";
import { createOutbox } from "./outbox.ts";

const ACCOUNT = `0x${"a1".repeat(20)}` as const;
const OTHER = `0x${"b2".repeat(20)}` as const;
const HASH = `0x${"11".repeat(32)}` as const;
const CALL: Call = { to: OTHER, data: "0x", value: 0n };

/** An outbox that sent one transaction of an account with 5 before, over a node that says what `counts` says. */
async function afterOne() {
  const counts = { mined: 5, waiting: 0 };
  const waited: string[] = [];
  const writer = {
    transactions: () => Promise.resolve({ ...counts }),
    send: () => Promise.resolve(HASH),
    wait: (hash: string) => Promise.resolve(void waited.push(hash)),
  } as Partial<ChainWriter> as ChainWriter;
  const outbox = createOutbox(writer);
  const signer = { account: ACCOUNT } as Signer;
  assert.equal(await outbox.send(CALL, () => signer), HASH);
  return { outbox, counts, waited };
}

Deno.test("an account is busy while what it sent has its place, even if the node forgot it", async () => {
  const { outbox, counts } = await afterOne();
  await assert.rejects(outbox.requireIdle(ACCOUNT), /still waits for a block/);
  await outbox.requireIdle(OTHER);
  counts.mined = 6;
  await outbox.requireIdle(ACCOUNT);
  counts.waiting = 1;
  await assert.rejects(outbox.requireIdle(ACCOUNT), /still waits for a block/);
});

Deno.test("settle() waits for what may still get into a block, not for what was replaced", async () => {
  const { outbox, counts, waited } = await afterOne();
  await outbox.settle(OTHER);
  assert.deepEqual(waited, []);
  await outbox.settle(ACCOUNT);
  assert.deepEqual(waited, [HASH]);
  counts.mined = 6;
  await outbox.settle(ACCOUNT);
  assert.deepEqual(waited, [HASH]);
});

Deno.test("who signs is asked after the count was read", async () => {
  const { outbox } = await afterOne();
  const signers = [{ account: ACCOUNT } as Signer];
  const signer = () => {
    const next = signers.pop();
    if (next === undefined) throw new Error("changed meanwhile");
    return next;
  };
  await assert.rejects(outbox.send(CALL, signer), /changed meanwhile/);
});
