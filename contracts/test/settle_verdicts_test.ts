import assert from "node:assert/strict";
import { ABSTAIN, encodeScores, toHex } from "../../core/protocol/codec.ts";
import type { Hex } from "../../core/protocol/types.ts";
import { BOB, EVE, miners as minersNamed } from "./support/actors.ts";
import { unanimous } from "./support/ballot.ts";
import type { Competition } from "./support/competition.ts";
import { books, decided, FIVE, result, results, row, totals } from "./support/judged.ts";
import { authors, MINERS, SCORES, settled, settling, unsealed } from "./support/phases.ts";
import { plain } from "./support/revert.ts";
import { describe } from "./support/tree.ts";

const BALLOTS = unanimous(MINERS, SCORES);
const UNDECIDED = 2n ** 256n - 1n;
const [FIRST, , THIRD] = MINERS as [Hex, Hex, Hex];

/** Number and score of the best submission so far. */
async function best(c: Competition): Promise<[number: bigint, score: bigint]> {
  const { best, bestScore } = await c.deml.view("competition", [c.id]);
  return [best, bestScore];
}

/** Two rounds with these scores, all miners of one opinion, settled in this order. */
async function twoRounds(scores: number[][], order: number[]): Promise<Competition> {
  const c = await unsealed(authors(33));
  for (const [round, row] of scores.entries()) await c.commitAll(unanimous(MINERS, row), { round });
  for (const [round, row] of scores.entries()) await c.revealAll(unanimous(MINERS, row), { round });
  for (const round of order) await c.settleAll(unanimous(MINERS, scores[round]!), { round });
  return c;
}

