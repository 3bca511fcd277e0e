import assert from "node:assert/strict";
import { createDecipheriv } from "node:crypto";
import { AbiCoder } from "ethers";
import { toHex } from "../protocol/codec.ts";
import { seededRandom } from "../protocol/testing/random.ts";
import type { Hex } from "../protocol/types.ts";
import { QUICKNET } from "./quicknet.ts";
import { openKeyBox } from "./key_box.ts";
import { localBeacon } from "./local_beacon.ts";
import {
  InvalidSeal,
  isSealed,
  NO_CONTEXT,
  payloadContext,
  type PayloadOwner,
  seal,
  SEAL_BYTES,
  unseal,
} from "./sealed.ts";
import { ROUNDS } from "./testing/points.ts";
import * as tlock from "./testing/tlock.ts";
import * as vectors from "./testing/vectors.ts";

const { OWNER, PLAIN, ROUND, SEALED_PAYLOAD, SEALED_TEST_SET } = vectors;
const { publicKey } = QUICKNET;
const signature = ROUNDS.get(ROUND)!;
const context = payloadContext(OWNER);
const LOCAL = localBeacon(new Uint8Array(32).fill(7), { genesis: 1_000, period: 3 });

/** Where the key box, the nonce and the body begin. */
const [BOX, NONCE, BODY] = [5, 165, 177];

async function refuses(
  sealed: Uint8Array,
  message: RegExp,
  o: { signature?: Uint8Array; context?: Uint8Array } = {},
): Promise<void> {
  await assert.rejects(unseal(sealed, { signature, context, ...o }), (error) => {
    assert.ok(error instanceof InvalidSeal, String(error));
    assert.equal(error.name, "InvalidSeal");
    assert.match(error.message, message);
    return true;
  });
}

Deno.test("sealed bytes open to what was sealed, with 193 bytes more, from none to 1 MiB", async () => {
  const random = seededRandom(1);
  for (const length of [0, 1, 15, 16, 17, 100_000, 2 ** 20]) {
    const plain = random.bytes(length);
    const round = random.int(1, Number.MAX_SAFE_INTEGER);
    const o = { round, publicKey: LOCAL.network.publicKey, context };
    const sealed = await seal(plain, o);
    assert.equal(sealed.length, length + SEAL_BYTES);
    assert.ok(isSealed(sealed));
    const { signature } = LOCAL.sign(round);
    const before = sealed.slice();
    assert.deepEqual(await unseal(sealed, { signature, context }), plain);
    assert.deepEqual(await unseal(sealed, { signature, context }), plain, "again");
    assert.deepEqual(sealed, before);
  }
});

Deno.test("SEAL_BYTES is 193", () => assert.equal(SEAL_BYTES, 193));

Deno.test("the bytes that tlock-js and OpenSSL once sealed open for ever", async () => {
  assert.deepEqual(await unseal(SEALED_PAYLOAD, { signature, context }), PLAIN);
  assert.deepEqual(await unseal(SEALED_TEST_SET, { signature, context: NO_CONTEXT }), PLAIN);
});

Deno.test("tlock-js and OpenSSL open what seal() made", async () => {
  for (const additional of [context, NO_CONTEXT]) {
    const sealed = await seal(PLAIN, { round: ROUND, publicKey, context: additional });
    assert.deepEqual(sealed.slice(0, BOX), Uint8Array.of(0x44, 0x45, 0x4d, 0x4c, 1));
    const key = await tlock.openKeyBox(sealed.slice(BOX, NONCE), signature);
    const cipher = createDecipheriv("aes-256-gcm", key, sealed.slice(NONCE, BODY));
    cipher.setAAD(additional);
    cipher.setAuthTag(sealed.slice(-16));
    const plain = Buffer.concat([cipher.update(sealed.slice(BODY, -16)), cipher.final()]);
    assert.deepEqual(Uint8Array.from(plain), PLAIN);
  }
});

