import assert from "node:assert/strict";
import { ABSTAIN } from "../../core/protocol/codec.ts";
import { ALICE, BOB } from "./support/actors.ts";
import { type Ballot, unanimous } from "./support/ballot.ts";
import type { Competition } from "./support/competition.ts";
import { type Outcome, STATUS } from "./support/deml.ts";
import { openOnly } from "./support/guards.ts";
import {
  authors,
  enrolled,
  final,
  MINERS,
  settled,
  submitted,
  submitting,
  unsealed,
} from "./support/phases.ts";
import { expectRevert, plain } from "./support/revert.ts";
import { describe } from "./support/tree.ts";

const HUGE = 2n ** 256n - 1n;

/** How the competition ended; `finalize` names epoch 0 and round 0 unless the test does. */
async function ends(c: Competition, key = {}): Promise<bigint> {
  await c.finalize(key);
  return (await c.deml.view("competition", [c.id])).status;
}

async function notYetCertain(c: Competition, key: { epoch?: number; round?: number } = {}) {
  const { epoch = 0, round = 0 } = key;
  await expectRevert(c.finalize(key), "DeML_NotYetCertain", [c.id, epoch, round]);
}

/** Two epochs; the first has a submission, which its miners have settled with this score. */
async function firstOfTwo(score: number): Promise<Competition> {
  const c = await submitting({ terms: { epochs: 2 } });
  await c.submit(ALICE);
  c.world.chain.travelTo(c.unsealAt(0));
  await c.postBeacon(0);
  await c.evaluate(unanimous(MINERS, [score]));
  return c;
}

function ballots(...scores: number[][]): Ballot[] {
  return scores.map((row, i) => ({ miner: MINERS[i]!, scores: row }));
}

const CANCELLED = BigInt(STATUS.cancelled);
const FINAL = BigInt(STATUS.final);

