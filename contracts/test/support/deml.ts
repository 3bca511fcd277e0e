/** The contract on a test's chain. */
import { Interface, type InterfaceAbi, type Result } from "ethers";
import { abi } from "../../../core/protocol/abi.ts";
import { bytecode } from "../../../core/protocol/bytecode.ts";
import type { BeaconClock } from "../../../core/protocol/clock.ts";
import { fromHex } from "../../../core/protocol/codec.ts";
import type { Hex } from "../../../core/protocol/types.ts";
import { g2ToEip2537 } from "../../../core/seal/points.ts";
import { addressOf, type Chain, type Log, type Receipt } from "./chain.ts";

type Named<T extends "function" | "event"> = Extract<(typeof abi)[number], { type: T }>["name"];

/** Names of the contract's functions. */
export type FunctionName = Named<"function">;

/** The contract's ABI, to encode calls and decode answers, errors and events. */
export const coder: Interface = new Interface(abi as unknown as InterfaceAbi);

/** Names of the functions that change state, or of those that do not. */
export function functionNames({ changingState }: { changingState: boolean }): FunctionName[] {
  return abi.flatMap((entry) => {
    if (entry.type !== "function") return [];
    const changes = entry.stateMutability === "nonpayable" || entry.stateMutability === "payable";
    return changes === changingState ? [entry.name] : [];
  });
}

/** Values of the contract's `Status`. */
export const STATUS = { open: 0, final: 1, cancelled: 2 } as const;

/** An event of the contract. */
export interface Event {
  /** As in the interface. */
  name: Named<"event">;
  /** Its values, by place and by name. */
  args: Result;
}

/** What a call of the contract did. */
export interface Outcome extends Receipt {
  /** The contract's events, in order. */
  events: Event[];
}

/** What a deployment fixes. */
export interface Deployment extends BeaconClock {
  /** The beacon's key in EIP-2537 encoding, 256 bytes. */
  key: Uint8Array;
}

/** A deployed contract. */
export class DeML {
  /** Where it is deployed. */
  readonly chain: Chain;
  /** Its address. */
  readonly address: Hex;
  /** The beacon's clock as it was deployed. */
  readonly clock: BeaconClock;
  /** Gas of the deployment. */
  readonly gasUsed: number;

  private constructor(chain: Chain, receipt: Receipt, clock: BeaconClock) {
    if (receipt.contractAddress === null) {
      throw new TypeError("expected the receipt of a deployment");
    }
    this.chain = chain;
    this.address = receipt.contractAddress;
    this.clock = clock;
    this.gasUsed = receipt.gasUsed;
  }

  /** Deploys the contract of core/protocol/bytecode.ts. @throws {Reverted} as its constructor does */
  static async deploy(chain: Chain, deployment: Deployment): Promise<DeML> {
    const { key, genesis, period, sealGap } = deployment;
    const words = Array.from(
      { length: key.length / 32 },
      (_, i) => key.subarray(32 * i, 32 * i + 32),
    );
    const args = coder.encodeDeploy([[words], genesis, period, sealGap]);
    const receipt = await chain.send({
      from: addressOf("deployer"),
      data: `0x${bytecode.slice(2)}${args.slice(2)}`,
    });
    return new DeML(chain, receipt, { genesis, period, sealGap });
  }

  /** Sends a call as a transaction. @throws {Reverted} */
  async send(
    name: FunctionName,
    args: unknown[],
    { from, value = 0n }: { from: Hex; value?: bigint },
  ): Promise<Outcome> {
    const data = coder.encodeFunctionData(name, args) as Hex;
    const receipt = await this.chain.send({ from, to: this.address, data, value });
    return { ...receipt, events: this.#events(receipt.logs) };
  }

  /** Asks a view: its one value, or a Result of several. @throws {Reverted} */
  // deno-lint-ignore no-explicit-any -- what a view returns is known to the ABI only
  view(name: FunctionName, args: unknown[] = []): Promise<any> {
    return this.ask(name, args, { from: addressOf("reader") });
  }

  /** What a transaction would return if it were the next one; nothing changes. @throws {Reverted} */
  async ask(
    name: FunctionName,
    args: unknown[],
    { from, value = 0n }: { from: Hex; value?: bigint },
    // deno-lint-ignore no-explicit-any -- as above
  ): Promise<any> {
    const data = coder.encodeFunctionData(name, args) as Hex;
    const answer = await this.chain.call({ from, to: this.address, data, value });
    const values = coder.decodeFunctionResult(name, answer);
    return values.length === 1 ? values[0] : values;
  }

  #events(logs: Log[]): Event[] {
    return logs.filter(({ address }) => address.toLowerCase() === this.address.toLowerCase())
      .map((log) => {
        const { name, args } = coder.parseLog(log)!;
        return { name: name as Event["name"], args };
      });
  }
}

/** A beacon's compressed public key as the constructor takes it. */
export function deploymentKey(publicKey: Hex): Uint8Array {
  return g2ToEip2537(fromHex(publicKey, { length: 96 }));
}
