import assert from "node:assert/strict";
import type { Hex } from "../../core/protocol/types.ts";
import { ALICE, BOB, EVE } from "./support/actors.ts";
import { type Ballot, unanimous } from "./support/ballot.ts";
import type { Competition } from "./support/competition.ts";
import type { Outcome } from "./support/deml.ts";
import { books, results } from "./support/judged.ts";
import { MINERS, settled, settling, submitting, unsealed } from "./support/phases.ts";
import { expectRevert, plain } from "./support/revert.ts";
import { describe } from "./support/tree.ts";

const BALLOTS = unanimous(MINERS, [90_000, 80_000]);
const [FIRST, SECOND, THIRD] = BALLOTS as [Ballot, Ballot, Ballot];
const ONE_MORE = { terms: { epochs: 2, maxPerParticipant: 2 } };

/** What is sent is mined, and falls out of the chain again. @returns what it was before it fell out */
async function dropped<T>(c: Competition, run: () => Promise<T>): Promise<T> {
  const counts = [...c.counts];
  try {
    return await c.world.chain.undoing(run);
  } finally {
    c.counts.splice(0, counts.length, ...counts);
  }
}

/** The block that an event names as the one before. */
function previousBlock({ events }: Outcome): bigint {
  return events[0]!.args.previousBlock;
}

/** What the contract knows of an author. */
async function author(c: Competition, who: Hex): Promise<unknown> {
  return (await c.deml.view("participant", [c.id, who])).map(plain);
}

/** The authors of all submissions, by number. */
async function authors(c: Competition): Promise<Hex[]> {
  const { submissions } = await c.deml.view("competition", [c.id]);
  const numbers = Array.from({ length: Number(submissions) }, (_, i) => i);
  const list = numbers.map((number) => c.deml.view("submission", [c.id, number]));
  return (await Promise.all(list)).map((submission) => submission.author.toLowerCase());
}

/** Alice has submitted once in epoch 0; the clock stands at its last second. */
async function lastSecond(): Promise<Competition> {
  const c = await submitting(ONE_MORE);
  await c.submit(ALICE);
  c.world.chain.travelTo(c.epochEndsAt(0) - 1);
  return c;
}