describe(import.meta.url, {
  ...openOnly((deml, id) => deml.send("finalize", [id, 0, 0], { from: ALICE })),
  "given that registration is open": {
    "it reverts with DeML_TooEarly until its last second": async () => {
      const c = await enrolled({ participants: [], miners: [] });
      const { registrationEndsAt } = c.terms;
      c.world.chain.travelTo(registrationEndsAt - 1);
      const values = [registrationEndsAt - 1, registrationEndsAt];
      await expectRevert(c.finalize(), "DeML_TooEarly", values);
    },
  },
  "given no participant": {
    "it cancels from the first second after registration (I3)": async () => {
      assert.equal(await ends(await submitting({ participants: [] })), CANCELLED);
    },
  },
  "given fewer miners than minReveals": {
    "it cancels from the first second after registration (I3)": async () => {
      assert.equal(await ends(await submitting({ miners: MINERS.slice(0, 1) })), CANCELLED);
    },
  },
  "given as many miners as minReveals": {
    "it reverts with DeML_NotYetCertain": async () => {
      await notYetCertain(await submitting({ miners: MINERS.slice(0, 2) }));
    },
  },
  "given no complete submission": {
    "when submissions are open": {
      "it reverts with DeML_NotYetCertain until their last second": async () => {
        const c = await submitting();
        c.world.chain.travelTo(c.terms.submissionEndsAt - 1);
        await notYetCertain(c);
      },
    },
    "when submissions ended": {
      "it cancels, whatever is uploaded in part (I3)": async () => {
        const c = await submitting();
        await c.upload(ALICE, { size: 2, data: "0x01" });
        c.world.chain.travelTo(c.terms.submissionEndsAt);
        assert.equal(await ends(c), CANCELLED);
      },
    },
  },
  "when no such round exists": {
    "it reverts with DeML_NotYetCertain": async () => {
      const c = await submitted();
      c.world.chain.travelTo(c.evaluationEndsAt());
      await notYetCertain(c, { round: 1 });
      await notYetCertain(c, { epoch: 1 });
      for (const [epoch, round] of [[0n, HUGE], [HUGE, 0n], [256n, 0n], [0n, 2n ** 32n]]) {
        const call = c.deml.send("finalize", [c.id, epoch, round], { from: ALICE });
        await expectRevert(call, "DeML_NotYetCertain", [c.id, epoch, round]);
      }
    },
  },
  "when the round is decided": {
    "it reverts with DeML_NotYetCertain": async () => {
      const c = await unsealed(authors(33));
      const row = Array.from({ length: 32 }, () => 5);
      await c.evaluate(unanimous(MINERS, row));
      c.world.chain.travelTo(c.evaluationEndsAt());
      await notYetCertain(c, { round: 0 });
      assert.equal(await ends(c, { round: 1 }), CANCELLED);
    },
  },
  "when the round is undecided": {
    "when its epoch is still evaluated": {
      "it reverts with DeML_TooEarly until the last second": async () => {
        const c = await submitted();
        for (
          const time of [c.world.chain.now, c.terms.submissionEndsAt, c.evaluationEndsAt() - 1]
        ) {
          c.world.chain.travelTo(time);
          const values = [time, c.evaluationEndsAt()];
          await expectRevert(c.finalize(), "DeML_TooEarly", values);
        }
      },
    },
    "when its epoch's last attempt ended": {
      "it cancels from the first second on (I3)": async () => {
        const c = await submitted();
        assert.equal(c.evaluationEndsAt(), c.unsealAt() + 3 * (100 + 2 * 50));
        c.world.chain.travelTo(c.evaluationEndsAt());
        assert.equal(await ends(c), CANCELLED);
      },
      "it cancels while submissions are open": async () => {
        const terms = { epochs: 2, commitSecs: 10, revealSecs: 10 };
        const c = await submitting({ terms });
        await c.submit(ALICE);
        c.world.chain.travelTo(c.evaluationEndsAt(0));
        assert.ok(c.world.chain.now < c.terms.submissionEndsAt);
        assert.equal(await ends(c), CANCELLED);
      },
    },
    "when others settled it in the last second": {
      "it is Final": async () => {
        const c = await unsealed();
        const rows = unanimous(MINERS, [1, 2]);
        await c.commitAll(rows, { attempt: 2 });
        await c.revealAll(rows, { attempt: 2 });
        c.world.chain.travelTo(c.evaluationEndsAt() - 1);
        await c.settle(rows, { attempt: 2 });
        c.world.chain.travelTo(c.evaluationEndsAt());
        assert.equal(await ends(c), FINAL);
      },
    },
  },
  "given that all rounds are decided": {
    "when submissions are open": {
      "it reverts with DeML_NotYetCertain until their last second": async () => {
        const c = await firstOfTwo(5);
        await notYetCertain(c);
        c.world.chain.travelTo(c.terms.submissionEndsAt - 1);
        await notYetCertain(c);
      },
    },
    "when submissions ended and a score is above 0": {
      "it is Final from the first second on (I3)": async () => {
        const c = await firstOfTwo(1);
        c.world.chain.travelTo(c.terms.submissionEndsAt);
        assert.equal(await ends(c), FINAL);
      },
      "it does not look at the round that is named": async () => {
        const c = await settled();
        await c.deml.send("finalize", [c.id, HUGE, HUGE], { from: ALICE });
        assert.equal((await c.deml.view("competition", [c.id])).status, FINAL);
      },
    },
    "when submissions ended and all scores are 0": {
      "it cancels": async () => {
        const c = await firstOfTwo(0);
        c.world.chain.travelTo(c.terms.submissionEndsAt);
        assert.equal(await ends(c), CANCELLED);
      },
    },
    "when submissions ended and all submissions are void": {
      "it cancels": async () => {
        const split = ballots([1, ABSTAIN], [2, ABSTAIN], [3, 4]);
        assert.equal(await ends(await settled({ ballots: split })), CANCELLED);
      },
    },
    "when a later epoch has an undecided round": {
      "it reverts with DeML_TooEarly": async () => {
        const c = await firstOfTwo(5);
        c.world.chain.travelTo(Math.max(c.world.chain.now, c.epochStartsAt(1)));
        await c.submit(BOB, { epoch: 1 });
        c.world.chain.travelTo(c.terms.submissionEndsAt);
        await notYetCertain(c, { epoch: 0 });
        const values = [c.world.chain.now, c.evaluationEndsAt(1)];
        await expectRevert(c.finalize({ epoch: 1 }), "DeML_TooEarly", values);
      },
    },
  },
  "when it is certain": {
    "it emits CompetitionFinalized": async () => {
      const emitted = async (c: Competition): Promise<unknown[]> => {
        const { events }: Outcome = await c.finalize();
        assert.deepEqual(events.map(({ name }) => name), ["CompetitionFinalized"]);
        return events[0]!.args.map(plain);
      };
      const won = await settled({ ballots: unanimous(MINERS, [3, 4]) });
      assert.deepEqual(await emitted(won), [won.id, FINAL, 1n, 4n]);
      const empty = await submitting({ participants: [] });
      assert.deepEqual(await emitted(empty), [empty.id, CANCELLED, 0n, 0n]);
    },
    "it is for good (I6)": async () => {
      const c = await final();
      c.world.chain.travelTo(c.evaluationEndsAt() + 1_000);
      await expectRevert(c.finalize(), "DeML_WrongStatus", [STATUS.final, STATUS.open]);
    },
    "it pays nothing by itself": async () => {
      const c = await settled();
      const before = await c.world.chain.balance(c.deml.address);
      await c.finalize();
      assert.equal(await c.world.chain.balance(c.deml.address), before);
    },
  },
});
