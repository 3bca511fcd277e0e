/** The clock of a local chain, which runs as demo and tests say. */
import { toQuantity } from "../../core/chain/calls.ts";
import { readBlock } from "../../core/chain/constants.ts";
import type { Provider } from "../../core/chain/provider.ts";

/**
 * Gives the next block a time; the block comes with the next transaction.
 *
 * @param time Unix seconds, later than the latest block
 */
export async function setNextBlockTime(provider: Provider, time: number): Promise<void> {
  await provider.request({ method: "evm_setNextBlockTimestamp", params: [toQuantity(time)] });
}

/**
 * Moves the chain to a time by mining a block; does nothing if it is there already.
 *
 * @param time Unix seconds
 */
export async function moveTo(provider: Provider, time: number): Promise<void> {
  if ((await readBlock(provider)).timestamp >= time) return;
  await setNextBlockTime(provider, time);
  await provider.request({ method: "evm_mine" });
}
