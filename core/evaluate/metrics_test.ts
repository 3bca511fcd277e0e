import assert from "node:assert/strict";
import { accuracy, macroF1, r2, WRONG } from "./metrics.ts";
import { random } from "../dataset/testing.ts";

/** The exact quotient as a pair of integers, rounded down. */
function floorDiv(numerator: number, denominator: number): number {
  return Number(BigInt(numerator) / BigInt(denominator));
}

Deno.test("accuracy() counts in integers", () => {
  const right = (correct: number, rows: number) =>
    accuracy(
      new Int32Array(rows),
      Int32Array.from({ length: rows }, (_, i) => (i < correct ? 0 : 1)),
    );
  assert.equal(right(57, 100), 57_000); // floor(0.57 * 100000) is 56,999
  assert.equal(right(9_728, 10_000), 97_280);
  assert.equal(right(0, 7), 0);
  assert.equal(right(7, 7), 100_000);
  assert.equal(right(2, 3), 66_666);
  assert.equal(right(1, 100_001), 0);
  for (let rows = 1; rows <= 130; rows++) {
    for (let correct = 0; correct <= rows; correct++) {
      assert.equal(right(correct, rows), floorDiv(100_000 * correct, rows));
    }
  }
});

Deno.test("accuracy() and macroF1() count a row without a prediction as wrong", () => {
  const labels = Int32Array.of(0, 1, 0, 1);
  const predicted = Int32Array.of(0, 1, WRONG, WRONG);
  assert.equal(accuracy(labels, predicted), 50_000);
  // Each class: tp 1, fp 0, fn 1, so F1 = 2/3.
  assert.equal(macroF1(labels, predicted, { classes: 2 }), 66_666);
});

Deno.test("macroF1() gives hand-calculated scores", () => {
  const labels = Int32Array.of(0, 0, 0, 1, 1, 2);
  // Class 0: tp 2, fp 1, fn 1: 4/6. Class 1: tp 1, fp 1, fn 1: 2/4. Class 2: tp 1, fp 0, fn 0: 1.
  const predicted = Int32Array.of(0, 0, 1, 1, 0, 2);
  assert.equal(macroF1(labels, predicted, { classes: 3 }), 72_222);
  // A fourth class that nobody has or predicts is 0/0 and counts as 0.
  assert.equal(macroF1(labels, predicted, { classes: 4 }), 54_166);
  assert.equal(macroF1(labels, labels, { classes: 3 }), 100_000);
  assert.equal(macroF1(Int32Array.of(1), Int32Array.of(0), { classes: 2 }), 0);
});

Deno.test("macroF1() equals a reference in exact integers", () => {
  const next = random(11);
  for (let trial = 0; trial < 300; trial++) {
    const classes = 2 + Math.floor(next() * 9);
    const rows = 1 + Math.floor(next() * 200);
    const pick = (from: number) => Math.floor(next() * from);
    const labels = Int32Array.from({ length: rows }, () => pick(classes));
    const predicted = Int32Array.from(
      labels,
      (label) => next() < 0.6 ? label : pick(classes + 1) - 1,
    );
    let sum = 0n;
    for (let c = 0; c < classes; c++) {
      let tp = 0n, fp = 0n, fn = 0n;
      labels.forEach((label, row) => {
        if (predicted[row] === c && label === c) tp++;
        else if (predicted[row] === c) fp++;
        else if (label === c) fn++;
      });
      const below = 2n * tp + fp + fn;
      if (below > 0n) sum += (2_000_000_000n * tp) / below;
    }
    const expected = Number(sum / (10_000n * BigInt(classes)));
    assert.equal(macroF1(labels, predicted, { classes }), expected);
  }
});

Deno.test("macroF1() stays exact for 10,000,000 rows of one class", () => {
  const labels = new Int32Array(10_000_000);
  assert.equal(macroF1(labels, labels, { classes: 2 }), 50_000);
  const predicted = labels.slice();
  predicted[0] = 1;
  // tp 9,999,999, fp 0, fn 1: floor(2e9 * 9999999 / 19999999) = 999,999,949.
  assert.equal(macroF1(labels, predicted, { classes: 2 }), Math.floor(999_999_949 / 20_000));
});

Deno.test("r2() gives hand-calculated scores", () => {
  const labels = Float64Array.of(1, 2, 3, 4);
  assert.equal(r2(labels, labels), 100_000);
  assert.equal(r2(labels, Float64Array.of(2.5, 2.5, 2.5, 2.5)), 0);
  // ssRes 1, ssTot 5.
  assert.equal(r2(labels, Float64Array.of(1, 2, 3, 5)), 80_000);
  // ssRes 0.04, ssTot 5: 0.992.
  assert.equal(r2(labels, Float64Array.of(1.1, 1.9, 3.1, 3.9)), 99_200);
});

Deno.test("r2() is 0 for what has no score", () => {
  const labels = Float64Array.of(1, 2, 3);
  assert.equal(r2(labels, Float64Array.of(100, -100, 7)), 0, "worse than the mean");
  assert.equal(r2(Float64Array.of(5, 5, 5), Float64Array.of(5, 5, 5)), 0, "equal labels");
  for (const bad of [NaN, Infinity, -Infinity, 1e200]) {
    assert.equal(r2(labels, Float64Array.of(1, bad, 3)), 0, String(bad));
  }
  assert.equal(r2(Float64Array.of(1e200, -1e200), Float64Array.of(0, 0)), 0, "ssTot overflows");
});

Deno.test("r2() is a whole number from 0 to 100,000, and falls as errors grow", () => {
  const next = random(5);
  for (let trial = 0; trial < 200; trial++) {
    const rows = 2 + Math.floor(next() * 50);
    const labels = Float64Array.from({ length: rows }, () => next() * 10 - 5);
    const errors = Float64Array.from({ length: rows }, () => next() - 0.5);
    let last = Infinity;
    for (const factor of [0, 0.5, 1, 2, 8]) {
      const score = r2(labels, labels.map((label, row) => label + factor * errors[row]!));
      assert.ok(Number.isInteger(score) && score >= 0 && score <= 100_000 && score <= last);
      last = score;
    }
  }
});

Deno.test("metrics refuse predictions for other rows", () => {
  assert.throws(() => accuracy(new Int32Array(2), new Int32Array(3)), RangeError);
  assert.throws(() => macroF1(new Int32Array(0), new Int32Array(0), { classes: 2 }), RangeError);
  assert.throws(() => r2(new Float64Array(2), new Float64Array(1)), RangeError);
});
