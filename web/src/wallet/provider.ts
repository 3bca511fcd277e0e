/** What the site asks of a wallet: an EIP-1193 provider, announced as EIP-6963 says. */

/** An EIP-1193 provider. */
export interface WalletProvider {
  /** Asks the wallet; rejects with an error that has a numeric `code`. */
  request(call: { method: string; params?: unknown }): Promise<unknown>;
  /** Hears `accountsChanged`, `chainChanged` and `disconnect`. */
  on?(event: string, listener: (value: unknown) => void): unknown;
  /** Stops hearing. */
  removeListener?(event: string, listener: (value: unknown) => void): unknown;
}

/** A wallet that announced itself. All texts are the wallet's own words: show them as text only. */
export interface Wallet {
  /** Identifies the announcement in this page. */
  uuid: string;
  /** Name for people, at most 60 characters. */
  name: string;
  /** A `data:image/` address for an `img` element; undefined if the wallet gave none that is fit. */
  icon: string | undefined;
  /** Reverse domain name: identifies the wallet across visits. */
  rdns: string;
  /** The wallet itself. */
  provider: WalletProvider;
}
