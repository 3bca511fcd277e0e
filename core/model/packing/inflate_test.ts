import assert from "node:assert/strict";
import * as zlib from "node:zlib";
import { deflate } from "pako";
import { inflateModel, MAX_MODEL_BYTES } from "./inflate.ts";
import { InvalidModel } from "../invalid.ts";
import { packModel } from "./pack.ts";

/** A small seeded generator (mulberry32): values 0..1. */
function random(seed: number): () => number {
  return () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

function bytesOf(length: number, seed = 1): Uint8Array {
  const next = random(seed);
  return Uint8Array.from({ length }, () => Math.floor(next() * 256));
}

function fails(packed: Uint8Array, code: string, maxBytes?: number): void {
  const options = maxBytes === undefined ? {} : { maxBytes };
  assert.throws(
    () => inflateModel(packed, options),
    (error) => error instanceof InvalidModel && error.code === code,
    `expected ${code}`,
  );
}

Deno.test("inflateModel() gives back what packModel() and zlib itself packed", () => {
  for (const length of [1, 2, 100, 65_535, 65_536, 65_537, 131_072, 300_000]) {
    for (const bytes of [bytesOf(length, length), new Uint8Array(length)]) {
      assert.deepEqual(inflateModel(packModel(bytes)), bytes);
      for (const level of [0, 1, 9]) {
        assert.deepEqual(inflateModel(new Uint8Array(zlib.deflateSync(bytes, { level }))), bytes);
      }
      assert.deepEqual(new Uint8Array(zlib.inflateSync(packModel(bytes))), bytes);
    }
  }
});

Deno.test("inflateModel() refuses every truncation of a stream", () => {
  const packed = packModel(bytesOf(500));
  for (let length = 0; length < packed.length; length++) {
    fails(packed.subarray(0, length), "truncated-stream");
  }
});

Deno.test("inflateModel() refuses a large truncated stream, also at a slice's border", () => {
  const packed = packModel(new Uint8Array(4 * 65_536));
  for (let length = 2; length < packed.length; length++) {
    fails(packed.subarray(0, length), "truncated-stream");
  }
});

Deno.test("inflateModel() never answers with other bytes for a flipped bit", () => {
  const bytes = bytesOf(300);
  const packed = packModel(bytes);
  for (let bit = 0; bit < packed.length * 8; bit++) {
    const bad = packed.slice();
    bad[bit >> 3]! ^= 1 << (bit & 7);
    let got: Uint8Array | undefined;
    try {
      got = inflateModel(bad);
    } catch (error) {
      assert.ok(error instanceof InvalidModel, String(error));
    }
    // Bits outside the check (level hint, padding) may differ without any effect.
    if (got !== undefined) assert.deepEqual(got, bytes);
  }
});

Deno.test("inflateModel() refuses a wrong checksum", () => {
  const packed = packModel(bytesOf(50));
  packed[packed.length - 1]! ^= 1;
  fails(packed, "corrupt-stream");
});

Deno.test("inflateModel() refuses bytes after the end, another stream included", () => {
  const packed = packModel(bytesOf(50));
  fails(Uint8Array.of(...packed, 0), "trailing-bytes");
  fails(Uint8Array.of(...packed, ...packed), "trailing-bytes");
});

Deno.test("inflateModel() refuses other containers and a preset dictionary", () => {
  const bytes = bytesOf(200);
  fails(new Uint8Array(zlib.gzipSync(bytes)), "not-zlib");
  fails(new Uint8Array(zlib.deflateRawSync(bytes)), "not-zlib");
  fails(new TextEncoder().encode("PK, not a model"), "not-zlib");
  fails(Uint8Array.of(0x78, 0x9d, ...zlib.deflateRawSync(bytes)), "not-zlib");
  const dictionary = bytes.subarray(0, 64);
  fails(deflate(bytes, { dictionary }), "preset-dictionary");
});

Deno.test("inflateModel() stops at the cap, exactly", () => {
  const packed = packModel(new Uint8Array(100_000));
  assert.equal(inflateModel(packed, { maxBytes: 100_000 }).length, 100_000);
  fails(packed, "inflates-too-large", 99_999);
});

Deno.test("inflateModel() stops a zip bomb at 16 MiB", () => {
  const zeros = new Uint8Array(64 * 1024 * 1024);
  const bomb = new Uint8Array(zlib.deflateSync(zeros, { level: 9 }));
  assert.ok(bomb.length < 70_000);
  fails(bomb, "inflates-too-large");
  assert.equal(inflateModel(packModel(zeros.subarray(0, MAX_MODEL_BYTES))).length, MAX_MODEL_BYTES);
});

Deno.test("packModel() refuses what no miner would inflate", () => {
  assert.throws(() => packModel(new Uint8Array(0)), RangeError);
  assert.throws(() => packModel(new Uint8Array(MAX_MODEL_BYTES + 1)), RangeError);
});
