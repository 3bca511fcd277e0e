import assert from "node:assert/strict";
import { Reader, WireType, Writer } from "./wire.ts";

function reader(...bytes: number[]): Reader {
  return new Reader(Uint8Array.from(bytes));
}

function written(write: (writer: Writer) => void): number[] {
  const writer = new Writer();
  write(writer);
  return [...writer.finish()];
}

// Pairs from protobuf's own encoder (google.protobuf.internal.encoder).
const INTEGERS: [number | bigint, number[]][] = [
  [0, [0]],
  [1, [1]],
  [127, [127]],
  [128, [128, 1]],
  [300, [172, 2]],
  [2 ** 28, [128, 128, 128, 128, 1]],
  [2 ** 31, [128, 128, 128, 128, 8]],
  [2 ** 32, [128, 128, 128, 128, 16]],
  [2 ** 35 - 1, [255, 255, 255, 255, 127]],
  [2 ** 35, [128, 128, 128, 128, 128, 1]],
  [Number.MAX_SAFE_INTEGER, [255, 255, 255, 255, 255, 255, 255, 15]],
  [2n ** 53n, [128, 128, 128, 128, 128, 128, 128, 16]],
  [2n ** 63n - 1n, [255, 255, 255, 255, 255, 255, 255, 255, 127]],
  [-1, [255, 255, 255, 255, 255, 255, 255, 255, 255, 1]],
  [-(2 ** 32) - 1, [255, 255, 255, 255, 239, 255, 255, 255, 255, 1]],
  [Number.MIN_SAFE_INTEGER, [129, 128, 128, 128, 128, 128, 128, 240, 255, 1]],
  [-(2n ** 53n), [128, 128, 128, 128, 128, 128, 128, 240, 255, 1]],
  [-(2n ** 63n), [128, 128, 128, 128, 128, 128, 128, 128, 128, 1]],
];

Deno.test("int64 reads and writes the bytes of protobuf's own encoder", () => {
  for (const [value, bytes] of INTEGERS) {
    assert.deepEqual(written((writer) => writer.int64(value)), bytes, `${value}`);
    const input = reader(...bytes);
    assert.equal(input.int64(), value);
    assert.equal(input.position, bytes.length);
  }
});

Deno.test("int64 takes small bigints too and writes them like numbers", () => {
  assert.deepEqual(written((writer) => writer.int64(-5n)), written((writer) => writer.int64(-5)));
});

Deno.test("uint64 reads the upper half as positive", () => {
  assert.equal(reader(...Array(9).fill(255), 1).uint64(), 2n ** 64n - 1n);
  assert.equal(reader(172, 2).uint64(), 300);
  assert.deepEqual(written((w) => w.int64(2n ** 64n - 1n)), [...Array(9).fill(255), 1]);
});

Deno.test("int64 refuses to write what is not an exact 64-bit integer", () => {
  for (const value of [0.5, NaN, Infinity, 2 ** 53, 2n ** 64n, -(2n ** 63n) - 1n]) {
    assert.throws(() => new Writer().int64(value), RangeError, `${value}`);
  }
});

Deno.test("int64 survives reading and writing, with random bit patterns", () => {
  let state = 1n;
  for (let i = 0; i < 5000; i++) {
    state = BigInt.asUintN(64, state * 6364136223846793005n + 1442695040888963407n);
    const value = BigInt.asIntN(64, state) >> BigInt(i % 64);
    const read = new Reader(Uint8Array.from(written((writer) => writer.int64(value)))).int64();
    assert.equal(BigInt(read), value);
    assert.equal(typeof read, Number.isSafeInteger(Number(value)) ? "number" : "bigint");
  }
});

Deno.test("varints that are overlong, too large or cut off are refused", () => {
  const cases: [number[], RegExp][] = [
    [[], /at byte 0, a varint is cut off/],
    [[128], /cut off/],
    [[128, 0], /longer than it needs to be/],
    [[255, 255, 255, 255, 0], /longer than it needs to be/],
    [[...Array(9).fill(128), 0], /longer than it needs to be/],
    [[...Array(9).fill(255), 2], /does not fit into 64 bits/],
    [[...Array(9).fill(255), 127], /does not fit into 64 bits/],
    [Array(10).fill(255), /longer than 10 bytes/],
    [Array(11).fill(128), /longer than 10 bytes/],
  ];
  for (const [bytes, message] of cases) {
    assert.throws(() => reader(...bytes).int64(), { name: "SyntaxError", message }, `${bytes}`);
  }
});

