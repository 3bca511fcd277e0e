/** A chain with the contract and a beacon of its own: what a test file shares among its tests. */
import { type LocalBeacon, localBeacon } from "../../../core/seal/local_beacon.ts";
import { g1ToEip2537 } from "../../../core/seal/points.ts";
import { Chain, START } from "./chain.ts";
import { DeML, deploymentKey } from "./deml.ts";

/** The beacon's clock in tests: before the chain's start, and no divisor of the epochs' lengths. */
export const CLOCK = { genesis: START - 1_000, period: 7, sealGap: 30 };

/** What a test needs of the outside. */
export interface World {
  /** Where everything happens. */
  chain: Chain;
  /** The contract on it, which trusts the beacon. */
  deml: DeML;
  /** Signs any round at once. */
  beacon: LocalBeacon;
}

/** A fresh world. */
export async function openWorld(clock: typeof CLOCK = CLOCK): Promise<World> {
  const chain = await Chain.open();
  const beacon = localBeacon(new Uint8Array(32).fill(7), clock);
  const deml = await DeML.deploy(chain, { key: deploymentKey(beacon.network.publicKey), ...clock });
  return { chain, deml, beacon };
}

let shared: Promise<World> | undefined;

/**
 * The world of this test file. Tests do not disturb one another: each opens a competition of its own, at whatever time
 * the clock shows.
 */
export function world(): Promise<World> {
  return shared ??= openWorld();
}

/** A beacon's signature as `postBeacon` takes it. */
export function signatureOf(beacon: LocalBeacon, round: number): Uint8Array {
  return g1ToEip2537(beacon.sign(round).signature);
}
