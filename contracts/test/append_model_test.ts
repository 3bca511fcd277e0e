import assert from "node:assert/strict";
import { EMPTY_UPLOAD, nextUploadHash } from "../../core/protocol/commitment.ts";
import { fromHex } from "../../core/protocol/codec.ts";
import type { Hex } from "../../core/protocol/types.ts";
import { ALICE, BOB, EVE } from "./support/actors.ts";
import type { Competition } from "./support/competition.ts";
import { openOnly } from "./support/guards.ts";
import { enrolled, MINERS, submitting } from "./support/phases.ts";
import { expectRevert, plain } from "./support/revert.ts";
import { describe } from "./support/tree.ts";

const CHUNKS = ["0x0102", "0x030405", "0x06"] as const;
const SIZE = 6;

/** The running hash over chunks. */
function hashOf(...chunks: Hex[]): Hex {
  return chunks.reduce(
    (hash, chunk) => nextUploadHash(hash, fromHex(chunk, { max: 1_000 })),
    EMPTY_UPLOAD,
  );
}

/** Alice has begun an upload of three chunks. */
async function uploading(terms = {}): Promise<Competition> {
  const c = await submitting({ terms });
  await c.upload(ALICE, { size: SIZE, data: CHUNKS[0] });
  return c;
}

describe(import.meta.url, {
  ...openOnly((deml, id) => deml.send("appendModel", [id, 2, CHUNKS[1]], { from: ALICE })),
  "when somebody else than a participant appends": {
    "it reverts with DeML_NotParticipant": async () => {
      const c = await uploading();
      for (const who of [EVE, MINERS[0]!]) {
        const call = c.append(who, { offset: 2, data: CHUNKS[1] });
        await expectRevert(call, "DeML_NotParticipant", [who]);
      }
    },
  },
  "given that registration is open": {
    "it reverts with DeML_TooEarly until its last second": async () => {
      const c = await enrolled();
      const { registrationEndsAt } = c.terms;
      c.world.chain.travelTo(registrationEndsAt - 1);
      const call = c.append(ALICE, { offset: 0, data: CHUNKS[0] });
      await expectRevert(call, "DeML_TooEarly", [registrationEndsAt - 1, registrationEndsAt]);
    },
  },
  "given that submissions ended": {
    "it reverts with DeML_TooLate from the first second on": async () => {
      const c = await uploading();
      const { submissionEndsAt } = c.terms;
      c.world.chain.travelTo(submissionEndsAt);
      const call = c.append(ALICE, { offset: 2, data: CHUNKS[1] });
      await expectRevert(call, "DeML_TooLate", [submissionEndsAt, submissionEndsAt]);
    },
  },
  "given that the upload's epoch ended": {
    "it reverts with DeML_WrongEpoch from the first second on (I12)": async () => {
      const c = await uploading({ epochs: 3 });
      c.world.chain.travelTo(c.epochEndsAt(0));
      const call = c.append(ALICE, { offset: 2, data: CHUNKS[1] });
      await expectRevert(call, "DeML_WrongEpoch", [0, 1]);
    },
  },
  "given fewer miners than minReveals": {
    "it reverts with DeML_NotEnoughMiners": async () => {
      const c = await submitting({ miners: MINERS.slice(0, 1) });
      const call = c.append(ALICE, { offset: 0, data: CHUNKS[0] });
      await expectRevert(call, "DeML_NotEnoughMiners", [1, 2]);
    },
  },
  "given that the epoch's beacon is posted": {
    "it reverts with DeML_BeaconAlreadyPosted (I12)": async () => {
      const c = await uploading();
      await c.postBeacon();
      const call = c.append(ALICE, { offset: 2, data: CHUNKS[1] });
      await expectRevert(call, "DeML_BeaconAlreadyPosted", [c.unsealRound()]);
    },
  },
  "given no upload": {
    "it reverts with DeML_ChunkOutOfRange": async () => {
      const c = await uploading();
      const call = c.append(BOB, { offset: 0, data: CHUNKS[0] });
      await expectRevert(call, "DeML_ChunkOutOfRange", [2, 1, 0]);
    },
  },
  "given a finished upload": {
    "it reverts with DeML_ChunkOutOfRange": async () => {
      const c = await submitting();
      await c.submit(ALICE, { data: CHUNKS[0] });
      const call = c.append(ALICE, { offset: 2, data: CHUNKS[1] });
      await expectRevert(call, "DeML_ChunkOutOfRange", [3, 1, 0]);
    },
  },
  "when the offset is not what has arrived": {
    "it reverts with DeML_WrongOffset": async () => {
      const c = await uploading();
      for (const offset of [0, 1, 3, SIZE]) {
        const call = c.append(ALICE, { offset, data: CHUNKS[1] });
        await expectRevert(call, "DeML_WrongOffset", [offset, 2]);
      }
    },
  },
  "when the data is empty": {
    "it reverts with DeML_ChunkOutOfRange": async () => {
      const c = await uploading();
      const call = c.append(ALICE, { offset: 2, data: "0x" });
      await expectRevert(call, "DeML_ChunkOutOfRange", [0, 1, SIZE - 2]);
    },
  },
  "when the data goes past the size": {
    "it reverts with DeML_ChunkOutOfRange": async () => {
      const c = await uploading();
      const call = c.append(ALICE, { offset: 2, data: "0x0304050607" });
      await expectRevert(call, "DeML_ChunkOutOfRange", [SIZE - 1, 1, SIZE - 2]);
    },
  },
  "when more data is to come": {
    "it keeps what has arrived and takes no place": async () => {
      const c = await uploading();
      const { blockNumber } = await c.append(ALICE, { offset: 2, data: CHUNKS[1] });
      const stored = await c.deml.view("participant", [c.id, ALICE]);
      const hash = hashOf(CHUNKS[0], CHUNKS[1]);
      const upload = [1n, 0n, BigInt(SIZE), 5n, BigInt(blockNumber), hash];
      assert.deepEqual(stored.map(plain), [true, 0n, ...upload]);
      assert.deepEqual(c.counts, [0]);
    },
    "it emits ModelChunk with the block of the chunk before": async () => {
      const c = await submitting();
      const first = await c.upload(ALICE, { size: SIZE, data: CHUNKS[0] });
      const second = await c.append(ALICE, { offset: 2, data: CHUNKS[1] });
      assert.deepEqual(second.events.map(({ name }) => name), ["ModelChunk"]);
      const values = [c.id, ALICE, 1n, 2n, BigInt(first.blockNumber), CHUNKS[1]];
      assert.deepEqual(second.events[0]!.args.map(plain), values);
    },
  },
  "when it is the last data, in the epoch's last second": {
    "it becomes the next submission in order of completion": async () => {
      const c = await uploading();
      await c.submit(BOB);
      await c.append(ALICE, { offset: 2, data: CHUNKS[1] });
      c.world.chain.travelTo(c.epochEndsAt(0) - 1);
      const last = await c.append(ALICE, { offset: 5, data: CHUNKS[2] });
      const stored = await c.deml.view("submission", [c.id, 1]);
      const values = [hashOf(...CHUNKS), ALICE, BigInt(SIZE), BigInt(last.blockNumber), 1n, 0n];
      assert.deepEqual(stored.map(plain), values);
      assert.equal((await c.deml.view("submission", [c.id, 0])).author.toLowerCase(), BOB);
      assert.deepEqual(c.counts, [2]);
    },
    "it emits ModelChunk and ModelSubmitted": async () => {
      const c = await uploading();
      const second = await c.append(ALICE, { offset: 2, data: CHUNKS[1] });
      const { events } = await c.append(ALICE, { offset: 5, data: CHUNKS[2] });
      assert.deepEqual(events.map(({ name }) => name), ["ModelChunk", "ModelSubmitted"]);
      const chunk = [c.id, ALICE, 1n, 5n, BigInt(second.blockNumber), CHUNKS[2]];
      assert.deepEqual(events[0]!.args.map(plain), chunk);
      const submission = [c.id, 0n, ALICE, 0n, BigInt(SIZE), hashOf(...CHUNKS)];
      assert.deepEqual(events[1]!.args.map(plain), submission);
    },
  },
  "when uploads of two authors interleave": {
    "it keeps them apart": async () => {
      const c = await uploading();
      await c.upload(BOB, { size: 4, data: "0xaaaa" });
      await c.append(ALICE, { offset: 2, data: "0x03040506" });
      await c.append(BOB, { offset: 2, data: "0xbbbb" });
      const hashes = [hashOf(CHUNKS[0], "0x03040506"), hashOf("0xaaaa", "0xbbbb")];
      for (const [number, hash] of hashes.entries()) {
        assert.equal((await c.deml.view("submission", [c.id, number])).hash, hash);
      }
    },
  },
});
