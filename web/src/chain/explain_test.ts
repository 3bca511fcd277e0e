import assert from "node:assert/strict";
import { explain, messageOf, sentence } from "./explain.ts";

Deno.test("explain() gives a sentence, and knows a user's no", async () => {
  assert.deepEqual(await explain({ code: 4001, message: "User rejected the request." }), {
    text: "You declined in the wallet.",
    rejected: true,
  });
  const tooFew = `0x${"00".repeat(4)}`;
  assert.deepEqual(await explain(new Error("chain of thought lost", { cause: tooFew })), {
    text: "Chain of thought lost.",
    rejected: false,
  });
});

Deno.test("sentence() and messageOf() write capital and full stop once", () => {
  assert.equal(sentence("no gateway"), "No gateway.");
  assert.equal(sentence(" Done! "), "Done!");
  assert.equal(messageOf("odd"), "Odd.");
  assert.equal(messageOf(new TypeError("fetch failed")), "Fetch failed.");
});
