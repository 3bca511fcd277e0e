/**
 * The contract's verdict on beacons against those of core/seal, of mcl (C++ compiled to WebAssembly) and of tlock-js,
 * on random rounds and random damage. All are asked about the same 128 bytes, as `postBeacon` takes them.
 */
import assert from "node:assert/strict";
import { bls12_381 } from "@noble/curves/bls12-381.js";
import { compressG1 } from "../../core/chain/points.ts";
import { fromHex, toHex } from "../../core/protocol/codec.ts";
import { type Random, seededRandom } from "../../core/protocol/testing/random.ts";
import { verifyBeacon } from "../../core/seal/beacon.ts";
import { localBeacon } from "../../core/seal/local_beacon.ts";
import { g1ToEip2537 } from "../../core/seal/points.ts";
import * as mcl from "../../core/seal/testing/mcl.ts";
import { plusTorsionG1 } from "../../core/seal/testing/points.ts";
import * as tlock from "../../core/seal/testing/tlock.ts";
import { EVE } from "./support/actors.ts";
import { Reverted } from "./support/chain.ts";
import { addToElement, FIELD_ORDER, negated, nonSubgroupG1 } from "./support/points.ts";
import { signatureOf, world } from "./support/world.ts";

const G1 = bls12_381.G1.Point;
const KEY = new Uint8Array(32).fill(9);
/** Of each kind of damage. */
const CASES = 6;

/**
 * Whether each of them takes the bytes for the round's signature. core and tlock-js are asked about the compressed point:
 * undefined where the bytes have no such form, so that they cannot even be handed over.
 */
interface Verdicts {
  contract: boolean;
  core: boolean | undefined;
  mcl: boolean;
  tlock: boolean | undefined;
}

async function verdicts(round: number, signature: Uint8Array): Promise<Verdicts> {
  const { network } = (await world()).beacon;
  const publicKey = fromHex(network.publicKey, { length: 96 });
  const short = compressed(signature);
  return {
    contract: await contractTakes(round, signature),
    core: short && takes(() => verifyBeacon(network, { round, signature: short })),
    mcl: mcl.verifiesPadded(publicKey, round, signature),
    tlock: short && await tlockTakes(round, short),
  };
}

/** As the next transaction would find it; no beacon is kept. */
async function contractTakes(round: number, signature: Uint8Array): Promise<boolean> {
  const { deml } = await world();
  try {
    await deml.ask("postBeacon", [round, signature], { from: EVE });
    return true;
  } catch (error) {
    if (error instanceof Reverted) return false;
    throw error;
  }
}

/** tlock-js takes a signature if it opens what is sealed to the round. */
async function tlockTakes(round: number, short: Uint8Array): Promise<boolean> {
  const { publicKey } = (await world()).beacon.network;
  const box = await tlock.sealKey(KEY, { round, publicKey });
  try {
    return toHex(await tlock.openKeyBox(box, short)) === toHex(KEY);
  } catch {
    return false;
  }
}

/**
 * The compressed form, if nothing of the bytes is lost in it: they are a point of the curve, in whatever subgroup, with
 * coordinates below the field's order.
 */
function compressed(signature: Uint8Array): Uint8Array | undefined {
  if (signature.length !== 128) return undefined;
  const [x, y] = [signature.subarray(0, 64), signature.subarray(64)].map((e) => BigInt(toHex(e)));
  const isOnCurve = (y! * y! - x! ** 3n - 4n) % FIELD_ORDER === 0n;
  return x! < FIELD_ORDER && y! < FIELD_ORDER && isOnCurve ? compressG1(signature) : undefined;
}

function takes(run: () => void): boolean {
  try {
    run();
    return true;
  } catch (error) {
    if (error instanceof RangeError) return false;
    throw error;
  }
}

function randomRound(random: Random): number {
  return random.int(1, random.pick([1_000, 2 ** 32, Number.MAX_SAFE_INTEGER]));
}

function flipped(bytes: Uint8Array, at: number, random: Random): Uint8Array {
  return bytes.with(at, bytes[at]! ^ (1 << random.int(0, 7)));
}

