/**
 * A beacon of drand's scheme from one secret key, for demo, development and tests: the same cryptography and the same
 * HTTP answers as a drand relay, without a network. Whoever has the key knows all rounds in advance, so it must never
 * stand behind real money.
 */
import { bls12_381 } from "@noble/curves/bls12-381.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex, concatBytes, utf8ToBytes } from "@noble/hashes/utils.js";
import { beaconRound } from "../protocol/clock.ts";
import { fromHex, toHex } from "../protocol/codec.ts";
import type { Hex } from "../protocol/types.ts";
import {
  type Beacon,
  type BeaconNetwork,
  drandRandomness,
  roundMessage,
  SCHEME,
  SIGNATURE_DOMAIN,
} from "./beacon.ts";

/** drand's name of a beacon among several of one node; part of the chain hash. */
const BEACON_ID = "deml-local";

/** A beacon that signs by itself. */
export interface LocalBeacon {
  /** What relays and contracts know of it. */
  network: BeaconNetwork;
  /** The hash by which relays know it. */
  chainHash: Hex;
  /** The beacon of a round, also of a future one. @throws {RangeError} if the round is not a whole number from 1 on */
  sign(round: number): Beacon;
}

/** What drand hashes into a chain hash. */
export interface ChainInfo extends BeaconNetwork {
  /** Hash of the group that made the key, 32 bytes. */
  groupHash: Hex;
  /** Name of the beacon; "default" leaves it out of the hash. */
  beaconId: string;
}

/**
 * Makes a beacon from a secret key.
 *
 * @param secretKey 32 bytes, big-endian, from 1 to the order of the groups - 1
 * @throws {RangeError} for any other key, or a genesis or period that is no whole number (the period at least 1)
 */
export function localBeacon(
  secretKey: Uint8Array,
  { genesis, period }: Pick<BeaconNetwork, "genesis" | "period">,
): LocalBeacon {
  if (!(Number.isSafeInteger(genesis) && Number.isSafeInteger(period) && period >= 1)) {
    throw new RangeError(
      `genesis and period must be whole seconds, the period at least 1, not ${genesis} and ${period}`,
    );
  }
  const scalar = readSecretKey(secretKey);
  const publicKey = toHex(bls12_381.G2.Point.BASE.multiply(scalar).toBytes());
  const network = { publicKey, genesis, period };
  return {
    network,
    chainHash: chainHash({ ...network, groupHash: groupHash(network), beaconId: BEACON_ID }),
    sign: (round) => ({ round, signature: sign(round, scalar) }),
  };
}

function sign(round: number, scalar: bigint): Uint8Array {
  const message = bls12_381.shortSignatures.hash(roundMessage(round), SIGNATURE_DOMAIN);
  return message.multiply(scalar).toBytes();
}

function readSecretKey(secretKey: Uint8Array): bigint {
  const order = bls12_381.fields.Fr.ORDER;
  const scalar = secretKey.length === 32 ? BigInt(toHex(secretKey)) : 0n;
  if (scalar > 0n && scalar < order) return scalar;
  throw new RangeError("a secret key has 32 bytes, from 1 to the order of BLS12-381's groups - 1");
}

/** A real network's group is a list of nodes; one key has only itself. */
function groupHash({ publicKey }: BeaconNetwork): Hex {
  return toHex(sha256(fromHex(publicKey, { length: 96 })));
}

/**
 * drand's hash of a chain (drand/drand, `chain.Info.Hash`): sha-256 of the period as uint32, genesis as int64, both
 * big-endian, public key, group hash, and the beacon's name unless it is "default".
 */
export function chainHash(info: ChainInfo): Hex {
  const head = new DataView(new ArrayBuffer(12));
  head.setUint32(0, info.period);
  head.setBigInt64(4, BigInt(info.genesis));
  return toHex(sha256(concatBytes(
    new Uint8Array(head.buffer),
    fromHex(info.publicKey, { length: 96 }),
    fromHex(info.groupHash, { length: 32 }),
    utf8ToBytes(info.beaconId === "default" ? "" : info.beaconId),
  )));
}

/**
 * Answers as drand's HTTP relay does, at the root and below `/<chain hash>`: `/info`, `/public/latest`, `/public/N`
 * (0 being the latest). A round that is not due is refused with 425, whatever is asked of an unknown path or chain
 * with 404, no number with 400.
 *
 * @param now Unix second; a moved chain clock can drive it
 */
export function beaconHandler(
  beacon: LocalBeacon,
  { now }: { now: () => number | Promise<number> },
): (request: Request) => Promise<Response> {
  return async (request) => {
    if (request.method !== "GET" && request.method !== "HEAD") {
      return answer("method not allowed", { status: 405, headers: { allow: "GET, HEAD" } });
    }
    const path = pathBelowChain(new URL(request.url).pathname, beacon.chainHash);
    if (path === "/info") return answer(info(beacon));
    const round = path.match(/^\/public\/([^/]+)$/)?.[1];
    if (round === undefined) return answer("404 page not found", { status: 404 });
    return publicRound(beacon, round, await now());
  };
}

function pathBelowChain(path: string, chainHash: Hex): string {
  const prefix = `/${chainHash.slice(2)}/`;
  return path.startsWith(prefix) ? path.slice(prefix.length - 1) : path;
}

function info({ network, chainHash }: LocalBeacon): Record<string, unknown> {
  return {
    public_key: network.publicKey.slice(2),
    period: network.period,
    genesis_time: network.genesis,
    hash: chainHash.slice(2),
    groupHash: groupHash(network).slice(2),
    schemeID: SCHEME,
    metadata: { beaconID: BEACON_ID },
  };
}

function publicRound(beacon: LocalBeacon, text: string, now: number): Response {
  if (text !== "latest" && !/^\d{1,20}$/.test(text)) {
    return answer(`Failed to parse round parameter "${text}"`, { status: 400 });
  }
  // The last round that is due is the one before the first that is not.
  const latest = beaconRound(Math.floor(now) + 1, beacon.network) - 1;
  const round = text === "latest" ? latest : Number(text) || latest;
  if (round > latest || latest < 1) return answer("Requested future beacon", { status: 425 });
  const { signature } = beacon.sign(round);
  return answer({
    round,
    randomness: bytesToHex(drandRandomness(signature)),
    signature: bytesToHex(signature),
  });
}

/** Nothing is cached: a development clock can go back, and a new run can have a new key at the same address. */
function answer(body: string | Record<string, unknown>, init: ResponseInit = {}): Response {
  const headers = new Headers(init.headers);
  headers.set("access-control-allow-origin", "*");
  headers.set("cache-control", "no-store");
  const text = typeof body === "string";
  headers.set("content-type", text ? "text/plain; charset=utf-8" : "application/json");
  return new Response(text ? `${body}\n` : JSON.stringify(body), { ...init, headers });
}
