import { deepEqual, equal, rejects, throws } from "node:assert/strict";
import { CID } from "multiformats/cid";
import {
  blockKey,
  cidFromDigest,
  digestFromCid,
  formatCid,
  parseCid,
  rawCid,
  sameBlock,
  verifyBlock,
} from "./cid.ts";

const HELLO = new TextEncoder().encode("hello world");
// Kubo's test/cli/cid_profiles_test.go, profiles unixfs-v1-2025 and unixfs-v0-2015.
const HELLO_V1 = "bafkreifzjut3te2nhyekklss27nh3k72ysco7y32koao5eei66wof36n5e";
const HELLO_V0 = "Qmf412jQZiuVUtdgnB36FXFX7xg5V6KEbSJ4dpQuhkLyfD";
const HELLO_DIGEST = "0xb94d27b9934d3e08a52e52d7da7dabfac484efe37a5380ee9088f7ace2efcde9";

Deno.test("rawCid() equals Kubo's CID of a one-block file", async () => {
  equal(formatCid(await rawCid(HELLO)), HELLO_V1);
});

Deno.test("parseCid() reads every base that is in use, formatCid() writes one", () => {
  const cid = CID.parse(HELLO_V1);
  equal(formatCid(parseCid(HELLO_V1)), HELLO_V1);
  equal(formatCid(parseCid(HELLO_V0)), `${CID.parse(HELLO_V0).toV1()}`);
  equal(parseCid(HELLO_V0).version, 0);
  deepEqual(parseCid(`${cid}`).bytes, cid.bytes);
});

Deno.test("parseCid() refuses anything else with a SyntaxError", () => {
  const bad = [
    "",
    "hello",
    "bafy",
    "Qm",
    "0x12",
    "m" + HELLO_V1,
    HELLO_V1.slice(0, -1),
    HELLO_V1 + "a",
    HELLO_V1.toUpperCase(),
    `/ipfs/${HELLO_V1}`,
    "b".repeat(10_000),
    // sha2-256 with a digest of 2 bytes
    `${CID.decode(Uint8Array.from([1, 0x55, 0x12, 2, 7, 7]))}`,
  ];
  for (const text of bad) throws(() => parseCid(text), SyntaxError, text.slice(0, 80));
  throws(() => parseCid("b".repeat(10_000)), /got a text of 10000 characters/);
});

Deno.test("a digest and the CID of a raw block lead to each other", () => {
  equal(formatCid(cidFromDigest(HELLO_DIGEST)), HELLO_V1);
  equal(digestFromCid(parseCid(HELLO_V1)), HELLO_DIGEST);
  equal(digestFromCid(cidFromDigest(HELLO_DIGEST.toUpperCase().replace("0X", "0x"))), HELLO_DIGEST);
});

Deno.test("cidFromDigest() refuses what is not 32 bytes of hex", () => {
  for (
    const bad of [
      "",
      "0x",
      HELLO_DIGEST.slice(2),
      HELLO_DIGEST + "0",
      HELLO_DIGEST.slice(0, -1) + "g",
    ]
  ) {
    throws(() => cidFromDigest(bad), SyntaxError);
  }
});

Deno.test("digestFromCid() refuses CIDs that a digest does not determine", () => {
  throws(() => digestFromCid(parseCid(HELLO_V0)), TypeError);
  throws(() => digestFromCid(parseCid(HELLO_V0).toV1()), /single raw block/);
});

Deno.test("verifyBlock() tells a flipped bit, and refuses hashes it cannot compute", async () => {
  const cid = parseCid(HELLO_V1);
  equal(await verifyBlock(cid, HELLO), true);
  equal(await verifyBlock(cid, HELLO.map((byte, i) => i === 3 ? byte ^ 1 : byte)), false);
  equal(await verifyBlock(cid, HELLO.subarray(1)), false);
  const identity = CID.decode(Uint8Array.from([1, 0x55, 0, 2, 7, 8]));
  equal(await verifyBlock(identity, Uint8Array.from([7, 8])), true);
  equal(await verifyBlock(identity, Uint8Array.from([7, 9])), false);
  const sha1 = CID.decode(Uint8Array.from([1, 0x55, 0x11, 20, ...new Uint8Array(20)]));
  await rejects(verifyBlock(sha1, HELLO), { name: "TypeError", message: /0x11/ });
});

Deno.test("blocks are one and the same under every version and codec", () => {
  const v0 = parseCid(HELLO_V0);
  const raw = CID.createV1(0x55, v0.multihash as CID["multihash"]);
  equal(blockKey(v0), blockKey(raw));
  equal(sameBlock(v0, raw), true);
  equal(sameBlock(v0, parseCid(HELLO_V1)), false);
});
