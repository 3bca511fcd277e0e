/** Transactions of a visit, one after the other: the next is safe only when the last one can do nothing more. */
import type { Call } from "../../../core/chain/types.ts";
import type { Hex } from "../../../core/protocol/types.ts";
import type { ChainWriter, Signer } from "../chain/writer.ts";

/** Sends and remembers, for every account, the last transaction that it sent. */
export interface Outbox {
  /** Sends a call and remembers it. `signer` is asked last, so that it is the one who signs. */
  send(call: Call, signer: () => Signer): Promise<Hex>;
  /**
   * Waits for the account's last transaction, unless another one took its place: wallets do that to speed it up or to
   * cancel it, and its hash is then in no block ever.
   */
  settle(account: Hex): Promise<void>;
  /** Throws while a transaction of the account may still get into a block. */
  requireIdle(account: Hex): Promise<void>;
}

/** An outbox; it must live as long as the page, since nothing else knows of a transaction that nodes lost. */
export function createOutbox(writer: ChainWriter): Outbox {
  /** `mined` is the account's count before: once it is greater, the transaction's place is taken. */
  const last = new Map<Hex, { hash: Hex; mined: number }>();

  return {
    async send(call, signer) {
      const { mined } = await writer.transactions(signer().account);
      const who = signer();
      const hash = await writer.send(call, who);
      last.set(who.account, { hash, mined });
      return hash;
    },
    async settle(account) {
      const sent = last.get(account);
      if (sent === undefined) return;
      const { mined } = await writer.transactions(account);
      if (mined <= sent.mined) await writer.wait(sent.hash);
    },
    async requireIdle(account) {
      const { mined, waiting } = await writer.transactions(account);
      const sent = last.get(account);
      if (waiting === 0 && (sent === undefined || mined > sent.mined)) return;
      throw new Error(
        "a transaction of your account still waits for a block: try again after it, or cancel it in your wallet",
      );
    },
  };
}
