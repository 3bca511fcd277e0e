import assert from "node:assert/strict";
import { isTurn } from "./turn.ts";

function onTurn(
  key: bigint,
  now: number,
  { miners = 100, endsAt }: { miners?: number; endsAt?: number } = {},
) {
  const chore = { key, opensAt: 1_000, ...(endsAt === undefined ? {} : { endsAt }) };
  return Array.from({ length: miners }, (_, index) => index)
    .filter((index) => isTurn(chore, { index, miners, everySecs: 60, now }));
}

Deno.test("one miner in the first tick, then two, four, ... and in the end all", () => {
  const counts = [999, 1_000, 1_059, 1_060, 1_120, 1_180, 1_240, 1_300, 1_360, 1_420, 1_000_000]
    .map((now) => onTurn(3n, now).length);
  assert.deepEqual(counts, [0, 1, 1, 2, 4, 8, 16, 32, 64, 100, 100]);
});

Deno.test("whose turn it was once, it stays", () => {
  for (let now = 1_000; now < 1_500; now += 60) {
    const later = new Set(onTurn(9n, now + 60));
    for (const index of onTurn(9n, now)) assert.ok(later.has(index));
  }
});

Deno.test("less than two ticks before the end it is everybody's turn", () => {
  assert.equal(onTurn(3n, 1_000, { endsAt: 1_121 }).length, 1);
  assert.equal(onTurn(3n, 1_000, { endsAt: 1_120 }).length, 100);
  assert.equal(onTurn(3n, 999, { endsAt: 1_000 }).length, 0);
});

Deno.test("each chore starts with another miner, spread over all", () => {
  const first = Array.from(
    { length: 1_000 },
    (_, key) => onTurn(BigInt(key), 1_000, { miners: 10 })[0]!,
  );
  const times = Array.from({ length: 10 }, (_, index) => first.filter((i) => i === index).length);
  assert.ok(times.every((count) => count > 60 && count < 140), `${times}`);
});

Deno.test("a lone miner never waits", () => {
  for (let key = 0n; key < 20n; key++) assert.deepEqual(onTurn(key, 1_000, { miners: 1 }), [0]);
});
