/** The beacons' scheme against other implementations: mcl (C++ compiled to WebAssembly), and tlock-js on an older noble. */
import assert from "node:assert/strict";
import { bls12_381 } from "@noble/curves/bls12-381.js";
import { fromHex, toHex } from "../protocol/codec.ts";
import { seededRandom } from "../protocol/testing/random.ts";
import type { Hex } from "../protocol/types.ts";
import { type Beacon, roundMessage, SIGNATURE_DOMAIN, verifyBeacon } from "./beacon.ts";
import { QUICKNET } from "./quicknet.ts";
import { openKeyBox } from "./key_box.ts";
import { localBeacon } from "./local_beacon.ts";
import { CORRUPTIONS } from "./testing/corrupt.ts";
import * as mcl from "./testing/mcl.ts";
import { ROUNDS } from "./testing/points.ts";
import * as tlock from "./testing/tlock.ts";

const SECRET = seededRandom(0).bytes(32).with(0, 1);
const BEACON = localBeacon(SECRET, { genesis: 1_000, period: 3 });
const { publicKey } = BEACON.network;
const KEY = new Uint8Array(32).fill(9);

const POP_DOMAIN = SIGNATURE_DOMAIN.replace("NUL", "POP");

function hashToG1(message: Uint8Array, domain: string): Uint8Array {
  return bls12_381.shortSignatures.hash(message, domain).toBytes();
}

/** A whole round, more often a small one. */
function* rounds(seed: number, count: number): Generator<number> {
  const random = seededRandom(seed);
  for (let i = 0; i < count; i++) {
    yield random.int(1, random.pick([10, 2 ** 32, Number.MAX_SAFE_INTEGER]));
  }
}

/** What each implementation says of a beacon. tlock-js and key boxes say it by opening a box of the round, or not. */
async function verdicts(beacon: Beacon, box: Uint8Array, key: Hex): Promise<boolean[]> {
  const { round, signature } = beacon;
  return [
    succeeds(() => verifyBeacon({ publicKey: key }, beacon)),
    mcl.verifies(fromHex(key, { length: 96 }), round, signature),
    succeeds(() => openKeyBox(box, signature)),
    await tlock.openKeyBox(box, signature).then(() => true, () => false),
  ];
}

function succeeds(run: () => void): boolean {
  try {
    run();
    return true;
  } catch {
    return false;
  }
}

Deno.test("mcl hashes messages to the same points of G1", () => {
  const random = seededRandom(1);
  for (let i = 0; i < 20; i++) {
    const message = random.bytes(random.int(0, 100));
    assert.deepEqual(hashToG1(message, SIGNATURE_DOMAIN), Uint8Array.from(mcl.hashToG1(message)));
    // The oracle's own part of the hash is right: mcl does all of it for this domain.
    assert.deepEqual(mcl.hashToG1(message, POP_DOMAIN), mcl.hashToG1Pop(message));
    assert.deepEqual(hashToG1(message, POP_DOMAIN), Uint8Array.from(mcl.hashToG1Pop(message)));
  }
});

Deno.test("mcl signs random rounds alike", () => {
  for (const round of rounds(2, 20)) {
    assert.equal(toHex(BEACON.sign(round).signature), toHex(mcl.sign(SECRET, round)), `${round}`);
    assert.equal(
      toHex(hashToG1(roundMessage(round), SIGNATURE_DOMAIN)),
      toHex(mcl.sign(new Uint8Array(32).with(31, 1), round)),
    );
  }
});

Deno.test("all implementations take the signatures of random rounds and of quicknet", async () => {
  for (const round of rounds(3, 10)) {
    const box = await tlock.sealKey(KEY, { round, publicKey });
    const all = await verdicts(BEACON.sign(round), box, publicKey);
    assert.deepEqual(all, [true, true, true, true], `round ${round}`);
  }
  for (const [round, signature] of ROUNDS) {
    const box = await tlock.sealKey(KEY, { round, publicKey: QUICKNET.publicKey });
    const all = await verdicts({ round, signature }, box, QUICKNET.publicKey);
    assert.deepEqual(all, [true, true, true, true], `round ${round}`);
  }
});

Deno.test("all implementations refuse signatures of other rounds and keys", async () => {
  const other = localBeacon(SECRET.with(31, 0), BEACON.network);
  for (const round of rounds(4, 6)) {
    const box = await tlock.sealKey(KEY, { round, publicKey });
    for (const { signature } of [BEACON.sign(round + 1), other.sign(round)]) {
      const all = await verdicts({ round, signature }, box, publicKey);
      assert.deepEqual(all, [false, false, false, false], `round ${round}`);
    }
  }
});

/** Older nobles, on which tlock-js builds, reduce field elements that are not canonical. Nobody else does. */
const TLOCK_TAKES = "x + p";

for (const [name, corrupt] of Object.entries(CORRUPTIONS)) {
  const expected = [false, false, false, name === TLOCK_TAKES];
  Deno.test(`all implementations refuse signatures: ${name}`, async () => {
    const random = seededRandom(5);
    let refused = 0;
    for (const round of rounds(6, 8)) {
      const { signature } = BEACON.sign(round);
      const box = await tlock.sealKey(KEY, { round, publicKey });
      for (const changed of corrupt(signature, random)) {
        const all = await verdicts({ round, signature: changed }, box, publicKey);
        assert.deepEqual(all, expected, `round ${round}: ${toHex(changed)}`);
        refused++;
      }
    }
    assert.ok(refused > 0, "nothing was tried");
  });
}
