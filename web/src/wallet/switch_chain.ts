/** Bringing a wallet to a chain (EIP-3326), adding the chain where the wallet does not know it (EIP-3085). */
import type { SiteConfig } from "../chain/config.ts";
import type { WalletProvider } from "./provider.ts";

/** What a wallet is told about the chain. */
export type ChainTerms = Pick<
  SiteConfig,
  "chainId" | "chainName" | "currency" | "rpcUrls" | "explorer"
>;

const UNKNOWN_CHAIN = 4902;

/** Asks the wallet to change to a chain. @throws the wallet's error, for example when the user declines */
export async function switchChain(provider: WalletProvider, chain: ChainTerms): Promise<void> {
  const chainId = `0x${chain.chainId.toString(16)}`;
  const change = { method: "wallet_switchEthereumChain", params: [{ chainId }] };
  try {
    await provider.request(change);
  } catch (error) {
    if (!isUnknownChain(error)) throw error;
    await provider.request({
      method: "wallet_addEthereumChain",
      params: [{
        chainId,
        chainName: chain.chainName,
        nativeCurrency: { name: chain.currency, symbol: chain.currency, decimals: 18 },
        rpcUrls: chain.rpcUrls,
        ...(chain.explorer === undefined ? {} : { blockExplorerUrls: [chain.explorer] }),
      }],
    });
    // Adding does not switch in every wallet.
    await provider.request(change);
  }
}

/** Some mobile wallets wrap the code once more. */
function isUnknownChain(error: unknown): boolean {
  type Wrapped = { code?: unknown; data?: { originalError?: { code?: unknown } } | null } | null;
  const { code, data } = (error ?? {}) as NonNullable<Wrapped>;
  return code === UNKNOWN_CHAIN || data?.originalError?.code === UNKNOWN_CHAIN;
}
