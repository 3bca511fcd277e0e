import assert from "node:assert/strict";
import { AbiCoder, keccak256 } from "ethers";
import { committee, committeeSeed, isSeated, keptRandomness, permute } from "./committee.ts";
import { seededRandom } from "./testing/random.ts";
import type { Hex } from "./types.ts";

const abi = AbiCoder.defaultAbiCoder();

/** PROTOCOL.md section 5.3 word for word, on ethers and bigints. */
function permuteByEthers(seed: Hex, index: number, miners: number): number {
  let h = 0n;
  while (2n ** (2n * h) < BigInt(miners)) h++;
  let value = BigInt(index);
  do {
    let l = value / 2n ** h;
    let r = value % 2n ** h;
    for (let j = 0n; j < 8n; j++) {
      const digest = BigInt(
        keccak256(abi.encode(["bytes32", "uint256", "uint256"], [seed, j, r])),
      );
      [l, r] = [r, l ^ (digest % 2n ** h)];
    }
    value = l * 2n ** h + r;
  } while (value >= BigInt(miners));
  return Number(value);
}

Deno.test("keptRandomness() clears the lowest 40 bits, whatever stands in them", () => {
  const high = 0xabcdefn << 40n;
  assert.equal(keptRandomness(high | (2n ** 40n - 1n)), high);
  assert.equal(keptRandomness(high), high);
  assert.equal(keptRandomness(2n ** 256n - 1n), 2n ** 256n - 2n ** 40n);
});

Deno.test("committeeSeed() equals keccak256(abi.encode(randomness, roundId))", () => {
  const random = seededRandom(14);
  for (let i = 0; i < 50; i++) {
    const kept = keptRandomness(BigInt(random.hex(32)));
    const roundId = BigInt(random.hex(12));
    assert.equal(
      committeeSeed(kept, roundId),
      keccak256(abi.encode(["uint256", "uint256"], [kept, roundId])),
    );
  }
});

Deno.test("committeeSeed() refuses randomness that was not kept as the contract keeps it", () => {
  assert.throws(() => committeeSeed(1n, 0n), /lowest 40 bits cleared, not 1:/);
  assert.throws(() => committeeSeed(2n ** 256n, 0n), RangeError);
});

Deno.test("permute() is a bijection for every number of miners from 1 to 300", () => {
  const random = seededRandom(15);
  for (let miners = 1; miners <= 300; miners++) {
    const seed = random.hex(32);
    const places = new Set<number>();
    for (let index = 0; index < miners; index++) places.add(permute(seed, index, { miners }));
    assert.equal(places.size, miners);
    assert.ok([...places].every((place) => place >= 0 && place < miners));
  }
});

Deno.test("permute() agrees with the rule on ethers and bigints", () => {
  const random = seededRandom(16);
  const sizes = [1, 2, 4, 5, 16, 17, 100, 256, 257, 1_000, 65_536, 65_537, 2 ** 31, 2 ** 32 - 1];
  for (const miners of sizes) {
    for (const index of new Set([0, miners - 1, random.int(0, miners - 1)])) {
      const seed = random.hex(32);
      assert.equal(
        permute(seed, index, { miners }),
        permuteByEthers(seed, index, miners),
        `miner ${index} of ${miners}`,
      );
    }
  }
});

Deno.test("committee() lists exactly those who are seated, ascending", () => {
  const random = seededRandom(17);
  for (let i = 0; i < 60; i++) {
    const draw = { miners: random.int(1, 400), quorum: random.int(1, 256) };
    const seed = random.hex(32);
    const all = Array.from({ length: draw.miners }, (_, index) => index);
    const seated = all.filter((index) => isSeated(seed, index, draw));
    assert.deepEqual(committee(seed, draw), seated);
    assert.equal(seated.length, Math.min(draw.miners, draw.quorum));
  }
});

Deno.test("committee() of a few among very many miners agrees with isSeated()", () => {
  const seed = seededRandom(18).hex(32);
  const draw = { miners: 4_000_000_000, quorum: 20 };
  const seated = committee(seed, draw);
  assert.equal(new Set(seated).size, 20);
  assert.ok(seated.every((index) => isSeated(seed, index, draw)));
});

Deno.test("isSeated() seats everybody up to the quorum", () => {
  const seed = seededRandom(19).hex(32);
  for (let index = 0; index < 7; index++) {
    assert.equal(isSeated(seed, index, { miners: 7, quorum: 7 }), true);
  }
});

Deno.test("seats are spread evenly over the miners", () => {
  const random = seededRandom(20);
  const draw = { miners: 60, quorum: 30 };
  const seats = new Array(draw.miners).fill(0);
  const draws = 600;
  for (let i = 0; i < draws; i++) {
    for (const index of committee(random.hex(32), draw)) seats[index]++;
  }
  // Binomial: mean 300, deviation 12.2; five deviations.
  assert.ok(seats.every((count) => Math.abs(count - 300) < 61), `${seats}`);
});

Deno.test("a miner or number of miners out of range is refused", () => {
  const seed = seededRandom(21).hex(32);
  for (const index of [-1, 10, 0.5, NaN]) {
    assert.throws(() => permute(seed, index, { miners: 10 }), /from 0 to 9, not/);
    assert.throws(() => isSeated(seed, index, { miners: 10, quorum: 20 }), RangeError);
  }
  assert.throws(() => permute(seed, 0, { miners: 2 ** 32 }), /1 to 4294967295 miners/);
  assert.throws(() => permute("0x12", 0, { miners: 2 }), RangeError);
});
