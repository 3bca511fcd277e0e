import assert from "node:assert/strict";
import { encodeRoundId } from "../../core/protocol/codec.ts";
import { committeeSeed, permute } from "../../core/protocol/committee.ts";
import { randomness } from "../../core/seal/beacon.ts";
import type { Hex } from "../../core/protocol/types.ts";
import { ALICE, BOB, EVE, miners as minersNamed } from "./support/actors.ts";
import { unanimous } from "./support/ballot.ts";
import type { AttemptKey, Competition } from "./support/competition.ts";
import { STATUS } from "./support/deml.ts";
import { existingOnly } from "./support/guards.ts";
import {
  authors,
  cancelled,
  committed,
  enrolled,
  final,
  MINERS,
  SCORES,
  settled,
  submitted,
  submitting,
  unsealed,
} from "./support/phases.ts";
import { expectRevert, plain } from "./support/revert.ts";
import { describe } from "./support/tree.ts";

const [FIRST, SECOND] = MINERS as [Hex, Hex];
const BALLOT = { miner: FIRST, scores: SCORES };
const COMMITMENT: Hex = `0x${"c0".repeat(32)}`;

/** A commitment that nobody will open. */
function commit(c: Competition, key: AttemptKey = {}, miner = FIRST): Promise<unknown> {
  return c.deml.send("commitScores", [c.roundId(key), COMMITMENT, "0x"], { from: miner });
}

/** Three epochs, of which the first and the last have a submission; the clock where the last is evaluated. */
async function lastEpoch({ decideFirst }: { decideFirst: boolean }): Promise<Competition> {
  const c = await submitting({ terms: { epochs: 3 } });
  await c.submit(ALICE);
  c.world.chain.travelTo(c.unsealAt(0));
  await c.postBeacon(0);
  if (decideFirst) await c.evaluate(unanimous(MINERS, [1]));
  c.world.chain.travelTo(Math.max(c.world.chain.now, c.epochStartsAt(2)));
  await c.submit(BOB, { epoch: 2 });
  c.world.chain.travelTo(c.windows({ epoch: 2 }).commitStartsAt);
  await c.postBeacon(2);
  return c;
}

/** 33 submissions: two rounds that share their windows. */
function twoRounds(): Promise<Competition> {
  return unsealed(authors(33));
}

/** More miners than seats. */
const MANY = minersNamed(12);

/** Each miner's place in the draw of an attempt. */
function places(c: Competition, attempt: number): number[] {
  const { signature } = c.world.beacon.sign(c.unsealRound());
  const seed = committeeSeed(randomness(signature), c.roundId({ attempt }));
  return MANY.map((_, index) => permute(seed, index, { miners: MANY.length }));
}