Deno.test("int32 refuses values beyond 32 bits instead of cutting them off", () => {
  assert.equal(reader(255, 255, 255, 255, 7).int32(), 2 ** 31 - 1);
  assert.equal(reader(128, 128, 128, 128, 248, 255, 255, 255, 255, 1).int32(), -(2 ** 31));
  for (const value of [2 ** 31, -(2 ** 31) - 1, 2n ** 62n]) {
    const bytes = written((writer) => writer.int64(value));
    assert.throws(() => reader(...bytes).int32(), /does not fit the 32-bit integer/);
  }
});

Deno.test("tags without field number and of groups are refused", () => {
  assert.equal(reader(0o12).tag(), 8 + WireType.LENGTH);
  assert.throws(() => reader(WireType.LENGTH).tag(), /no valid field number/);
  assert.throws(() => reader(128, 128, 128, 128, 16).tag(), /no valid field number/);
  for (const wireType of [3, 4, 6, 7]) {
    assert.throws(() => reader(8 + wireType).tag(), new RegExp(`wire type ${wireType}`));
  }
});

Deno.test("lengths that reach past the end are refused before anything is read", () => {
  assert.throws(
    () => reader(3, 1, 2).bytes(),
    /length of 3 bytes is announced, but only 2 are left/,
  );
  assert.throws(() => reader(255, 255, 255, 255, 15, 1).bytes(), /4294967295/);
  assert.throws(() => reader(...Array(9).fill(255), 1).string(), SyntaxError);
  const nested = reader(2, 1, 2, 3);
  nested.limit = 2;
  assert.throws(() => nested.bytes(), /only 1 are left/);
});

Deno.test("floats and doubles keep their bits, and cut-off ones are refused", () => {
  const floats = [0, -0, 1, 2 ** -149, 3.4028234663852886e38, -Infinity];
  for (const value of floats) {
    assert.equal(reader(...written((writer) => writer.float(value))).float(), value);
  }
  for (const value of [...floats, 0.1, 5e-324, Number.MAX_VALUE]) {
    assert.equal(reader(...written((writer) => writer.double(value))).double(), value);
  }
  assert.deepEqual(written((writer) => writer.float(1)), [0, 0, 128, 63]);
  assert.throws(() => reader(0, 0, 128).float(), /4 bytes are expected, but only 3 are left/);
  assert.throws(() => reader(0, 0, 0, 0, 0, 0, 0).double(), /8 bytes are expected/);
});

Deno.test("texts survive, whatever their length and script", () => {
  const texts = ["", "x", "a".repeat(32), "a".repeat(33), "ä漢😀", "\ufeffbom\0", "é".repeat(900)];
  for (const text of texts) {
    const bytes = written((writer) => writer.string(text));
    assert.equal(reader(...bytes).string(), text);
  }
});

Deno.test("invalid UTF-8 is refused in both directions", () => {
  for (const bytes of [[1, 128], [2, 0xc0, 0x80], [3, 0xed, 0xa0, 0x80]]) {
    assert.throws(() => reader(...bytes).string(), /at byte 0, a text is not valid UTF-8/);
  }
  assert.throws(() => new Writer().string("\ud800"), TypeError);
});

Deno.test("skip covers each wire type and returns the bytes with their tag", () => {
  const values = [[8, 172, 2], [9, 1, 2, 3, 4, 5, 6, 7, 8], [10, 2, 7, 7], [13, 1, 2, 3, 4]];
  for (const bytes of values) {
    const input = reader(...bytes, 99);
    assert.deepEqual([...input.skip(input.tag(), 0)], bytes);
    assert.equal(input.position, bytes.length);
    const short = reader(...bytes.slice(0, -1));
    assert.throws(() => short.skip(short.tag(), 0), SyntaxError);
  }
});

Deno.test("Writer puts what comes later in front and grows as needed", () => {
  const bytes = written((writer) => {
    writer.raw(new Uint8Array(5000).fill(7));
    writer.bytes(Uint8Array.of(1, 2));
    writer.tag(1, WireType.LENGTH);
  });
  assert.deepEqual(bytes, [10, 2, 1, 2, ...Array(5000).fill(7)]);
});
