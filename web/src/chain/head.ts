/** The head of the chain and its clock. */
import { fromQuantity } from "../../../core/chain/calls.ts";
import type { Provider } from "../../../core/chain/provider.ts";

/** The newest block. */
export interface Head {
  /** Height. */
  number: number;
  /** 32 bytes as hexadecimal text. */
  hash: string;
  /** Unix seconds. */
  timestamp: number;
  /** Timestamp that a block of this moment would have, where the node tells. */
  now: number | undefined;
}

/**
 * Reads the newest block, and the one in the making for its clock: on a chain that mines only when there is work, the
 * newest block may be hours old. Both calls travel together.
 *
 * @throws {RangeError} if the node's answer is no block
 */
export async function readHead(provider: Provider): Promise<Head> {
  const [latest, pending] = await Promise.all([
    block(provider, "latest"),
    // Not every node knows the pending block; without it the clock goes by the newest one.
    block(provider, "pending").catch(() => undefined),
  ]);
  if (typeof latest.hash !== "string" || latest.hash.length > 66) {
    throw new RangeError("expected the hash of the newest block from the chain node");
  }
  const timestamp = fromQuantity(latest.timestamp, "timestamp of the newest block");
  const ahead = pending === undefined ? 0 : fromQuantity(pending.timestamp, "pending timestamp");
  return {
    number: fromQuantity(latest.number, "number of the newest block"),
    hash: latest.hash,
    timestamp,
    now: ahead > timestamp ? ahead : undefined,
  };
}

async function block(provider: Provider, tag: string): Promise<Record<string, unknown>> {
  const answer = await provider.request({ method: "eth_getBlockByNumber", params: [tag, false] });
  if (typeof answer !== "object" || answer === null) {
    throw new RangeError(`expected the ${tag} block from the chain node, not ${typeof answer}`);
  }
  return answer as Record<string, unknown>;
}
