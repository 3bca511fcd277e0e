import assert from "node:assert/strict";
import { encodeFrame } from "./frames.ts";
import { MAX_ANSWER_BYTES, parseAnswer, shorten, shortOutcome } from "./messages.ts";

Deno.test("parseAnswer() takes what a process says", () => {
  const answers = [
    { kind: "ready" },
    { kind: "failed", code: "wrong-wasm", message: "no" },
    { kind: "progress", id: 1, done: 100 },
    { kind: "retire", id: 2 },
    { kind: "outcome", id: 3, outcome: { score: 0 } },
    { kind: "outcome", id: 3, outcome: { score: 100_000 } },
    { kind: "outcome", id: 4, outcome: { invalid: "not-zlib", message: "" } },
    { kind: "local", id: 5, code: "crash", message: "no" },
  ];
  for (const answer of answers) assert.equal(parseAnswer(answer), answer);
});

Deno.test("parseAnswer() takes nothing else", () => {
  const id = 1;
  const strange: unknown[] = [
    undefined,
    null,
    1,
    "ready",
    [],
    {},
    { kind: "toString" },
    { kind: "failed", code: "toString", message: "" },
    { kind: "progress", id, done: 0 },
    { kind: "progress", id, done: 1.5 },
    { kind: "retire", id: "1" },
    { kind: "outcome", id },
    { kind: "outcome", id, outcome: null },
    { kind: "outcome", id, outcome: {} },
    { kind: "outcome", outcome: { score: 1 } },
    { kind: "outcome", id, outcome: { score: -1 } },
    { kind: "outcome", id, outcome: { score: 100_001 } },
    { kind: "outcome", id, outcome: { score: 1.5 } },
    { kind: "outcome", id, outcome: { score: "1" } },
    { kind: "outcome", id, outcome: { score: null } },
    { kind: "outcome", id, outcome: { score: 1, message: "" } },
    { kind: "outcome", id, outcome: { score: 1, more: 1 } },
    { kind: "outcome", id, outcome: { invalid: "cost" } },
    { kind: "outcome", id, outcome: { invalid: "A\n", message: "" } },
    { kind: "outcome", id, outcome: { invalid: "cost", message: "x".repeat(601) } },
    { kind: "local", id, code: "crash" },
    { kind: "local", id, code: "other", message: "" },
  ];
  for (const answer of strange) {
    assert.throws(() => parseAnswer(answer), TypeError, JSON.stringify(answer));
  }
});

Deno.test("whatever a message says, the answer fits", () => {
  const text = "\u0001𝄞".repeat(1_000);
  const outcome = shortOutcome({ invalid: "create-failed", message: text });
  const answer = { kind: "outcome", id: Number.MAX_SAFE_INTEGER, outcome };
  assert.ok(encodeFrame(answer).length - 4 <= MAX_ANSWER_BYTES);
  parseAnswer(JSON.parse(JSON.stringify(answer)));
  assert.equal(shorten("short"), "short");
  assert.deepEqual(shortOutcome({ score: 5 }), { score: 5 });
});
