/** A real chain in this process (Hardhat's), with the contract on it, for the tests of this folder. */
import { AbiCoder } from "ethers/abi";
import { network } from "hardhat";
import { bytecode } from "../../protocol/bytecode.ts";
import { fromHex } from "../../protocol/codec.ts";
import type { Hex } from "../../protocol/types.ts";
import { type LocalBeacon, localBeacon } from "../../seal/local_beacon.ts";
import { g2ToEip2537 } from "../../seal/points.ts";
import type { Provider } from "../provider.ts";
import { waitForReceipt, walletSender } from "../sender.ts";
import type { Call, Receipt } from "../types.ts";

/** Seconds between two beacons of a test's chain, and from an epoch's end to its beacon. */
export const BEACON = { period: 3, sealGap: 30 } as const;

/** A chain with the contract and a beacon of its own. */
export interface TestChain extends AsyncDisposable {
  provider: Provider;
  contract: Hex;
  beacon: LocalBeacon;
  /** Accounts that the chain signs for, each with 10,000 ETH. */
  accounts: Hex[];
  /** The latest block's time. */
  now(): Promise<number>;
  /** Gives the next block this time. */
  at(time: number): Promise<void>;
  /** Sends a call and waits for it. @throws as walletSender and waitForReceipt do */
  send(from: Hex, call: Call): Promise<Receipt>;
}

/** Starts a chain and deploys the contract. */
export async function startChain(): Promise<TestChain> {
  const connection = await network.create();
  const provider = connection.provider as Provider;
  const request = (method: string, ...params: unknown[]) => provider.request({ method, params });
  const accounts = await request("eth_accounts") as Hex[];
  const genesis = await now(provider) - 1_000;
  const beacon = localBeacon(new Uint8Array(32).fill(7), { genesis, period: BEACON.period });
  const contract = await deploy(provider, { from: accounts.at(-1)!, beacon });
  return {
    provider,
    contract,
    beacon,
    accounts,
    now: () => now(provider),
    at: async (time) => void await request("evm_setNextBlockTimestamp", time),
    send: async (from, call) =>
      waitForReceipt(provider, await walletSender(provider, from).send(call), { pollMs: 1 }),
    [Symbol.asyncDispose]: () => connection.close(),
  };
}

async function now(provider: Provider): Promise<number> {
  const params = ["latest", false];
  const block = await provider.request({ method: "eth_getBlockByNumber", params });
  return Number((block as { timestamp: string }).timestamp);
}

async function deploy(
  provider: Provider,
  { from, beacon: { network } }: { from: Hex; beacon: LocalBeacon },
): Promise<Hex> {
  const key = g2ToEip2537(fromHex(network.publicKey, { length: 96 }));
  const words = Array.from({ length: 8 }, (_, i) => key.subarray(32 * i, 32 * i + 32));
  const args = AbiCoder.defaultAbiCoder().encode(
    ["tuple(bytes32[8])", "uint256", "uint256", "uint256"],
    [[words], network.genesis, network.period, BEACON.sealGap],
  );
  const params = [{ from, data: bytecode + args.slice(2) }];
  const hash = await provider.request({ method: "eth_sendTransaction", params }) as Hex;
  return (await waitForReceipt(provider, hash, { pollMs: 1 })).created!;
}
