import assert from "node:assert/strict";
import { hkdfSync } from "node:crypto";
import { fromHex, toHex, toWord } from "../core/protocol/codec.ts";
import { type RoundContext, roundSecrets } from "./secrets.ts";

const SECRET = Uint8Array.from({ length: 32 }, (_, i) => i);
const CONTEXT: RoundContext = {
  chainId: 1n,
  contract: `0x${"11".repeat(20)}`,
  roundId: 1_971_424_348_602_881n, // Competition 7, epoch 1, round 2, attempt 1.
  miner: `0x${"22".repeat(20)}`,
};

Deno.test("the secrets of a commitment are those that Python's hmac and hashlib give", () => {
  // A change of this vector makes every open commitment of every miner unrevealable.
  const { salt, boxKey, nonceKey } = roundSecrets(SECRET, CONTEXT);
  assert.equal(salt, "0x0e51dcc6578c9427254ebf32546964f92cf41c4b95aa1757be262a56f57197b4");
  assert.equal(
    toHex(boxKey),
    "0x60fe5f4e986b03021e2b7e40a58d2db1b32a99972f0bf7ca47129ecb2ad03408",
  );
  assert.equal(
    toHex(nonceKey),
    "0x1a0f3000811c244e22a56486de8a07a18dd48012c9b2b0a81f8ed7fa09e8bfb4",
  );
});

Deno.test("and those that OpenSSL's HKDF gives, for secrets of any length", () => {
  for (const length of [32, 33, 64, 200]) {
    const secret = new Uint8Array(length).fill(length);
    const info = new Uint8Array([
      ...toWord(CONTEXT.chainId),
      ...fromHex(CONTEXT.contract, { length: 20 }),
      ...toWord(CONTEXT.roundId),
      ...fromHex(CONTEXT.miner, { length: 20 }),
    ]);
    const expected = hkdfSync("sha256", secret, "DeML miner secrets, version 1", info, 96);
    const { salt, boxKey, nonceKey } = roundSecrets(secret, CONTEXT);
    const got = new Uint8Array([...fromHex(salt, { length: 32 }), ...boxKey, ...nonceKey]);
    assert.deepEqual(got, new Uint8Array(expected));
  }
});

Deno.test("another secret, chain, contract, round or miner has nothing in common", () => {
  const variants = [
    roundSecrets(SECRET, CONTEXT),
    roundSecrets(SECRET.with(31, 0), CONTEXT),
    roundSecrets(SECRET, { ...CONTEXT, chainId: 2n }),
    roundSecrets(SECRET, { ...CONTEXT, contract: CONTEXT.miner }),
    roundSecrets(SECRET, { ...CONTEXT, roundId: CONTEXT.roundId + 1n }),
    roundSecrets(SECRET, { ...CONTEXT, miner: CONTEXT.contract }),
  ];
  const parts = variants.flatMap(({ salt, boxKey, nonceKey }) => [
    salt,
    toHex(boxKey),
    toHex(nonceKey),
  ]);
  assert.equal(new Set(parts).size, 3 * variants.length);
});

Deno.test("the spelling of an address changes nothing", () => {
  const upper = {
    ...CONTEXT,
    contract: `0x${"aB".repeat(20)}`,
    miner: `0x${"Cd".repeat(20)}`,
  } as const;
  const lower = {
    ...CONTEXT,
    contract: `0x${"ab".repeat(20)}`,
    miner: `0x${"cd".repeat(20)}`,
  } as const;
  assert.deepEqual(roundSecrets(SECRET, upper), roundSecrets(SECRET, lower));
});

Deno.test("a secret that could be guessed is refused", () => {
  assert.throws(() => roundSecrets(new Uint8Array(31), CONTEXT), /at least 32 bytes, not 31/);
});
