/** A wallet for tests: announces itself as EIP-6963 says; keys stay with the chain's node. */
import type { BrowserContext, Page } from "playwright-core";
import type { Provider } from "../../../core/chain/provider.ts";
import type { Hex } from "../../../core/protocol/types.ts";

/** The test's hand on the wallet. */
export interface TestWallet {
  /** The account that it gives out. */
  account: Hex;
  /** Chain that it is on. */
  chainId: number;
  /** Answers to the next questions, in order: false declines. Without an entry it agrees. */
  answers: boolean[];
  /** Every question that it asked its user, by method. */
  asked: string[];
  /** Changes the account and tells the page. */
  changeAccount(page: Page, account: Hex): Promise<void>;
}

const QUESTIONS = new Set([
  "eth_requestAccounts",
  "eth_sendTransaction",
  "wallet_switchEthereumChain",
  "wallet_addEthereumChain",
]);

/** Puts the wallet into every page of a context. */
export async function installWallet(
  context: BrowserContext,
  { provider, account, chainId = 31_337 }: { provider: Provider; account: Hex; chainId?: number },
): Promise<TestWallet> {
  const known = new Set([chainId]);
  const wallet: TestWallet = {
    account,
    chainId,
    answers: [],
    asked: [],
    async changeAccount(page, next) {
      wallet.account = next;
      await page.evaluate(
        (account) => dispatchEvent(new CustomEvent("test-wallet", { detail: account })),
        next,
      );
    },
  };
  let unlocked = false;

  async function request(method: string, params: unknown[] = []): Promise<unknown> {
    if (QUESTIONS.has(method)) {
      wallet.asked.push(method);
      if (wallet.answers.shift() === false) {
        throw { code: 4001, message: "User rejected the request." };
      }
    }
    switch (method) {
      case "eth_requestAccounts":
        unlocked = true;
        return [wallet.account];
      case "eth_accounts":
        return unlocked ? [wallet.account] : [];
      case "eth_chainId":
        return `0x${wallet.chainId.toString(16)}`;
      case "wallet_addEthereumChain":
        known.add(Number((params[0] as { chainId: string }).chainId));
        return null;
      case "wallet_switchEthereumChain": {
        const wanted = Number((params[0] as { chainId: string }).chainId);
        if (!known.has(wanted)) throw { code: 4902, message: "Unrecognized chain ID." };
        wallet.chainId = wanted;
        return null;
      }
      default:
        return await provider.request({ method, params });
    }
  }

  await context.exposeBinding("testWalletRequest", async (_source, method, params) => {
    try {
      return { result: await request(method, params) };
    } catch (error) {
      const { code = -32603, message, data } = error as {
        code?: number;
        message: string;
        data?: unknown;
      };
      return { error: { code, message, data } };
    }
  });
  await context.addInitScript(announce);
  return wallet;
}

/** Runs in the page. */
function announce(): void {
  const page = globalThis as unknown as Window & {
    testWalletRequest(
      method: string,
      params: unknown,
    ): Promise<{ result?: unknown; error?: unknown }>;
  };
  const listeners = new Map<string, Set<(value: unknown) => void>>();
  const provider = {
    async request({ method, params }: { method: string; params?: unknown }) {
      const { result, error } = await page.testWalletRequest(method, params);
      if (error !== undefined) throw error;
      return result;
    },
    on(event: string, listener: (value: unknown) => void) {
      if (!listeners.has(event)) listeners.set(event, new Set());
      listeners.get(event)!.add(listener);
    },
    removeListener(event: string, listener: (value: unknown) => void) {
      listeners.get(event)?.delete(listener);
    },
  };
  const icon = "data:image/svg+xml,<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 8 8'>" +
    "<rect width='8' height='8' rx='2' fill='teal'/></svg>";
  const info = { uuid: "0b5a-test", name: "Test wallet", rdns: "org.example.test", icon };
  const detail = Object.freeze({ info, provider });
  const tell = () => dispatchEvent(new CustomEvent("eip6963:announceProvider", { detail }));
  addEventListener("eip6963:requestProvider", tell);
  addEventListener("test-wallet", (event) => {
    const accounts = [(event as CustomEvent).detail];
    listeners.get("accountsChanged")?.forEach((listener) => listener(accounts));
  });
  tell();
}
