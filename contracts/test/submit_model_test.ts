import assert from "node:assert/strict";
import { EMPTY_UPLOAD, nextUploadHash } from "../../core/protocol/commitment.ts";
import { fromHex } from "../../core/protocol/codec.ts";
import type { Hex } from "../../core/protocol/types.ts";
import { ALICE, BOB, EVE } from "./support/actors.ts";
import { addressOf } from "./support/chain.ts";
import { openOnly } from "./support/guards.ts";
import { enrolled, MINERS, submitting } from "./support/phases.ts";
import { expectRevert, plain } from "./support/revert.ts";
import { describe } from "./support/tree.ts";

const DATA: Hex = "0x0123456789";
const SIZE = 5;

function hashOf(data: Hex): Hex {
  return nextUploadHash(EMPTY_UPLOAD, fromHex(data, { max: 1_000 }));
}

/** Three epochs in 1,001 seconds: they end after 333, 667 and 1,001. */
const THREE_EPOCHS = { epochs: 3 };
const ENDS = [333, 667, 1_001];

describe(import.meta.url, {
  ...openOnly((deml, id) => deml.send("submitModel", [id, 0, SIZE, DATA], { from: ALICE })),
  "when somebody else than a participant submits": {
    "it reverts with DeML_NotParticipant": async () => {
      const c = await submitting();
      for (const who of [EVE, MINERS[0]!]) {
        await expectRevert(c.submit(who), "DeML_NotParticipant", [who]);
      }
    },
  },
  "given that registration is open": {
    "it reverts with DeML_TooEarly until its last second": async () => {
      const c = await enrolled();
      const { registrationEndsAt } = c.terms;
      c.world.chain.travelTo(registrationEndsAt - 1);
      const values = [registrationEndsAt - 1, registrationEndsAt];
      await expectRevert(c.submit(ALICE), "DeML_TooEarly", values);
    },
  },
  "given that submissions ended": {
    "it reverts with DeML_TooLate from the first second on": async () => {
      const c = await enrolled();
      const { submissionEndsAt } = c.terms;
      c.world.chain.travelTo(submissionEndsAt);
      const values = [submissionEndsAt, submissionEndsAt];
      await expectRevert(c.submit(ALICE), "DeML_TooLate", values);
    },
  },
  "given epochs of uneven length": {
    "when the epoch is not the running one": {
      "it reverts with DeML_WrongEpoch in its first and its last second": async () => {
        const c = await submitting({ terms: THREE_EPOCHS });
        const { registrationEndsAt } = c.terms;
        for (const [running, end] of ENDS.entries()) {
          for (const secs of [ENDS[running - 1] ?? 0, end - 1]) {
            c.world.chain.travelTo(registrationEndsAt + secs);
            for (const epoch of [0, 1, 2, 3, 255, 256].filter((epoch) => epoch !== running)) {
              const call = c.upload(ALICE, { epoch, size: SIZE, data: DATA });
              await expectRevert(call, "DeML_WrongEpoch", [epoch, running]);
            }
          }
        }
      },
    },
    "when the epoch is the running one": {
      "it takes the submission in its first and its last second": async () => {
        const terms = { ...THREE_EPOCHS, maxPerParticipant: 6 };
        const c = await submitting({ terms });
        const { registrationEndsAt } = c.terms;
        for (const [epoch, end] of ENDS.entries()) {
          for (const secs of [ENDS[epoch - 1] ?? 0, end - 1]) {
            c.world.chain.travelTo(registrationEndsAt + secs);
            await c.submit(ALICE, { epoch, data: DATA });
          }
        }
        assert.deepEqual(c.counts, [2, 2, 2]);
      },
    },
  },
  "given fewer miners than minReveals": {
    "it reverts with DeML_NotEnoughMiners": async () => {
      const c = await submitting({ miners: MINERS.slice(0, 1) });
      await expectRevert(c.submit(ALICE), "DeML_NotEnoughMiners", [1, 2]);
    },
  },
  "given as many miners as minReveals": {
    "it takes the submission": async () => {
      const c = await submitting({ miners: MINERS.slice(0, 2) });
      await c.submit(ALICE);
      assert.deepEqual(c.counts, [1]);
    },
  },
  "given that the epoch's beacon is posted": {
    "it reverts with DeML_BeaconAlreadyPosted (I12)": async () => {
      const c = await submitting();
      await c.postBeacon();
      const values = [c.unsealRound()];
      await expectRevert(c.submit(ALICE), "DeML_BeaconAlreadyPosted", values);
    },
  },
  "given that an earlier epoch's beacon is posted": {
    "it takes the submission": async () => {
      const c = await submitting({ terms: THREE_EPOCHS });
      await c.postBeacon(0);
      c.world.chain.travelTo(c.epochStartsAt(1));
      await c.submit(ALICE, { epoch: 1 });
      assert.deepEqual(c.counts, [0, 1, 0]);
    },
  },
  "given a participant who has used up the submissions of a buy-in": {
    "it reverts with DeML_SubmissionsUsedUp": async () => {
      const c = await submitting({ terms: { maxPerParticipant: 2 } });
      await c.submit(ALICE);
      await c.submit(ALICE);
      await expectRevert(c.submit(ALICE), "DeML_SubmissionsUsedUp", [2, 2]);
    },
  },
  "when the size is 0": {
    "it reverts with DeML_SizeOutOfRange": async () => {
      const c = await submitting();
      const call = c.upload(ALICE, { size: 0, data: DATA });
      await expectRevert(call, "DeML_SizeOutOfRange", [0, 1, 1_000]);
    },
  },
  "when the size is over the byte limit": {
    "it reverts with DeML_SizeOutOfRange": async () => {
      const c = await submitting();
      for (const size of [1_001, 2 ** 24, 2 ** 32]) {
        const call = c.upload(ALICE, { size, data: DATA });
        await expectRevert(call, "DeML_SizeOutOfRange", [size, 1, 1_000]);
      }
    },
  },
  "when the data is empty": {
    "it reverts with DeML_ChunkOutOfRange": async () => {
      const c = await submitting();
      const call = c.upload(ALICE, { size: SIZE, data: "0x" });
      await expectRevert(call, "DeML_ChunkOutOfRange", [0, 1, SIZE]);
    },
  },
  "when the data is longer than the size": {
    "it reverts with DeML_ChunkOutOfRange": async () => {
      const c = await submitting();
      const call = c.upload(ALICE, { size: SIZE - 1, data: DATA });
      await expectRevert(call, "DeML_ChunkOutOfRange", [SIZE, 1, SIZE - 1]);
    },
  },
  "when the data is the whole model": {
    "it keeps the submission": async () => {
      const c = await submitting();
      await c.submit(BOB);
      const { blockNumber } = await c.submit(ALICE, { data: DATA });
      const stored = await c.deml.view("submission", [c.id, 1]);
      const values = [hashOf(DATA), ALICE, BigInt(SIZE), BigInt(blockNumber), 1n, 0n];
      assert.deepEqual(stored.map(plain), values);
    },
    "it counts it for the author, the epoch and the competition": async () => {
      const c = await submitting();
      await c.submit(ALICE);
      await c.submit(BOB);
      await c.submit(ALICE);
      assert.equal((await c.deml.view("participant", [c.id, ALICE])).submissions, 2n);
      assert.equal((await c.deml.view("participant", [c.id, BOB])).submissions, 1n);
      assert.equal((await c.deml.view("epoch", [c.id, 0])).count, 3n);
      const stored = await c.deml.view("competition", [c.id]);
      assert.deepEqual([stored.submissions, stored.rounds, stored.lastEpoch], [3n, 1n, 1n]);
    },
    "it emits ModelChunk and ModelSubmitted": async () => {
      const c = await submitting();
      await c.submit(BOB);
      const { events } = await c.submit(ALICE, { data: DATA });
      assert.deepEqual(events.map(({ name }) => name), ["ModelChunk", "ModelSubmitted"]);
      assert.deepEqual(events[0]!.args.map(plain), [c.id, ALICE, 1n, 0n, 0n, DATA]);
      const values = [c.id, 1n, ALICE, 0n, BigInt(SIZE), hashOf(DATA)];
      assert.deepEqual(events[1]!.args.map(plain), values);
    },
    "it takes a model as large as the byte limit": async () => {
      const c = await submitting();
      const data: Hex = `0x${"ab".repeat(1_000)}`;
      await c.submit(ALICE, { data });
      assert.equal((await c.deml.view("submission", [c.id, 0])).size, 1_000n);
    },
  },
  "when it is the first submission of the first epoch that has any": {
    "it starts the epoch's evaluation at its beacon": async () => {
      const c = await submitting({ terms: THREE_EPOCHS });
      c.world.chain.travelTo(c.epochStartsAt(1));
      await c.submit(ALICE, { epoch: 1 });
      const stored = await c.deml.view("epoch", [c.id, 1]);
      assert.deepEqual(stored.map(plain), [0n, 1n, 0n, BigInt(c.unsealAt(1)), 0n]);
      // The first beacon, seven seconds apart from 1,000 seconds before the chain's start, that is 30 seconds after.
      const end = c.terms.registrationEndsAt + 667;
      assert.ok(c.unsealAt(1) >= end + 30 && c.unsealAt(1) < end + 37);
    },
  },
  "when an earlier epoch is evaluated before the epoch's beacon": {
    "it starts the epoch's evaluation at its beacon": async () => {
      const terms = { ...THREE_EPOCHS, commitSecs: 10, revealSecs: 10 };
      const c = await submitting({ terms });
      await c.submit(ALICE);
      c.world.chain.travelTo(c.epochStartsAt(2));
      await c.submit(ALICE, { epoch: 2 });
      const stored = await c.deml.view("epoch", [c.id, 2]);
      assert.deepEqual(stored.map(plain), [1n, 1n, 0n, BigInt(c.unsealAt(2)), 1n]);
    },
  },
  "when an earlier epoch is still evaluated at the epoch's beacon": {
    "it starts the epoch's evaluation where the earlier one ends": async () => {
      const c = await submitting({ terms: { ...THREE_EPOCHS, commitSecs: 2_000 } });
      await c.submit(ALICE);
      const ends = c.unsealAt(0) + 3 * (2_000 + 2 * 50);
      assert.ok(ends > c.unsealAt(1));
      c.world.chain.travelTo(c.epochStartsAt(1));
      await c.submit(ALICE, { epoch: 1 });
      const stored = await c.deml.view("epoch", [c.id, 1]);
      assert.deepEqual(stored.map(plain), [1n, 1n, 0n, BigInt(ends), 1n]);
    },
  },
  "when it is the first submission after 32": {
    "it opens a round and does not move the evaluation's start": async () => {
      const authors = Array.from({ length: 5 }, (_, i) => addressOf(`author ${i}`));
      const c = await submitting({ participants: authors, terms: { maxPerParticipant: 8 } });
      for (let i = 0; i < 32; i++) await c.submit(authors[i % 5]!);
      assert.equal((await c.deml.view("competition", [c.id])).rounds, 1n);
      const { startsAt } = await c.deml.view("epoch", [c.id, 0]);
      await c.submit(authors[0]!);
      assert.equal((await c.deml.view("competition", [c.id])).rounds, 2n);
      const stored = await c.deml.view("epoch", [c.id, 0]);
      assert.deepEqual([stored.count, stored.startsAt], [33n, startsAt]);
    },
  },
  "when the data is a part of the model": {
    "it starts an upload that takes no place": async () => {
      const c = await submitting();
      const { blockNumber } = await c.upload(ALICE, { size: 9, data: DATA });
      const stored = await c.deml.view("participant", [c.id, ALICE]);
      const upload = [1n, 0n, 9n, BigInt(SIZE), BigInt(blockNumber), hashOf(DATA)];
      assert.deepEqual(stored.map(plain), [true, 0n, ...upload]);
      assert.equal((await c.deml.view("competition", [c.id])).submissions, 0n);
    },
    "it emits ModelChunk only": async () => {
      const c = await submitting();
      const { events } = await c.upload(ALICE, { size: 9, data: DATA });
      assert.deepEqual(events.map(({ name }) => name), ["ModelChunk"]);
      assert.deepEqual(events[0]!.args.map(plain), [c.id, ALICE, 1n, 0n, 0n, DATA]);
    },
  },
  "given an unfinished upload": {
    "it drops it and starts the next one": async () => {
      const c = await submitting({ terms: { maxPerParticipant: 1 } });
      await c.upload(ALICE, { size: 9, data: DATA });
      const { events, blockNumber } = await c.submit(ALICE, { data: "0xff" });
      assert.deepEqual(events[0]!.args.map(plain), [c.id, ALICE, 2n, 0n, 0n, "0xff"]);
      const stored = await c.deml.view("submission", [c.id, 0]);
      const values = [hashOf("0xff"), ALICE, 1n, BigInt(blockNumber), 2n, 0n];
      assert.deepEqual(stored.map(plain), values);
      assert.equal((await c.deml.view("participant", [c.id, ALICE])).submissions, 1n);
    },
  },
});
