/** Sending calls through a wallet, and waiting for transactions. */
import { fromHex, toHex } from "../protocol/codec.ts";
import type { Hex } from "../protocol/types.ts";
import { fromQuantity, toQuantity } from "./calls.ts";
import { isRecord } from "./json_rpc.ts";
import type { Provider } from "./provider.ts";
import type { Call, Receipt, Sender } from "./types.ts";

/** Most gas of one transaction (EIP-7825). */
export const MAX_GAS = 2 ** 24;
/** Others' transactions in the same block can make a call dearer than estimated. */
const GAS_MARGIN = 1.2;
const HASH_BYTES = 32;

/** A transaction that is in a block and failed. Its `cause` is what the node says when it is asked to do it again. */
export class Reverted extends Error {
  /** Name of the class. */
  override name = "Reverted";
  /** Hash of the transaction. */
  readonly hash: Hex;

  /** A failed transaction and the reason. */
  constructor(message: string, { hash, cause }: { hash: Hex; cause: unknown }) {
    super(message, { cause });
    this.hash = hash;
  }
}

/**
 * Simulates a call and gives the gas limit to send it with: the node's estimate and a fifth, at most 2^24.
 *
 * @throws what `explainError` explains, if the call would revert
 * @throws {RangeError} if it needs more than 2^24 gas
 */
export async function estimateGas(
  provider: Provider,
  { from, call }: { from: Hex; call: Partial<Call> & Pick<Call, "data"> },
): Promise<number> {
  const answer = await provider.request({
    method: "eth_estimateGas",
    params: [toRequest(from, call)],
  });
  const estimate = fromQuantity(answer, "estimate of gas");
  if (estimate > MAX_GAS) {
    throw new RangeError(
      `the call needs ${estimate} gas, but a transaction takes ${MAX_GAS} at most`,
    );
  }
  return Math.min(Math.ceil(estimate * GAS_MARGIN), MAX_GAS);
}

/** A transaction as JSON-RPC writes it. */
function toRequest(from: Hex, { to, data, value = 0n }: Partial<Call> & Pick<Call, "data">) {
  return { from, ...(to === undefined ? {} : { to }), data, value: toQuantity(value) };
}

/** A sender that asks a wallet (EIP-1193) to sign; calls are simulated before the wallet is asked. */
export function walletSender(provider: Provider, address: Hex): Sender {
  return {
    address,
    async send(call, options = {}) {
      const gas = options.gas ?? await estimateGas(provider, { from: address, call });
      const params = [{ ...toRequest(address, call), gas: toQuantity(gas) }];
      return readHash(await provider.request({ method: "eth_sendTransaction", params }));
    },
  };
}

/** The hash that a node answers to a transaction. @throws {RangeError} for anything else */
export function readHash(answer: unknown): Hex {
  return toHex(fromHex(answer as string, { length: HASH_BYTES }));
}

/** How long to wait, and how often to ask. */
export interface WaitOptions {
  /** Milliseconds until giving up. */
  timeoutMs?: number;
  /** Milliseconds between two questions. */
  pollMs?: number;
}

/**
 * Waits until a transaction is in a block, also past answers of the node that fail.
 *
 * @throws {Reverted} if it failed there
 * @throws {Error} if it is in no block when the time is over: it may still get there. Its `cause` is what failed last.
 */
export async function waitForReceipt(
  provider: Provider,
  hash: Hex,
  { timeoutMs = 120_000, pollMs = 1_000 }: WaitOptions = {},
): Promise<Receipt> {
  const end = performance.now() + timeoutMs;
  let cause: unknown;
  while (true) {
    const params = [hash];
    let answer: unknown;
    try {
      answer = await provider.request({ method: "eth_getTransactionReceipt", params });
    } catch (error) {
      cause = error;
    }
    if (isRecord(answer)) return await readReceipt(provider, { hash, answer });
    if (performance.now() + pollMs > end) break;
    await new Promise((resolve) => setTimeout(resolve, pollMs));
  }
  throw new Error(
    `transaction ${hash} is in no block after ${timeoutMs / 1000} s; it may still get into one`,
    { cause },
  );
}

async function readReceipt(
  provider: Provider,
  { hash, answer }: { hash: Hex; answer: Record<string, unknown> },
): Promise<Receipt> {
  const block = fromQuantity(answer.blockNumber, "block of a transaction");
  if (fromQuantity(answer.status, "status of a transaction") !== 1) {
    throw await explainRevert(provider, { hash, block });
  }
  const created = answer.contractAddress;
  return {
    hash,
    block,
    gasUsed: fromQuantity(answer.gasUsed, "gas of a transaction"),
    gasPrice: BigInt(fromQuantity(answer.effectiveGasPrice, "gas price of a transaction")),
    created: typeof created === "string" ? toHex(fromHex(created, { length: 20 })) : undefined,
  };
}

/** Receipts have no reason: the same call on the state after its block mostly fails for the same one. */
async function explainRevert(
  provider: Provider,
  { hash, block }: { hash: Hex; block: number },
): Promise<Reverted> {
  const message = `transaction ${hash} failed in block ${block}`;
  try {
    const sent = await provider.request({ method: "eth_getTransactionByHash", params: [hash] });
    if (!isRecord(sent)) throw new RangeError(`the chain node has no transaction ${hash}`);
    const { from, to, input, value, gas } = sent;
    const params = [{ from, to, data: input, value, gas }, toQuantity(block)];
    await provider.request({ method: "eth_call", params });
  } catch (cause) {
    return new Reverted(message, { hash, cause });
  }
  return new Reverted(
    `${message}, and would succeed now: it ran out of gas or was too early or late`,
    {
      hash,
      cause: undefined,
    },
  );
}
