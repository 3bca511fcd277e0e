import assert from "node:assert/strict";
import { encodeFrame, FrameReader } from "./frames.ts";

/** A stream that gives bytes in pieces of one size. */
function streamOf(bytes: Uint8Array, piece = bytes.length): ReadableStream<Uint8Array> {
  return ReadableStream.from((function* () {
    for (let at = 0; at < bytes.length; at += piece) yield bytes.subarray(at, at + piece);
  })());
}

function join(...parts: Uint8Array[]): Uint8Array {
  return new Uint8Array(parts.flatMap((part) => [...part]));
}

Deno.test("frames come out as they went in, however they are cut", async () => {
  const bytes = join(encodeFrame({ a: "ü" }), Uint8Array.of(1, 2, 3), encodeFrame([null]));
  for (let piece = 1; piece <= bytes.length; piece++) {
    const reader = new FrameReader(streamOf(bytes, piece));
    assert.deepEqual(await reader.head(100), { a: "ü" });
    assert.deepEqual(await reader.bytes(3), Uint8Array.of(1, 2, 3));
    assert.deepEqual(await reader.head(100), [null]);
    assert.equal(await reader.head(100), undefined);
  }
});

Deno.test("a head is no longer than its reader allows, and nothing of it is read", async () => {
  const frame = encodeFrame("12345678"); // 10 bytes with its quotes
  assert.equal(await new FrameReader(streamOf(frame)).head(10), "12345678");
  await assert.rejects(
    new FrameReader(streamOf(frame)).head(9),
    /RangeError: frame: .* at most 9 bytes, got 10/,
  );
  await assert.rejects(
    new FrameReader(streamOf(Uint8Array.of(255, 255, 255, 255))).head(4_096),
    RangeError,
  );
});

Deno.test("a frame that is cut off, or no JSON, is an error", async () => {
  const frame = encodeFrame({ kind: "ready" });
  for (let length = 1; length < frame.length; length++) {
    const reader = new FrameReader(streamOf(frame.subarray(0, length)));
    await assert.rejects(reader.head(100), SyntaxError, `${length} bytes`);
  }
  for (const body of [[0x7b], [0xff, 0xfe], []]) {
    const bytes = Uint8Array.of(0, 0, 0, body.length, ...body);
    await assert.rejects(new FrameReader(streamOf(bytes)).head(100), SyntaxError);
  }
});
