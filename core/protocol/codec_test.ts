import assert from "node:assert/strict";
import { AbiCoder, solidityPacked, toBeHex } from "ethers";
import {
  ABSTAIN,
  bits,
  decodeRoundId,
  decodeScores,
  encodeRoundId,
  encodeScores,
  fromHex,
  MAX_SCORE,
  ROUND_SIZE,
  toHex,
  toWord,
  word,
} from "./codec.ts";
import { seededRandom } from "./testing/random.ts";

Deno.test("encodeScores() packs as Solidity packs uint32", () => {
  const random = seededRandom(5);
  for (let size = 1; size <= ROUND_SIZE; size++) {
    const scores = Array.from({ length: size }, () => random.int(0, ABSTAIN));
    const packed = encodeScores(scores);
    assert.equal(toHex(packed), solidityPacked(scores.map(() => "uint32"), scores));
    assert.deepEqual(decodeScores(packed), scores);
  }
});

Deno.test("encodeScores() takes 0, 100 % and abstention, and nothing beyond", () => {
  assert.equal(toHex(encodeScores([0, MAX_SCORE, ABSTAIN])), "0x00000000000186a0000186a1");
  for (const score of [-1, ABSTAIN + 1, 0.5, NaN, Infinity]) {
    assert.throws(() => encodeScores([score]), {
      name: "RangeError",
      message: `a score must be a whole number from 0 to 100001, not ${score}`,
    });
  }
});

Deno.test("scores of an empty or too long round are refused", () => {
  assert.throws(() => encodeScores([]), RangeError);
  assert.throws(() => encodeScores(new Array(33).fill(1)), RangeError);
  for (const length of [0, 3, 5, 129, 132]) {
    assert.throws(() => decodeScores(new Uint8Array(length)), RangeError, `${length} bytes`);
  }
});

Deno.test("decodeScores() refuses a value above 100001", () => {
  assert.throws(
    () => decodeScores(Uint8Array.of(0, 1, 0x86, 0xa2)),
    /from 0 to 100001, not 100002/,
  );
  assert.throws(() => decodeScores(Uint8Array.of(255, 255, 255, 255)), /not 4294967295/);
});

Deno.test("decodeScores() reads a view into a larger buffer", () => {
  const buffer = Uint8Array.of(9, 9, 0, 0, 0, 7, 9);
  assert.deepEqual(decodeScores(buffer.subarray(2, 6)), [7]);
});

Deno.test("encodeRoundId() is id * 2^48 + e * 2^40 + r * 2^8 + a, and back", () => {
  const random = seededRandom(6);
  const key = { competition: 5, epoch: 3, round: 2, attempt: 1 };
  assert.equal(encodeRoundId(key), 5n * 2n ** 48n + 3n * 2n ** 40n + 2n * 2n ** 8n + 1n);
  assert.equal(encodeRoundId({ competition: 0, epoch: 0, round: 0, attempt: 0 }), 0n);
  for (let i = 0; i < 1_000; i++) {
    const key = {
      competition: random.int(0, Number.MAX_SAFE_INTEGER),
      epoch: random.int(0, 63),
      round: random.int(0, 2 ** 32 - 1),
      attempt: random.int(0, 2),
    };
    const { competition, epoch, round, attempt } = key;
    const packed = solidityPacked(["uint208", "uint8", "uint32", "uint8"], [
      competition,
      epoch,
      round,
      attempt,
    ]);
    assert.equal(encodeRoundId(key), BigInt(packed));
    assert.deepEqual(decodeRoundId(encodeRoundId(key)), key);
  }
});

Deno.test("roundIds with a part out of its range are refused both ways", () => {
  const key = { competition: 5, epoch: 3, round: 2, attempt: 1 };
  const wrong = [
    { competition: -1 },
    { competition: 2 ** 53 },
    { epoch: 64 },
    { round: 2 ** 32 },
    { round: 1.5 },
    { attempt: 3 },
  ];
  for (const part of wrong) {
    const name = Object.keys(part)[0];
    assert.throws(
      () => encodeRoundId({ ...key, ...part }),
      new RegExp(`^RangeError: the ${name} of a roundId`),
    );
  }
  for (const roundId of [3n, 64n << 40n, 2n ** 101n, -1n]) {
    assert.throws(() => decodeRoundId(roundId), RangeError, `${roundId}`);
  }
});

Deno.test("toHex() and fromHex() are inverse", () => {
  const bytes = seededRandom(7).bytes(300);
  assert.deepEqual(fromHex(toHex(bytes), { length: 300 }), bytes);
  assert.deepEqual(fromHex("0xAbCd", { max: 2 }), Uint8Array.of(0xab, 0xcd));
  assert.deepEqual(fromHex("0x", { max: 2 }), new Uint8Array());
});

Deno.test("fromHex() refuses a wrong size before it looks at the text", () => {
  assert.throws(
    () => fromHex("0xabc", { length: 2 }),
    /expected 2 bytes .*\(6 characters\), not 5/,
  );
  assert.throws(() => fromHex("0xabcdef", { length: 2 }), RangeError);
  assert.throws(() => fromHex("zz".repeat(4), { max: 2 }), /expected at most 2 bytes/);
});

Deno.test("fromHex() refuses what is not hexadecimal text", () => {
  for (const text of ["abcd", "0xabc", "0xab g", "0X12", "0xzz", "0x1", "", "0x１２"]) {
    assert.throws(() => fromHex(text, { max: 16 }), SyntaxError, text);
  }
  for (const value of [undefined, null, 5, {}, ["0x"]]) {
    assert.throws(() => fromHex(value as unknown as string, { max: 16 }), TypeError);
  }
});

Deno.test("fromHex() reads megabytes", () => {
  const bytes = new Uint8Array(2 ** 21).fill(0x5a);
  assert.deepEqual(fromHex(toHex(bytes), { max: bytes.length }), bytes);
});

Deno.test("toWord() and word() agree with ethers", () => {
  const random = seededRandom(8);
  const values = [
    0n,
    1n,
    2n ** 64n,
    2n ** 256n - 1n,
    ...Array.from({ length: 50 }, () => {
      return BigInt(random.hex(random.int(1, 32)));
    }),
  ];
  for (const value of values) assert.equal(toHex(toWord(value)), toBeHex(value, 32));
  const encoded = AbiCoder.defaultAbiCoder().encode(values.map(() => "uint256"), values);
  const bytes = fromHex(encoded, { length: 32 * values.length });
  values.forEach((value, i) => assert.equal(word(bytes, i), value));
  const shifted = new Uint8Array([7, ...bytes]).subarray(1);
  assert.equal(word(shifted, 3), values[3]);
});

Deno.test("words out of range are refused", () => {
  assert.throws(() => toWord(-1n), RangeError);
  assert.throws(() => toWord(2n ** 256n), RangeError);
  for (const index of [-1, 2, 0.5, NaN]) {
    assert.throws(() => word(new Uint8Array(95), index), RangeError, `${index}`);
  }
});

Deno.test("bits() takes the fields of a packed struct, the first in the lowest bits", () => {
  const value = (0xabcdn << 200n) | (0x1234n << 40n) | 0x99n;
  assert.equal(bits(value, 0, 40), 0x99n);
  assert.equal(bits(value, 40, 160), 0x1234n);
  assert.equal(bits(value, 200, 8), 0xcdn);
  assert.equal(bits(value, 200, 56), 0xabcdn);
});
