import assert from "node:assert/strict";
import { basisText, formatShare, nameOf, scoringText } from "./weights_text.ts";

Deno.test("names of precisions", () => {
  assert.deepEqual((["float32", "int8", "5"] as const).map(nameOf), ["float32", "int8", "5-bit"]);
});

Deno.test("a share never looks like more or less than the whole when it is not", () => {
  assert.deepEqual([0.0001, 0.01, 0.489, 0.9999, 1, 1.0001, 2.5, 20].map(formatShare), [
    ...["<1 %", "1 %", "48 %", "99 %", "100 %", "101 %", "250 %", "2,000 %"],
  ]);
});

Deno.test("what scores are taken on", () => {
  assert.equal(
    basisText({ part: "test", rows: 1000, of: 1000, bytes: 1 }),
    "the test set (all 1,000 rows)",
  );
  assert.equal(
    basisText({ part: "train", rows: 10_000, of: 60_000, bytes: 1 }),
    "the training set (10,000 of 60,000 rows, evenly spread)",
  );
});

Deno.test("what scoring is doing", () => {
  assert.equal(scoringText({ phase: "running", done: 0, of: 8 }), "Scoring, 1 of 8");
  assert.equal(scoringText({ phase: "done" }), undefined);
});
