import assert from "node:assert/strict";
import { encodeScores, toHex } from "../../core/protocol/codec.ts";
import type { Hex } from "../../core/protocol/types.ts";
import { EVE } from "./support/actors.ts";
import { packRows, saltOf, unanimous } from "./support/ballot.ts";
import type { Competition } from "./support/competition.ts";
import type { Outcome } from "./support/deml.ts";
import { committed, final, MINERS, SCORES, settled, unsealed } from "./support/phases.ts";
import { expectRevert, plain } from "./support/revert.ts";
import { describe } from "./support/tree.ts";

const [FIRST, SECOND, THIRD] = MINERS as [Hex, Hex, Hex];
const BALLOTS = unanimous(MINERS, SCORES);

/** A batch of the usual scores, unless the call says otherwise. */
function revealMany(
  c: Competition,
  call: { miners?: Hex[]; salts?: Hex[]; scores?: Hex; attempt?: number } = {},
): Promise<Outcome> {
  const { miners = MINERS, attempt = 0 } = call;
  const roundId = c.roundId({ attempt });
  const salts = call.salts ?? miners.map((miner) => saltOf(miner, roundId));
  const scores = call.scores ?? packRows(miners.map(() => SCORES));
  return c.deml.send("revealMany", [roundId, miners, salts, scores], { from: EVE });
}

async function revealing(): Promise<Competition> {
  const c = await committed();
  c.world.chain.travelTo(c.windows().commitEndsAt);
  return c;
}

async function countRevealed(c: Competition): Promise<bigint> {
  return (await c.deml.view("round", [c.roundId()])).revealed;
}

