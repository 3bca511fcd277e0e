import assert from "node:assert/strict";
import { ABSTAIN } from "../core/protocol/codec.ts";
import { seededRandom } from "../core/protocol/testing/random.ts";
import { MAX_BOX_BYTES, openBox, sealBox } from "./box.ts";

const KEY = {
  secret: Uint8Array.from({ length: 32 }, (_, i) => i),
  chainId: 1n,
  contract: `0x${"11".repeat(20)}`,
  roundId: 1_971_424_348_602_881n,
  miner: `0x${"22".repeat(20)}`,
} as const;
const SCORES = [97_345, 0, ABSTAIN];

Deno.test("a box is the one that Python's hmac and cryptography make", async () => {
  const box = await sealBox(SCORES, KEY);
  const nonce = "c9af12f932e182f53ceb1883";
  const body = "837ef87af2201514235b5f53d59f4f7e1a225c4cf47894cd4161380a";
  assert.equal(box.toHex(), nonce + body);
});

Deno.test("boxes of all sizes open to what was put in, and are small enough for the contract", async () => {
  const random = seededRandom(5);
  for (let count = 1; count <= 32; count++) {
    const scores = Array.from({ length: count }, () => random.int(0, ABSTAIN));
    const key = { ...KEY, roundId: BigInt(random.int(0, 2 ** 40)) << 8n };
    const box = await sealBox(scores, key);
    assert.equal(box.length, 28 + 4 * count);
    assert.ok(box.length <= MAX_BOX_BYTES);
    assert.deepEqual(await openBox(box, key), scores);
  }
});

Deno.test("the same row makes the same box, another row another nonce", async () => {
  const box = await sealBox(SCORES, KEY);
  assert.deepEqual(await sealBox(SCORES, KEY), box);
  const nonces = new Set([box.subarray(0, 12).toHex()]);
  for (let score = 0; score < 50; score++) {
    nonces.add((await sealBox([score, 0, ABSTAIN], KEY)).subarray(0, 12).toHex());
  }
  assert.equal(nonces.size, 51);
});

Deno.test("a box opens for its miner, round, contract, chain and secret only", async () => {
  const box = await sealBox(SCORES, KEY);
  for (
    const key of [
      { ...KEY, secret: KEY.secret.with(0, 1) },
      { ...KEY, chainId: 2n },
      { ...KEY, contract: KEY.miner },
      { ...KEY, roundId: KEY.roundId + 1n },
      { ...KEY, miner: KEY.contract },
    ]
  ) {
    await assert.rejects(openBox(box, key), {
      name: "RangeError",
      message: /does not open .* set DEML_SECRET/,
    });
  }
});

Deno.test("damaged and foreign bytes do not open", async () => {
  const box = await sealBox(SCORES, KEY);
  for (let i = 0; i < box.length; i++) {
    await assert.rejects(openBox(box.with(i, box[i]! ^ 1), KEY), RangeError);
  }
  for (const length of [0, 31, MAX_BOX_BYTES + 1]) {
    const message = new RegExp(`32 to 512 bytes, not ${length}`);
    await assert.rejects(openBox(new Uint8Array(length), KEY), message);
  }
  await assert.rejects(openBox(new Uint8Array(MAX_BOX_BYTES), KEY), /does not open/);
});

Deno.test("a row that could not be committed is not boxed", async () => {
  await assert.rejects(sealBox([], KEY), RangeError);
  await assert.rejects(sealBox([ABSTAIN + 1], KEY), RangeError);
  await assert.rejects(sealBox(Array(33).fill(0), KEY), RangeError);
});
