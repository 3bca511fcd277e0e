import assert from "node:assert/strict";
import { keccak256 } from "ethers";
import { ABSTAIN, encodeRoundId, encodeScores, toHex } from "../../core/protocol/codec.ts";
import type { Hex } from "../../core/protocol/types.ts";
import { ALICE, EVE } from "./support/actors.ts";
import {
  type Ballot,
  packRows,
  settleArguments,
  type SettleCall,
  settleCall,
  unanimous,
} from "./support/ballot.ts";
import { FIVE, FIVE_SEATS } from "./support/judged.ts";
import type { Competition } from "./support/competition.ts";
import { type Outcome, STATUS } from "./support/deml.ts";
import {
  authors,
  cancelled,
  committed,
  final,
  MINERS,
  revealed,
  SCORES,
  settled,
  settling,
  unsealed,
} from "./support/phases.ts";
import { expectRevert } from "./support/revert.ts";
import { describe } from "./support/tree.ts";

const [FIRST, SECOND, THIRD] = MINERS as [Hex, Hex, Hex];
const BALLOTS = unanimous(MINERS, SCORES);

/** Settles with a call of which something is changed. */
function settle(
  c: Competition,
  ballots: readonly Ballot[],
  changes: Partial<SettleCall> = {},
): Promise<Outcome> {
  const call = { ...settleCall(c.roundId(), ballots), ...changes };
  return c.deml.send("settle", settleArguments(call), { from: EVE });
}

/** Ballots on one submission, by the miners in order. */
function ballotsOf(...scores: number[]): Ballot[] {
  return scores.map((score, i) => ({ miner: FIVE[i]!, scores: [score] }));
}

/** One submission and five miners with these scores, at the end of the reveal window. */
async function judged(...scores: number[]): Promise<{ c: Competition; ballots: Ballot[] }> {
  const ballots = ballotsOf(...scores);
  const c = await settling({ ...authors(1), terms: FIVE_SEATS, miners: FIVE, ballots });
  return { c, ballots };
}

/** A median that is refused, of the ballots on the one submission. */
async function refusesMedian(
  scores: number[],
  claim: { median: number; below: number; notAbove: number },
): Promise<void> {
  const { c, ballots } = await judged(...scores);
  const { median, below, notAbove } = claim;
  for (const settledMask of [0, 1]) {
    const call = settle(c, ballots, { medians: toHex(encodeScores([median])), settledMask });
    await expectRevert(call, "DeML_WrongMedian", [0, median, below, notAbove]);
  }
}

