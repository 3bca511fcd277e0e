/** Compares the decoders with ethers' decoding of the struct views, on a real chain whose storage is random. */
import assert from "node:assert/strict";
import { AbiCoder, Interface, type InterfaceAbi, keccak256, type Result } from "ethers";
import { abi } from "../protocol/abi.ts";
import { toHex, toWord } from "../protocol/codec.ts";
import { type Random, seededRandom } from "../protocol/testing/random.ts";
import type { Hex } from "../protocol/types.ts";
import { callPage, callView, type View } from "./calls.ts";
import {
  decodeAccountFields,
  decodeBeacon,
  decodeCompetition,
  decodeEpoch,
  decodeMiner,
  decodeParticipant,
  decodeRound,
  decodeRows,
  decodeSeat,
  decodeSubmission,
  WIDTHS,
} from "./rows.ts";
import { startChain, type TestChain } from "./testing/chain.ts";
import { TestCompetition } from "./testing/competition.ts";

const CASES = 20;
const ethersInterface = new Interface(abi as unknown as InterfaceAbi);

async function byEthers(chain: TestChain, name: string, args: unknown[]): Promise<Result> {
  const data = ethersInterface.encodeFunctionData(name, args);
  const params = [{ to: chain.contract, data }, "latest"];
  const answer = await chain.provider.request({ method: "eth_call", params }) as string;
  return ethersInterface.decodeFunctionResult(name, answer);
}

/** A struct as ethers decodes it: addresses in lower case, whole numbers as bigints. */
async function structByEthers(chain: TestChain, name: string, args: unknown[]) {
  const [struct] = await byEthers(chain, name, args) as unknown as [Result];
  return Object.fromEntries(
    Object.entries(struct.toObject()).map((
      [key, value],
    ) => [key, typeof value === "string" ? value.toLowerCase() : value]),
  );
}

/** Numbers of a decoded struct as bigints, to compare with ethers'. */
function asBigInts(decoded: object): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(decoded).map(([key, value]) => [
      key,
      typeof value === "number" ? BigInt(value) : value,
    ]),
  );
}

async function page(
  chain: TestChain,
  call: { name: View; args: (number | bigint)[]; width: number },
): Promise<Uint8Array> {
  return await callPage(chain.provider, { ...call, contract: chain.contract, rows: 1 });
}

function mappingSlot(base: bigint, ...keys: (bigint | Hex)[]): bigint {
  return keys.reduce<bigint>((slot, key) => {
    const types = [typeof key === "string" ? "address" : "uint256", "uint256"];
    return BigInt(keccak256(AbiCoder.defaultAbiCoder().encode(types, [key, slot])));
  }, base);
}

/** The chain's storage, written behind the contract's back. */
class Storage {
  constructor(readonly chain: TestChain) {}

  async set(slot: bigint, value: bigint): Promise<void> {
    const params = [this.chain.contract, `0x${slot.toString(16)}`, toHex(toWord(value))];
    await this.chain.provider.request({ method: "hardhat_setStorageAt", params });
  }

  async get(slot: bigint): Promise<bigint> {
    const params = [this.chain.contract, `0x${slot.toString(16)}`, "latest"];
    return BigInt(
      await this.chain.provider.request({ method: "eth_getStorageAt", params }) as string,
    );
  }

  /** Where the contract keeps a struct: the one place whose change changes what the view answers. */
  async find(
    keys: (bigint | Hex)[],
    view: { name: string; args: unknown[]; probe: bigint },
  ): Promise<bigint> {
    const before = `${await byEthers(this.chain, view.name, view.args)}`;
    for (let base = 0n; base < 30n; base++) {
      const slot = mappingSlot(base, ...keys);
      const kept = await this.get(slot);
      await this.set(slot, kept ^ view.probe);
      const changed = `${await byEthers(this.chain, view.name, view.args)}` !== before;
      await this.set(slot, kept);
      if (changed) return slot;
    }
    throw new Error(`${view.name} is not found in the contract's storage`);
  }
}

/** A random word whose fields of `[offset, width]` bits are below a limit. */
function randomWord(random: Random, limits: [number, number, bigint][] = []): bigint {
  let value = BigInt(random.hex(32));
  for (const [offset, width, limit] of limits) {
    const mask = (1n << BigInt(width)) - 1n;
    const field = (value >> BigInt(offset)) & mask;
    value ^= (field ^ (field % limit)) << BigInt(offset);
  }
  return value;
}

async function setUp(): Promise<{ chain: TestChain; storage: Storage; miner: Hex; author: Hex }> {
  const chain = await startChain();
  const competition = await TestCompetition.open(chain, { id: 0, participants: 1, miners: 3 });
  const [author] = competition.cast.participants as [Hex];
  const [miner] = competition.cast.miners as [Hex];
  await competition.submit(author, new Uint8Array(10));
  return { chain, storage: new Storage(chain), miner, author };
}

