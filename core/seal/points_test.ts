import assert from "node:assert/strict";
import { bls12_381 } from "@noble/curves/bls12-381.js";
import { network } from "hardhat";
import { fromHex, toHex } from "../protocol/codec.ts";
import { roundMessage, SIGNATURE_DOMAIN } from "./beacon.ts";
import { QUICKNET } from "./quicknet.ts";
import { checkG1, checkG2, g1ToEip2537, g2ToEip2537, InvalidPoint } from "./points.ts";
import { compressG1, compressG2 } from "../chain/points.ts";
import { withFailingCopies } from "./testing/failing.ts";
import { nonSubgroupG1, nonSubgroupG2, ROUNDS } from "./testing/points.ts";

const G1 = bls12_381.G1.Point;
const G2 = bls12_381.G2.Point;
const KEY = fromHex(QUICKNET.publicKey, { length: 96 });

/** The generators as EIP-2537 lists them: x, y of G1; x.c0, x.c1, y.c0, y.c1 of G2. */
const G1_GENERATOR = padded([
  "17f1d3a73197d7942695638c4fa9ac0fc3688c4f9774b905a14e3a3f171bac586c55e83ff97a1aeffb3af00adb22c6bb",
  "08b3f481e3aaa0f1a09e30ed741d8ae4fcf5e095d5d00af600db18cb2c04b3edd03cc744a2888ae40caa232946c5e7e1",
]);
const G2_GENERATOR = padded([
  "024aa2b2f08f0a91260805272dc51051c6e47ad4fa403b02b4510b647ae3d1770bac0326a805bbefd48056c8c121bdb8",
  "13e02b6052719f607dacd3a088274f65596bd0d09920b61ab5da61bbdc7f5049334cf11213945d57e5ac7d055d042b7e",
  "0ce5d527727d6e118cc9cdc6da2e351aadfd9baa8cbdd3a76d429a695160d12c923ac9cc3baca289e193548608b82801",
  "0606c4a02ea734cc32acd2b02bc28b99cb3e287e85a763af267492ab572e99ab3f370d275cec1da1aaa9075ff05f79be",
]);

function padded(elements: string[]): Uint8Array {
  const text = elements.map((element) => "0".repeat(32) + element).join("");
  return fromHex(`0x${text}`, { length: 64 * elements.length });
}

Deno.test("the generators have the encodings that EIP-2537 lists, both ways", () => {
  const [g1, g2] = [G1.BASE.toBytes(true), G2.BASE.toBytes(true)];
  assert.deepEqual(g1ToEip2537(g1), G1_GENERATOR);
  assert.deepEqual(g2ToEip2537(g2), G2_GENERATOR);
  assert.deepEqual(compressG1(G1_GENERATOR), g1);
  assert.deepEqual(compressG2(G2_GENERATOR), g2);
});

Deno.test("compressed points survive EIP-2537 encoding, whatever the sign of y", () => {
  for (let n = 1n; n <= 8n; n++) {
    for (const point of [G1.BASE.multiply(n), G1.BASE.multiply(n).negate()]) {
      assert.deepEqual(compressG1(g1ToEip2537(point.toBytes())), point.toBytes());
    }
    for (const point of [G2.BASE.multiply(n), G2.BASE.multiply(n).negate()]) {
      assert.deepEqual(compressG2(g2ToEip2537(point.toBytes())), point.toBytes());
    }
  }
});

Deno.test("the EVM's precompiles verify quicknet's rounds in these encodings", async () => {
  const { provider } = await network.create();
  const minusG2 = g2ToEip2537(G2.BASE.negate().toBytes());
  async function pairing(signature: Uint8Array, round: number): Promise<unknown> {
    const hashed = bls12_381.shortSignatures.hash(roundMessage(round), SIGNATURE_DOMAIN);
    const parts = [
      g1ToEip2537(signature),
      minusG2,
      g1ToEip2537(hashed.toBytes()),
      g2ToEip2537(KEY),
    ];
    const data = toHex(Uint8Array.from(parts.flatMap((part) => [...part])));
    const to = "0x000000000000000000000000000000000000000f";
    return await provider.request({ method: "eth_call", params: [{ to, data }, "latest"] });
  }
  for (const [round, signature] of ROUNDS) {
    assert.equal(BigInt(await pairing(signature, round) as string), 1n, `round ${round}`);
    assert.equal(BigInt(await pairing(signature, round + 1) as string), 0n, `round ${round} + 1`);
  }
});

Deno.test("points of a wrong length are refused", () => {
  for (const length of [0, 47, 49, 96, 128]) {
    assert.throws(
      () => checkG1(new Uint8Array(length)),
      new RegExp(`^RangeError: a compressed point of G1 has 48 bytes, not ${length}$`),
    );
  }
  assert.throws(() => checkG2(new Uint8Array(48)), /point of G2 has 96 bytes, not 48/);
});

Deno.test("the point at infinity is refused in every encoding", () => {
  assert.throws(() => checkG1(G1.ZERO.toBytes()), /point of G1 must not be infinity/);
  assert.throws(() => checkG2(G2.ZERO.toBytes()), /point of G2 must not be infinity/);
});

Deno.test("points on the curve but outside the subgroup are refused", () => {
  assert.throws(() => checkG1(nonSubgroupG1()), /prime-order subgroup of G1: bad point: not in/);
  assert.throws(() => checkG2(nonSubgroupG2()), /prime-order subgroup of G2: bad point: not in/);
});

Deno.test("an x coordinate without a point on the curve is refused", () => {
  const bytes = new Uint8Array(48);
  bytes[0] = 0b1000_0000;
  bytes[47] = 1; // 1 + 4 = 5 is no square.
  assert.throws(() => checkG1(bytes), /canonical point .*: Cannot find square root/);
});

Deno.test("field elements that are not canonical are refused", () => {
  const order = bls12_381.fields.Fp.ORDER;
  // A point whose x + p still fits beside the three flag bits.
  let n = 1n;
  while (G1.BASE.multiply(n).toAffine().x + order >= 2n ** 381n) n++;
  const point = G1.BASE.multiply(n);
  const shifted = (point.toAffine().x + order).toString(16).padStart(96, "0");
  const bytes = fromHex(`0x${shifted}`, { length: 48 });
  bytes[0]! |= point.toBytes()[0]! & 0b1110_0000;
  checkG1(point.toBytes());
  assert.throws(() => checkG1(bytes), /canonical point/);
});

Deno.test("wrong flag bits are refused", () => {
  const bytes = G1.BASE.toBytes();
  for (const flags of [0b000, 0b001, 0b010, 0b011, 0b110, 0b111]) {
    const wrong = bytes.slice();
    wrong[0] = (wrong[0]! & 0b0001_1111) | (flags << 5);
    assert.throws(() => checkG1(wrong), RangeError, flags.toString(2));
  }
});

Deno.test("only what the library says of bytes is a fact about them", () => {
  for (const [check, bytes] of [[checkG1, G1.BASE.toBytes()], [checkG2, KEY]] as const) {
    const ofMachine = [new RangeError("Array buffer allocation failed"), new TypeError("x")];
    for (const error of ofMachine) {
      assert.throws(() => withFailingCopies(error, () => check(bytes)), (e) => e === error);
    }
    const says = () => withFailingCopies(new Error("bad point"), () => check(bytes));
    assert.throws(says, InvalidPoint);
    check(bytes);
  }
});
