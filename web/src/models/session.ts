/** The wallet session: which wallet, which account, which chain (EIP-1193). */
import { computed, effect, type ReadonlySignal, signal } from "@preact/signals";
import type { Hex } from "../../../core/protocol/types.ts";
import { explain } from "../chain/explain.ts";
import { type Connection, openConnection } from "../wallet/connection.ts";
import type { Wallet } from "../wallet/provider.ts";
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
  const current = signal<{ wallet: Wallet; connection: Connection }>();
  const asking = signal<Wallet>();
  const problem = signal<string>();
  const account = computed(() => current.value?.connection.account.value);
  const chainId = computed(() => current.value?.connection.chainId.value);

  /** Takes a wallet up, unless it gives no account. */
  async function adopt(wallet: Wallet, method: "eth_requestAccounts" | "eth_accounts") {
    const connection = await openConnection(wallet.provider, method);
    if (connection === undefined) return false;
    current.peek()?.connection.close();
    current.value = { wallet, connection };
    return true;
  }

  async function ask(wallet: Wallet, work: () => Promise<void>): Promise<void> {
    if (asking.peek() !== undefined) return;
    asking.value = wallet;
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
    wallet: computed(() => account.value === undefined ? undefined : current.value?.wallet),
    account,
    asking,
    problem,
    onChain: computed(() => account.value === undefined || chainId.value === chain.chainId),
    connect: (wallet) =>
      ask(wallet, async () => {
        if (await adopt(wallet, "eth_requestAccounts")) {
          attempt(() => storage.setItem(REMEMBERED, wallet.rdns));
        } else {
          problem.value = "The wallet gave no account. Unlock it or choose one, then try again.";
        }
      }),
    disconnect() {
      current.peek()?.connection.close();
      current.value = undefined;
      attempt(() => storage.removeItem(REMEMBERED));
    },
    async switchChain() {
      const connected = current.peek();
      if (connected === undefined) return;
      await ask(connected.wallet, async () => {
        await switchChain(connected.wallet.provider, chain);
        await connected.connection.readChain();
      });
    },
  };
}

/** Storage is off in some privacy modes; the session works without it. */
function attempt<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch {
    return undefined;
  }
}