describe(import.meta.url, {
  "when the box has more than 512 bytes": {
    "it reverts with DeML_BoxTooLong": async () => {
      const c = await unsealed();
      const call = c.commit(BALLOT, {}, `0x${"b0".repeat(513)}`);
      await expectRevert(call, "DeML_BoxTooLong", [513, 512]);
    },
  },
  ...existingOnly((deml, id) => {
    const roundId = encodeRoundId({ competition: Number(id), epoch: 0, round: 0, attempt: 0 });
    return deml.send("commitScores", [roundId, COMMITMENT, "0x"], { from: FIRST });
  }),
  "given a final competition": {
    "it reverts with DeML_RoundDecided": async () => {
      const c = await final();
      await expectRevert(commit(c), "DeML_RoundDecided", [c.roundId()]);
    },
  },
  "given a cancelled competition": {
    "it reverts with DeML_WrongStatus": async () => {
      const c = await cancelled();
      const values = [STATUS.cancelled, STATUS.open];
      for (const attempt of [0, 2]) {
        await expectRevert(commit(c, { attempt }), "DeML_WrongStatus", values);
      }
    },
    "when the last attempt had commits": {
      "it reverts with DeML_TooLate": async () => {
        const c = await unsealed();
        await c.commitAll([BALLOT], { attempt: 2 });
        c.world.chain.travelTo(c.evaluationEndsAt());
        await c.finalize();
        const { commitEndsAt } = c.windows({ attempt: 2 });
        const values = [c.world.chain.now, commitEndsAt];
        await expectRevert(commit(c, { attempt: 2 }, SECOND), "DeML_TooLate", values);
      },
    },
  },
  "given a decided round": {
    "it reverts with DeML_RoundDecided, whatever the attempt (I6)": async () => {
      const c = await settled();
      for (const attempt of [0, 1, 2]) {
        c.world.chain.travelTo(Math.max(c.world.chain.now, c.windows({ attempt }).commitStartsAt));
        await expectRevert(commit(c, { attempt }), "DeML_RoundDecided", [c.roundId({ attempt })]);
      }
    },
  },
  "when the attempt is above 2": {
    "it reverts with DeML_NoRound": async () => {
      const c = await unsealed();
      for (const attempt of [3n, 255n]) {
        const roundId = c.roundId() + attempt;
        const call = c.deml.send("commitScores", [roundId, COMMITMENT, "0x"], { from: FIRST });
        await expectRevert(call, "DeML_NoRound", [roundId]);
      }
    },
  },
  "when the epoch has no such round": {
    "it reverts with DeML_NoRound": async () => {
      const c = await unsealed();
      const empty = [{ round: 1 }, { round: 2 ** 32 - 1 }, { epoch: 1 }, { epoch: 63 }];
      for (const key of empty) {
        await expectRevert(commit(c, key), "DeML_NoRound", [c.roundId(key)]);
      }
      const two = await twoRounds();
      await expectRevert(commit(two, { round: 2 }), "DeML_NoRound", [two.roundId({ round: 2 })]);
    },
  },
  "given a moment before the attempt": {
    "it reverts with DeML_TooEarly until the last second (I5)": async () => {
      const c = await submitted();
      await c.world.chain.travelTo(c.terms.submissionEndsAt);
      await c.postBeacon();
      for (const attempt of [0, 1, 2]) {
        const { commitStartsAt } = c.windows({ attempt });
        c.world.chain.travelTo(commitStartsAt - 1);
        const values = [commitStartsAt - 1, commitStartsAt];
        await expectRevert(commit(c, { attempt }), "DeML_TooEarly", values);
      }
    },
  },
  "given that the commit window ended": {
    "it reverts with DeML_TooLate from the first second on (I5)": async () => {
      const c = await unsealed();
      for (const attempt of [0, 1, 2]) {
        const { commitEndsAt } = c.windows({ attempt });
        c.world.chain.travelTo(commitEndsAt);
        const values = [commitEndsAt, commitEndsAt];
        await expectRevert(commit(c, { attempt }), "DeML_TooLate", values);
      }
    },
    "when others have committed in it": {
      "it reverts with DeML_TooLate from the first second on (I5)": async () => {
        const c = await unsealed();
        for (const attempt of [0, 1, 2]) {
          const { commitStartsAt, commitEndsAt } = c.windows({ attempt });
          c.world.chain.travelTo(commitStartsAt);
          await commit(c, { attempt }, SECOND);
          c.world.chain.travelTo(commitEndsAt);
          const values = [commitEndsAt, commitEndsAt];
          await expectRevert(commit(c, { attempt }), "DeML_TooLate", values);
        }
      },
    },
  },
  "given an undecided round in an earlier epoch": {
    "it reverts with DeML_EarlierEpochUndecided": async () => {
      const c = await lastEpoch({ decideFirst: false });
      await expectRevert(commit(c, { epoch: 2 }), "DeML_EarlierEpochUndecided", [0]);
    },
  },
  "given that the earlier epochs are decided": {
    "it takes the commitment": async () => {
      const c = await lastEpoch({ decideFirst: true });
      await commit(c, { epoch: 2 });
      assert.equal((await c.deml.view("round", [c.roundId({ epoch: 2 })])).committed, 1n);
    },
  },
  "given that the epoch's beacon is missing": {
    "it reverts with DeML_BeaconMissing": async () => {
      const c = await submitted();
      c.world.chain.travelTo(c.windows().commitStartsAt);
      await expectRevert(commit(c), "DeML_BeaconMissing", [c.unsealRound()]);
    },
  },
  "when somebody else than a miner commits": {
    "it reverts with DeML_NotMiner (I4)": async () => {
      for (const miners of [MINERS, MANY]) {
        const c = await unsealed({ miners });
        for (const who of [EVE, ALICE]) {
          await expectRevert(commit(c, {}, who), "DeML_NotMiner", [who]);
        }
      }
    },
  },
  "given more miners than seats": {
    "when the miner has no seat": {
      "it reverts with DeML_NoSeat (I4)": async () => {
        const c = await unsealed({ miners: MANY });
        for (const attempt of [0, 1, 2]) {
          c.world.chain.travelTo(c.windows({ attempt }).commitStartsAt);
          for (const [i, place] of places(c, attempt).entries()) {
            if (place < 3) continue;
            const values = [MANY[i]!, place, 3];
            await expectRevert(commit(c, { attempt }, MANY[i]), "DeML_NoSeat", values);
          }
        }
      },
    },
    "when the miner has a seat": {
      "it takes the commitment of exactly as many as there are seats": async () => {
        const c = await unsealed({ miners: MANY });
        for (const attempt of [0, 1, 2]) {
          c.world.chain.travelTo(c.windows({ attempt }).commitStartsAt);
          const seated = places(c, attempt).flatMap((place, i) => place < 3 ? [MANY[i]!] : []);
          assert.equal(seated.length, 3);
          for (const miner of seated) await commit(c, { attempt }, miner);
          const round = await c.deml.view("round", [c.roundId({ attempt })]);
          assert.deepEqual([round.committed, round.drawnFrom], [3n, 12n]);
        }
      },
      "it draws another committee for each attempt": async () => {
        const c = await unsealed({ miners: MANY });
        const committees = [0, 1, 2].map((attempt) =>
          places(c, attempt).map((place) => place < 3).join()
        );
        assert.ok(new Set(committees).size > 1);
      },
    },
  },
  "given as many miners as seats": {
    "it takes the commitment of each": async () => {
      const c = await unsealed();
      for (const miner of MINERS) await commit(c, {}, miner);
      const round = await c.deml.view("round", [c.roundId()]);
      assert.deepEqual([round.committed, round.drawnFrom], [3n, 0n]);
    },
  },
  "given a miner who has committed in the attempt": {
    "it reverts with DeML_AlreadyCommitted (I4)": async () => {
      const c = await committed();
      const values = [FIRST, c.roundId()];
      await expectRevert(commit(c), "DeML_AlreadyCommitted", values);
    },
  },
  "given a miner who has committed in another attempt": {
    "it takes the commitment and names the block of the one before": async () => {
      const c = await unsealed();
      const first = await c.commit(BALLOT);
      c.world.chain.travelTo(c.windows({ attempt: 1 }).commitStartsAt);
      const second = await c.commit(BALLOT, { attempt: 1 });
      assert.equal(second.events[0]!.args.previousBlock, BigInt(first.blockNumber));
      assert.deepEqual((await c.deml.view("seat", [c.roundId(), FIRST])).state, 0n);
    },
    "it begins to count anew": async () => {
      const c = await committed();
      c.world.chain.travelTo(c.windows({ attempt: 1 }).commitStartsAt);
      await c.commit(BALLOT, { attempt: 1 });
      const round = await c.deml.view("round", [c.roundId()]);
      assert.deepEqual([round.attempt, round.committed, round.revealed], [2n, 1n, 0n]);
    },
  },
  "given a miner who has committed in another round": {
    "it takes the commitment and names no block before": async () => {
      const c = await twoRounds();
      await c.commit({ miner: FIRST, scores: [1] }, { round: 0 });
      const { events } = await c.commit({ miner: FIRST, scores: [1] }, { round: 1 });
      assert.equal(events[0]!.args.previousBlock, 0n);
    },
  },
  "given a miner who has committed in an earlier epoch": {
    "it takes the commitment and names the block of the one before": async () => {
      const c = await lastEpoch({ decideFirst: true });
      const before = await c.deml.view("seat", [c.roundId(), FIRST]);
      const { events } = await c.commit({ miner: FIRST, scores: [1] }, { epoch: 2 });
      assert.equal(events[0]!.args.previousBlock, before.commitBlock);
      assert.notEqual(before.commitBlock, 0n);
    },
  },
  "when a seated miner commits in the window": {
    "it takes the first and the last second of it": async () => {
      const c = await unsealed();
      const { commitStartsAt, commitEndsAt } = c.windows();
      assert.equal(commitStartsAt, c.unsealAt());
      assert.equal(commitEndsAt, commitStartsAt + 100);
      await commit(c, {}, FIRST);
      c.world.chain.travelTo(commitEndsAt - 1);
      await commit(c, {}, SECOND);
      assert.equal((await c.deml.view("round", [c.roundId()])).committed, 2n);
    },
    "it gives an epoch of two rounds twice the time for each": async () => {
      const c = await twoRounds();
      const { commitStartsAt } = c.windows();
      for (const attempt of [0, 1, 2]) {
        const starts = commitStartsAt + attempt * (2 * 100 + 2 * 50);
        c.world.chain.travelTo(starts);
        for (const round of [0, 1]) await commit(c, { round, attempt }, FIRST);
        c.world.chain.travelTo(starts + 199);
        for (const round of [0, 1]) await commit(c, { round, attempt }, SECOND);
      }
    },
    "it keeps the low 192 bits of the commitment, and the block": async () => {
      const c = await unsealed();
      const { blockNumber } = await c.commit(BALLOT);
      const digest = BigInt.asUintN(192, BigInt(c.commitment(BALLOT)));
      const seat = await c.deml.view("seat", [c.roundId(), FIRST]);
      assert.deepEqual(seat.map(plain), [digest, BigInt(blockNumber), 0n, 0n, 1n]);
    },
    "it keeps what later calls need to know of the attempt": async () => {
      const c = await unsealed();
      await c.commit(BALLOT);
      const round = await c.deml.view("round", [c.roundId()]);
      const counts = [1n, false, 2n, 1n, 0n, 0n];
      const times = [50n, BigInt(c.windows().commitEndsAt), 0n, 0n];
      assert.deepEqual(round.map(plain), [...counts, ...times]);
    },
    "it counts the submissions of a last, smaller round": async () => {
      const c = await twoRounds();
      await commit(c, { round: 0 });
      await commit(c, { round: 1 });
      assert.equal((await c.deml.view("round", [c.roundId({ round: 0 })])).count, 32n);
      assert.equal((await c.deml.view("round", [c.roundId({ round: 1 })])).count, 1n);
    },
    "it takes a box of 512 bytes": async () => {
      const c = await unsealed();
      const box: Hex = `0x${"b0".repeat(512)}`;
      const { events } = await c.commit(BALLOT, {}, box);
      assert.equal(events[0]!.args.box, box);
    },
    "it emits ScoresCommitted, for a first commit in round 0 with the enrolment's block":
      async () => {
        const c = await enrolled({ miners: [SECOND] });
        const { blockNumber } = await c.enroll(FIRST);
        c.world.chain.travelTo(c.terms.registrationEndsAt);
        await c.submit(ALICE);
        c.world.chain.travelTo(c.unsealAt());
        await c.postBeacon();
        const { events } = await c.commit({ miner: FIRST, scores: [1] }, {}, "0xb0b0");
        assert.deepEqual(events.map(({ name }) => name), ["ScoresCommitted"]);
        const values = [c.roundId(), FIRST, BigInt(blockNumber), "0xb0b0"];
        assert.deepEqual(events[0]!.args.map(plain), values);
      },
  },
});
