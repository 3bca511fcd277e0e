import assert from "node:assert/strict";
import { runPool } from "./pool.ts";

Deno.test("runPool() works on every item once, in order, with no more at once than allowed", async () => {
  const begun: number[] = [];
  let [running, most] = [0, 0];
  await runPool([1, 2, 3, 4, 5], 2, async (item) => {
    begun.push(item);
    most = Math.max(most, ++running);
    await Promise.resolve();
    running--;
  });
  assert.deepEqual(begun, [1, 2, 3, 4, 5]);
  assert.equal(most, 2);
});

Deno.test("runPool() begins nothing after an error, and throws the first", async () => {
  const begun: number[] = [];
  const work = runPool([1, 2, 3, 4], 1, (item) => {
    begun.push(item);
    return item === 2 ? Promise.reject(new Error(`item ${item}`)) : Promise.resolve();
  });
  await assert.rejects(work, /item 2/);
  assert.deepEqual(begun, [1, 2]);
});