describe(import.meta.url, {
  "given a final competition": {
    "it reverts with DeML_RoundDecided": async () => {
      const c = await final();
      await expectRevert(revealMany(c), "DeML_RoundDecided", [c.roundId()]);
    },
  },
  "given a decided round": {
    "it reverts with DeML_RoundDecided": async () => {
      const c = await settled();
      await expectRevert(revealMany(c), "DeML_RoundDecided", [c.roundId()]);
    },
  },
  "given an attempt without commits": {
    "it reverts with DeML_NoRound": async () => {
      const c = await revealing();
      const values = [c.roundId({ attempt: 1 })];
      await expectRevert(revealMany(c, { attempt: 1 }), "DeML_NoRound", values);
    },
  },
  "given that the commit window is open": {
    "it reverts with DeML_TooEarly until its last second (I5)": async () => {
      const c = await committed();
      const { commitEndsAt } = c.windows();
      c.world.chain.travelTo(commitEndsAt - 1);
      await expectRevert(revealMany(c), "DeML_TooEarly", [commitEndsAt - 1, commitEndsAt]);
    },
  },
  "given that the reveal window ended": {
    "it reverts with DeML_TooLate from the first second on": async () => {
      const c = await committed();
      const { revealEndsAt } = c.windows();
      c.world.chain.travelTo(revealEndsAt);
      await expectRevert(revealMany(c), "DeML_TooLate", [revealEndsAt, revealEndsAt]);
    },
  },
  "when there is not one salt for each miner": {
    "it reverts with DeML_WrongLength": async () => {
      const c = await revealing();
      const salts = MINERS.map((miner) => saltOf(miner, c.roundId()));
      const few = revealMany(c, { salts: salts.slice(1) });
      await expectRevert(few, "DeML_WrongLength", [2, 3]);
      const many = revealMany(c, { salts: [...salts, salts[0]!] });
      await expectRevert(many, "DeML_WrongLength", [4, 3]);
    },
  },
  "when there is not one row for each miner": {
    "it reverts with DeML_WrongLength": async () => {
      const c = await revealing();
      for (const length of [0, 16, 23, 25, 32]) {
        const call = revealMany(c, { scores: `0x${"00".repeat(length)}` });
        await expectRevert(call, "DeML_WrongLength", [length, 24]);
      }
    },
  },
  "when one of the miners has not committed": {
    "it reverts with DeML_NotCommitted and reveals none": async () => {
      const c = await unsealed();
      await c.commitAll(BALLOTS.slice(0, 2));
      c.world.chain.travelTo(c.windows().commitEndsAt);
      await expectRevert(revealMany(c), "DeML_NotCommitted", [THIRD, c.roundId()]);
      assert.equal(await countRevealed(c), 0n);
    },
  },
  "when one of the rows is not what was committed": {
    "it reverts with DeML_WrongCommitment and reveals none": async () => {
      const c = await revealing();
      const other = { miner: SECOND, scores: [1, 2] };
      const scores = packRows([SCORES, other.scores, SCORES]);
      await expectRevert(revealMany(c, { scores }), "DeML_WrongCommitment", [
        SECOND,
        BigInt.asUintN(192, BigInt(c.commitment(other))),
        BigInt.asUintN(192, BigInt(c.commitment({ miner: SECOND, scores: SCORES }))),
      ]);
      assert.equal(await countRevealed(c), 0n);
    },
  },
  "when one of the scores is above 100001": {
    "it reverts with DeML_ScoreTooLarge": async () => {
      const c = await revealing();
      const row = toHex(encodeScores(SCORES)).slice(2);
      const scores: Hex = `0x${row}${row}00000001000186a2`;
      await expectRevert(revealMany(c, { scores }), "DeML_ScoreTooLarge", [THIRD, 100_001]);
    },
  },
  "when nobody is named": {
    "it changes nothing": async () => {
      const c = await revealing();
      const { events } = await revealMany(c, { miners: [] });
      assert.deepEqual(events, []);
      assert.equal(await countRevealed(c), 0n);
    },
  },
  "when a miner is named who has revealed": {
    "it leaves that miner out, whatever its row and salt": async () => {
      const c = await revealing();
      await c.reveal(BALLOTS[1]!);
      const before = await c.deml.view("seat", [c.roundId(), SECOND]);
      const salts = MINERS.map((miner) =>
        miner === SECOND ? saltOf(EVE, 0n) : saltOf(miner, c.roundId())
      );
      const { events } = await revealMany(c, { salts, scores: packRows([SCORES, [1, 2], SCORES]) });
      assert.deepEqual(events.map(({ args }) => plain(args.miner)), [FIRST, THIRD]);
      const after = await c.deml.view("seat", [c.roundId(), SECOND]);
      assert.deepEqual(plain(after), plain(before));
      assert.equal(await countRevealed(c), 3n);
    },
  },
  "when a miner is named twice": {
    "it counts that miner once (I4)": async () => {
      const c = await revealing();
      const { events } = await revealMany(c, { miners: [FIRST, FIRST, SECOND] });
      assert.deepEqual(events.map(({ args }) => plain(args.miner)), [FIRST, SECOND]);
      assert.equal(await countRevealed(c), 2n);
    },
  },
  "when all of it is right": {
    "it reveals each, in any order, in the first and the last second of the window": async () => {
      const c = await revealing();
      await revealMany(c, { miners: [THIRD, FIRST] });
      c.world.chain.travelTo(c.windows().revealEndsAt - 1);
      await revealMany(c, { miners: [SECOND] });
      assert.equal(await countRevealed(c), 3n);
      for (const miner of MINERS) {
        assert.equal((await c.deml.view("seat", [c.roundId(), miner])).state, 2n);
      }
    },
    "it emits ScoresRevealed for each, with the block of the reveal before": async () => {
      const c = await revealing();
      const first = await c.reveal(BALLOTS[0]!);
      const { events, blockNumber } = await revealMany(c, { miners: [SECOND, THIRD] });
      const scores = toHex(encodeScores(SCORES));
      const blocks = [first.blockNumber, blockNumber];
      assert.deepEqual(
        events.map(({ name, args }) => [name, ...args.map(plain)]),
        [SECOND, THIRD].map((miner, i) => [
          "ScoresRevealed",
          c.roundId(),
          miner,
          BigInt(blocks[i]!),
          scores,
        ]),
      );
    },
  },
});
