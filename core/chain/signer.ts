/** Sending calls with a private key. A file of its own, since it brings signing along, which the site leaves to wallets. */
import { keccak_256 } from "@noble/hashes/sha3.js";
import { Wallet } from "ethers/wallet";
import { fromHex, toHex } from "../protocol/codec.ts";
import type { Hex } from "../protocol/types.ts";
import { fromAmount, fromQuantity } from "./calls.ts";
import { isRecord } from "./json_rpc.ts";
import { ChainUnreachable, type Provider, RpcError } from "./provider.ts";
import { estimateGas } from "./sender.ts";
import type { Call, Sender, SendOptions } from "./types.ts";

const DEFAULT_TIP = 10n ** 9n;
/** How nodes say that they have a transaction already (Geth, Nethermind, Erigon, Besu, Hardhat). */
const KNOWN = /already[ _]?(known|exists|imported)|known transaction/i;

/** A key, its chain and what may be paid. */
export interface LocalSenderOptions {
  /** 32 bytes. */
  privateKey: Hex;
  /** EIP-155 id of the chain. */
  chainId: number;
  /**
   * Most wei paid for each gas; nothing is sent while the chain asks for more. Transactions offer all of it that the
   * balance allows (the base fee is what is charged), so that they stay valid however fast the base fee rises.
   */
  maxFeePerGas?: bigint;
}

/** A sender that can also create contracts. */
export interface LocalSender extends Sender {
  /** As {@linkcode Sender} does; a call without `to` creates a contract. */
  send(call: Deployment | Call, options?: SendOptions): Promise<Hex>;
}

/** Creation code with its arguments. */
export type Deployment = Omit<Call, "to"> & { to?: Hex };

/**
 * A sender that signs EIP-1559 transactions itself. It sends one after the other: the node tells the nonce each time,
 * so that a failed send burns none.
 *
 * @throws {TypeError} for a private key that is not 32 bytes of hexadecimal text (which the message does not show)
 */
export function localSender(
  provider: Provider,
  { privateKey, chainId, maxFeePerGas }: LocalSenderOptions,
): LocalSender {
  const wallet = toWallet(privateKey);
  const address = wallet.address.toLowerCase() as Hex;
  let last: Promise<unknown> = Promise.resolve();

  async function send(call: Deployment, options: SendOptions): Promise<Hex> {
    const [gasLimit, nonce, balance, prices] = await Promise.all([
      options.gas ?? estimateGas(provider, { from: address, call }),
      readNonce(provider, address),
      readBalance(provider, address),
      readPrices(provider, maxFeePerGas),
    ]);
    const affordable = (balance - (call.value ?? 0n)) / BigInt(gasLimit);
    const signed = await wallet.signTransaction({
      ...call,
      ...feesOf(prices, { ceiling: maxFeePerGas, affordable }),
      gasLimit,
      nonce,
      chainId,
      type: 2,
    });
    await sendRaw(provider, signed);
    return toHex(keccak_256(fromHex(signed, { max: signed.length })));
  }

  return {
    address,
    chainId,
    send(call, options = {}) {
      const sent = last.then(() => send(call, options));
      last = sent.catch(() => undefined); // Its caller gets the error; the next call goes on.
      return sent;
    },
  };
}

function toWallet(privateKey: Hex): Wallet {
  if (!/^0x[0-9a-fA-F]{64}$/.test(privateKey)) {
    throw new TypeError("expected a private key: 0x and 64 hexadecimal digits");
  }
  return new Wallet(privateKey);
}

async function readNonce(provider: Provider, address: Hex): Promise<number> {
  const params = [address, "pending"];
  const answer = await provider.request({ method: "eth_getTransactionCount", params });
  return fromQuantity(answer, "number of transactions");
}

async function readBalance(provider: Provider, address: Hex): Promise<bigint> {
  const params = [address, "latest"];
  return fromAmount(await provider.request({ method: "eth_getBalance", params }), "balance");
}

/** A node that took a transaction before says that it has it: after an answer that was lost, or from another node. */
async function sendRaw(provider: Provider, signed: string): Promise<void> {
  try {
    await provider.request({ method: "eth_sendRawTransaction", params: [signed] });
  } catch (error) {
    if (!(error instanceof RpcError && KNOWN.test(error.message))) throw error;
  }
}

/** What the chain asks for each gas, in wei. */
interface Prices {
  base: bigint;
  tip: bigint;
}

async function readPrices(provider: Provider, ceiling: bigint | undefined): Promise<Prices> {
  const [base, tip] = await Promise.all([readBaseFee(provider), readTip(provider)]);
  if (ceiling !== undefined && base + 1n > ceiling) {
    throw new RangeError(
      `the chain asks for ${base} wei for each gas, but at most ${ceiling} may be paid: wait, or raise the ceiling`,
    );
  }
  return { base, tip };
}

/** Twice the base fee and the tip; with a ceiling all of it, but no more than the balance can guarantee. */
function feesOf(
  { base, tip }: Prices,
  { ceiling, affordable }: { ceiling: bigint | undefined; affordable: bigint },
) {
  const usual = 2n * base + tip;
  const offer = ceiling === undefined || affordable < usual ? usual : affordable;
  const maxFeePerGas = ceiling !== undefined && offer > ceiling ? ceiling : offer;
  return { maxFeePerGas, maxPriorityFeePerGas: tip < maxFeePerGas ? tip : maxFeePerGas };
}

async function readBaseFee(provider: Provider): Promise<bigint> {
  const params = ["latest", false];
  const block = await provider.request({ method: "eth_getBlockByNumber", params });
  const fee = isRecord(block) ? block.baseFeePerGas : undefined;
  return BigInt(fromQuantity(fee, "base fee of the latest block"));
}

async function readTip(provider: Provider): Promise<bigint> {
  try {
    const answer = await provider.request({ method: "eth_maxPriorityFeePerGas" });
    return BigInt(fromQuantity(answer, "priority fee"));
  } catch (error) {
    if (error instanceof ChainUnreachable) throw error;
    return DEFAULT_TIP; // Not every node has this method, and it only makes a suggestion.
  }
}
