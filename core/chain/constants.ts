/** What is read of a chain and a contract before any competition: where the chain is, and the beacon's clock and key. */
import { fromHex, toHex, word } from "../protocol/codec.ts";
import type { Hex } from "../protocol/types.ts";
import { blockTag, callView, fromQuantity, type ViewCall } from "./calls.ts";
import { isRecord } from "./json_rpc.ts";
import { compressG2 } from "./points.ts";
import type { Provider } from "./provider.ts";
import type { Block, Constants } from "./types.ts";

const KEY_BYTES = 256;

/** Reads the chain's EIP-155 id. */
export async function readChainId(provider: Provider): Promise<number> {
  return fromQuantity(await provider.request({ method: "eth_chainId" }), "chain id");
}

/** Reads a block's number, hash and time; of the latest block unless another is given. */
export async function readBlock(
  provider: Provider,
  block?: Pick<Block, "number">,
): Promise<Block> {
  const params = [blockTag(block), false];
  const answer = await provider.request({ method: "eth_getBlockByNumber", params });
  if (!isRecord(answer)) throw new RangeError(`the chain node has no block ${blockTag(block)}`);
  return {
    number: fromQuantity(answer.number, "number of a block"),
    hash: toHex(fromHex(answer.hash as string, { length: 32 })),
    timestamp: fromQuantity(answer.timestamp, "time of a block"),
  };
}

/** Reads the contract's constants. @throws {RangeError} if no DeML contract answers there */
export async function readConstants(provider: Provider, contract: Hex): Promise<Constants> {
  const [genesis, period, sealGap, publicKey] = await Promise.all([
    readNumber(provider, { contract, name: "GENESIS" }),
    readNumber(provider, { contract, name: "PERIOD" }),
    readNumber(provider, { contract, name: "SEAL_GAP" }),
    readKey(provider, contract),
  ]);
  return { genesis, period, sealGap, publicKey };
}

/** Calls a view that answers one number. @throws {RangeError} if it is above 2^53 - 1 */
export async function readNumber(provider: Provider, call: ViewCall): Promise<number> {
  const value = word(await callView(provider, { ...call, words: 1 }), 0);
  if (value <= BigInt(Number.MAX_SAFE_INTEGER)) return Number(value);
  throw new RangeError(`expected ${call.name} up to 2^53 - 1, not ${value}`);
}

/** The answer is `bytes`: their offset, their length and, here, eight words. */
async function readKey(provider: Provider, contract: Hex): Promise<Hex> {
  const answer = await callView(provider, { contract, name: "beaconKey", words: 10 });
  if (word(answer, 0) !== 32n || word(answer, 1) !== BigInt(KEY_BYTES)) {
    throw new RangeError(`expected beaconKey as ${KEY_BYTES} bytes`);
  }
  return toHex(compressG2(answer.subarray(64)));
}
