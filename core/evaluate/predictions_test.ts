import assert from "node:assert/strict";
import { InvalidModel } from "../model/invalid.ts";
import { random } from "../dataset/testing.ts";
import { WRONG } from "./metrics.ts";
import { classPredictions, valuePredictions } from "./predictions.ts";

function scores(rows: number, classes: number) {
  return classPredictions({ rows, classes, kind: "scores" });
}

function fails(call: () => void, code: string, message: RegExp): void {
  assert.throws(
    call,
    (error) => error instanceof InvalidModel && error.code === code && message.test(error.message),
  );
}

Deno.test("classPredictions() takes the largest score, of equal ones the lowest class", () => {
  const { predicted, take } = scores(5, 3);
  const data = Float32Array.of(1, 3, 2, 5, 5, 1, -0, 0, 0, -9, -8, -7);
  take({ type: "float32", dims: [4, 3], data }, { start: 1, rows: 4 });
  assert.deepEqual(predicted, Int32Array.of(0, 1, 0, 0, 2));
});

Deno.test("classPredictions() finds every row wrong that has an output which is not finite", () => {
  for (const bad of [NaN, Infinity, -Infinity]) {
    for (let place = 0; place < 3; place++) {
      const { predicted, take } = scores(2, 3);
      const data = Float32Array.of(1, 2, 3, 1, 2, 3);
      data[place] = bad;
      take({ type: "float32", dims: [2, 3], data }, { start: 0, rows: 2 });
      assert.deepEqual(predicted, Int32Array.of(WRONG, 2));
    }
  }
  const { predicted, take } = scores(1, 3);
  const data = Float32Array.of(Infinity, -Infinity, 1);
  take({ type: "float32", dims: [1, 3], data }, { start: 0, rows: 1 });
  assert.deepEqual(predicted, Int32Array.of(WRONG), "infinities do not cancel");
});

Deno.test("classPredictions() equals a plain argmax on large finite scores", () => {
  const next = random(9);
  const data = Float32Array.from({ length: 700 }, () => (next() - 0.5) * 6e38);
  const { predicted, take } = scores(100, 7);
  take({ type: "float32", dims: [100, 7], data }, { start: 0, rows: 100 });
  for (let row = 0; row < 100; row++) {
    const slice = data.subarray(7 * row, 7 * row + 7);
    assert.equal(predicted[row], slice.indexOf(Math.max(...slice)));
  }
});

Deno.test("classPredictions() takes int64 labels inside the classes", () => {
  const { predicted, take } = classPredictions({ rows: 8, classes: 3, kind: "label" });
  const data = BigInt64Array.of(0n, 2n, 3n, -1n, 1n, 2n ** 32n, 2n ** 32n + 1n, -(2n ** 63n));
  take({ type: "int64", dims: [8], data }, { start: 0, rows: 8 });
  assert.deepEqual(predicted, Int32Array.of(0, 2, WRONG, WRONG, 1, WRONG, WRONG, WRONG));
});

Deno.test("classPredictions() takes a probability of class 1: more than 0.5 is class 1", () => {
  const { predicted, take } = classPredictions({ rows: 9, classes: 2, kind: "binary" });
  const above = 0.5 + 2 ** -24;
  const data = Float32Array.of(0, 0.5, above, 1, -3, 7, NaN, Infinity, -Infinity);
  take({ type: "float32", dims: [4, 1], data: data.subarray(0, 4) }, { start: 0, rows: 4 });
  take({ type: "float32", dims: [5, 1], data: data.subarray(4) }, { start: 4, rows: 5 });
  assert.deepEqual(predicted, Int32Array.of(0, 0, 1, 1, 0, 1, WRONG, WRONG, WRONG));
  for (const dims of [[2], [1, 2], [2, 2]]) {
    fails(
      () => take({ type: "float32", dims, data }, { start: 0, rows: 2 }),
      "output-shape",
      /\[2,1\], got/,
    );
  }
});

Deno.test("valuePredictions() takes one value for each row, in either shape", () => {
  const { predicted, take } = valuePredictions(4);
  take({ type: "float32", dims: [2], data: Float32Array.of(1, 2) }, { start: 0, rows: 2 });
  take({ type: "float32", dims: [2, 1], data: Float32Array.of(3, NaN) }, { start: 2, rows: 2 });
  assert.deepEqual(predicted, Float64Array.of(1, 2, 3, NaN));
});

Deno.test("outputs of another type or shape are invalid", () => {
  const data = new Float32Array(6);
  const batch = { start: 0, rows: 2 };
  const { take } = scores(2, 3);
  fails(
    () => take({ type: "float64", dims: [2, 3], data }, batch),
    "output-type",
    /float32.*float64/,
  );
  for (const dims of [[6], [3, 2], [2, 3, 1], [1, 3], []]) {
    fails(() => take({ type: "float32", dims, data }, batch), "output-shape", /\[2,3\], got \[/);
  }
  const label = classPredictions({ rows: 2, classes: 3, kind: "label" });
  fails(() => label.take({ type: "int32", dims: [2], data }, batch), "output-type", /int64/);
  fails(() => label.take({ type: "int64", dims: [2, 1], data }, batch), "output-shape", /\[2\]/);
  const value = valuePredictions(2);
  fails(() => value.take({ type: "int64", dims: [2], data }, batch), "output-type", /float32/);
  fails(
    () => value.take({ type: "float32", dims: [1, 2], data }, batch),
    "output-shape",
    /\[2\] or \[2,1\]/,
  );
});
