/** The wallet session: which wallet, which account, which chain (EIP-1193). */
import { computed, effect, type ReadonlySignal, signal } from "@preact/signals";
import type { Hex } from "../../../core/protocol/types.ts";
import { explain } from "../chain/explain.ts";
import type { Wallet, WalletProvider } from "../wallet/provider.ts";
import { type ChainTerms, switchChain } from "../wallet/switch_chain.ts";

/** The session's state and what can be done with it. Actions never reject: failures are in `problem`. */
export interface Session {
  /** Wallets to choose from. */
  readonly wallets: ReadonlySignal<Wallet[]>;
  /** The connected wallet. */
  readonly wallet: ReadonlySignal<Wallet | undefined>;
  /** The connected account, in lower case. */
  readonly account: ReadonlySignal<Hex | undefined>;
  /** Whether the wallet is on the site's chain; true without a wallet. */
  readonly onChain: ReadonlySignal<boolean>;
  /** The wallet that shows a request of ours. */
  readonly asking: ReadonlySignal<Wallet | undefined>;
  /** What went wrong last, one sentence. */
  readonly problem: ReadonlySignal<string | undefined>;
  /** Asks a wallet for its account. */
  connect(wallet: Wallet): Promise<void>;
  /** Forgets the wallet. */
  disconnect(): void;
  /** Brings the wallet to the site's chain. */
  switchChain(): Promise<void>;
}

/** What a session works with. */
export interface SessionOptions {
  /** Wallets to choose from; more may come. */
  wallets: ReadonlySignal<Wallet[]>;
  /** The site's chain. */
  chain: ChainTerms;
  /** Remembers the wallet across visits; may throw where the browser forbids it. */
  storage: Pick<Storage, "getItem" | "setItem" | "removeItem">;
}

const REMEMBERED = "deml.wallet";

/** Starts a session. A wallet used before is taken up again without asking, as soon as it announces itself. */
export function createSession({ wallets, chain, storage }: SessionOptions): Session {
  const wallet = signal<Wallet>();
  const account = signal<Hex>();
  const chainId = signal<number>();
  const asking = signal<Wallet>();
  const problem = signal<string>();
  let stopListening = () => {};

  /** Takes a wallet up, unless it gives no account. */
  async function adopt(candidate: Wallet, method: "eth_requestAccounts" | "eth_accounts") {
    const { provider } = candidate;
    const address = firstAddress(await provider.request({ method }));
    if (address === undefined) return false;
    const id = toChainId(await provider.request({ method: "eth_chainId" }));
    stopListening();
    [wallet.value, account.value, chainId.value] = [candidate, address, id];
    stopListening = listen(provider, {
      accountsChanged(value) {
        const address = firstAddress(value);
        if (address === undefined) forget();
        else account.value = address;
      },
      chainChanged: (value) => chainId.value = toChainId(value),
    });
    return true;
  }

  function forget(): void {
    stopListening();
    wallet.value = account.value = chainId.value = undefined;
    attempt(() => storage.removeItem(REMEMBERED));
  }

  async function ask(candidate: Wallet, work: () => Promise<void>): Promise<void> {
    if (asking.peek() !== undefined) return;
    asking.value = candidate;
    problem.value = undefined;
    try {
      await work();
    } catch (error) {
      problem.value = (await explain(error)).text;
    } finally {
      asking.value = undefined;
    }
  }

  const remembered = attempt(() => storage.getItem(REMEMBERED));
  const stop = effect(() => {
    const known = wallets.value.find(({ rdns }) => rdns === remembered);
    if (known === undefined) return;
    // Without an answer there is nothing to restore, and the user can still connect by hand.
    adopt(known, "eth_accounts").catch(() => {});
    queueMicrotask(() => stop());
  });

  return {
    wallets,
    wallet,
    account,
    asking,
    problem,
    onChain: computed(() => wallet.value === undefined || chainId.value === chain.chainId),
    connect: (candidate) =>
      ask(candidate, async () => {
        if (await adopt(candidate, "eth_requestAccounts")) {
          attempt(() => storage.setItem(REMEMBERED, candidate.rdns));
        } else {
          problem.value = "The wallet gave no account. Unlock it or choose one, then try again.";
        }
      }),
    disconnect: forget,
    async switchChain() {
      const current = wallet.peek();
      if (current === undefined) return;
      await ask(current, async () => {
        await switchChain(current.provider, chain);
        chainId.value = toChainId(await current.provider.request({ method: "eth_chainId" }));
      });
    },
  };
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

/** Storage is off in some privacy modes; the session works without it. */
function attempt<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch {
    return undefined;
  }
}
