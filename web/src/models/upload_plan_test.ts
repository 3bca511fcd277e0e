import assert from "node:assert/strict";
import { EMPTY_UPLOAD, nextUploadHash } from "../../../core/protocol/commitment.ts";
import { planUpload } from "./upload_plan.ts";

const CHUNK = 120_000;
const PACKED = Uint8Array.from({ length: 2 * CHUNK + 5 }, (_, i) => i * 7 % 251);

/** What the chain has after the first chunk of these bytes. */
function uploadOf(packed: Uint8Array) {
  const hash = nextUploadHash(EMPTY_UPLOAD, packed.subarray(0, CHUNK));
  return { epoch: 1, size: packed.length, received: CHUNK, lastBlock: 9, hash };
}

Deno.test("planUpload() cuts into chunks that nodes pass on", () => {
  const { chunks, sent, size } = planUpload(PACKED, { epoch: 1, upload: undefined });
  assert.deepEqual(chunks.map(({ offset, data }) => [offset, data.length]), [
    [0, CHUNK],
    [CHUNK, CHUNK],
    [2 * CHUNK, 5],
  ]);
  assert.deepEqual([sent, size], [0, PACKED.length]);
});

Deno.test("planUpload() goes on with the same bytes", () => {
  assert.equal(planUpload(PACKED, { epoch: 1, upload: uploadOf(PACKED) }).sent, 1);
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
    assert.equal(planUpload(packed, on).sent, 0, name);
  }
});
