/** An open wallet: its account and its chain, as they change (EIP-1193). */
import { type ReadonlySignal, signal } from "@preact/signals";
import type { Hex } from "../../../core/protocol/types.ts";
import type { WalletProvider } from "./provider.ts";

/** A wallet that has given an account. */
export interface Connection {
  /** The account, in lower case; undefined once the wallet gives none any more. */
  readonly account: ReadonlySignal<Hex | undefined>;
  /** EIP-155 id of the chain that it is on; undefined if it says nothing sensible. */
  readonly chainId: ReadonlySignal<number | undefined>;
  /** Asks again which chain it is on: some wallets change it without telling. */
  readChain(): Promise<void>;
  /** Stops listening. */
  close(): void;
}

/**
 * Opens a wallet.
 *
 * @param method "eth_requestAccounts" asks the user, "eth_accounts" does not
 * @returns undefined if it gives no account
 * @throws the wallet's error, for example when the user declines
 */
export async function openConnection(
  provider: WalletProvider,
  method: "eth_requestAccounts" | "eth_accounts",
): Promise<Connection | undefined> {
  const account = signal(firstAddress(await provider.request({ method })));
  if (account.peek() === undefined) return undefined;
  const chainId = signal<number>();
  const readChain = async () => {
    chainId.value = toChainId(await provider.request({ method: "eth_chainId" }));
  };
  await readChain();
  const close = listen(provider, {
    accountsChanged: (value) => account.value = firstAddress(value),
    chainChanged: (value) => chainId.value = toChainId(value),
  });
  return { account, chainId, readChain, close };
}

function listen(
  provider: WalletProvider,
  listeners: Record<string, (value: unknown) => void>,
): () => void {
  for (const [event, listener] of Object.entries(listeners)) provider.on?.(event, listener);
  return () => {
    for (const [event, listener] of Object.entries(listeners)) {
      provider.removeListener?.(event, listener);
    }
  };
}

function firstAddress(value: unknown): Hex | undefined {
  const first: unknown = Array.isArray(value) ? value[0] : undefined;
  const fits = typeof first === "string" && /^0x[0-9a-fA-F]{40}$/.test(first);
  return fits ? first.toLowerCase() as Hex : undefined;
}

function toChainId(value: unknown): number | undefined {
  const id = typeof value === "string" || typeof value === "number" ? Number(value) : NaN;
  return Number.isSafeInteger(id) ? id : undefined;
}
