import assert from "node:assert/strict";
import { AbiCoder, keccak256, solidityPacked } from "ethers";
import { ABSTAIN } from "./codec.ts";
import { type Commitment, commitmentOf, EMPTY_UPLOAD, nextUploadHash } from "./commitment.ts";
import { type Random, seededRandom } from "./testing/random.ts";
import type { Hex } from "./types.ts";

const abi = AbiCoder.defaultAbiCoder();

function randomCommitment(random: Random, size: number): Commitment {
  return {
    chainId: BigInt(random.int(1, 2 ** 40)),
    contract: random.hex(20),
    roundId: BigInt(random.hex(14)),
    miner: random.hex(20),
    salt: random.hex(32),
    scores: Array.from({ length: size }, () => random.int(0, ABSTAIN)),
  };
}

function byEthers({ chainId, contract, roundId, miner, salt, scores }: Commitment): string {
  const packed = solidityPacked(scores.map(() => "uint32"), scores);
  const types = ["uint256", "address", "uint256", "address", "bytes32", "bytes"];
  return keccak256(abi.encode(types, [chainId, contract, roundId, miner, salt, packed]));
}

Deno.test("commitmentOf() equals keccak256(abi.encode(...)) for rounds of every size", () => {
  const random = seededRandom(9);
  for (let size = 1; size <= 32; size++) {
    const of = randomCommitment(random, size);
    assert.equal(commitmentOf(of), byEthers(of), `${size} scores`);
  }
});

Deno.test("commitmentOf() depends on every part", () => {
  const random = seededRandom(10);
  const of = randomCommitment(random, 3);
  const other = randomCommitment(random, 3);
  const hashes = Object.keys(of).map((part) =>
    commitmentOf({ ...of, [part]: other[part as keyof Commitment] })
  );
  assert.equal(new Set([commitmentOf(of), ...hashes]).size, 7);
});

Deno.test("commitmentOf() does not depend on the case of addresses", () => {
  const of = randomCommitment(seededRandom(11), 1);
  const upper = `0x${of.miner.slice(2).toUpperCase()}` as Hex;
  assert.equal(commitmentOf({ ...of, miner: upper }), commitmentOf(of));
});

Deno.test("commitmentOf() refuses parts of a wrong size", () => {
  const of = randomCommitment(seededRandom(12), 2);
  const wrong: Partial<Commitment>[] = [
    { chainId: -1n },
    { contract: of.salt },
    { miner: "0x12" },
    { roundId: 2n ** 256n },
    { salt: of.miner },
    { scores: [] },
    { scores: [ABSTAIN + 1] },
  ];
  for (const part of wrong) {
    assert.throws(() => commitmentOf({ ...of, ...part }), RangeError, Object.keys(part)[0]);
  }
});

Deno.test("nextUploadHash() chains keccak256(abi.encode(h, keccak256(data))) from 0", () => {
  const random = seededRandom(13);
  let [hash, expected] = [EMPTY_UPLOAD, EMPTY_UPLOAD as string];
  for (const length of [1, 31, 32, 33, 5_000, 0]) {
    const data = random.bytes(length);
    hash = nextUploadHash(hash, data);
    expected = keccak256(abi.encode(["bytes32", "bytes32"], [expected, keccak256(data)]));
    assert.equal(hash, expected);
  }
  assert.throws(() => nextUploadHash("0x00", new Uint8Array()), RangeError);
});