describe(import.meta.url, {
  "when more than half of the revealed evaluations are equal": {
    "it settles the submission with them": async () => {
      const c = await decided([[7], [7], [7], [8], [1]]);
      assert.deepEqual(await results(c), [result(3, 7)]);
    },
    "it counts neither silent nor absent miners": async () => {
      const c = await decided([[7], [7], [8], "silent", "absent"]);
      assert.deepEqual(await results(c), [result(2, 7)]);
    },
    "it settles scores of 0 and 100000 too": async () => {
      const c = await decided([[0, 100_000], [0, 100_000], [0, 100_000], [1, 99_999], [1, 1]]);
      assert.deepEqual(await results(c), [result(3, 0), result(3, 100_000)]);
    },
  },
  "given more honest evaluations than hostile and abstaining ones": {
    "it settles the truth and penalises no honest miner, whatever the others say (I7)":
      async () => {
        const truth = 50_000;
        const others = [truth - 1, truth + 1, 0, 100_000, ABSTAIN];
        for (const [i, fourth] of others.entries()) {
          for (const fifth of others.slice(i)) {
            const c = await decided([[truth], [fourth], [truth], [fifth], [truth]]);
            assert.deepEqual(await results(c), [result(3, truth)]);
            const honest = FIVE.filter((_, i) => i % 2 === 0);
            assert.deepEqual(await books(c, honest), honest.map(() => [5, 0]));
          }
        }
      },
  },
  "when exactly half of the revealed evaluations are equal": {
    "it voids the submission": async () => {
      const c = await decided([[7], [7], [8], [9], "absent"]);
      assert.deepEqual(await results(c), [result(0, 7)]);
    },
  },
  "when no two evaluations are equal": {
    "it voids the submission": async () => {
      const c = await decided([[1], [2], [3], [4], [5]]);
      assert.deepEqual(await results(c), [result(0, 3)]);
    },
  },
  "when more than half abstain": {
    "it voids the submission": async () => {
      const c = await decided([[ABSTAIN], [ABSTAIN], [ABSTAIN], [7], [7]]);
      assert.deepEqual(await results(c), [result(0, ABSTAIN)]);
    },
  },
  "when some abstain": {
    "it counts them among the revealed evaluations": async () => {
      const half = await decided([[7], [7], [ABSTAIN], [ABSTAIN], "absent"]);
      assert.deepEqual(await results(half), [result(0, 7)]);
      const more = await decided([[7], [7], [7], [ABSTAIN], [ABSTAIN]]);
      assert.deepEqual(await results(more), [result(3, 7)]);
    },
  },
  "when the round has submissions of all kinds": {
    "it decides each by itself": async () => {
      const c = await decided([
        [10, 1, ABSTAIN, 5],
        [10, 2, ABSTAIN, 5],
        [10, 3, ABSTAIN, ABSTAIN],
        [11, 4, 9, 6],
        [10, 5, 9, 5],
      ]);
      const expected = [result(4, 10), result(0, 3), result(0, ABSTAIN), result(3, 5)];
      assert.deepEqual(await results(c), expected);
    },
  },
  "when it is the first settled score": {
    "it keeps the best submission": async () => {
      const c = await settled({ ballots: unanimous(MINERS, [80_000, 90_000]) });
      assert.deepEqual(await best(c), [1n, 90_000n]);
    },
  },
  "when scores tie": {
    "it keeps the lower number": async () => {
      const c = await settled({ ballots: unanimous(MINERS, [80_000, 80_000]) });
      assert.deepEqual(await best(c), [0n, 80_000n]);
    },
    "it keeps the lower number, whatever round settles first (I8)": async () => {
      const first = row(32, 1).with(31, 80_000);
      for (const order of [[0, 1], [1, 0]]) {
        const c = await twoRounds([first, [80_000]], order);
        assert.deepEqual(await best(c), [31n, 80_000n]);
      }
    },
  },
  "when a later round has a higher score": {
    "it keeps that one, whatever round settles first (I8)": async () => {
      const first = row(32, 1).with(31, 80_000);
      for (const order of [[0, 1], [1, 0]]) {
        const c = await twoRounds([first, [80_001]], order);
        assert.deepEqual(await best(c), [32n, 80_001n]);
      }
    },
  },
  "when the highest median is void": {
    "it does not count": async () => {
      const c = await decided([[90_001, 7], [90_002, 7], [90_003, 7], [90_004, 7], [90_005, 7]]);
      assert.deepEqual(await best(c), [1n, 7n]);
    },
  },
  "when all scores are 0": {
    "it keeps no best submission": async () => {
      const c = await settled({ ballots: unanimous(MINERS, [0, 0]) });
      assert.deepEqual(await best(c), [0n, 0n]);
    },
  },
  "when it is valid": {
    "it decides the round, for the epoch and the competition": async () => {
      const c = await settling();
      assert.deepEqual(await results(c), [UNDECIDED, UNDECIDED]);
      const { blockNumber } = await c.settle(BALLOTS);
      const round = await c.deml.view("round", [c.roundId()]);
      assert.deepEqual([round.decided, round.settleBlock], [true, BigInt(blockNumber)]);
      assert.equal((await c.deml.view("epoch", [c.id, 0])).decided, 1n);
      const { rounds, decided } = await c.deml.view("competition", [c.id]);
      assert.deepEqual([rounds, decided], [1n, 1n]);
    },
    "it decides a round of 32 and a last one of 1 each by itself": async () => {
      const scores = [Array.from({ length: 32 }, (_, i) => 1_000 * i), [77]];
      const c = await twoRounds(scores, [1, 0]);
      const expected = scores.flat().map((score) => result(3, score));
      assert.deepEqual(await results(c), expected);
      assert.equal((await c.deml.view("epoch", [c.id, 0])).decided, 2n);
      // 32 fees, and the lone submission's as five.
      assert.deepEqual(await books(c, MINERS), MINERS.map(() => [37, 0]));
    },
    "it decides in the second and the third attempt, which forget the ones before": async () => {
      for (const attempt of [1, 2]) {
        const c = await unsealed();
        const liar = { miner: FIRST, scores: [1, 1] };
        await c.commitAll([liar]);
        await c.revealAll([liar]);
        const ballots = BALLOTS.slice(1);
        await c.evaluate(ballots, { attempt });
        assert.deepEqual(await results(c), SCORES.map((score) => result(2, score)));
        assert.deepEqual(await books(c, MINERS), [[0, 0], [4, 0], [4, 0]]);
        assert.equal((await totals(c)).penalties, 0n);
      }
    },
    "it decides in a later attempt with a new committee": async () => {
      const many = minersNamed(12);
      const c = await unsealed({ miners: many });
      for (const attempt of [0, 2]) {
        const seated: Hex[] = [];
        for (const miner of many) {
          if (await c.deml.view("isSeated", [c.roundId({ attempt }), miner])) seated.push(miner);
        }
        assert.equal(seated.length, 3);
        const ballots = unanimous(seated, SCORES);
        if (attempt === 0) await c.commitAll(ballots);
        else await c.evaluate(ballots, { attempt });
        if (attempt === 2) assert.deepEqual(await books(c, seated), seated.map(() => [4, 0]));
      }
      assert.equal((await totals(c)).fees, 16n);
    },
    "it is the same for commits and reveals in any order (I8)": async () => {
      const ballots = [...BALLOTS.slice(0, 2), { miner: THIRD, scores: [90_000, 1] }];
      const outcomes = [];
      for (const order of [ballots, ballots.toReversed()]) {
        const c = await settled({ ballots: order });
        const stored = await totals(c);
        outcomes.push([await results(c), await books(c, [...MINERS, EVE]), stored.fees]);
      }
      assert.deepEqual(outcomes[0], outcomes[1]);
    },
    "it emits RoundSettled": async () => {
      const ballots = [...BALLOTS.slice(0, 2), { miner: THIRD, scores: [90_000, 1] }];
      const c = await settling({ ballots });
      const { events } = await c.settle(ballots, {}, BOB);
      assert.deepEqual(events.map(({ name }) => name), ["RoundSettled"]);
      const medians = toHex(encodeScores(SCORES));
      assert.deepEqual(events[0]!.args.map(plain), [c.roundId(), BOB, 3n, medians, 0b11n]);
    },
  },
});
