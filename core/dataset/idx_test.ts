import assert from "node:assert/strict";
import { InvalidData } from "./bytes.ts";
import { readIdx } from "./idx.ts";
import { idxFile, pieces } from "./testing.ts";

const VALUES = Uint8Array.from({ length: 3 * 4 * 5 }, (_, i) => (7 * i) & 255);
const FILE = idxFile([3, 4, 5], VALUES);
const SHAPE = { rows: 3, features: 20, what: "test inputs" };

function fails(file: Uint8Array, message: string, shape = SHAPE) {
  return assert.rejects(
    readIdx(pieces(file, 7), shape),
    (error) => error instanceof InvalidData && error.message === `test inputs: ${message}`,
  );
}

Deno.test("readIdx() reads the values whatever the pieces", async () => {
  for (let size = 1; size <= FILE.length; size++) {
    assert.deepEqual(await readIdx(pieces(FILE, size), SHAPE), VALUES);
  }
  const labels = idxFile([60], VALUES);
  const shape = { rows: 60, features: 1, what: "test labels" };
  assert.deepEqual(await readIdx(pieces(labels), shape), VALUES);
});

Deno.test("readIdx() refuses another format, type or shape", async () => {
  await fails(
    new TextEncoder().encode("label,pixel"),
    "expected an IDX file of uint8 (00 00 08 ..), got 6c 61 62 65",
  );
  const floats = FILE.slice();
  floats[2] = 0x0d;
  await fails(floats, "expected an IDX file of uint8 (00 00 08 ..), got 00 00 0d 03");
  const none = FILE.slice();
  none[3] = 0;
  await fails(none, "expected an IDX file of uint8 (00 00 08 ..), got 00 00 08 00");
  await fails(FILE, "expected 4 rows, got 3", { ...SHAPE, rows: 4 });
  await fails(FILE, "expected 21 values a row, got 20 (3,4,5)", { ...SHAPE, features: 21 });
});

Deno.test("readIdx() refuses a file that is cut off or has more", async () => {
  for (let length = 0; length < FILE.length; length++) {
    await assert.rejects(readIdx(pieces(FILE.subarray(0, length)), SHAPE), InvalidData);
  }
  await fails(FILE.subarray(0, 66), "expected 60 values, got 50; it is cut off");
  await fails(Uint8Array.of(...FILE, 0), "expected 60 values, got more");
});
