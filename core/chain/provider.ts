/** What every part of this folder asks of a chain: an EIP-1193 provider, which wallets are and `connect` makes. */

/** A JSON-RPC connection in the shape of EIP-1193. */
export interface Provider {
  /** Sends one call. @throws {RpcError} or the wallet's own error object, which has `code` and maybe `data` */
  request(args: { method: string; params?: readonly unknown[] }): Promise<unknown>;
}

/** An error that the node answered. */
export class RpcError extends Error {
  /** Name of the class. */
  override name = "RpcError";
  /** JSON-RPC code, for example 3 or -32000. */
  readonly code: number;
  /** What came with it: for a revert mostly the error's ABI encoding. */
  readonly data: unknown;

  /** An answered error with its code and data. */
  constructor(message: string, { code, data }: { code: number; data?: unknown }) {
    super(message);
    this.code = code;
    this.data = data;
  }
}

/** No node could be asked. The message says what each of them did. */
export class ChainUnreachable extends Error {
  /** Name of the class. */
  override name = "ChainUnreachable";
}