describe(import.meta.url, {
  "given no such competition": {
    "it reverts with DeML_NoRound": async () => {
      const c = await settled();
      const competition = Number(await c.deml.view("competitionCount"));
      const roundId = encodeRoundId({ competition, epoch: 0, round: 0, attempt: 0 });
      await expectRevert(settle(c, BALLOTS, { roundId }), "DeML_NoRound", [roundId]);
    },
  },
  "given a final competition": {
    "it reverts with DeML_RoundDecided": async () => {
      const c = await final();
      await expectRevert(settle(c, BALLOTS), "DeML_RoundDecided", [c.roundId()]);
    },
  },
  "given a cancelled competition": {
    "when nobody committed in the round": {
      "it reverts with DeML_NoRound": async () => {
        const c = await cancelled();
        await expectRevert(settle(c, BALLOTS), "DeML_NoRound", [c.roundId()]);
      },
    },
    "when the last attempt had reveals": {
      "it reverts with DeML_WrongStatus": async () => {
        const c = await unsealed();
        const key = { attempt: 2 };
        await c.commitAll(BALLOTS, key);
        await c.revealAll(BALLOTS, key);
        c.world.chain.travelTo(c.evaluationEndsAt());
        await c.finalize();
        const values = [STATUS.cancelled, STATUS.open];
        await expectRevert(c.settle(BALLOTS, key), "DeML_WrongStatus", values);
      },
    },
  },
  "given a decided round": {
    "it reverts with DeML_RoundDecided (I6)": async () => {
      const c = await settled();
      await expectRevert(settle(c, BALLOTS), "DeML_RoundDecided", [c.roundId()]);
    },
  },
  "given an attempt without commits": {
    "it reverts with DeML_NoRound": async () => {
      const c = await revealed();
      const roundId = c.roundId({ attempt: 1 });
      await expectRevert(settle(c, BALLOTS, { roundId }), "DeML_NoRound", [roundId]);
    },
  },
  "given that a later attempt had commits": {
    "it reverts with DeML_NoRound": async () => {
      const c = await revealed();
      await c.commitAll(BALLOTS.slice(0, 1), { attempt: 1 });
      await expectRevert(settle(c, BALLOTS), "DeML_NoRound", [c.roundId()]);
    },
  },
  "given that the commit window is open": {
    "it reverts with DeML_TooEarly": async () => {
      const c = await committed();
      const { commitEndsAt, revealEndsAt } = c.windows();
      c.world.chain.travelTo(commitEndsAt - 1);
      const values = [commitEndsAt - 1, revealEndsAt];
      await expectRevert(settle(c, BALLOTS), "DeML_TooEarly", values);
    },
  },
  "given that somebody who committed has not revealed": {
    "it reverts with DeML_TooEarly until the last second of the reveal window": async () => {
      const ballots = [...BALLOTS.slice(0, 2), { ...BALLOTS[2]!, silent: true }];
      const c = await revealed({ ballots });
      const { revealEndsAt } = c.windows();
      c.world.chain.travelTo(revealEndsAt - 1);
      const values = [revealEndsAt - 1, revealEndsAt];
      await expectRevert(settle(c, ballots), "DeML_TooEarly", values);
      c.world.chain.travelTo(revealEndsAt);
      await settle(c, ballots);
    },
  },
  "given that all who committed have revealed": {
    "it settles in the first second of the reveal window": async () => {
      const c = await revealed();
      assert.equal(c.world.chain.now, c.windows().commitEndsAt);
      await settle(c, BALLOTS);
    },
  },
  "given that the attempt ended": {
    "it reverts with DeML_TooLate from the first second on": async () => {
      const c = await revealed();
      const { revealEndsAt, settleEndsAt } = c.windows();
      assert.equal(settleEndsAt, revealEndsAt + 50);
      c.world.chain.travelTo(settleEndsAt);
      const values = [settleEndsAt, settleEndsAt];
      await expectRevert(settle(c, BALLOTS), "DeML_TooLate", values);
    },
  },
  "given the attempt's last second": {
    "it settles": async () => {
      const c = await revealed();
      c.world.chain.travelTo(c.windows().settleEndsAt - 1);
      await settle(c, BALLOTS);
    },
  },
  "given fewer reveals than minReveals": {
    "it reverts with DeML_NotEnoughReveals": async () => {
      const ballots = BALLOTS.map((ballot, i) => ({ ...ballot, silent: i > 0 }));
      const c = await settling({ ballots });
      await expectRevert(settle(c, ballots), "DeML_NotEnoughReveals", [1, 2]);
    },
  },
  "given as many reveals as minReveals": {
    "it settles": async () => {
      const ballots = BALLOTS.slice(0, 2);
      const c = await settling({ ballots });
      await settle(c, ballots);
    },
  },
  "when not all who revealed are named": {
    "it reverts with DeML_WrongLength": async () => {
      const c = await settling({});
      const part = settleCall(c.roundId(), BALLOTS.slice(0, 2));
      await expectRevert(settle(c, BALLOTS, part), "DeML_WrongLength", [2, 3]);
    },
  },
  "when more than those who revealed are named": {
    "it reverts with DeML_WrongLength": async () => {
      const c = await settling({ ballots: BALLOTS.slice(0, 2) });
      await expectRevert(settle(c, BALLOTS), "DeML_WrongLength", [3, 2]);
    },
  },
  "when not all who are silent are named": {
    "it reverts with DeML_WrongLength": async () => {
      const ballots = [...BALLOTS.slice(0, 2), { ...BALLOTS[2]!, silent: true }];
      const c = await settling({ ballots });
      await expectRevert(settle(c, ballots, { silent: [] }), "DeML_WrongLength", [0, 1]);
    },
  },
  "when somebody is named as silent where nobody is": {
    "it reverts with DeML_WrongLength": async () => {
      const c = await settling({});
      await expectRevert(settle(c, BALLOTS, { silent: [EVE] }), "DeML_WrongLength", [1, 0]);
    },
  },
  "when the scores are not one row for each miner": {
    "it reverts with DeML_WrongLength": async () => {
      const c = await settling({});
      for (const length of [0, 23, 25, 32]) {
        const scores: Hex = `0x${"00".repeat(length)}`;
        await expectRevert(settle(c, BALLOTS, { scores }), "DeML_WrongLength", [length, 24]);
      }
    },
  },
  "when the medians are not one for each submission": {
    "it reverts with DeML_WrongLength": async () => {
      const c = await settling({});
      for (const length of [0, 4, 9, 12]) {
        const medians: Hex = `0x${"00".repeat(length)}`;
        await expectRevert(settle(c, BALLOTS, { medians }), "DeML_WrongLength", [length, 8]);
      }
    },
  },
  "when the miners are not ascending": {
    "it reverts with DeML_NotAscending (I4)": async () => {
      const c = await settling({});
      const swapped = settle(c, BALLOTS, { miners: [SECOND, FIRST, THIRD] });
      await expectRevert(swapped, "DeML_NotAscending", [SECOND, FIRST]);
      const twice = settle(c, BALLOTS, { miners: [FIRST, FIRST, THIRD] });
      await expectRevert(twice, "DeML_NotAscending", [FIRST, FIRST]);
      const zero: Hex = `0x${"00".repeat(20)}`;
      const nobody = settle(c, BALLOTS, { miners: [zero, FIRST, THIRD] });
      await expectRevert(nobody, "DeML_NotAscending", [zero, zero]);
    },
  },
  "when the silent are not ascending": {
    "it reverts with DeML_NotAscending": async () => {
      const ballots = unanimous(FIVE, SCORES).map((b, i) => ({ ...b, silent: i >= 3 }));
      const c = await settling({ terms: FIVE_SEATS, miners: FIVE, ballots });
      const [third, fourth] = FIVE.slice(3) as [Hex, Hex];
      const swapped = settle(c, ballots, { silent: [fourth, third] });
      await expectRevert(swapped, "DeML_NotAscending", [fourth, third]);
      const twice = settle(c, ballots, { silent: [third, third] });
      await expectRevert(twice, "DeML_NotAscending", [third, third]);
    },
  },
  "when one of the miners has not revealed": {
    "it reverts with DeML_NotRevealed": async () => {
      const ballots = [...BALLOTS.slice(0, 2), { ...BALLOTS[2]!, silent: true }];
      const c = await settling({ ballots });
      const silent = settle(c, ballots, { miners: [FIRST, THIRD], silent: [SECOND] });
      await expectRevert(silent, "DeML_NotRevealed", [THIRD, c.roundId()]);
    },
    "it reverts with DeML_NotRevealed for a reveal of another attempt": async () => {
      const c = await revealed();
      const key = { attempt: 1 };
      const ballots = BALLOTS.slice(1);
      await c.commitAll(ballots, key);
      await c.revealAll(ballots, key);
      const call = settleCall(c.roundId(key), BALLOTS.slice(0, 2));
      await expectRevert(settle(c, ballots, call), "DeML_NotRevealed", [FIRST, call.roundId]);
    },
  },
  "when a row is not what its miner revealed": {
    "it reverts with DeML_WrongScores (I4)": async () => {
      const c = await settling({});
      const rows = [SCORES, SCORES, [90_000, 80_001]];
      const digests = [rows[2]!, SCORES].map((row) =>
        BigInt.asUintN(192, BigInt(keccak256(encodeScores(row))))
      );
      const call = settle(c, BALLOTS, { scores: packRows(rows) });
      await expectRevert(call, "DeML_WrongScores", [THIRD, ...digests]);
    },
  },
  "when one of the silent has revealed": {
    "it reverts with DeML_NotSilent": async () => {
      const ballots = [...BALLOTS.slice(0, 2), { ...BALLOTS[2]!, silent: true }];
      const c = await settling({ ballots });
      const call = settle(c, ballots, { silent: [FIRST] });
      await expectRevert(call, "DeML_NotSilent", [FIRST, c.roundId()]);
    },
  },
  "when one of the silent has not committed": {
    "it reverts with DeML_NotSilent": async () => {
      const ballots = [...BALLOTS.slice(0, 2), { ...BALLOTS[2]!, silent: true }];
      const c = await settling({ ballots });
      for (const who of [EVE, ALICE]) {
        const call = settle(c, ballots, { silent: [who] });
        await expectRevert(call, "DeML_NotSilent", [who, c.roundId()]);
      }
    },
  },
  "when a median is too low": {
    "it reverts with DeML_WrongMedian": async () => {
      await refusesMedian([1, 2, 3, 4, 5], { median: 2, below: 1, notAbove: 2 });
      await refusesMedian([1, 2, 3, 4, 5], { median: 0, below: 0, notAbove: 0 });
      await refusesMedian([1, 2, 3, 4], { median: 1, below: 0, notAbove: 1 });
    },
  },
  "when a median is too high": {
    "it reverts with DeML_WrongMedian": async () => {
      await refusesMedian([1, 2, 3, 4, 5], { median: 4, below: 3, notAbove: 4 });
      await refusesMedian([1, 2, 3, 4, 5], { median: ABSTAIN, below: 5, notAbove: 5 });
    },
  },
  "when a median is the upper one of an even number": {
    "it reverts with DeML_WrongMedian": async () => {
      await refusesMedian([1, 2, 3, 4], { median: 3, below: 2, notAbove: 3 });
    },
  },
  "when a median lies between two scores": {
    "it reverts with DeML_WrongMedian": async () => {
      await refusesMedian([1, 2, 5, 6], { median: 3, below: 2, notAbove: 2 });
    },
  },
  "when the wrong median is not the first": {
    "it reverts with DeML_WrongMedian and its place": async () => {
      const scores = Array.from({ length: 19 }, (_, i) => i);
      const ballots = unanimous(MINERS, scores);
      const c = await settling({ ...authors(19), ballots });
      for (const place of [7, 8, 18]) {
        const medians = toHex(encodeScores(scores.with(place, 100)));
        const call = settle(c, ballots, { medians });
        await expectRevert(call, "DeML_WrongMedian", [place, 100, 3, 3]);
      }
    },
  },
  "when a median is above 100001": {
    "it reverts with DeML_WrongMedian, the place and the claim (I11)": async () => {
      const ballots = unanimous(MINERS, Array.from({ length: 10 }, () => 1));
      const c = await settling({ ...authors(10), ballots });
      for (const wrong of [100_002, 2 ** 31 - 1, 2 ** 31, 2 ** 31 + 1, 2 ** 32 - 1]) {
        const medians: Hex = `0x${"00000001".repeat(9)}${wrong.toString(16).padStart(8, "0")}`;
        const call = settle(c, ballots, { medians });
        await expectRevert(call, "DeML_WrongMedian", [9, wrong, 0, 0]);
      }
    },
  },
  "when the mask leaves out a settled submission": {
    "it reverts with DeML_WrongMask": async () => {
      const c = await settling({});
      for (const settledMask of [0b00, 0b01, 0b10]) {
        const call = settle(c, BALLOTS, { settledMask });
        await expectRevert(call, "DeML_WrongMask", [settledMask, 0b11]);
      }
    },
  },
  "when the mask names a void submission": {
    "it reverts with DeML_WrongMask": async () => {
      const { c, ballots } = await judged(1, 1, 2, 3);
      const call = settle(c, ballots, { settledMask: 1 });
      await expectRevert(call, "DeML_WrongMask", [1, 0]);
    },
  },
  "when the mask names an abstained submission": {
    "it reverts with DeML_WrongMask": async () => {
      const { c, ballots } = await judged(ABSTAIN, ABSTAIN, ABSTAIN);
      const call = settle(c, ballots, { settledMask: 1 });
      await expectRevert(call, "DeML_WrongMask", [1, 0]);
    },
  },
  "when the mask names submissions that the round does not have": {
    "it reverts with DeML_WrongMask": async () => {
      const c = await settling({});
      for (const settledMask of [0b111n, 0b11n + (1n << 32n), 0b11n + (1n << 255n)]) {
        const call = settle(c, BALLOTS, { settledMask });
        await expectRevert(call, "DeML_WrongMask", [settledMask, 0b11]);
      }
    },
  },
});
