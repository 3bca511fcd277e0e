/** Everything that the site needs around it: chain, contract, IPFS, the built site, a browser and a wallet. */
import type { Page } from "playwright-core";
import { startChain, type TestChain } from "../../../core/chain/testing/chain.ts";
import type { Hex } from "../../../core/protocol/types.ts";
import { openBrowser, type TestBrowser } from "./browser.ts";
import { type RpcServer, serveRpc } from "./rpc_server.ts";
import { buildSite, serveSite } from "./site_server.ts";
import { type DataServer, serveData } from "./test_data.ts";
import { installWallet, type TestWallet } from "./wallet.ts";
import { createWitness, type Witness } from "./witness.ts";

/** The parts, and the address of the site. */
export interface World extends AsyncDisposable {
  chain: TestChain;
  rpc: RpcServer;
  data: DataServer;
  browser: TestBrowser;
  page: Page;
  wallet: TestWallet;
  witness: Witness;
  /** Address of the page. */
  url: string;
  /** Account of the wallet. */
  me: Hex;
  /** What `config.json` says; changes count from the next load on. */
  config: Record<string, unknown>;
}

/** Longest wait for something to appear. */
const PATIENCE_MS = 15_000;

/** Starts everything. */
export async function openWorld(): Promise<World> {
  await using parts = new AsyncDisposableStack();
  const dist = await Deno.makeTempDir({ prefix: "deml-site-" });
  parts.defer(() => Deno.remove(dist, { recursive: true }));
  await buildSite(dist);
  const chain = parts.use(await startChain());
  const rpc = parts.use(serveRpc(chain.provider));
  const data = parts.use(await serveData());
  const config: Record<string, unknown> = {
    chainId: 31_337,
    chainName: "Test chain",
    rpcUrls: [rpc.url],
    contract: chain.contract,
    gateways: [data.url],
    pollSecs: 1,
  };
  const site = parts.use(serveSite(dist, config));
  const browser = parts.use(await openBrowser());
  const me = chain.accounts[1]!;
  const { context, page } = browser;
  const wallet = await installWallet(context, { provider: chain.provider, account: me });
  page.setDefaultTimeout(PATIENCE_MS);
  const witness = createWitness(browser);
  const owned = parts.move();
  return {
    ...{ chain, rpc, data, browser, page, wallet, witness, me, config },
    url: site.url,
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}
