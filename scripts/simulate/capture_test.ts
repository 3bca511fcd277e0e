import assert from "node:assert/strict";
import {
  anyOf,
  COMMITTEES,
  deviation,
  drawCommittees,
  drawnTail,
  exactTail,
  HOSTILE_SHARES,
  hostileMiners,
  thresholds,
} from "./capture.ts";

Deno.test("exactTail counts what an enumeration of all committees counts", () => {
  const [miners, quorum] = [9, 4];
  for (let hostile = 0; hostile <= miners; hostile++) {
    const seats = allCommittees(miners, quorum)
      .map((committee) => committee.filter((index) => index < hostile).length);
    for (let from = 0; from <= quorum; from++) {
      const expected = seats.filter((count) => count >= from).length / seats.length;
      const chance = exactTail({ miners, quorum, hostile }, from);
      assert(Math.abs(chance - expected) < 1e-12, `${hostile} hostile, ${from}: ${chance}`);
    }
  }
});

function allCommittees(miners: number, quorum: number): number[][] {
  const sets = Array.from(
    { length: 2 ** miners },
    (_, bits) =>
      Array.from({ length: miners }, (_, index) => index).filter((index) => (bits >> index) & 1),
  );
  return sets.filter(({ length }) => length === quorum);
}

Deno.test("exactTail: a committee of 100 of 1,000 with 40 % hostile falls in 1.2 % of the rounds", () => {
  const chance = exactTail({ quorum: 100, miners: 1_000, hostile: 400 }, 51);
  assert(chance > 0.0118 && chance < 0.0128, `${chance}`);
});

Deno.test("thresholds: more than half settles, half voids, and the rest of minReveals stops", () => {
  assert.deepEqual(thresholds(7), { settle: 4, void: 4, block: 3 });
  assert.deepEqual(thresholds(100), { settle: 51, void: 50, block: 34 });
  assert.deepEqual(thresholds(100, 51), { settle: 51, void: 50, block: 50 });
});

Deno.test("anyOf: at least once in independent tries", () => {
  assert.equal(anyOf(1, 0.25), 0.25);
  assert.equal(anyOf(2, 0.5), 0.75);
  assert.equal(anyOf(3, 0), 0);
});

Deno.test("drawn committees have the hypergeometric share of hostile seats", () => {
  const [size] = COMMITTEES;
  const draws = 2_000;
  for (const [s, histogram] of drawCommittees(size, { draws, seed: 5 }).entries()) {
    assert.equal(histogram.reduce((sum, count) => sum + count, 0), draws);
    const hostile = hostileMiners(size.miners, HOSTILE_SHARES[s]!);
    for (const from of Object.values(thresholds(size.quorum))) {
      const exact = exactTail({ ...size, hostile }, from);
      assert(deviation(drawnTail(histogram, from), { exact, draws }) < 4, `${hostile}, ${from}`);
    }
  }
});

Deno.test("deviation: a biased draw stands out, a single rare event does not", () => {
  const draws = 4_000;
  assert(deviation(0.25, { exact: 0.2, draws }) > 5.5);
  assert(deviation(1 / draws, { exact: 1e-7, draws }) < 5.5);
  assert.equal(deviation(0, { exact: 0, draws }), 0);
});
