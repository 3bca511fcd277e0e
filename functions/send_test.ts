import assert from "node:assert/strict";
import { waitMs } from "./send.ts";

Deno.test("a transaction is waited for a minute, or five blocks where blocks are slow", () => {
  assert.deepEqual([0, 12, 13, 60].map(waitMs), [60_000, 60_000, 65_000, 300_000]);
});
