/** Everything that changes the chain. Loaded when the first transaction is prepared: it brings the ABI coder along. */
import { waitForReceipt, walletSender } from "../../../core/chain/sender.ts";
import type { Provider } from "../../../core/chain/provider.ts";
import type { Call } from "../../../core/chain/types.ts";
import { appendModelCall, registerCall, submitModelCall } from "../../../core/chain/writes.ts";
import type { Hex } from "../../../core/protocol/types.ts";
import type { WalletProvider } from "../wallet/provider.ts";
import type { Quote } from "./quote.ts";

/** Who sends: an account and the wallet that signs for it. */
export interface Signer {
  /** The account, in lower case. */
  account: Hex;
  /** Its wallet. */
  provider: WalletProvider;
}

/** Prepares and sends transactions. Everything rejects with errors for `explain`. */
export interface ChainWriter {
  /** `register` for the buy-in. */
  register(input: { id: number; buyIn: bigint }): Call;
  /** The first chunk of an upload. */
  submit(input: { id: number; epoch: number; size: number; data: Uint8Array }): Call;
  /** A later chunk. */
  append(input: { id: number; offset: number; data: Uint8Array }): Call;
  /**
   * What a call costs, found by simulating it.
   *
   * @param gas of the calls altogether where they are several; the first is still simulated, to see that it works
   */
  quote(call: Call, of: { account: Hex; gas?: number }): Promise<Quote>;
  /** Asks the wallet to send. Gives the hash. */
  send(call: Call, signer: Signer): Promise<Hex>;
  /** How many transactions of the account are in blocks, and how many still wait for one. */
  transactions(account: Hex): Promise<{ mined: number; waiting: number }>;
  /** Waits until a transaction is in a block. Rejects if it failed. */
  wait(hash: Hex): Promise<void>;
}

/** How long a transaction may wait for a block, in milliseconds; longer where nobody pays enough for gas. */
const WAIT_MS = 600_000;

/** A writer for the contract; `provider` simulates and watches, wallets only sign. */
export function createWriter(
  { provider, contract }: { provider: Provider; contract: Hex },
): ChainWriter {
  return {
    register: (input) => registerCall(contract, input),
    submit: (input) => submitModelCall(contract, input),
    append: (input) => appendModelCall(contract, input),
    async quote({ to, data, value }, { account, gas }) {
      const request = { from: account, to, data, value: `0x${value.toString(16)}` };
      const [estimate, gasPrice, balance] = await Promise.all([
        quantity(provider, "eth_estimateGas", [request]),
        quantity(provider, "eth_gasPrice", []),
        quantity(provider, "eth_getBalance", [account, "latest"]),
      ]);
      return { account, gas: gas ?? Number(estimate), gasPrice, value, balance };
    },
    send: (call, { account, provider }) => walletSender(toProvider(provider), account).send(call),
    async transactions(account) {
      const count = (tag: string) => quantity(provider, "eth_getTransactionCount", [account, tag]);
      const [mined, all] = await Promise.all([count("latest"), count("pending")]);
      return { mined: Number(mined), waiting: Math.max(0, Number(all - mined)) };
    },
    wait: async (hash) => void await waitForReceipt(provider, hash, { timeoutMs: WAIT_MS }),
  };
}

async function quantity(provider: Provider, method: string, params: unknown[]): Promise<bigint> {
  const answer = await provider.request({ method, params });
  if (typeof answer === "string" && /^0x[0-9a-fA-F]{1,64}$/.test(answer)) return BigInt(answer);
  throw new RangeError(`${method}: expected a hexadecimal number from the chain node`);
}

function toProvider(wallet: WalletProvider): Provider {
  return { request: (call) => wallet.request(call) };
}