Deno.test("sealing twice gives another key, box, nonce and body", async () => {
  const o = { round: ROUND, publicKey, context };
  const [a, b] = [await seal(PLAIN, o), await seal(PLAIN, o)];
  for (const [from, to] of [[BOX, BOX + 96], [BOX + 96, NONCE], [NONCE, BODY], [BODY, a.length]]) {
    assert.notDeepEqual(a.slice(from, to), b.slice(from, to));
  }
  const [keyOfA, keyOfB] = [a, b].map((sealed) => openKeyBox(sealed.slice(BOX, NONCE), signature));
  assert.notDeepEqual(keyOfA, keyOfB);
});

Deno.test("sealed bytes with any byte changed do not open", async () => {
  const random = seededRandom(2);
  for (let at = 0; at < SEALED_PAYLOAD.length; at++) {
    const changed = SEALED_PAYLOAD.with(at, SEALED_PAYLOAD[at]! ^ random.int(1, 255));
    const message = at < BOX - 1
      ? /^sealed bytes begin with "DEML"$/
      : at < BOX
      ? /^sealed bytes have version 1, not \d+$/
      : at < NONCE
      ? /key box/
      : /^the body does not open: /;
    await refuses(changed, message);
  }
});

Deno.test("sealed bytes that are cut or go on do not open", async () => {
  for (let length = 0; length < SEALED_PAYLOAD.length; length++) {
    const message = length < SEAL_BYTES
      ? new RegExp(`^sealed bytes are at least 193, not ${length}$`)
      : /^the body does not open: /;
    await refuses(SEALED_PAYLOAD.slice(0, length), message);
    assert.equal(isSealed(SEALED_PAYLOAD.slice(0, length)), length >= SEAL_BYTES);
  }
  await refuses(Uint8Array.of(...SEALED_PAYLOAD, 0), /^the body does not open: /);
});

Deno.test("a body under another box or nonce does not open, though both are whole", async () => {
  const other = await seal(PLAIN, { round: ROUND, publicKey, context });
  for (const [from, to] of [[BOX, NONCE], [NONCE, BODY], [BOX, BODY]] as const) {
    const mixed = SEALED_PAYLOAD.slice();
    mixed.set(other.slice(from, to), from);
    await refuses(mixed, /^the body does not open: /);
  }
});

Deno.test("another author's, competition's, contract's or chain's payload does not open", async () => {
  const random = seededRandom(3);
  const others: PayloadOwner[] = [
    { ...OWNER, author: `0x${"a1".repeat(19)}a0` },
    { ...OWNER, contract: `0x${"c0".repeat(19)}c1` },
    { ...OWNER, contract: OWNER.author, author: OWNER.contract },
    { ...OWNER, id: OWNER.id + 1 },
    { ...OWNER, chainId: 1 },
    { ...OWNER, chainId: OWNER.id, id: Number(OWNER.chainId) },
  ];
  for (let i = 0; i < 8; i++) others.push({ ...OWNER, author: random.hex(20) });
  for (const other of others) {
    await refuses(SEALED_PAYLOAD, /another author, competition, contract or chain$/, {
      context: payloadContext(other),
    });
  }
});

Deno.test("a payload does not open as a test set, nor a test set as a payload", async () => {
  await refuses(SEALED_PAYLOAD, /^the body does not open: /, { context: NO_CONTEXT });
  await refuses(SEALED_TEST_SET, /^the body does not open: /);
});

Deno.test("another round's or network's signature opens nothing", async () => {
  for (const other of [ROUNDS.get(1)!, ROUNDS.get(123)!, LOCAL.sign(ROUND).signature]) {
    await refuses(SEALED_PAYLOAD, /^the signature does not open the key box/, { signature: other });
  }
});