Deno.test("decodeCompetition() agrees with ethers' competition() on random storage", async () => {
  const { chain, storage } = await setUp();
  await using _ = chain;
  const random = seededRandom(31);
  const slot = await storage.find([0n], { name: "competition", args: [0], probe: 1n });
  for (let i = 0; i < CASES; i++) {
    for (let j = 0n; j < 6n; j++) await storage.set(slot + j, randomWord(random));
    // The two fields that are no numbers: status at 184 of word 3, paid at 96 of word 5.
    await storage.set(slot + 3n, randomWord(random, [[184, 8, 3n]]));
    await storage.set(slot + 5n, randomWord(random, [[96, 8, 2n]]));
    const row = await page(chain, { name: "competitionsPage", args: [0, 1], width: 6 });
    const { id, status, best, lastEpoch, ...decoded } = decodeCompetition(row, 0);
    const expected = await structByEthers(chain, "competition", [0]);
    const { status: statusNumber, best: bestNumber, lastEpoch: last, ...rest } = expected;
    assert.deepEqual(asBigInts(decoded), rest);
    assert.equal(id, 0);
    assert.equal(status, ["open", "final", "cancelled"][Number(statusNumber)]);
    assert.equal(best, decoded.bestScore > 0 ? Number(bestNumber) : undefined);
    assert.equal(lastEpoch, last === 0n ? undefined : Number(last) - 1);
  }
});

Deno.test("decodeSubmission() agrees with ethers' submission() on random storage", async () => {
  const { chain, storage } = await setUp();
  await using _ = chain;
  const random = seededRandom(32);
  const slot = await storage.find([0n, 0n], { name: "submission", args: [0, 0], probe: 1n });
  for (let i = 0; i < CASES; i++) {
    await storage.set(slot, randomWord(random));
    // Of an epoch in which number 0 can be: those without submissions.
    await storage.set(slot + 1n, randomWord(random, [[248, 8, 60n]]));
    const row = await page(chain, { name: "submissionsPage", args: [0, 0, 1], width: 3 });
    const { number, result, ...decoded } = decodeSubmission(row, 0);
    assert.deepEqual(asBigInts(decoded), await structByEthers(chain, "submission", [0, 0]));
    assert.equal(number, 0);
    assert.deepEqual(result, { state: "pending" });
  }
});

Deno.test("decodeMiner() and decodeAccountFields() agree with ethers' account() on random storage", async () => {
  const { chain, storage, miner } = await setUp();
  await using _ = chain;
  const random = seededRandom(33);
  const slot = await storage.find([0n, miner], { name: "account", args: [0, miner], probe: 1n });
  for (let i = 0; i < CASES; i++) {
    await storage.set(slot, randomWord(random));
    const row = await page(chain, { name: "minersPage", args: [0, 0, 1], width: 2 });
    const { address, index, account } = decodeMiner(row, 0);
    const expected = await structByEthers(chain, "account", [0, miner]);
    assert.deepEqual(asBigInts({ ...account, index: account!.index! + 1 }), expected);
    assert.deepEqual({ address, index }, { address: miner, index: 0 });
    const call = { contract: chain.contract, name: "account", args: [0, miner], words: 4 } as const;
    assert.deepEqual(decodeAccountFields(await callView(chain.provider, call)), account);
  }
  await storage.set(slot, 0n);
  const row = await page(chain, { name: "minersPage", args: [0, 0, 1], width: 2 });
  assert.deepEqual(decodeMiner(row, 0), { index: 0, address: miner, account: undefined });
});

Deno.test("decodeEpoch() agrees with ethers' epoch() on random storage", async () => {
  const { chain, storage } = await setUp();
  await using _ = chain;
  const random = seededRandom(34);
  const slot = await storage.find([0n, 0n], { name: "epoch", args: [0, 0], probe: 1n });
  for (let i = 0; i < CASES; i++) {
    await storage.set(slot, randomWord(random, [[96, 64, 2n ** 53n]]));
    const row = await page(chain, { name: "epochsPage", args: [0, 0, 1], width: 1 });
    const { number, previous, ...decoded } = decodeEpoch(row, 0);
    const { previous: last, ...rest } = await structByEthers(chain, "epoch", [0, 0]);
    assert.deepEqual(asBigInts(decoded), rest);
    assert.equal(number, 0);
    assert.equal(previous, last === 0n ? undefined : Number(last) - 1);
  }
});

Deno.test("decodeRound() agrees with ethers' round() on random storage", async () => {
  const { chain, storage } = await setUp();
  await using _ = chain;
  const random = seededRandom(35);
  const slot = await storage.find([0n], { name: "round", args: [0], probe: 1n << 16n });
  for (let i = 0; i < CASES; i++) {
    await storage.set(slot, randomWord(random, [[8, 8, 2n], [112, 64, 2n ** 53n]]));
    const row = await page(chain, { name: "roundsPage", args: [0, 0, 0, 1], width: 1 });
    const { epoch, number, attempt, ...decoded } = decodeRound(row, { epoch: 0, number: 0 });
    const { attempt: next, ...rest } = await structByEthers(chain, "round", [0]);
    assert.deepEqual(asBigInts(decoded), rest);
    assert.deepEqual({ epoch, number }, { epoch: 0, number: 0 });
    assert.equal(attempt, next === 0n ? undefined : Number(next) - 1);
  }
});

