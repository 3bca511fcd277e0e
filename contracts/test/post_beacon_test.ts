import assert from "node:assert/strict";
import { sha256 } from "ethers";
import { toHex } from "../../core/protocol/codec.ts";
import { randomness } from "../../core/seal/beacon.ts";
import { QUICKNET } from "../../core/seal/quicknet.ts";
import { g1ToEip2537 } from "../../core/seal/points.ts";
import type { Hex } from "../../core/protocol/types.ts";
import { plusTorsionG1, ROUNDS } from "../../core/seal/testing/points.ts";
import { ALICE, EVE } from "./support/actors.ts";
import { unanimous } from "./support/ballot.ts";
import { coder, DeML, deploymentKey, type Outcome, STATUS } from "./support/deml.ts";
import { enrolled, MINERS } from "./support/phases.ts";
import { addToElement, FIELD_ORDER, negated, nonSubgroupG1 } from "./support/points.ts";
import { expectBareRevert, expectRevert, plain } from "./support/revert.ts";
import { describe } from "./support/tree.ts";
import { signatureOf, world } from "./support/world.ts";

/** Most gas that a whole transaction may take. */
const MAX_GAS = 180_000;
const G1_ADD = "0x000000000000000000000000000000000000000b";

let round = 1_000;

/** A round that no other test has posted, with its signature. */
async function freshBeacon(): Promise<{ round: number; signature: Uint8Array }> {
  round++;
  return { round, signature: signatureOf((await world()).beacon, round) };
}

async function post(round: number, signature: Uint8Array, deml?: DeML): Promise<Outcome> {
  deml ??= (await world()).deml;
  return deml.send("postBeacon", [round, signature], { from: EVE });
}

/** A deployment that trusts drand's quicknet. */
async function quicknet(): Promise<DeML> {
  const key = deploymentKey(QUICKNET.publicKey);
  return DeML.deploy((await world()).chain, { ...QUICKNET, key, sealGap: 900 });
}

/** The same point where nobody insists on field elements below the field's order. */
function raised(point: Uint8Array, element: number): Uint8Array {
  return addToElement(point, { element, by: FIELD_ORDER });
}

/** A changed signature is refused, and leaves no beacon. */
async function refuses(change: (signature: Uint8Array) => Uint8Array): Promise<void> {
  const { round, signature } = await freshBeacon();
  await expectRevert(post(round, change(signature)), "DeML_BeaconInvalid", [round]);
  const [kept, block] = await (await world()).deml.view("beacon", [round]);
  assert.deepEqual([kept, block], [`0x${"00".repeat(32)}`, 0n]);
}

