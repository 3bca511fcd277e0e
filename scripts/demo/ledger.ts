/** Who paid and got what in a demo, and what it cost in gas: read from the chain's blocks, not from what the demo did. */
import { Interface } from "ethers/abi";
import type { Provider } from "../../core/chain/rpc.ts";
import { abi } from "../../core/protocol/abi.ts";
import type { Hex } from "../../core/protocol/types.ts";
import type { Person } from "./world.ts";

/** One party's account with the contract, in wei. */
export interface Entry {
  name: string;
  /** Sent to the contract. */
  paid: bigint;
  /** Sent by the contract. */
  got: bigint;
  /** Fees of its transactions, which go to the chain. */
  gas: bigint;
}

/** Gas of one of the contract's functions. */
export interface GasUse {
  calls: number;
  /** Gas of all calls together, and of the dearest. */
  total: number;
  max: number;
}

/** All accounts, and whether they agree with one another. */
export interface Ledger {
  entries: Entry[];
  /** Wei that are still in the contract. */
  left: bigint;
  /**
   * Whether payments, payouts and what is left add up to 0, and every party's balance changed by exactly what
   * the contract's events say.
   */
  balanced: boolean;
  /** By function, in order of appearance. */
  gas: Map<string, GasUse>;
}

interface Transaction {
  from: Hex;
  to: Hex | null;
  input: Hex;
  value: Hex;
  gasUsed: bigint;
  fee: bigint;
  logs: { topics: string[]; data: string }[];
}

const contractInterface = new Interface(abi);

/**
 * Reads the whole chain.
 *
 * @param people everybody who had to do with the contract, each with `funds` wei at the start
 */
export async function readLedger(
  provider: Provider,
  { contract, people, funds }: { contract: Hex; people: Person[]; funds: bigint },
): Promise<Ledger> {
  const gas = new Map<string, GasUse>();
  const entries = new Map<string, Entry>(
    people.map(({ name, address }) => [address, { name, paid: 0n, got: 0n, gas: 0n }]),
  );
  for (const transaction of await readTransactions(provider)) {
    const entry = entries.get(transaction.from);
    if (entry !== undefined) entry.gas += transaction.fee;
    if (transaction.to !== contract) continue;
    if (entry !== undefined) entry.paid += BigInt(transaction.value);
    countGas(transaction, gas);
    for (const [who, amount] of payouts(transaction)) {
      const receiver = entries.get(who);
      if (receiver !== undefined) receiver.got += amount;
    }
  }
  const left = await balanceOf(provider, contract);
  let balanced = true;
  for (const { address } of people) {
    const { paid, got, gas } = entries.get(address) as Entry;
    if (await balanceOf(provider, address) !== funds - paid + got - gas) balanced = false;
  }
  const list = [...entries.values()].filter(({ paid, got }) => paid > 0n || got > 0n);
  const sum = list.reduce((total, { paid, got }) => total + paid - got, 0n);
  return { entries: list, left, balanced: balanced && sum === left, gas };
}

async function balanceOf(provider: Provider, address: Hex): Promise<bigint> {
  const answer = await provider.request({ method: "eth_getBalance", params: [address, "latest"] });
  return BigInt(answer as string);
}

async function readTransactions(provider: Provider): Promise<Transaction[]> {
  const last = Number(await provider.request({ method: "eth_blockNumber" }));
  const blocks = await Promise.all(
    Array.from({ length: last + 1 }, (_, number) => {
      const params = [`0x${number.toString(16)}`, true];
      return provider.request({ method: "eth_getBlockByNumber", params });
    }),
  ) as { transactions: (Omit<Transaction, "gasUsed" | "fee" | "logs"> & { hash: Hex })[] }[];
  const sent = blocks.flatMap(({ transactions }) => transactions);
  const receipts = await Promise.all(
    sent.map(({ hash }) =>
      provider.request({ method: "eth_getTransactionReceipt", params: [hash] })
    ),
  ) as { gasUsed: Hex; effectiveGasPrice: Hex; logs: Transaction["logs"] }[];
  return sent.map((transaction, i) => {
    const { gasUsed, effectiveGasPrice, logs } = receipts[i] as (typeof receipts)[number];
    const fee = BigInt(gasUsed) * BigInt(effectiveGasPrice);
    return { ...transaction, gasUsed: BigInt(gasUsed), fee, logs };
  });
}

function countGas({ input, gasUsed }: Transaction, gas: Map<string, GasUse>): void {
  const name = contractInterface.getFunction(input.slice(0, 10))?.name ?? "unknown";
  const use = gas.get(name) ?? { calls: 0, total: 0, max: 0 };
  const used = Number(gasUsed);
  gas.set(name, {
    calls: use.calls + 1,
    total: use.total + used,
    max: Math.max(use.max, used),
  });
}

/** What the contract says it has paid: [receiver, wei]. */
function payouts({ logs }: Transaction): [string, bigint][] {
  return logs.flatMap((log): [string, bigint][] => {
    const event = contractInterface.parseLog(log);
    switch (event?.name) {
      case "Claimed":
        return [[String(event.args.to).toLowerCase(), event.args.amount]];
      case "PrizeWithdrawn":
        return [[String(event.args.winner).toLowerCase(), event.args.amount]];
      case "Refunded":
        return [[String(event.args.who).toLowerCase(), event.args.amount]];
      default:
        return [];
    }
  });
}
