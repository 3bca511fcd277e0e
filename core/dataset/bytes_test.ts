import assert from "node:assert/strict";
import { gzipSync } from "node:zlib";
import { createHash } from "node:crypto";
import { bounded, digested, gunzip, InvalidData } from "./bytes.ts";
import { collect, pieces, random } from "./testing.ts";

const what = "test file";
const next = random(7);
const CONTENT = Uint8Array.from({ length: 70_000 }, () => Math.floor(next() * 50));
const ZIPPED = new Uint8Array(gzipSync(CONTENT));

Deno.test("bounded() passes exactly as many bytes as allowed", async () => {
  assert.deepEqual(
    await collect(bounded(pieces("12345", 2), { maxBytes: 5, what })),
    bytes("12345"),
  );
  await assert.rejects(
    collect(bounded(pieces("123456", 2), { maxBytes: 5, what })),
    /^InvalidData: test file: expected at most 5 bytes, got more$/,
  );
});

Deno.test("digested() compares the SHA-256 at the end", async () => {
  const expected = createHash("sha256").update(CONTENT).digest("hex");
  assert.deepEqual(await collect(digested(pieces(CONTENT, 999), { expected, what })), CONTENT);
  await assert.rejects(
    collect(digested(pieces(CONTENT.subarray(1)), { expected, what })),
    (error) => error instanceof InvalidData && error.message.includes(expected),
  );
});

Deno.test("gunzip() unzips whatever the pieces", async () => {
  for (const size of [1000, 4096, Infinity]) {
    assert.deepEqual(await collect(gunzip(pieces(ZIPPED, size), { what })), CONTENT);
  }
  const small = new Uint8Array(gzipSync("hello"));
  for (let size = 1; size <= small.length; size++) {
    assert.deepEqual(await collect(gunzip(pieces(small, size), { what })), bytes("hello"));
  }
  assert.equal((await collect(gunzip(pieces(new Uint8Array(gzipSync(""))), { what }))).length, 0);
});

Deno.test("gunzip() refuses a file that is cut off anywhere", async () => {
  const small = new Uint8Array(gzipSync("hello, hello, hello"));
  for (let length = 0; length < small.length; length++) {
    const cut = small.subarray(0, length);
    await assert.rejects(collect(gunzip(pieces(cut), { what })), InvalidData, `${length} bytes`);
  }
  for (const length of [ZIPPED.length - 1, ZIPPED.length - 8, ZIPPED.length - 1000]) {
    await assert.rejects(collect(gunzip(pieces(ZIPPED.subarray(0, length), 777), { what })), {
      name: "InvalidData",
    });
  }
});

Deno.test("gunzip() refuses damage, trailing bytes and other formats", async () => {
  const damaged = ZIPPED.slice();
  damaged[ZIPPED.length >> 1]! ^= 0x10;
  for (const bad of [damaged, Uint8Array.of(...ZIPPED, 1), CONTENT]) {
    await assert.rejects(collect(gunzip(pieces(bad, 4096), { what })), InvalidData);
  }
});

Deno.test("gunzip() unzips a bomb in pieces, however it comes, and stops when its reader does", async () => {
  const bomb = new Uint8Array(gzipSync(new Uint8Array(96 * 2 ** 20)));
  let total = 0;
  for await (const chunk of gunzip(pieces(bomb), { what })) {
    assert.ok(chunk.length <= 1032 * 16 * 1024, `${chunk.length} bytes at once`);
    total += chunk.length;
  }
  assert.equal(total, 96 * 2 ** 20);
  const cut = gunzip(pieces(bomb), { what });
  await assert.rejects(async () => {
    for await (const _ of bounded(cut, { maxBytes: 1000, what }));
  }, /at most 1000 bytes, got more$/);
});

Deno.test("gunzip() takes no failure of the decompressor for damage", async () => {
  const { DecompressionStream } = globalThis;
  for (const failure of [new RangeError("Array buffer allocation failed"), new Error("odd")]) {
    globalThis.DecompressionStream = class extends TransformStream {
      constructor() {
        super({
          transform() {
            throw failure;
          },
        });
      }
    } as unknown as typeof DecompressionStream;
    try {
      const read = collect(gunzip(pieces(ZIPPED), { what }));
      await assert.rejects(read, (error) => error === failure);
    } finally {
      globalThis.DecompressionStream = DecompressionStream;
    }
  }
});

Deno.test("gunzip() lets a failure of its source through as it is", async () => {
  const failure = new Error("gateway down");
  async function* failing() {
    yield* pieces(ZIPPED.subarray(0, 5000), 1000);
    throw failure;
  }
  await assert.rejects(collect(gunzip(failing(), { what })), (error) => error === failure);
});

Deno.test("gunzip() ends its source when the reader stops early", async () => {
  let ended = false;
  async function* endless() {
    try {
      for (;;) yield* pieces(ZIPPED, 1000);
    } finally {
      ended = true;
    }
  }
  for await (const _ of gunzip(endless(), { what })) break;
  for (let i = 0; i < 100 && !ended; i++) await new Promise((done) => setTimeout(done, 1));
  assert.ok(ended);
});

function bytes(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}