describe(import.meta.url, {
  "given a reorganisation that drops a commitment": {
    "when its window is still open": {
      "it takes the same one again, after those of others": async () => {
        const c = await unsealed();
        await dropped(c, () => c.commit(FIRST));
        assert.equal((await c.deml.view("seat", [c.roundId(), FIRST.miner])).state, 0n);
        c.world.chain.travelTo(c.windows().commitEndsAt - 1);
        for (const ballot of [SECOND, FIRST, THIRD]) await c.commit(ballot);
        assert.equal((await c.deml.view("round", [c.roundId()])).committed, 3n);
        await c.revealAll(BALLOTS);
        await c.settleAll(BALLOTS);
        assert.deepEqual(await books(c, MINERS), [[4, 0], [4, 0], [4, 0]]);
      },
      "it takes another one in its place": async () => {
        const c = await unsealed();
        await dropped(c, () => c.commit(FIRST));
        const changed = { ...FIRST, scores: [90_000, 79_999] };
        await c.commit(changed);
        await expectRevert(c.commit(FIRST), "DeML_AlreadyCommitted", [FIRST.miner, c.roundId()]);
        c.world.chain.travelTo(c.windows().commitEndsAt);
        const { digest } = await c.deml.view("seat", [c.roundId(), FIRST.miner]);
        const old = BigInt.asUintN(192, BigInt(c.commitment(FIRST)));
        const values = [FIRST.miner, old, digest];
        await expectRevert(c.reveal(FIRST), "DeML_WrongCommitment", values);
        await c.reveal(changed);
      },
    },
    "when its window ended meanwhile": {
      "it reverts with DeML_TooLate, and counts the miner as one who never committed": async () => {
        const c = await unsealed();
        for (const ballot of [SECOND, THIRD]) await c.commit(ballot);
        await dropped(c, () => c.commit(FIRST));
        const { commitEndsAt } = c.windows();
        c.world.chain.travelTo(commitEndsAt);
        await expectRevert(c.commit(FIRST), "DeML_TooLate", [commitEndsAt, commitEndsAt]);
        await c.revealAll([SECOND, THIRD]);
        await c.settle([SECOND, THIRD]);
        assert.deepEqual(await books(c, MINERS), [[0, 0], [4, 0], [4, 0]]);
      },
    },
  },
  "given a reorganisation that drops a reveal": {
    "when its window is still open": {
      "it takes the same one again, after those of others": async () => {
        const c = await unsealed();
        await c.commitAll(BALLOTS);
        c.world.chain.travelTo(c.windows().commitEndsAt);
        const fallen = await dropped(c, () => c.reveal(FIRST));
        const second = await c.reveal(SECOND);
        const again = await c.reveal(FIRST);
        assert.equal(previousBlock(fallen), 0n);
        assert.equal(previousBlock(again), BigInt(second.blockNumber));
        await c.reveal(THIRD);
        await c.settle(BALLOTS);
      },
    },
    "when its window ended meanwhile": {
      "it reverts with DeML_TooLate, and counts the miner as silent": async () => {
        const c = await unsealed();
        await c.commitAll(BALLOTS);
        await c.revealAll([SECOND, THIRD]);
        await dropped(c, () => c.reveal(FIRST));
        const { revealEndsAt } = c.windows();
        c.world.chain.travelTo(revealEndsAt);
        await expectRevert(c.reveal(FIRST), "DeML_TooLate", [revealEndsAt, revealEndsAt]);
        await c.settle([{ ...FIRST, silent: true }, SECOND, THIRD]);
        assert.deepEqual(await books(c, MINERS), [[0, 2], [4, 0], [4, 0]]);
      },
    },
  },
  "given a reorganisation that drops a submission at an epoch's end": {
    "when it comes again in the epoch's last second": {
      "it becomes a submission, numbered in the new order": async () => {
        const c = await lastSecond();
        await dropped(c, () => c.submit(ALICE, { data: "0xaa" }));
        await c.submit(BOB, { data: "0xbb" });
        await c.submit(ALICE, { data: "0xaa" });
        assert.deepEqual(await authors(c), [ALICE, BOB, ALICE]);
        assert.equal((await c.deml.view("epoch", [c.id, 0])).count, 3n);
      },
    },
    "when it comes again in the next epoch's first second": {
      "it reverts with DeML_WrongEpoch, and leaves the author as it was (I12)": async () => {
        const c = await lastSecond();
        const before = await author(c, ALICE);
        await dropped(c, () => c.submit(ALICE, { data: "0xaa" }));
        c.world.chain.travelTo(c.epochEndsAt(0));
        await expectRevert(c.submit(ALICE, { data: "0xaa" }), "DeML_WrongEpoch", [0, 1]);
        assert.deepEqual(await author(c, ALICE), before);
        assert.equal((await c.deml.view("epoch", [c.id, 0])).count, 1n);
        // Nothing is used up: the buy-in's other submission goes to the running epoch.
        await c.submit(ALICE, { epoch: 1, data: "0xaa" });
      },
    },
    "when it comes again after the last epoch": {
      "it reverts with DeML_TooLate, and leaves the author as it was (I12)": async () => {
        const c = await submitting();
        const { submissionEndsAt } = c.terms;
        c.world.chain.travelTo(submissionEndsAt - 1);
        const before = await author(c, ALICE);
        await dropped(c, () => c.submit(ALICE));
        c.world.chain.travelTo(submissionEndsAt);
        const values = [submissionEndsAt, submissionEndsAt];
        await expectRevert(c.submit(ALICE), "DeML_TooLate", values);
        assert.deepEqual(await author(c, ALICE), before);
        await c.finalize();
        assert.equal((await c.deml.view("competition", [c.id])).status, 2n);
      },
    },
    "when the beacon is posted first, while the clock lags": {
      "it reverts with DeML_BeaconAlreadyPosted, and leaves the author as it was (I12)":
        async () => {
          const c = await lastSecond();
          const before = await author(c, ALICE);
          await dropped(c, () => c.submit(ALICE));
          await c.postBeacon(0);
          const values = [c.unsealRound(0)];
          await expectRevert(c.submit(ALICE), "DeML_BeaconAlreadyPosted", values);
          assert.deepEqual(await author(c, ALICE), before);
        },
    },
  },
  "given a reorganisation that drops the last part of an upload": {
    "when it comes again in the epoch's last second": {
      "it completes the submission": async () => {
        const c = await lastSecond();
        const first = await c.upload(BOB, { size: 2, data: "0x01" });
        await dropped(c, () => c.append(BOB, { offset: 1, data: "0x02" }));
        const last = await c.append(BOB, { offset: 1, data: "0x02" });
        assert.equal(previousBlock(last), BigInt(first.blockNumber));
        assert.deepEqual(await authors(c), [ALICE, BOB]);
      },
    },
    "when it comes again in the next epoch's first second": {
      "it reverts with DeML_WrongEpoch, and lets the author begin anew": async () => {
        const c = await lastSecond();
        await c.upload(BOB, { size: 2, data: "0x01" });
        await dropped(c, () => c.append(BOB, { offset: 1, data: "0x02" }));
        c.world.chain.travelTo(c.epochEndsAt(0));
        const again = c.append(BOB, { offset: 1, data: "0x02" });
        await expectRevert(again, "DeML_WrongEpoch", [0, 1]);
        assert.deepEqual(await authors(c), [ALICE]);
        await c.submit(BOB, { epoch: 1, data: "0x0102" });
        await c.submit(BOB, { epoch: 1, data: "0x0102" });
        assert.deepEqual(await authors(c), [ALICE, BOB, BOB]);
      },
    },
  },
  "given a reorganisation that drops the first part of an upload": {
    "it takes no later part without it": async () => {
      const c = await lastSecond();
      await dropped(c, () => c.upload(BOB, { size: 3, data: "0x01" }));
      const early = c.append(BOB, { offset: 1, data: "0x02" });
      await expectRevert(early, "DeML_WrongOffset", [1, 0]);
      await c.upload(BOB, { size: 3, data: "0x01" });
      await c.append(BOB, { offset: 1, data: "0x0203" });
      assert.deepEqual(await authors(c), [ALICE, BOB]);
    },
  },
  "given a reorganisation that drops an epoch's first submission": {
    "it starts the epoch's evaluation with the next one, at the same second": async () => {
      const c = await submitting(ONE_MORE);
      const startsAt = () => c.deml.view("epoch", [c.id, 0]).then((epoch) => epoch.startsAt);
      const fallen = await dropped(c, async () => (await c.submit(ALICE), await startsAt()));
      assert.equal(await startsAt(), 0n);
      assert.equal((await c.deml.view("competition", [c.id])).lastEpoch, 0n);
      c.world.chain.travelTo(c.epochEndsAt(0) - 1);
      await c.submit(BOB);
      assert.equal(await startsAt(), fallen);
      assert.equal((await c.deml.view("competition", [c.id])).rounds, 1n);
    },
  },
  "given a reorganisation that drops the beacon": {
    "it waits for it, and draws the same committee": async () => {
      const miners = [...MINERS, EVE];
      const c = await submitting({ miners });
      await c.submit(ALICE);
      c.world.chain.travelTo(c.unsealAt());
      const seats = () =>
        Promise.all(miners.map((miner) => c.deml.view("isSeated", [c.roundId(), miner])));
      const [ballot] = unanimous(miners, [5]) as [Ballot];
      const fallen = await dropped(c, async () => (await c.postBeacon(), await seats()));
      await expectRevert(c.commit(ballot), "DeML_BeaconMissing", [c.unsealRound()]);
      c.world.chain.travelTo(c.unsealAt() + 5);
      await c.postBeacon();
      assert.deepEqual(await seats(), fallen);
    },
  },
  "given a reorganisation that drops the settling": {
    "it books what the next one says, once (I9)": async () => {
      const c = await settling();
      await dropped(c, () => c.settle(BALLOTS, {}, ALICE));
      assert.deepEqual(await books(c, [...MINERS, ALICE]), [[0, 0], [0, 0], [0, 0], [0, 0]]);
      await c.settle(BALLOTS, {}, BOB);
      assert.deepEqual(await books(c, [...MINERS, ALICE, BOB]), [[4, 0], [4, 0], [4, 0], [0, 0], [
        4,
        0,
      ]]);
      assert.deepEqual((await results(c)).map((word) => word % 2n ** 17n), [90_000n, 80_000n]);
    },
  },
  "given a reorganisation that drops the end": {
    "it pays once on the chain that stays (I9)": async () => {
      const c = await settled();
      const { chain, deml } = c.world;
      const held = await chain.balance(deml.address);
      const end = async () => {
        await c.finalize();
        await deml.send("withdrawPrize", [c.id], { from: EVE });
        for (const who of [...MINERS, EVE]) {
          await deml.send("claim", [c.id, who], { from: EVE });
        }
        return await chain.balance(deml.address);
      };
      const fallen = await dropped(c, end);
      assert.equal(await chain.balance(deml.address), held);
      assert.equal(await end(), fallen);
      const again = deml.send("withdrawPrize", [c.id], { from: EVE });
      await expectRevert(again, "DeML_NothingOwed", [c.id, ALICE]);
    },
  },
  "given a reorganisation across the end of a commit window": {
    // No contract can know what was public on a chain that fell out: who reveals waits some blocks.
    "it takes a commitment of scores that were revealed on the chain that fell out": async () => {
      const c = await unsealed();
      for (const ballot of [FIRST, SECOND]) await c.commit(ballot);
      const seen = await dropped(c, async () => {
        c.world.chain.travelTo(c.windows().commitEndsAt);
        const { events } = await c.reveal(FIRST);
        return events[0]!.args.scores as Hex;
      });
      c.world.chain.travelTo(c.windows().commitEndsAt - 1);
      const words = seen.slice(2).match(/.{8}/g)!.map((word) => parseInt(word, 16));
      await c.commit({ miner: THIRD.miner, scores: words });
      await c.revealAll(BALLOTS);
    },
  },
});
