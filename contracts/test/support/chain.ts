/**
 * A chain inside the test's process. Its clock stands still unless a test moves it, and gas costs nothing.
 *
 * Hardhat's native part must be loaded by one test file of a process only: `deno test` gives each file a thread of its
 * own, and after the thread that loaded it ends, the next one may crash. `deno task test` therefore runs these files in
 * a process each.
 */
import { keccak256, toUtf8Bytes } from "ethers";
import { network } from "hardhat";
import type { Hex } from "../../../core/protocol/types.ts";

/** Unix second of block 0. */
export const START = 1_800_000_000;

/** Gas of every transaction: the most that a chain since EIP-7825 takes. */
export const MAX_GAS = 2 ** 24;

/** Wei of an address that sends for the first time. */
export const FUNDS = 10n ** 24n;

type Provider = Awaited<ReturnType<typeof network.create>>["provider"];

/** A transaction, or the creation of a contract where `to` is left out. */
export interface Transaction {
  /** Who sends it; needs no key. */
  from: Hex;
  /** Who gets it. */
  to?: Hex;
  /** Calldata, or creation code. */
  data?: Hex;
  /** Wei. */
  value?: bigint;
}

/** A log of a receipt. */
export interface Log {
  /** Who emitted it. */
  address: Hex;
  /** The event's signature and its indexed values. */
  topics: Hex[];
  /** The other values. */
  data: Hex;
}

/** What a mined transaction did. */
export interface Receipt {
  /** Of the whole transaction. */
  gasUsed: number;
  /** Of the block that holds it, alone. */
  blockNumber: number;
  /** Of the contract that the transaction created. */
  contractAddress: Hex | null;
  /** In order. */
  logs: Log[];
}

/** A call or a transaction that ended in a revert. */
export class Reverted extends Error {
  override name = "Reverted";
  /** What the contract returned: selector and arguments of its error. */
  readonly data: Hex;

  constructor(message: string, options: { data: Hex; cause: unknown }) {
    super(message, { cause: options.cause });
    this.data = options.data;
  }
}

/** An address that a name stands for: the same one in every run, so that gas is the same too. */
export function addressOf(name: string): Hex {
  return `0x${keccak256(toUtf8Bytes(name)).slice(-40)}`;
}

/** An embedded chain at the hardfork of hardhat.config.ts. */
export class Chain {
  readonly #provider: Provider;
  readonly #unlocked = new Set<Hex>();
  #now = START + 1;

  private constructor(provider: Provider) {
    this.#provider = provider;
  }

  /** Starts a chain. */
  static async open(): Promise<Chain> {
    const { provider } = await network.create({
      network: "default",
      override: {
        accounts: [],
        allowBlocksWithSameTimestamp: true,
        initialBaseFeePerGas: 0,
        initialDate: new Date(START * 1000),
      },
    });
    return new Chain(provider);
  }

  /** Unix second of the next block. */
  get now(): number {
    return this.#now;
  }

  /** Moves the clock. @throws {RangeError} for a time that is past */
  travelTo(time: number): void {
    if (time < this.#now) {
      throw new RangeError(`the chain's clock cannot go back from ${this.#now} to ${time}`);
    }
    this.#now = time;
  }

  /** Mines a transaction at {@linkcode now}. Whoever sends for the first time gets {@linkcode FUNDS}. @throws {Reverted} */
  async send(transaction: Transaction): Promise<Receipt> {
    if (!this.#unlocked.has(transaction.from)) await this.#unlock(transaction.from);
    await this.request("evm_setNextBlockTimestamp", [this.#now]);
    const hash = await this.#run("eth_sendTransaction", [fields(transaction)]);
    const receipt = await this.request("eth_getTransactionReceipt", [hash]) as Record<
      string,
      never
    >;
    return {
      gasUsed: Number(receipt.gasUsed),
      blockNumber: Number(receipt.blockNumber),
      contractAddress: receipt.contractAddress ?? null,
      logs: receipt.logs ?? [],
    };
  }

  /** What a call returns; nothing changes. @throws {Reverted} */
  call(transaction: Transaction): Promise<Hex> {
    return this.#run("eth_call", [fields(transaction), "latest"]);
  }

  /** Wei of an address. */
  async balance(address: Hex): Promise<bigint> {
    return BigInt(await this.request("eth_getBalance", [address, "latest"]) as Hex);
  }

  /** Gives an address exactly so many wei. */
  async setBalance(address: Hex, wei: bigint): Promise<void> {
    await this.#unlock(address);
    await this.request("hardhat_setBalance", [address, `0x${wei.toString(16)}`]);
  }

  /**
   * Notes where the chain stands.
   *
   * @returns takes the chain back there, clock included; works once
   */
  async snapshot(): Promise<() => Promise<void>> {
    const id = await this.request("evm_snapshot", []);
    const [now, unlocked] = [this.#now, new Set(this.#unlocked)];
    return async () => {
      if (await this.request("evm_revert", [id]) !== true) {
        throw new RangeError("the chain has gone back past this snapshot already");
      }
      this.#now = now;
      this.#unlocked.clear();
      for (const address of unlocked) this.#unlocked.add(address);
    };
  }

  /** Does something and takes the chain back to where it stood before. @returns what the doing gave */
  async undoing<T>(run: () => Promise<T>): Promise<T> {
    const restore = await this.snapshot();
    try {
      return await run();
    } finally {
      await restore();
    }
  }

  /** Any other request of the chain's JSON-RPC interface. */
  request(method: string, params: unknown[]): Promise<unknown> {
    return this.#provider.request({ method, params });
  }

  async #unlock(address: Hex): Promise<void> {
    if (this.#unlocked.has(address)) return;
    this.#unlocked.add(address);
    await this.request("hardhat_impersonateAccount", [address]);
    await this.request("hardhat_setBalance", [address, `0x${FUNDS.toString(16)}`]);
  }

  async #run(method: string, params: unknown[]): Promise<Hex> {
    try {
      return await this.request(method, params) as Hex;
    } catch (error) {
      const { message, data } = error as Error & { data?: unknown };
      if (typeof data !== "string" || !data.startsWith("0x")) throw error;
      throw new Reverted(message, { data: data as Hex, cause: error });
    }
  }
}

function fields({ from, to, data = "0x", value = 0n }: Transaction): Record<string, string> {
  return {
    from,
    ...(to === undefined ? {} : { to }),
    data,
    value: `0x${value.toString(16)}`,
    gas: `0x${MAX_GAS.toString(16)}`,
    gasPrice: "0x0",
  };
}
