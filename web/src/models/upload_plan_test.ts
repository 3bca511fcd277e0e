import assert from "node:assert/strict";
import type { Upload } from "../../../core/chain/types.ts";
import { EMPTY_UPLOAD, nextUploadHash } from "../../../core/protocol/commitment.ts";
import { changed, hashOf, planUpload } from "./upload_plan.ts";

const CHUNK = 120_000;
const ACCOUNT = `0x${"a1".repeat(20)}` as const;
const PACKED = Uint8Array.from({ length: 2 * CHUNK + 5 }, (_, i) => i * 7 % 251);

/** What the chain has after the first chunk of these bytes. */
function uploadOf(packed: Uint8Array) {
  const hash = nextUploadHash(EMPTY_UPLOAD, packed.subarray(0, CHUNK));
  return { epoch: 1, size: packed.length, received: CHUNK, lastBlock: 9, hash };
}

/** The plan of an account that has this upload. */
function plan(
  packed: Uint8Array,
  { epoch, upload }: { epoch: number; upload?: Upload | undefined },
) {
  const participant = { registered: true, submissions: 1, uploads: 2, upload };
  return planUpload(packed, { epoch, account: ACCOUNT, participant });
}

Deno.test("planUpload() cuts into chunks that nodes pass on", () => {
  const { chunks, sent, payload, account, submissions } = plan(PACKED, { epoch: 1 });
  assert.deepEqual(chunks.map(({ offset, data }) => [offset, data.length]), [
    [0, CHUNK],
    [CHUNK, CHUNK],
    [2 * CHUNK, 5],
  ]);
  assert.deepEqual([sent, payload, account, submissions], [0, PACKED, ACCOUNT, 1]);
});

Deno.test("planUpload() goes on with the same bytes", () => {
  assert.equal(plan(PACKED, { epoch: 1, upload: uploadOf(PACKED) }).sent, 1);
});

Deno.test("planUpload() starts again for anything else", () => {
  const upload = uploadOf(PACKED);
  const other = PACKED.slice();
  other[CHUNK - 1]! ^= 1;
  const cases = {
    "other bytes of the same size": [other, { epoch: 1, upload }],
    "another epoch": [PACKED, { epoch: 2, upload }],
    "another size": [PACKED.subarray(0, -1), { epoch: 1, upload }],
    "chunks of another size": [PACKED, { epoch: 1, upload: { ...upload, received: 1000 } }],
    "another hash": [PACKED, { epoch: 1, upload: { ...upload, hash: EMPTY_UPLOAD } }],
  } as const;
  for (const [name, [packed, on]] of Object.entries(cases)) {
    assert.equal(plan(packed, on).sent, 0, name);
  }
});

Deno.test("changed() names what costs more than what was confirmed, and nothing else", () => {
  const confirmed = { ...plan(PACKED, { epoch: 1 }), sent: 1 };
  assert.equal(changed(confirmed, confirmed), undefined);
  assert.equal(changed(confirmed, { ...confirmed, sent: 2 }), undefined);
  const other = `0x${"b2".repeat(20)}` as const;
  assert.match(changed(confirmed, { ...confirmed, account: other })!, /changed to another account/);
  assert.match(changed(confirmed, { ...confirmed, epoch: 2 })!, /epoch has ended/);
  assert.match(changed(confirmed, { ...confirmed, sent: 0 })!, /took the place/);
  assert.match(changed(confirmed, { ...confirmed, submissions: 2 })!, /another model meanwhile/);
  const begun = { ...confirmed, sent: 0 };
  assert.equal(changed(begun, begun), undefined);
  assert.match(changed(begun, { ...begun, uploads: 3 })!, /begun to take another upload/);
  assert.equal(changed(begun, { ...begun, uploads: 3, sent: 1 }), undefined);
  const seal = { round: 5, publicKey: "0x12", opensAt: 9, drand: false } as const;
  const sealed = { ...confirmed, seal };
  assert.equal(changed(sealed, { ...sealed, seal: { ...seal } }), undefined);
  for (const change of [{ round: 6 }, { publicKey: "0x13" as const }]) {
    const next = { ...sealed, seal: { ...seal, ...change } };
    assert.match(changed(sealed, next)!, /another beacon than before/);
  }
});

Deno.test("hashOf() is the running hash of all chunks", () => {
  const { chunks } = plan(PACKED.subarray(0, CHUNK + 1), { epoch: 1 });
  const first = nextUploadHash(EMPTY_UPLOAD, PACKED.subarray(0, CHUNK));
  assert.equal(hashOf(chunks), nextUploadHash(first, PACKED.subarray(CHUNK, CHUNK + 1)));
});
