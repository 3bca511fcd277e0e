import assert from "node:assert/strict";
import { competition, snapshot, START } from "../../test/support/snapshots.ts";
import { evaluationAt, listPhase, phaseAt } from "./phase.ts";

const EPOCH = 1000;

Deno.test("listPhase() follows the clock to the second", () => {
  const names = (seconds: number[]) =>
    seconds.map((second) => listPhase(competition(), START + second));
  assert.deepEqual(names([-1, 0, 999, 1000, 1999]), [
    { name: "registration", endsAt: START },
    { name: "submission", epoch: 0, endsAt: START + EPOCH },
    { name: "submission", epoch: 0, endsAt: START + EPOCH },
    { name: "submission", epoch: 1, endsAt: START + 2 * EPOCH },
    { name: "submission", epoch: 1, endsAt: START + 2 * EPOCH },
  ]);
});

Deno.test("listPhase() is evaluation after the submissions while rounds are open, then closing", () => {
  const at = (rounds: number, decided: number) =>
    listPhase(competition({ rounds, decided }), START + 2 * EPOCH).name;
  assert.deepEqual([at(2, 1), at(2, 2), at(0, 0)], ["evaluation", "closing", "closing"]);
});

Deno.test("listPhase() is closing once registration ended without participants or with too few miners", () => {
  for (const changes of [{ participants: 0 }, { miners: 2 }]) {
    assert.equal(listPhase(competition(changes), START).name, "closing");
    assert.equal(listPhase(competition(changes), START - 1).name, "registration");
  }
});

Deno.test("listPhase() is what the contract says once it is over", () => {
  assert.deepEqual(listPhase(competition({ status: "final" }), START), { name: "final" });
  assert.deepEqual(listPhase(competition({ status: "cancelled" }), 0), { name: "cancelled" });
});

/** One submission in epoch 0, evaluated from `START + 1032` on: 100 s to commit, 50 to reveal, 50 to settle. */
const startsAt = START + EPOCH + 32;
const evaluated = snapshot({
  rounds: 1,
  epochs: [{ count: 1, startsAt }],
  results: [{ state: "pending" }],
});

Deno.test("evaluationAt() names the window and the attempt", () => {
  const at = (second: number) => evaluationAt(evaluated, startsAt + second);
  assert.equal(evaluationAt(evaluated, START + EPOCH - 1), undefined, "the epoch still runs");
  assert.deepEqual(at(-1), { epoch: 0, window: "beacon", attempt: undefined, endsAt: startsAt });
  assert.deepEqual(at(0), { epoch: 0, window: "commit", attempt: 0, endsAt: startsAt + 100 });
  assert.deepEqual(at(100), { epoch: 0, window: "reveal", attempt: 0, endsAt: startsAt + 150 });
  assert.deepEqual(at(150), { epoch: 0, window: "settle", attempt: 0, endsAt: startsAt + 200 });
  assert.deepEqual(at(200), { epoch: 0, window: "commit", attempt: 1, endsAt: startsAt + 300 });
  assert.deepEqual(at(600), { epoch: 0, window: "over", attempt: undefined, endsAt: undefined });
});

Deno.test("evaluationAt() is undefined once all is decided, or the competition is over", () => {
  const decided = snapshot({ epochs: [{ count: 1, startsAt, decided: 1 }] });
  assert.equal(evaluationAt(decided, startsAt), undefined);
  const over = snapshot({ status: "cancelled", epochs: [{ count: 1, startsAt }] });
  assert.equal(evaluationAt(over, startsAt), undefined);
});

Deno.test("phaseAt() is closing as soon as a round can no longer be decided, even while submissions are open", () => {
  assert.equal(phaseAt(evaluated, startsAt + 599).name, "submission");
  assert.equal(phaseAt(evaluated, startsAt + 600).name, "closing");
});
