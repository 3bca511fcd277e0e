/** What transactions would cost. */
import type { Hex } from "../../../core/protocol/types.ts";

/** What transactions would cost an account. */
export interface Quote {
  /** Who would pay. */
  account: Hex;
  /** Gas of all transactions together, rounded up. */
  gas: number;
  /** Wei for each gas, as the node suggests. */
  gasPrice: bigint;
  /** Wei that the transactions pay. */
  value: bigint;
  /** Wei that the account has. */
  balance: bigint;
}

/** Wei that a quote comes to. */
export function totalOf({ gas, gasPrice, value }: Quote): bigint {
  return BigInt(gas) * gasPrice + value;
}
