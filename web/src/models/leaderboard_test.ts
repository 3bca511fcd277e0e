import assert from "node:assert/strict";
import { address, snapshot } from "../../test/support/snapshots.ts";
import { historyPoints } from "./history.ts";
import { leaderboardRows } from "./leaderboard.ts";
import { pot } from "./prize.ts";

const BOARD = snapshot({
  results: [
    { state: "settled", score: 90_000, agreeing: 3 },
    { state: "void" },
    { state: "settled", score: 95_000, agreeing: 2 },
    { state: "settled", score: 95_000, agreeing: 3 },
    { state: "pending" },
    { state: "settled", score: 0, agreeing: 3 },
  ],
});

Deno.test("leaderboardRows() ranks by score, ties to the lower number, what has no score last", () => {
  const rows = leaderboardRows(BOARD);
  assert.deepEqual(rows.map(({ number }) => number), [2, 3, 0, 5, 1, 4]);
  assert.deepEqual(rows.map(({ place }) => place), [1, 2, 3, 4, undefined, undefined]);
  assert.deepEqual(rows.map(({ state }) => state).slice(3), ["settled", "void", "pending"]);
  assert.deepEqual(rows[0], {
    place: 1,
    number: 2,
    author: address("a"),
    mine: false,
    score: 95_000,
    agreeing: 2,
    quorum: 3,
    size: 1002,
    epoch: 0,
    state: "settled",
  });
});

Deno.test("leaderboardRows() marks the account's own", () => {
  const mine = leaderboardRows(BOARD, { account: address("b") }).filter(({ mine }) => mine);
  assert.deepEqual(mine.map(({ number }) => number), [3, 5, 1]);
});

Deno.test("leaderboardRows() calls sealed what nobody can evaluate yet, and nothing that is decided", () => {
  const states = leaderboardRows(BOARD, { sealed: true }).map(({ state }) => state);
  assert.deepEqual(states, ["settled", "settled", "settled", "settled", "void", "sealed"]);
});

Deno.test("historyPoints() goes by number, the best growing, without what has no score", () => {
  const points = historyPoints(BOARD).map((
    { number, score, best, record },
  ) => [number, score, best, record]);
  assert.deepEqual(points, [
    [0, 90_000, 90_000, true],
    [2, 95_000, 95_000, true],
    [3, 95_000, 95_000, false],
    [5, 0, 95_000, false],
  ]);
});

Deno.test("pot() is prize fund + buy-ins - fees + penalties", () => {
  const { competition } = snapshot({ fees: 7n, penalties: 5n });
  assert.equal(pot(competition), 10n ** 19n + 2n * 10n ** 18n - 7n * 10n ** 12n + 5n);
});
