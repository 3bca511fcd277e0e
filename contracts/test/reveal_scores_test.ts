import assert from "node:assert/strict";
import { keccak256 } from "ethers";
import { ABSTAIN, encodeRoundId, encodeScores, toHex } from "../../core/protocol/codec.ts";
import { type Commitment, commitmentOf } from "../../core/protocol/commitment.ts";
import type { Hex } from "../../core/protocol/types.ts";
import { EVE } from "./support/actors.ts";
import { saltOf } from "./support/ballot.ts";
import { CHAIN_ID, type Competition } from "./support/competition.ts";
import type { Outcome } from "./support/deml.ts";
import {
  authors,
  cancelled,
  committed,
  final,
  MINERS,
  revealed,
  SCORES,
  settled,
  unsealed,
} from "./support/phases.ts";
import { expectRevert, plain } from "./support/revert.ts";
import { describe } from "./support/tree.ts";

const [FIRST, SECOND] = MINERS as [Hex, Hex];
const BALLOT = { miner: FIRST, scores: SCORES };
const OTHER_SALT: Hex = `0x${"5a".repeat(32)}`;

/** What a revelation of the first miner says, other than what it committed. */
interface Revelation {
  attempt?: number;
  salt?: Hex;
  scores?: Hex;
}

function reveal(c: Competition, revelation: Revelation = {}): Promise<Outcome> {
  const { attempt = 0, salt, scores } = revelation;
  const roundId = c.roundId({ attempt });
  const args = [
    roundId,
    FIRST,
    salt ?? saltOf(FIRST, c.roundId()),
    scores ?? toHex(encodeScores(SCORES)),
  ];
  return c.deml.send("revealScores", args, { from: FIRST });
}

/** The low 192 bits of a hash. */
function digestOf(hash: string): bigint {
  return BigInt.asUintN(192, BigInt(hash));
}

/** All have committed; the clock at the first second of the reveal window. */
async function revealing(): Promise<Competition> {
  const c = await committed();
  c.world.chain.travelTo(c.windows().commitEndsAt);
  return c;
}

/** The first miner has committed to something that is not about this very seat. */
async function committedTo(changes: (c: Competition) => Partial<Commitment>): Promise<Competition> {
  const c = await unsealed();
  const roundId = c.roundId();
  const commitment = commitmentOf({
    chainId: CHAIN_ID,
    contract: c.deml.address,
    roundId,
    miner: FIRST,
    salt: saltOf(FIRST, roundId),
    scores: SCORES,
    ...changes(c),
  });
  await c.deml.send("commitScores", [roundId, commitment, "0x"], { from: FIRST });
  c.world.chain.travelTo(c.windows().commitEndsAt);
  await expectRevert(reveal(c), "DeML_WrongCommitment", [
    FIRST,
    digestOf(c.commitment(BALLOT)),
    digestOf(commitment),
  ]);
  return c;
}

/** Packed scores of which the one in a place is not encoded as a score. */
function packed(count: number, { place, value }: { place: number; value: number }): Hex {
  const bytes = encodeScores(Array.from({ length: count }, () => 1));
  new DataView(bytes.buffer).setUint32(4 * place, value);
  return toHex(bytes);
}

