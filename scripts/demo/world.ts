/** The machine that a demo runs on: an embedded chain with the contract, an IPFS gateway and a beacon, all on loopback. */
import { keccak_256 } from "@noble/hashes/sha3.js";
import { gateway } from "../../core/ipfs/gateway.ts";
import type { BeaconClock } from "../../core/protocol/clock.ts";
import type { BlockStore } from "../../core/ipfs/store.ts";
import type { Provider } from "../../core/chain/rpc.ts";
import { readBlock } from "../../core/chain/reader.ts";
import { waitForReceipt } from "../../core/chain/sender.ts";
import { type LocalSender, localSender } from "../../core/chain/signer.ts";
import type { Call, Receipt } from "../../core/chain/types.ts";
import { toHex } from "../../core/protocol/codec.ts";
import type { Hex } from "../../core/protocol/types.ts";
import { beaconHandler, type LocalBeacon, localBeacon } from "../../core/seal/local_beacon.ts";
import { startAnvil } from "../lib/anvil_node.ts";
import { startNode } from "../lib/chain_node.ts";
import { moveTo } from "../lib/chain_time.ts";
import { deploy } from "../lib/deploy.ts";

/** Seconds from an epoch's end to its beacon, as on Ethereum. */
const SEAL_GAP = 900;
/** Seconds between two beacons, as quicknet's. */
const PERIOD = 3;
const SIGNALS: Deno.Signal[] = Deno.build.os === "windows" ? ["SIGINT"] : ["SIGINT", "SIGTERM"];
/** Wei that everybody starts with. */
export const FUNDS = 10n ** 21n;

/** Somebody with a key and money. */
export interface Person {
  name: string;
  address: Hex;
  privateKey: Hex;
  sender: LocalSender;
}

/** A running machine. */
export interface World {
  provider: Provider;
  /** URL of the chain's JSON-RPC. */
  rpcUrl: string;
  chainId: number;
  contract: Hex;
  beacon: LocalBeacon;
  /** The beacon's clock, as the contract knows it. */
  clock: BeaconClock;
  /** What the gateway serves. */
  store: BlockStore;
  gatewayUrl: string;
  /** Base URL of the beacon's HTTP answers. */
  relayUrl: string;
  /** Makes somebody with 1,000 ETH; the same name and seed give the same key. */
  person(name: string): Promise<Person>;
  /** Sends a call and waits until it is in a block. @throws what `explainError` explains */
  send(person: Person, call: Call): Promise<Receipt>;
  /** The chain's time, in Unix seconds. */
  now(): Promise<number>;
  /** Moves the chain's clock forward; does nothing if the time is over already. */
  travelTo(time: number): Promise<void>;
  /** Ends everything that was started. */
  close(): Promise<void>;
}

/** The chain clients that a demo can run on. */
export const CLIENTS = { hardhat: startNode, anvil: startAnvil } as const;

/** Starts the machine and deploys the contract; the gateway serves `store`. @throws {Error} if the chain does not start */
export async function openWorld(
  { seed, store, client = "hardhat" }: {
    seed: number;
    store: BlockStore;
    client?: keyof typeof CLIENTS;
  },
): Promise<World> {
  const node = await CLIENTS[client]();
  const servers: Deno.HttpServer[] = [];
  const close = async () => {
    for (const signal of SIGNALS) Deno.removeSignalListener(signal, interrupt);
    await Promise.all(servers.map((server) => server.shutdown()));
    await node.stop();
  };
  // The chain is a process of its own: it must not outlive this one.
  const interrupt = () => void node.stop().finally(() => Deno.exit(130));
  for (const signal of SIGNALS) Deno.addSignalListener(signal, interrupt);
  try {
    const { provider } = node;
    const now = async () => (await readBlock(provider)).timestamp;
    const chainId = Number(await provider.request({ method: "eth_chainId" }));
    const genesis = await now() - 10 * PERIOD;
    const beacon = localBeacon(keyOf("beacon", seed), { genesis, period: PERIOD });
    const person = (name: string) => makePerson(name, { provider, chainId, seed });
    const deployer = await person("deployer");
    const clock = { ...beacon.network, sealGap: SEAL_GAP };
    return {
      provider,
      rpcUrl: node.url,
      chainId,
      contract: await deploy({ provider, sender: deployer.sender }, clock),
      beacon,
      clock,
      store,
      gatewayUrl: serve(gateway(store), servers),
      relayUrl: serve(beaconHandler(beacon, { now }), servers),
      person,
      async send({ sender }, call) {
        return await waitForReceipt(provider, await sender.send(call), { pollMs: 20 });
      },
      now,
      travelTo: async (time) => await now() < time ? await moveTo(provider, time) : undefined,
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

async function makePerson(
  name: string,
  { provider, chainId, seed }: { provider: Provider; chainId: number; seed: number },
): Promise<Person> {
  const privateKey = toHex(keyOf(name, seed));
  const sender = localSender(provider, { privateKey, chainId });
  const params = [sender.address, `0x${FUNDS.toString(16)}`];
  await provider.request({ method: "hardhat_setBalance", params });
  return { name, address: sender.address, privateKey, sender };
}

/** Keys of a demo are no secrets: everybody can compute them. */
function keyOf(name: string, seed: number): Uint8Array {
  const key = keccak_256(new TextEncoder().encode(`deml demo, seed ${seed}: ${name}`));
  key[0] = 0; // Below the orders of both curves.
  return key;
}

function serve(
  handler: (request: Request) => Promise<Response>,
  servers: Deno.HttpServer[],
): string {
  const options = { hostname: "127.0.0.1", port: 0, onListen: () => {} };
  const server = Deno.serve(options, handler);
  servers.push(server);
  return `http://127.0.0.1:${(server.addr as Deno.NetAddr).port}`;
}
