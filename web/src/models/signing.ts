/** What every model that sends transactions works with. */
import type { Signer } from "../chain/writer.ts";
import type { Session } from "./session.ts";

/**
 * The connected wallet and account, on the right chain.
 *
 * @throws {Error} saying what is missing
 */
export function requireSigner({ wallet, account, onChain }: Session): Signer {
  const [connected, address] = [wallet.peek(), account.peek()];
  if (connected === undefined || address === undefined) throw new Error("connect a wallet first");
  if (!onChain.peek()) throw new Error("the wallet is on another network: switch it first");
  return { account: address, provider: connected.provider };
}