Deno.test("decodeSeat() agrees with ethers' seat() on random storage", async () => {
  const { chain, storage, miner } = await setUp();
  await using _ = chain;
  const random = seededRandom(36);
  // Number 0 in state 1, to be found at all.
  const probe = 1n << 248n;
  const slot = await storage.find([0n, miner], { name: "seat", args: [0, miner], probe });
  for (let i = 0; i < CASES; i++) {
    await storage.set(slot, randomWord(random, [[232, 16, 1n], [248, 8, 3n]]));
    const row = await page(chain, { name: "seatsPage", args: [0, 0, 1], width: 2 });
    const { miner: address, state, digest, commitBlock } = decodeSeat(row);
    const expected = await structByEthers(chain, "seat", [0, miner]);
    assert.equal(address, miner);
    assert.equal(state, ["none", "committed", "revealed"][Number(expected.state)]);
    assert.equal(BigInt(digest), expected.digest);
    assert.equal(digest.length, 2 + 2 * 24);
    assert.equal(BigInt(commitBlock), expected.commitBlock);
  }
});

Deno.test("decodeParticipant() agrees with ethers' participant() on random storage", async () => {
  const { chain, storage, author } = await setUp();
  await using _ = chain;
  const random = seededRandom(37);
  const view = { name: "participant", args: [0, author] };
  const slot = await storage.find([0n, author], { ...view, probe: 1n << 8n });
  for (let i = 0; i < CASES; i++) {
    await storage.set(slot, randomWord(random, [[0, 8, 2n]]));
    await storage.set(slot + 1n, randomWord(random));
    const call = { contract: chain.contract, name: "participant", words: 8 } as const;
    const row = await callView(chain.provider, { ...call, args: [0, author] });
    const decoded = decodeParticipant(row);
    const { registered, submissions, uploads, ...upload } = await structByEthers(
      chain,
      "participant",
      [0, author],
    );
    assert.deepEqual(asBigInts({ ...decoded, upload: 0 }), {
      registered,
      submissions,
      uploads,
      upload: 0n,
    });
    const unfinished = upload.received < upload.size;
    assert.deepEqual(decoded.upload && asBigInts(decoded.upload), unfinished ? upload : undefined);
  }
});

Deno.test("a result is pending, void, or settled with its score", () => {
  const row = (result: bigint) => {
    const bytes = new Uint8Array(96);
    bytes.set(toWord(result), 64);
    return decodeSubmission(bytes, 0).result;
  };
  assert.deepEqual(row(2n ** 256n - 1n), { state: "pending" });
  assert.deepEqual(row(0n), { state: "void" });
  assert.deepEqual(row(100_001n), { state: "void" });
  assert.deepEqual(row(1n << 17n), { state: "settled", score: 0, agreeing: 1 });
  const best = (256n << 17n) + 100_000n;
  assert.deepEqual(row(best), { state: "settled", score: 100_000, agreeing: 256 });
});

Deno.test("a state or status that does not exist is refused", () => {
  const competition = new Uint8Array(6 * 32);
  competition[3 * 32 + 31 - 184 / 8] = 3;
  assert.throws(() => decodeCompetition(competition, 0), /status .* from 0 to 2, not 3/);
  const seat = new Uint8Array(64);
  seat[32] = 3;
  assert.throws(() => decodeSeat(seat), /state of a seat from 0 to 2, not 3/);
});

Deno.test("a time above 2^53 - 1 is refused", () => {
  const epoch = new Uint8Array(32);
  epoch[31 - 12 - 6] = 0x20;
  assert.throws(() => decodeEpoch(epoch, 0), /up to 2\^53 - 1 from the contract/);
});

Deno.test("a beacon's randomness has its low bits cleared, and its block is a number", () => {
  const bytes = new Uint8Array(64);
  assert.equal(decodeBeacon(bytes, 5), undefined);
  bytes[0] = 1;
  bytes[63] = 9;
  const randomness: Hex = `0x01${"00".repeat(31)}`;
  assert.deepEqual(decodeBeacon(bytes, 5), { round: 5, randomness, block: 9 });
  bytes[31] = 1;
  assert.throws(() => decodeBeacon(bytes, 5), RangeError);
});

Deno.test("decodeRows() numbers the rows", () => {
  const rows = decodeRows(new Uint8Array(3 * 32 * WIDTHS.seat), {
    width: WIDTHS.seat,
    decode: (row, i) => [row.length, i],
  });
  assert.deepEqual(rows, [[64, 0], [64, 1], [64, 2]]);
});
