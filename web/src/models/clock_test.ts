import assert from "node:assert/strict";
import { createClock } from "./clock.ts";

/** A clock, and a hand on the time that passes. */
function start() {
  let ms = 0;
  const clock = createClock({ elapsed: () => ms });
  return {
    now: () => clock.now.value,
    head: (hash: string, timestamp: number, now?: number) => clock.follow({ hash, timestamp, now }),
    wait(milliseconds: number) {
      ms += milliseconds;
      clock.tick();
    },
  };
}

Deno.test("the clock stands until the first head, then runs on between heads", () => {
  const clock = start();
  clock.wait(5000);
  assert.equal(clock.now(), undefined);
  clock.head("a", 100);
  clock.wait(2999);
  assert.equal(clock.now(), 102);
  clock.wait(1);
  assert.equal(clock.now(), 103);
});

Deno.test("the same head again does not put it back, however old it is", () => {
  const clock = start();
  clock.head("a", 100);
  clock.wait(60_000);
  clock.head("a", 100);
  assert.equal(clock.now(), 160);
});

Deno.test("the pending block's time counts where the node tells it", () => {
  const clock = start();
  clock.head("a", 100, 5000);
  assert.equal(clock.now(), 5000);
  clock.wait(1000);
  clock.head("a", 100, 9000);
  assert.equal(clock.now(), 9000, "a chain whose clock was moved");
});

Deno.test("blocks that come late or with whole seconds do not make it jump", () => {
  const clock = start();
  clock.head("a", 100);
  clock.wait(12_900);
  clock.head("b", 112);
  assert.equal(clock.now(), 112);
  clock.wait(100);
  assert.equal(clock.now(), 113, "the fraction of the second was kept");
  clock.wait(20_000);
  clock.head("c", 124);
  assert.equal(clock.now(), 133);
});

Deno.test("a clock that ran far ahead of the blocks is put back", () => {
  const clock = start();
  clock.head("a", 100);
  clock.wait(100_000);
  clock.head("b", 112);
  assert.equal(clock.now(), 112);
});