/** The same point where nobody insists on field elements below the field's order. */
function raised(point: Uint8Array, element: number): Uint8Array {
  return addToElement(point, { element, by: FIELD_ORDER });
}

/** A point's x with the y of another: on no curve, or on it by negligible chance. */
function joined(x: Uint8Array, y: Uint8Array): Uint8Array {
  return new Uint8Array([...x.subarray(0, 64), ...y.subarray(64)]);
}

type Damage = (
  signature: Uint8Array,
  random: Random,
  round: number,
) => Uint8Array | Promise<Uint8Array>;

const DAMAGE: Record<string, Damage> = {
  "a bit of x flipped": (s, random) => flipped(s, random.int(16, 63), random),
  "a bit of y flipped": (s, random) => flipped(s, random.int(80, 127), random),
  "a bit of x's padding set": (s, random) => flipped(s, random.int(0, 15), random),
  "a bit of y's padding set": (s, random) => flipped(s, random.int(64, 79), random),
  "x + p": (s) => raised(s, 0),
  "y + p": (s) => raised(s, 1),
  "p - y": negated,
  "x and y exchanged": (s) => new Uint8Array([...s.subarray(64), ...s.subarray(0, 64)]),
  "y of another round": async (s, _, round) =>
    joined(s, signatureOf((await world()).beacon, round + 1)),
  "another round's": async (_, random) => signatureOf((await world()).beacon, randomRound(random)),
  "another key's": (_, random, round) => {
    const other = localBeacon(random.bytes(32).with(0, 1), { genesis: 0, period: 1 });
    return signatureOf(other, round);
  },
  "twice the signature": (s) => g1ToEip2537(G1.fromBytes(compressG1(s)).double().toBytes()),
  "any point of the subgroup": (_, random) =>
    g1ToEip2537(G1.BASE.multiply(BigInt(random.hex(31)) + 1n).toBytes()),
  "the generator": () => g1ToEip2537(G1.BASE.toBytes()),
  "a point of order 3": () => nonSubgroupG1(),
  "the signature plus a point of order 3": (s) => plusTorsionG1(compressG1(s)),
  "infinity": () => new Uint8Array(128),
  "infinity as (p, p)": () => raised(raised(new Uint8Array(128), 0), 1),
  "compressed": (s) => compressG1(s),
  "a byte less": (s) => s.slice(0, -1),
  "a byte more": (s) => new Uint8Array([...s, 0]),
  "random bytes": (_, random) => random.bytes(128),
  "random field elements": (_, random) =>
    new Uint8Array([
      ...new Uint8Array(16),
      0,
      ...random.bytes(47),
      ...new Uint8Array(16),
      0,
      ...random.bytes(47),
    ]),
};

Deno.test("beacons: contract, core, mcl and tlock-js take the signatures of random rounds", async () => {
  const random = seededRandom(1);
  const { beacon } = await world();
  for (let i = 0; i < 20; i++) {
    const round = randomRound(random);
    assert.deepEqual(
      await verdicts(round, signatureOf(beacon, round)),
      { contract: true, core: true, mcl: true, tlock: true },
      `round ${round}`,
    );
  }
});

/** Damage that compressed points can have too. */
const EXPRESSIBLE = [
  "p - y",
  "another round's",
  "another key's",
  "twice the signature",
  "any point of the subgroup",
  "the generator",
  "a point of order 3",
  "the signature plus a point of order 3",
];

for (const [name, damage] of Object.entries(DAMAGE)) {
  const asked = EXPRESSIBLE.includes(name) ? false : undefined;
  const who = asked === undefined ? "contract and mcl" : "contract, core, mcl and tlock-js";
  Deno.test(`beacons: ${who} refuse ${name}`, async () => {
    const random = seededRandom(2);
    const { beacon } = await world();
    for (let i = 0; i < CASES; i++) {
      const round = randomRound(random);
      const signature = await damage(signatureOf(beacon, round), random, round);
      assert.deepEqual(
        await verdicts(round, signature),
        { contract: false, core: asked, mcl: false, tlock: asked },
        `round ${round}: ${toHex(signature)}`,
      );
    }
  });
}
