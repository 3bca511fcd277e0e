import assert from "node:assert/strict";
import { competition, snapshot, START } from "../../test/support/snapshots.ts";
import { testManifest } from "../../test/support/visitor.ts";
import { QUICKNET } from "../../../core/seal/quicknet.ts";
import { SEAL_BYTES as EXACT } from "../../../core/seal/sealed.ts";
import { requireFair, SEAL_BYTES, sealAt } from "./seal.ts";

/** Epoch 0 ends at START + 1000; the gap is 30 s, and the beacon comes every 3 s from 0 on. */
const OPENS_AT = START + 1032;
const ROUND = OPENS_AT / 3 + 1;

Deno.test("SEAL_BYTES is that of the seals", () => assert.equal(SEAL_BYTES, EXACT));

Deno.test("sealAt() is sealed until the beacon's second, then due until it is posted", () => {
  const at = (now: number) => sealAt(snapshot(), now);
  const target = { round: ROUND, publicKey: "0x", opensAt: OPENS_AT, drand: false };
  assert.deepEqual(at(START), { ...target, state: "sealed" });
  assert.equal(at(OPENS_AT - 1).state, "sealed");
  assert.equal(at(OPENS_AT).state, "due");
  const beacon = { round: ROUND, randomness: `0x${"00".repeat(32)}`, block: 9 } as const;
  const posted = { ...snapshot(), beacons: [beacon, undefined] };
  assert.equal(sealAt(posted, OPENS_AT).state, "unsealed");
  // The page's clock may be behind the chain's.
  assert.equal(sealAt(posted, OPENS_AT - 1).state, "unsealed");
  const other = { ...snapshot(), beacons: [undefined, beacon] };
  assert.equal(sealAt(other, OPENS_AT).state, "due");
});

Deno.test("sealAt() knows drand's beacon", () => {
  const constants = { ...QUICKNET, sealGap: 900 };
  const { drand, opensAt, round } = sealAt({ ...snapshot(), constants }, START);
  assert.equal(drand, true);
  assert.equal(opensAt, QUICKNET.genesis + (round - 1) * QUICKNET.period);
  assert.ok(opensAt >= START + 1900 && opensAt < START + 1903);
});

Deno.test("requireFair() refuses a sealed competition with several epochs, and nothing else", () => {
  const [open, sealed] = [testManifest(), testManifest({ mode: "sealed" })];
  const [one, two] = [competition({ epochs: 1 }), competition({ epochs: 2 })];
  requireFair(open, one);
  requireFair(open, two);
  requireFair(sealed, one);
  assert.throws(() => requireFair(sealed, two), {
    name: "RangeError",
    message: /has 2 epochs: its test set is public after the first/,
  });
});
