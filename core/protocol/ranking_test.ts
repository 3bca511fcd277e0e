import assert from "node:assert/strict";
import { ABSTAIN } from "./codec.ts";
import { consensus, leaderboard, type Standing, winner } from "./ranking.ts";
import { type Random, seededRandom } from "./testing/random.ts";

/** Scores from a narrow range, so that majorities, ties and abstentions all come about. */
function randomRows(random: Random): number[][] {
  const size = random.int(1, 32);
  const spread = random.int(0, 3);
  return Array.from(
    { length: random.int(1, 12) },
    () =>
      Array.from({ length: size }, () => random.int(0, 5) === 0 ? ABSTAIN : random.int(0, spread)),
  );
}

/** The rule by counting, as the contract verifies it. */
function byCounting(column: number[]) {
  const place = Math.floor((column.length - 1) / 2);
  const median = column.find((value) =>
    column.filter((other) => other < value).length <= place &&
    column.filter((other) => other <= value).length > place
  );
  const majority = column.find((value) =>
    value !== ABSTAIN && column.filter((other) => other === value).length > column.length / 2
  );
  const agreeing = column.filter((other) => other === majority).length;
  return { median, majority, agreeing };
}

Deno.test("consensus() agrees with medians and majorities found by counting", () => {
  const random = seededRandom(22);
  for (let i = 0; i < 2_000; i++) {
    const rows = randomRows(random);
    const { verdicts, settledMask } = consensus(rows);
    verdicts.forEach((verdict, j) => {
      const expected = byCounting(rows.map((row) => row[j]!));
      assert.equal(verdict.median, expected.median);
      assert.equal(verdict.agreeing, expected.agreeing);
      if (expected.majority !== undefined) assert.equal(verdict.median, expected.majority);
      assert.equal(Math.floor(settledMask / 2 ** j) % 2, expected.majority === undefined ? 0 : 1);
    });
    assert.ok(settledMask < 2 ** rows[0]!.length);
  }
});

Deno.test("consensus() needs more than half of the revealed evaluations, abstentions counted", () => {
  const half = consensus([[5], [5], [6], [7]]);
  assert.deepEqual(half, { verdicts: [{ median: 5, agreeing: 0 }], settledMask: 0 });
  const more = consensus([[5], [5], [6]]);
  assert.deepEqual(more, { verdicts: [{ median: 5, agreeing: 2 }], settledMask: 1 });
  assert.equal(consensus([[5], [5], [ABSTAIN], [ABSTAIN]]).settledMask, 0);
  assert.equal(consensus([[5], [5], [5], [ABSTAIN], [ABSTAIN]]).settledMask, 1);
});

Deno.test("consensus() never settles abstention", () => {
  const { verdicts, settledMask } = consensus([[ABSTAIN], [ABSTAIN], [ABSTAIN]]);
  assert.deepEqual({ verdicts, settledMask }, {
    verdicts: [{ median: ABSTAIN, agreeing: 0 }],
    settledMask: 0,
  });
});

Deno.test("consensus() settles a score of 0, and all 32 submissions", () => {
  const row = new Array(32).fill(0);
  assert.equal(consensus([row, row]).settledMask, 2 ** 32 - 1);
});

Deno.test("consensus() does not depend on the order of the rows and leaves them alone", () => {
  const rows = [[3, 1], [1, 2], [2, 2]];
  const copy = structuredClone(rows);
  const before = consensus(rows);
  assert.deepEqual(rows, copy);
  assert.deepEqual(consensus(rows.toReversed()), before);
});

Deno.test("consensus() refuses no rows, empty rows and rows of different lengths", () => {
  assert.throws(() => consensus([]), RangeError);
  assert.throws(() => consensus([[], []]), RangeError);
  assert.throws(() => consensus([[1, 2], [1]]), /must have 2 scores, not 1/);
});

function settled(number: number, score: number): Standing {
  return { number, result: { state: "settled", score, agreeing: 1 } };
}

Deno.test("leaderboard() orders by score, ties to the lower number, unsettled ones last", () => {
  const submissions: Standing[] = [
    { number: 0, result: { state: "pending" } },
    settled(1, 90_000),
    settled(2, 0),
    { number: 3, result: { state: "void" } },
    settled(4, 95_000),
    settled(5, 90_000),
  ];
  const order = leaderboard(submissions.toReversed()).map(({ number }) => number);
  assert.deepEqual(order, [4, 1, 5, 2, 0, 3]);
});

Deno.test("winner() is the highest score above 0, whatever the order", () => {
  assert.equal(winner([settled(7, 5), settled(3, 9), settled(2, 9)])?.number, 2);
  assert.equal(winner([settled(0, 1)])?.number, 0);
  assert.equal(winner([settled(0, 0)]), undefined);
  assert.equal(winner([{ number: 0, result: { state: "void" } }]), undefined);
  assert.equal(winner([]), undefined);
});
