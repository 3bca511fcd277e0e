import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { bls12_381 } from "@noble/curves/bls12-381.js";
import { fromHex, toHex } from "../protocol/codec.ts";
import { committeeSeed } from "../protocol/committee.ts";
import {
  drandRandomness,
  randomness,
  roundMessage,
  SIGNATURE_DOMAIN,
  verifyBeacon,
} from "./beacon.ts";
import { QUICKNET } from "./quicknet.ts";
import { g1ToEip2537 } from "./points.ts";
import { nonSubgroupG1, nonSubgroupG2, ROUNDS } from "./testing/points.ts";

const ROUND_1000 = ROUNDS.get(1_000)!;

Deno.test("verifyBeacon() accepts quicknet's published rounds", () => {
  for (const [round, signature] of ROUNDS) verifyBeacon(QUICKNET, { round, signature });
});

Deno.test("verifyBeacon() refuses a signature of another round", () => {
  for (const round of [999, 1_001, 1, 123, 2 ** 53 - 1]) {
    assert.throws(() => verifyBeacon(QUICKNET, { round, signature: ROUND_1000 }), {
      name: "RangeError",
      message: `the signature is not this network's for round ${round}`,
    });
  }
});

Deno.test("verifyBeacon() refuses a signature by another key, and a negated one", () => {
  const publicKey = toHex(bls12_381.G2.Point.BASE.multiply(7n).toBytes());
  const beacon = { round: 1_000, signature: ROUND_1000 };
  assert.throws(() => verifyBeacon({ publicKey }, beacon), /not this network's for round 1000/);
  const signature = ROUND_1000.slice();
  signature[0]! ^= 0b0010_0000;
  assert.throws(() => verifyBeacon(QUICKNET, { round: 1_000, signature }), /not this network's/);
});

Deno.test("verifyBeacon() refuses a signature of the message under another domain", () => {
  const secret = 7n;
  const publicKey = toHex(bls12_381.G2.Point.BASE.multiply(secret).toBytes());
  function sign(domain: string): Uint8Array {
    const hashed = bls12_381.G1.hashToCurve(roundMessage(5), { DST: domain });
    return hashed.multiply(secret).toBytes() as Uint8Array;
  }
  verifyBeacon({ publicKey }, { round: 5, signature: sign(SIGNATURE_DOMAIN) });
  const other = sign(SIGNATURE_DOMAIN.replace("NUL", "POP"));
  assert.throws(() => verifyBeacon({ publicKey }, { round: 5, signature: other }), /not this/);
});

Deno.test("verifyBeacon() refuses malformed signatures", () => {
  const infinity = new Uint8Array(48);
  infinity[0] = 0b1100_0000;
  const cases: [string, Uint8Array, RegExp][] = [
    ["empty", new Uint8Array(), /has 48 bytes, not 0/],
    ["too short", ROUND_1000.slice(1), /has 48 bytes, not 47/],
    ["EIP-2537", g1ToEip2537(ROUND_1000), /has 48 bytes, not 128/],
    ["zeros", new Uint8Array(48), /canonical point/],
    ["all bits set", new Uint8Array(48).fill(255), /canonical point/],
    ["infinity", infinity, /must not be infinity/],
    ["outside the subgroup", nonSubgroupG1(), /not in prime-order subgroup/],
  ];
  for (const [name, signature, message] of cases) {
    assert.throws(() => verifyBeacon(QUICKNET, { round: 1_000, signature }), {
      name: "RangeError",
      message,
    }, name);
  }
});

Deno.test("verifyBeacon() refuses malformed public keys", () => {
  const infinity = new Uint8Array(96);
  infinity[0] = 0b1100_0000;
  const beacon = { round: 1_000, signature: ROUND_1000 };
  const refused = [infinity, nonSubgroupG2(), new Uint8Array(96), new Uint8Array(48)];
  for (const key of refused) {
    assert.throws(() => verifyBeacon({ publicKey: toHex(key) }, beacon), RangeError);
  }
});

Deno.test("an infinite key and signature do not verify for any round", () => {
  // Their pairings are both 1: only the refusal of infinity stands against them.
  const publicKey = toHex(Uint8Array.from({ length: 96 }, (_, i) => i === 0 ? 0xc0 : 0));
  const signature = Uint8Array.from({ length: 48 }, (_, i) => i === 0 ? 0xc0 : 0);
  assert.throws(() => verifyBeacon({ publicKey }, { round: 1, signature }), /infinity/);
});

Deno.test("roundMessage() is sha-256 of the round as big-endian uint64", () => {
  const bytes = new Uint8Array([0, 0, 0, 0, 0, 0, 3, 0xe8]);
  assert.equal(
    toHex(roundMessage(1_000)),
    `0x${createHash("sha256").update(bytes).digest("hex")}`,
  );
  for (const round of [0, -1, 1.5, 2 ** 53, NaN]) {
    assert.throws(() => roundMessage(round), /whole number from 1 on, not/);
    assert.throws(() => verifyBeacon(QUICKNET, { round, signature: ROUND_1000 }), RangeError);
  }
});

Deno.test("drandRandomness() gives what drand publishes", () => {
  assert.equal(
    toHex(drandRandomness(ROUND_1000)),
    `0x${createHash("sha256").update(ROUND_1000).digest("hex")}`,
  );
  // https://api.drand.sh/<chain hash>/public/1000
  assert.equal(
    toHex(drandRandomness(ROUND_1000)),
    "0xfe290beca10872ef2fb164d2aa4442de4566183ec51c56ff3cd603d930e54fdd",
  );
});

Deno.test("randomness() is drand's without its lowest 40 bits, as committeeSeed() takes it", () => {
  const full = BigInt(toHex(drandRandomness(ROUND_1000)));
  assert.equal(randomness(ROUND_1000), full - (full % 2n ** 40n));
  committeeSeed(randomness(ROUND_1000), 1n);
});

Deno.test("randomness() refuses anything but a compressed signature", () => {
  assert.throws(() => randomness(g1ToEip2537(ROUND_1000)), /has 48 bytes, not 128/);
  assert.throws(() => drandRandomness(fromHex("0x", { max: 0 })), RangeError);
});