Deno.test("a signature that is none is the caller's mistake, whatever the bytes", async () => {
  const infinity = new Uint8Array(48).with(0, 0b1100_0000);
  const wrong = [new Uint8Array(0), signature.slice(1), new Uint8Array(128), infinity];
  for (const signature of wrong) {
    for (const sealed of [SEALED_PAYLOAD, new Uint8Array(0), new Uint8Array(300)]) {
      await assert.rejects(unseal(sealed, { signature, context }), { name: "RangeError" });
    }
  }
});

Deno.test("isSealed() looks at magic, version and length alone", () => {
  const head = Uint8Array.of(0x44, 0x45, 0x4d, 0x4c, 1);
  const least = new Uint8Array(SEAL_BYTES);
  least.set(head);
  const cases: [string, Uint8Array, boolean][] = [
    ["the least", least, true],
    ["a byte less", least.slice(0, -1), false],
    ["nothing", new Uint8Array(0), false],
    ["version 0", least.with(4, 0), false],
    ["version 2", least.with(4, 2), false],
    ["lower case", least.with(0, 0x64), false],
    ["a zlib stream", new Uint8Array(300).with(0, 0x78), false],
  ];
  for (const [name, bytes, expected] of cases) assert.equal(isSealed(bytes), expected, name);
});

Deno.test("payloadContext() is abi.encode(chainId, contract, competitionId, author)", () => {
  const random = seededRandom(4);
  const types = ["uint256", "address", "uint256", "address"];
  const owners: PayloadOwner[] = [OWNER, { ...OWNER, chainId: 2n ** 256n - 1n, id: 0 }];
  for (let i = 0; i < 20; i++) {
    owners.push({
      chainId: random.pick([random.int(1, 2 ** 48), BigInt(random.hex(8))]),
      contract: random.hex(20),
      id: random.int(0, Number.MAX_SAFE_INTEGER),
      author: random.hex(20),
    });
  }
  for (const owner of owners) {
    const values = [owner.chainId, owner.contract, owner.id, owner.author];
    const expected = AbiCoder.defaultAbiCoder().encode(types, values);
    assert.equal(toHex(payloadContext(owner)), expected);
    assert.equal(payloadContext(owner).length, 128);
  }
});

Deno.test("payloadContext() does not depend on how numbers and addresses are written", () => {
  const upper = (text: Hex): Hex => `0x${text.slice(2).toUpperCase()}`;
  assert.deepEqual(
    payloadContext({
      ...OWNER,
      chainId: BigInt(OWNER.chainId),
      author: upper(OWNER.author),
      contract: upper(OWNER.contract),
    }),
    context,
  );
});

Deno.test("payloadContext() refuses what is no number or address", () => {
  for (const value of [-1, 1.5, NaN, Infinity, 2 ** 53]) {
    assert.throws(() => payloadContext({ ...OWNER, id: value }), RangeError);
    assert.throws(() => payloadContext({ ...OWNER, chainId: value }), RangeError);
  }
  for (const value of [-1n, 2n ** 256n]) {
    assert.throws(() => payloadContext({ ...OWNER, chainId: value }), RangeError);
  }
  for (const name of ["author", "contract"]) {
    for (const value of ["0x", `0x${"a1".repeat(19)}`, `0x${"a1".repeat(32)}`]) {
      assert.throws(() => payloadContext({ ...OWNER, [name]: value }), RangeError);
    }
    assert.throws(() => payloadContext({ ...OWNER, [name]: `0x${"zz".repeat(20)}` }), SyntaxError);
  }
});

Deno.test("seal() refuses rounds and networks that are none", async () => {
  for (const round of [0, -1, 1.5, NaN]) {
    await assert.rejects(seal(PLAIN, { round, publicKey, context }), RangeError);
  }
  for (const key of [toHex(signature), `0x${"00".repeat(96)}`] as Hex[]) {
    await assert.rejects(seal(PLAIN, { round: ROUND, publicKey: key, context }), RangeError);
  }
});