describe(import.meta.url, {
  "given that the round's beacon is posted": {
    "it does nothing, whatever the signature": async () => {
      const { deml } = await world();
      const { round, signature } = await freshBeacon();
      await post(round, signature);
      const before = plain(await deml.view("beacon", [round]));
      for (const again of [signature, new Uint8Array(128), new Uint8Array(3)]) {
        assert.deepEqual((await post(round, again)).events, []);
        assert.deepEqual(plain(await deml.view("beacon", [round])), before);
      }
    },
  },
  "given that two competitions wait for the round": {
    "it lets both go on, posted once": async () => {
      const both = [await enrolled(), await enrolled()] as const;
      const [first, second] = both;
      const { chain, deml } = await world();
      chain.travelTo(first.terms.registrationEndsAt);
      for (const c of both) await c.submit(ALICE);
      assert.equal(first.unsealRound(), second.unsealRound());
      const ballots = unanimous(MINERS, [50_000]);
      chain.travelTo(first.unsealAt());
      for (const c of both) {
        const call = c.commit(ballots[0]!);
        await expectRevert(call, "DeML_BeaconMissing", [first.unsealRound()]);
      }
      assert.deepEqual((await first.postBeacon()).events.map(({ name }) => name), ["BeaconPosted"]);
      for (const c of both) await c.commitAll(ballots);
      assert.deepEqual((await second.postBeacon()).events, [], "a second post does nothing");
      for (const c of both) await c.revealAll(ballots);
      for (const c of both) await c.settleAll(ballots);
      for (const c of both) {
        await c.finalize();
        assert.equal((await deml.view("competition", [c.id])).status, BigInt(STATUS.final));
      }
    },
  },
  "when the signature does not have 128 bytes": {
    "it reverts with DeML_BeaconInvalid": async () => {
      await refuses((signature) => signature.slice(0, 127));
      await refuses((signature) => new Uint8Array([...signature, 0]));
      await refuses((signature) => new Uint8Array([...signature, ...signature]));
      await refuses(() => new Uint8Array(0));
      const { beacon } = await world();
      await refuses(() => beacon.sign(round).signature);
    },
  },
  "when the call ends before its signature does": {
    "it reverts without an error of the contract": async () => {
      const { chain, deml } = await world();
      const { round, signature } = await freshBeacon();
      const data = coder.encodeFunctionData("postBeacon", [round, signature]) as Hex;
      for (const bytes of [1, 128, 129, 160, 161]) {
        const call = { from: EVE, to: deml.address, data: data.slice(0, -2 * bytes) as Hex };
        await expectBareRevert(chain.send(call));
      }
      await chain.send({ from: EVE, to: deml.address, data });
      assert.notEqual((await deml.view("beacon", [round]))[1], 0n);
    },
  },
  "when the signature is that of another round": {
    "it reverts with DeML_BeaconInvalid": async () => {
      const { beacon } = await world();
      await refuses(() => signatureOf(beacon, round + 1));
      await refuses(() => signatureOf(beacon, round - 1));
    },
  },
  "when the signature is that of another key": {
    "it reverts with DeML_BeaconInvalid": async () => {
      const call = post(1, g1ToEip2537(ROUNDS.get(1)!));
      await expectRevert(call, "DeML_BeaconInvalid", [1]);
    },
  },
  "when a bit of the signature is flipped": {
    "it reverts with DeML_BeaconInvalid": async () => {
      for (const [byte, bit] of [[16, 0], [40, 3], [63, 0], [80, 7], [127, 0]] as const) {
        await refuses((signature) => signature.with(byte, signature[byte]! ^ (1 << bit)));
      }
    },
  },
  "when the signature is negated": {
    "it reverts with DeML_BeaconInvalid": () => refuses(negated),
  },
  "when the signature is infinity": {
    "it reverts with DeML_BeaconInvalid": () => refuses(() => new Uint8Array(128)),
    "it reverts with DeML_BeaconInvalid, written with the field's order for 0 as well":
      async () => {
        const [x, y] = [raised(new Uint8Array(128), 0), raised(new Uint8Array(128), 1)];
        for (const infinity of [x, y, raised(x, 1)]) await refuses(() => infinity);
      },
  },
  "when the signature is not on the curve": {
    "it reverts with DeML_BeaconInvalid": () =>
      refuses((signature) => addToElement(signature, { element: 0, by: 1n })),
  },
  "when the signature is outside the subgroup": {
    "it reverts with DeML_BeaconInvalid": async () => {
      // That it is on the curve, the precompile for sums agrees: it adds infinity to it.
      const point = toHex(nonSubgroupG1());
      const { chain } = await world();
      const data = `${point}${"00".repeat(128)}` as const;
      assert.equal(await chain.call({ from: EVE, to: G1_ADD, data }), point);
      await refuses(nonSubgroupG1);
    },
    "it reverts with DeML_BeaconInvalid, though it be the round's plus a point without a pairing":
      async () => {
        const { beacon } = await world();
        await refuses(() => plusTorsionG1(beacon.sign(round).signature));
      },
  },
  "when a coordinate is not below the field's order": {
    "it reverts with DeML_BeaconInvalid": async () => {
      for (const element of [0, 1]) {
        await refuses((signature) => raised(signature, element));
      }
    },
  },
  "when a coordinate has more than 48 bytes": {
    "it reverts with DeML_BeaconInvalid": async () => {
      for (const element of [0, 1]) {
        await refuses((signature) => addToElement(signature, { element, by: 1n << 384n }));
        await refuses((signature) => addToElement(signature, { element, by: 1n << 511n }));
      }
    },
  },
  "when the signature is the round's": {
    "it keeps the upper 216 bits of the compressed signature's hash, and the block": async () => {
      const { deml, beacon } = await world();
      const largest = new Set<boolean>();
      for (let i = 0; i < 8; i++) {
        const { round, signature } = await freshBeacon();
        const compressed = beacon.sign(round).signature;
        largest.add((compressed[0]! & 0x20) !== 0);
        const { blockNumber } = await post(round, signature);
        const [kept, block] = await deml.view("beacon", [round]);
        assert.equal(BigInt(kept), randomness(compressed));
        assert.equal(kept.slice(0, 56), sha256(compressed).slice(0, 56));
        assert.equal(block, BigInt(blockNumber));
      }
      assert.equal(largest.size, 2, "signatures of both signs");
    },
    "it takes any round, also one that is not due": async () => {
      const { deml, beacon } = await world();
      for (const round of [1, 2 ** 40, Number.MAX_SAFE_INTEGER]) {
        await post(round, signatureOf(beacon, round));
        assert.notEqual((await deml.view("beacon", [round]))[1], 0n);
      }
    },
    "it takes it from anybody": async () => {
      const { deml } = await world();
      const { round, signature } = await freshBeacon();
      await deml.send("postBeacon", [round, signature], { from: ALICE });
      assert.notEqual((await deml.view("beacon", [round]))[1], 0n);
    },
    "it emits BeaconPosted": async () => {
      const { round, signature } = await freshBeacon();
      const { events } = await post(round, signature);
      assert.deepEqual(events.map(({ name }) => name), ["BeaconPosted"]);
      assert.deepEqual(events[0]!.args.map(plain), [BigInt(round), toHex(signature)]);
    },
    "it costs at most 180,000 gas": async () => {
      const { round, signature } = await freshBeacon();
      const { gasUsed } = await post(round, signature);
      assert.ok(gasUsed <= MAX_GAS, `${gasUsed} gas`);
    },
  },
  "given a deployment with the key of drand's quicknet": {
    "it takes the published rounds": async () => {
      const deml = await quicknet();
      assert.equal(ROUNDS.size, 3);
      for (const [round, signature] of ROUNDS) {
        const { gasUsed } = await post(round, g1ToEip2537(signature), deml);
        assert.equal(BigInt((await deml.view("beacon", [round]))[0]), randomness(signature));
        assert.ok(gasUsed <= MAX_GAS, `${gasUsed} gas`);
      }
    },
    "it reverts with DeML_BeaconInvalid where they are taken for other rounds": async () => {
      const deml = await quicknet();
      for (const [round, signature] of ROUNDS) {
        for (const other of [round - 1, round + 1]) {
          const call = post(other, g1ToEip2537(signature), deml);
          await expectRevert(call, "DeML_BeaconInvalid", [other]);
        }
      }
    },
  },
});
