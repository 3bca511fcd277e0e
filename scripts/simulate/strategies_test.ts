import assert from "node:assert/strict";
import { ABSTAIN } from "../../core/protocol/codec.ts";
import { seededRandom } from "../../core/protocol/testing/random.ts";
import { copyingCommitment, copyingScores, honest, lazy, selective } from "./strategies.ts";
import type { CommitView, TeamView } from "./strategies.ts";
import { canceller, opportunist, pushing, shopper, voidingFreely, withholder } from "./teams.ts";

const TRUTH = [95_000, 93_000, 91_000];

/** Three submissions, the second the team's; 9 seats, 7 of which must reveal, and committees like this one. */
function view(team: Partial<TeamView> = {}, more: Partial<CommitView> = {}): CommitView {
  const { seats = 2 } = team;
  return {
    attempt: 0,
    seats: 9,
    minReveals: 7,
    rows: 1_000,
    count: 3,
    evaluate: () => [...TRUTH],
    ask: () => [...TRUTH],
    commitments: [],
    published: [],
    team: {
      seats,
      attempts: [seats, seats, seats],
      own: [false, true, false],
      best: 93_000,
      winning: false,
      ahead: false,
      ...team,
    },
    random: seededRandom(1),
    ...more,
  };
}

const LIE = { scores: [0, 100_000, 0] };
const HONEST = { scores: TRUTH };

Deno.test("honest miners say what they found; lazy ones guess what a model usually gets", () => {
  assert.deepEqual(honest.commit(view()), HONEST);
  const commit = lazy.commit(view());
  assert(typeof commit === "object" && "scores" in commit);
  assert(commit.scores.every((score) => score >= 90_000 && score <= 99_000 && score % 100 === 0));
});

Deno.test("copies need something to copy", () => {
  assert.equal(copyingCommitment.commit(view()), "stays away");
  assert.deepEqual(copyingCommitment.commit(view({}, { commitments: ["0x01"] })), {
    commitment: "0x01",
  });
  assert.equal(copyingScores.commit(view()), "stays away");
  assert.deepEqual(copyingScores.commit(view({}, { published: [TRUTH] })), HONEST);
});

Deno.test("selective miners reveal what others reveal too", () => {
  const reveals = (scores: number[]) =>
    selective.reveals!({ scores, revealed: [TRUTH], minReveals: 7, team: view().team });
  assert.equal(reveals([95_000, 93_000, 1]), true);
  assert.equal(reveals([95_000, 2, 1]), false);
});

Deno.test("a team pushes its own, or abstains on what is better", () => {
  assert.deepEqual(pushing.commit(view()), LIE);
  assert.deepEqual(voidingFreely.commit(view()), { scores: [ABSTAIN, 93_000, 91_000] });
});

Deno.test("an opportunist lies with most of the seats only", () => {
  assert.deepEqual(opportunist.commit(view({ seats: 4 })), HONEST);
  assert.deepEqual(opportunist.commit(view({ seats: 5 })), LIE);
});

Deno.test("who shops lies with most of the seats, and cancels unless it wins or is ahead", () => {
  assert.deepEqual(shopper.commit(view({ seats: 2 })), HONEST);
  assert.equal(shopper.commit(view({ seats: 3 })), "stays away");
  assert.deepEqual(shopper.commit(view({ seats: 5 })), LIE);
  assert.deepEqual(shopper.commit(view({ seats: 3, ahead: true })), HONEST);
  assert.deepEqual(shopper.commit(view({ seats: 5, winning: true })), HONEST);
});

Deno.test("who shops knows all three committees, and waits for the one that is its own", () => {
  const at = (attempts: number[], attempt = 0) =>
    shopper.commit(view({ seats: attempts[attempt]!, attempts }, { attempt }));
  assert.equal(at([3, 3, 5]), "stays away");
  assert.equal(at([3, 5, 2]), "stays away");
  assert.deepEqual(at([3, 5, 2], 1), LIE);
  assert.deepEqual(at([3, 3, 2]), HONEST); // The last one decides, and honestly.
  assert.deepEqual(at([3, 2, 5]), HONEST);
  assert.equal(at([2, 3, 4], 1), "stays away");
});

Deno.test("who shops waits only where it has a submission", () => {
  const own = [false, false, false];
  const team = { seats: 3, attempts: [3, 5, 2], own };
  assert.deepEqual(shopper.commit(view(team)), HONEST);
});

Deno.test("who cancels never lies, and works where it cannot cancel", () => {
  assert.equal(canceller.commit(view({ seats: 5 })), "stays away");
  assert.deepEqual(canceller.commit(view({ seats: 5, winning: true })), HONEST);
  assert.deepEqual(canceller.commit(view({ seats: 2 })), HONEST);
  assert.deepEqual(canceller.commit(view({ seats: 5, attempts: [5, 5, 2] })), HONEST);
});

Deno.test("a withheld lie is revealed only if it settles", () => {
  const reveals = (seats: number, others: number) =>
    withholder.reveals!({
      scores: LIE.scores,
      revealed: Array(others).fill(TRUTH),
      minReveals: 7,
      team: { ...view().team, seats },
    });
  assert.equal(reveals(4, 3), true);
  assert.equal(reveals(4, 4), false);
  assert.equal(reveals(4, 2), false); // 6 reveals have no effect.
});
