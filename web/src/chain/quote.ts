/** What transactions would cost. */

/** What transactions would cost an account. */
export interface Quote {
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
