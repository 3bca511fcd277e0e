import assert from "node:assert/strict";
import { SEAL_BYTES } from "../../../core/seal/sealed.ts";
import type { Candidate } from "../work/prepare.ts";
import { type Choice, choicesOf, INVALID, preselected, scoringOrder } from "./weights.ts";

const PRECISIONS = ["float32", "float16", "int8", "5", "4"] as const;

/** Choices of these sizes, the limit being 100 bytes. */
function choices(...sizes: number[]): Choice[] {
  const candidates = sizes.map((size, i): Candidate => ({
    precision: PRECISIONS[i]!,
    packed: new Uint8Array(size),
  }));
  return choicesOf(candidates, { byteLimit: 100, mode: "open" });
}

Deno.test("choicesOf() counts what goes onto the chain, and marks what does not fit", () => {
  const candidate: Candidate = { precision: "int8", packed: new Uint8Array(300) };
  const at = (byteLimit: number, mode: "open" | "sealed") => {
    const [choice] = choicesOf([candidate], { byteLimit, mode });
    return [choice!.bytes, choice!.share, choice!.fits];
  };
  assert.deepEqual(at(600, "open"), [300, 0.5, true]);
  assert.deepEqual(at(300, "open"), [300, 1, true]);
  assert.deepEqual(at(299, "open"), [300, 300 / 299, false]);
  const sealed = 300 + SEAL_BYTES;
  assert.deepEqual(at(sealed, "sealed"), [sealed, 1, true]);
  assert.deepEqual(at(sealed - 1, "sealed").slice(2), [false]);
});

Deno.test("preselected() is int8 until the scores are known, or the most exact that fits", () => {
  const before = { settled: false };
  assert.equal(preselected(choices(90, 50, 30, 20, 10), [], before), 2);
  assert.equal(preselected(choices(90, 50, 30, 20, 10), [99_000, 99_000], before), 2);
  assert.equal(preselected(choices(900, 500, 300, 20, 10), [], before), 3);
  assert.equal(preselected(choices(90, 50), [], before), 0);
  assert.equal(preselected(choices(900, 500), [], before), undefined);
  assert.equal(preselected(choices(90, 50, 30), [], { settled: true }), 2);
});

Deno.test("preselected() is then the smallest that fits within 0.1 points of float32", () => {
  const after = { settled: true };
  const five = choices(90, 50, 30, 20, 10);
  assert.equal(preselected(five, [99_000, 99_000, 98_950, 98_900, 98_899], after), 3);
  assert.equal(preselected(five, [99_000, 99_500, 99_100, 99_000, 99_000], after), 4);
  assert.equal(preselected(five, [99_000, 90_000, 90_000, 90_000, 90_000], after), 0);
  // float32 itself does not fit, but is what the others are compared with; if none comes near, the best.
  const large = choices(900, 50, 30, 20, 10);
  assert.equal(preselected(large, [99_000, 99_000, 98_950, 98_000, 97_000], after), 2);
  assert.equal(preselected(large, [99_000, 90_000, 91_000, 80_000, 91_000], after), 4);
  // Some could not be scored.
  assert.equal(preselected(five, [undefined, 99_000, 98_950, undefined, 90_000], after), 2);
});

Deno.test("preselected() leaves out what miners refuse, unless they refuse all that fit", () => {
  const three = choices(90, 50, 30);
  for (const settled of [false, true]) {
    assert.equal(preselected(three, [INVALID, 50, INVALID], { settled }), 1);
    assert.equal(preselected(three, [0, 0, INVALID], { settled: true }), 1);
    assert.equal(preselected(three, [INVALID, INVALID, INVALID], { settled }), 2);
  }
  assert.equal(preselected(three, [undefined, undefined, INVALID], { settled: false }), 0);
});

Deno.test("scoringOrder() starts with float32 and int8, and leaves out what does not fit", () => {
  assert.deepEqual(scoringOrder(choices(90, 50, 30, 20, 10)), [0, 2, 1, 3, 4]);
  assert.deepEqual(scoringOrder(choices(900, 500, 300, 20, 10)), [0, 3, 4]);
  assert.deepEqual(scoringOrder(choices(900, 500, 30)), [0, 2]);
  assert.deepEqual(scoringOrder(choices(9)), [0]);
});
