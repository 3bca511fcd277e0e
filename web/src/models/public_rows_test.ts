import assert from "node:assert/strict";
import type { Manifest } from "../../../core/dataset/manifest.ts";
import { testManifest } from "../../test/support/visitor.ts";
import { basisOf, takeRows } from "./public_rows.ts";

function manifestOf(
  mode: Manifest["mode"],
  { test, train }: { test: number; train: number },
): Manifest {
  const plain = testManifest({ mode, input: { shape: [2], dtype: "uint8", scale: 1, offset: 0 } });
  return {
    ...plain,
    test: { ...plain.test, rows: test },
    train: { ...plain.train!, rows: train },
  };
}

Deno.test("basisOf() is the whole test set of an open competition, if that is not too large", () => {
  const of = (test: number) => basisOf(manifestOf("open", { test, train: 5 }));
  assert.deepEqual(of(1234), { part: "test", rows: 1234, of: 1234, bytes: 200 });
  assert.deepEqual(of(10_000)!.rows, 10_000);
  assert.deepEqual([of(10_001)!.rows, of(10_001)!.of], [10_000, 10_001]);
});

Deno.test("basisOf() is full batches of the training set of a sealed one", () => {
  const of = (train: number) => basisOf(manifestOf("sealed", { test: 5, train }));
  assert.deepEqual(of(60_000), { part: "train", rows: 10_000, of: 60_000, bytes: 200 });
  assert.equal(of(1234)!.rows, 1200);
  assert.equal(of(34)!.rows, 34);
  const { train: _, ...without } = manifestOf("sealed", { test: 5, train: 5 });
  assert.equal(basisOf(without), undefined);
});

Deno.test("takeRows() takes rows from all over the data, each with its label, in their order", () => {
  const manifest = manifestOf("open", { test: 10, train: 1 });
  const rows = {
    values: Uint8Array.from({ length: 20 }, (_, i) => i),
    labels: Int32Array.from({ length: 10 }, (_, i) => i),
  };
  const take = (count: number) =>
    takeRows(rows, { manifest, basis: { part: "test", rows: count, of: 10, bytes: 0 } });
  assert.deepEqual(take(3), {
    values: Uint8Array.of(0, 1, 6, 7, 12, 13),
    labels: Int32Array.of(0, 3, 6),
  });
  assert.deepEqual(take(9).labels, Int32Array.of(0, 1, 2, 3, 4, 5, 6, 7, 8));
  assert.deepEqual(take(10), rows);
  const numbers = {
    values: Float64Array.from(rows.values),
    labels: Float64Array.from(rows.labels),
  };
  const basis = { part: "test", rows: 2, of: 10, bytes: 0 } as const;
  assert.deepEqual(takeRows(numbers, { manifest, basis }), {
    values: Float64Array.of(0, 1, 10, 11),
    labels: Float64Array.of(0, 5),
  });
});