describe(import.meta.url, {
  "given no such competition": {
    "it reverts with DeML_NoRound": async () => {
      const { deml } = await unsealed();
      const competition = Number(await deml.view("competitionCount"));
      const roundId = encodeRoundId({ competition, epoch: 0, round: 0, attempt: 0 });
      const args = [roundId, FIRST, OTHER_SALT, "0x00000001"];
      await expectRevert(deml.send("revealScores", args, { from: FIRST }), "DeML_NoRound", [
        roundId,
      ]);
    },
  },
  "given a final competition": {
    "it reverts with DeML_RoundDecided": async () => {
      const c = await final();
      await expectRevert(c.reveal(BALLOT), "DeML_RoundDecided", [c.roundId()]);
    },
  },
  "given a cancelled competition": {
    "when nobody committed in the round": {
      "it reverts with DeML_NoRound": async () => {
        const c = await cancelled();
        await expectRevert(c.reveal(BALLOT), "DeML_NoRound", [c.roundId()]);
      },
    },
    "when the last attempt had commits": {
      "it reverts with DeML_TooLate": async () => {
        const c = await unsealed();
        const key = { attempt: 2 };
        await c.commitAll([BALLOT], key);
        c.world.chain.travelTo(c.evaluationEndsAt());
        await c.finalize();
        const values = [c.world.chain.now, c.windows(key).revealEndsAt];
        await expectRevert(c.reveal(BALLOT, key), "DeML_TooLate", values);
      },
    },
  },
  "given a decided round": {
    "it reverts with DeML_RoundDecided": async () => {
      const c = await settled();
      await expectRevert(c.reveal(BALLOT), "DeML_RoundDecided", [c.roundId()]);
    },
  },
  "given an attempt without commits": {
    "it reverts with DeML_NoRound": async () => {
      const c = await revealing();
      for (const attempt of [1, 2]) {
        const values = [c.roundId({ attempt })];
        await expectRevert(reveal(c, { attempt }), "DeML_NoRound", values);
      }
    },
  },
  "given that a later attempt had commits": {
    "it reverts with DeML_NoRound": async () => {
      const c = await committed();
      c.world.chain.travelTo(c.windows({ attempt: 1 }).commitStartsAt);
      await c.commit({ miner: SECOND, scores: SCORES }, { attempt: 1 });
      await expectRevert(c.reveal(BALLOT), "DeML_NoRound", [c.roundId()]);
    },
  },
  "given that the commit window is open": {
    "it reverts with DeML_TooEarly until its last second (I5)": async () => {
      const c = await committed();
      const { commitEndsAt } = c.windows();
      c.world.chain.travelTo(commitEndsAt - 1);
      const values = [commitEndsAt - 1, commitEndsAt];
      await expectRevert(c.reveal(BALLOT), "DeML_TooEarly", values);
    },
  },
  "given that the reveal window ended": {
    "it reverts with DeML_TooLate from the first second on": async () => {
      const c = await committed();
      const { commitEndsAt, revealEndsAt } = c.windows();
      assert.equal(revealEndsAt, commitEndsAt + 50);
      c.world.chain.travelTo(revealEndsAt);
      const values = [revealEndsAt, revealEndsAt];
      await expectRevert(c.reveal(BALLOT), "DeML_TooLate", values);
    },
  },
  "given a miner who has not committed in the attempt": {
    "it reverts with DeML_NotCommitted (I4)": async () => {
      const c = await unsealed();
      await c.commitAll([BALLOT], { attempt: 0 });
      const others = [{ miner: SECOND, scores: SCORES }];
      await c.commitAll(others, { attempt: 1 });
      c.world.chain.travelTo(c.windows({ attempt: 1 }).commitEndsAt);
      for (const miner of [FIRST, EVE]) {
        const call = c.reveal({ miner, scores: SCORES }, { attempt: 1 });
        await expectRevert(call, "DeML_NotCommitted", [miner, c.roundId({ attempt: 1 })]);
      }
    },
  },
  "given a miner who has revealed": {
    "it reverts with DeML_AlreadyRevealed (I4)": async () => {
      const c = await revealed();
      const values = [FIRST, c.roundId()];
      await expectRevert(c.reveal(BALLOT), "DeML_AlreadyRevealed", values);
    },
  },
  "when the scores are not one for each submission": {
    "it reverts with DeML_WrongLength": async () => {
      const c = await revealing();
      for (const length of [0, 4, 7, 9, 12]) {
        const call = reveal(c, { scores: `0x${"00".repeat(length)}` });
        await expectRevert(call, "DeML_WrongLength", [length, 8]);
      }
    },
  },
  "when a score is above 100001": {
    "it reverts with DeML_ScoreTooLarge, wherever it stands (I11)": async () => {
      const c = await unsealed(authors(11));
      await c.commitAll([{ miner: FIRST, scores: Array.from({ length: 11 }, () => 1) }]);
      c.world.chain.travelTo(c.windows().commitEndsAt);
      const values = [ABSTAIN + 1, 2 ** 17, 2 ** 31 - 1, 2 ** 31, 2 ** 31 + 1, 2 ** 32 - 1];
      for (const place of [0, 1, 6, 7, 8, 10]) {
        for (const value of values) {
          const call = reveal(c, { scores: packed(11, { place, value }) });
          await expectRevert(call, "DeML_ScoreTooLarge", [FIRST, ABSTAIN]);
        }
      }
    },
  },
  "when the salt or the scores are not those of the commitment": {
    "it reverts with DeML_WrongCommitment": async () => {
      const c = await revealing();
      const said = {
        chainId: CHAIN_ID,
        contract: c.deml.address,
        roundId: c.roundId(),
        miner: FIRST,
      };
      const salt = saltOf(FIRST, c.roundId());
      const wrong = [{ salt: OTHER_SALT, scores: SCORES }, { salt, scores: SCORES.with(1, 2) }];
      for (const { salt, scores } of wrong) {
        const call = reveal(c, { salt, scores: toHex(encodeScores(scores)) });
        await expectRevert(call, "DeML_WrongCommitment", [
          FIRST,
          digestOf(commitmentOf({ ...said, salt, scores })),
          digestOf(c.commitment(BALLOT)),
        ]);
      }
    },
  },
  "when the commitment is for another chain": {
    "it reverts with DeML_WrongCommitment (I5)": async () => {
      await committedTo(() => ({ chainId: CHAIN_ID + 1n }));
    },
  },
  "when the commitment is for another contract": {
    "it reverts with DeML_WrongCommitment (I5)": async () => {
      await committedTo(() => ({ contract: EVE }));
    },
  },
  "when the commitment is for another roundId": {
    "it reverts with DeML_WrongCommitment (I5)": async () => {
      await committedTo((c) => ({ roundId: c.roundId({ attempt: 1 }) }));
      await committedTo((c) => ({ roundId: c.roundId({ round: 1 }) }));
      await committedTo((c) => ({ roundId: c.roundId() + (1n << 48n) }));
    },
  },
  "when the commitment is another miner's": {
    "it reverts with DeML_WrongCommitment (I5)": async () => {
      await committedTo(() => ({ miner: SECOND }));
    },
  },
  "when the scores are those of the commitment": {
    "it takes them in the first and the last second of the window": async () => {
      const c = await revealing();
      await c.reveal(BALLOT);
      c.world.chain.travelTo(c.windows().revealEndsAt - 1);
      await c.reveal({ miner: SECOND, scores: SCORES });
      assert.equal((await c.deml.view("round", [c.roundId()])).revealed, 2n);
    },
    "it takes them from anybody who has the salt": async () => {
      const c = await revealing();
      const { events } = await c.reveal(BALLOT, {}, EVE);
      assert.equal(plain(events[0]!.args.miner), FIRST);
    },
    "it takes every value from 0 to 100001, wherever it stands": async () => {
      const scores = [
        0,
        ABSTAIN,
        100_000,
        0,
        1,
        65_536,
        99_999,
        ABSTAIN,
        ABSTAIN,
        0,
        31_070,
      ];
      const c = await unsealed(authors(11));
      await c.commitAll([{ miner: FIRST, scores }]);
      await c.revealAll([{ miner: FIRST, scores }]);
      assert.equal((await c.deml.view("round", [c.roundId()])).revealed, 1n);
    },
    "it keeps the hash of the scores in place of the commitment": async () => {
      const c = await revealing();
      const before = await c.deml.view("seat", [c.roundId(), FIRST]);
      await c.reveal(BALLOT);
      const seat = await c.deml.view("seat", [c.roundId(), FIRST]);
      const digest = digestOf(keccak256(encodeScores(SCORES)));
      assert.deepEqual(seat.map(plain), [digest, before.commitBlock, 0n, 0n, 2n]);
    },
    "it emits ScoresRevealed with the block of the round's reveal before": async () => {
      const c = await revealing();
      const first = await c.reveal(BALLOT);
      const second = await c.reveal({ miner: SECOND, scores: SCORES });
      assert.deepEqual(first.events.map(({ name }) => name), ["ScoresRevealed"]);
      const scores = toHex(encodeScores(SCORES));
      assert.deepEqual(first.events[0]!.args.map(plain), [c.roundId(), FIRST, 0n, scores]);
      const values = [c.roundId(), SECOND, BigInt(first.blockNumber), scores];
      assert.deepEqual(second.events[0]!.args.map(plain), values);
      const { lastRevealBlock } = await c.deml.view("round", [c.roundId()]);
      assert.equal(lastRevealBlock, BigInt(second.blockNumber));
    },
    "it goes on with the chain of blocks in a later attempt": async () => {
      const c = await unsealed();
      await c.commitAll([BALLOT]);
      c.world.chain.travelTo(c.windows().commitEndsAt);
      const first = await c.reveal(BALLOT);
      await c.commitAll([BALLOT], { attempt: 1 });
      c.world.chain.travelTo(c.windows({ attempt: 1 }).commitEndsAt);
      const { events } = await c.reveal(BALLOT, { attempt: 1 });
      assert.equal(events[0]!.args.previousBlock, BigInt(first.blockNumber));
    },
  },
});
