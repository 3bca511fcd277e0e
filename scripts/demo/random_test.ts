import assert from "node:assert/strict";
import { seededRandom } from "./random.ts";

function take(count: number, next: () => number): number[] {
  return Array.from({ length: count }, next);
}

Deno.test("seededRandom repeats itself for the same seed and stream only", () => {
  const first = take(8, seededRandom(1, "a").next);
  assert.deepEqual(take(8, seededRandom(1, "a").next), first);
  assert.notDeepEqual(take(8, seededRandom(2, "a").next), first);
  assert.notDeepEqual(take(8, seededRandom(1, "b").next), first);
});

Deno.test("seededRandom spreads evenly and normally", () => {
  const random = seededRandom(1);
  const integers = take(10_000, () => random.integer(5));
  for (let i = 0; i < 5; i++) {
    const share = integers.filter((value) => value === i).length / 10_000;
    assert(Math.abs(share - 0.2) < 0.02, `${i}: ${share}`);
  }
  const between = take(10_000, () => random.between(-1, 3));
  assert(between.every((value) => value >= -1 && value < 3));
  const normal = take(10_000, () => random.normal());
  const mean = normal.reduce((sum, value) => sum + value) / 10_000;
  const square = normal.reduce((sum, value) => sum + value * value, 0) / 10_000;
  assert(Math.abs(mean) < 0.04 && Math.abs(square - 1) < 0.06, `${mean} ${square}`);
});
