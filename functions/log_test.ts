import assert from "node:assert/strict";
import { createBlot, createLog, describe } from "./log.ts";

function lines(secrets: string[] = []) {
  const written: string[] = [];
  return {
    written,
    log: createLog({ write: (line) => written.push(line), secrets, now: () => 0 }),
  };
}

Deno.test("each event is one line of JSON, amounts as text, errors as their message", () => {
  const { written, log } = lines();
  log("info", "commit done", { roundId: 2n ** 60n, gas: 5, error: new Error("two\n lines") });
  assert.deepEqual(written.map((line) => JSON.parse(line)), [{
    time: "1970-01-01T00:00:00.000Z",
    level: "info",
    event: "commit done",
    roundId: "1152921504606846976",
    gas: 5,
    error: "two lines",
  }]);
  assert.ok(!written[0]!.includes("\n"));
});

Deno.test("secrets are blotted out wherever they occur, also in errors and as JSON spells them", () => {
  const secrets = ["https://node.example/v3/k3y", 'sec"ret', "abc"];
  const { written, log } = lines(secrets);
  log("error", "failed", {
    error: new Error("POST https://node.example/v3/k3y?x failed"),
    value: 'a sec"ret and abc',
    nested: { deep: ["https://node.example/v3/k3y"] },
  });
  assert.ok(!written[0]!.includes("k3y") && !written[0]!.includes('sec\\"ret'), written[0]);
  assert.ok(written[0]!.includes("abc"), "too short to be a secret");
  JSON.parse(written[0]!);
});

Deno.test("of addresses the origin stays, however they are written", () => {
  const blot = createBlot([
    "https://gate.example/k3y/",
    "https://gate.example/k3y/more",
    "https://user:k3y@RELAY.example/",
    "https://third.example/k3y/ipfs/?k=1",
  ]);
  for (
    const [text, expected] of [
      ["GET https://gate.example/k3y/ipfs/x", "GET https://gate.example/ipfs/x"],
      ["https://gate.example/k3y/more: no", "https://gate.example: no"],
      ["https://user:k3y@relay.example/public/1", "https://relay.example/public/1"],
      ["https://user:k3y@RELAY.example: no", "https://relay.example: no"],
      ["https://third.example/k3y lied", "https://third.example lied"],
      ["https://third.example/k3y/ipfs/?k=1", "https://third.example"],
    ] as const
  ) assert.equal(blot(text), expected);
});

Deno.test("an error is described in one line of bounded length", () => {
  assert.equal(describe(new TypeError("a\n   b")), "a b");
  assert.equal(describe("text"), "text");
  assert.equal(describe(new Error("")), "Error");
  assert.equal(describe(new Error("x".repeat(5_000))).length, 1_000);
});
