import assert from "node:assert/strict";
import {
  DEMO_SETS,
  drawDigits,
  drawSets,
  encodeIdx,
  encodeIdxImages,
  encodeIdxLabels,
  PIXELS,
  splitDigits,
} from "./digits.ts";

Deno.test("drawDigits draws the same digits for the same seed, others for another", () => {
  const digits = drawDigits({ count: 30, seed: 5 });
  assert.deepEqual(drawDigits({ count: 30, seed: 5 }), digits);
  assert.notDeepEqual(drawDigits({ count: 30, seed: 6 }), digits);
});

Deno.test("drawDigits starts a longer set with the shorter one", () => {
  const [first] = splitDigits(drawDigits({ count: 40, seed: 5 }), 30);
  assert.deepEqual(first, drawDigits({ count: 30, seed: 5 }));
});

Deno.test("drawDigits draws every class about equally often, no image twice, none empty", () => {
  const { images, labels } = drawDigits({ count: 1000, seed: 3 });
  const counts = Array(10).fill(0);
  const seen = new Set<string>();
  labels.forEach((label, i) => {
    counts[label]++;
    const image = images.subarray(i * PIXELS, (i + 1) * PIXELS);
    const ink = image.filter((value) => value > 100).length;
    assert(ink > 15 && ink < PIXELS / 2, `image ${i} (${label}) has ${ink} inked pixels`);
    seen.add(String(image));
  });
  assert.equal(seen.size, 1000);
  for (const count of counts) assert(count > 60 && count < 140, `${counts}`);
});

Deno.test("drawDigits refuses a senseless count", () => {
  for (const count of [0, -1, 1.5, NaN]) {
    assert.throws(() => drawDigits({ count, seed: 1 }), RangeError);
  }
});

Deno.test("drawSets parts one stream into sets that share no image", () => {
  const { train, test } = drawSets({ seed: 2, trainRows: 50, testRows: 20 });
  const all = drawDigits({ count: 70, seed: 2 });
  assert.deepEqual(train.labels, all.labels.subarray(0, 50));
  assert.deepEqual(test.images, all.images.subarray(50 * PIXELS));
  assert.equal(DEMO_SETS.testRows, 2000);
});

Deno.test("splitDigits refuses empty parts", () => {
  const digits = drawDigits({ count: 10, seed: 1 });
  for (const rows of [0, 10, 11, 0.5]) assert.throws(() => splitDigits(digits, rows), RangeError);
});

Deno.test("IDX files have MNIST's header and then the bytes", () => {
  const digits = drawDigits({ count: 3, seed: 1 });
  const images = encodeIdxImages(digits);
  assert.deepEqual([...images.subarray(0, 16)], [0, 0, 8, 3, 0, 0, 0, 3, 0, 0, 0, 28, 0, 0, 0, 28]);
  assert.deepEqual(images.subarray(16), digits.images);
  assert.deepEqual([...encodeIdxLabels(digits)], [0, 0, 8, 1, 0, 0, 0, 3, ...digits.labels]);
  assert.throws(() => encodeIdx(digits.images, [3, 28, 27]), /3 x 28 x 27 takes 2268 bytes/);
});
