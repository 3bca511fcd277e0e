/** Finds the wallets of a page (EIP-6963, Multi Injected Provider Discovery). */
import { type ReadonlySignal, signal } from "@preact/signals";
import type { Wallet, WalletProvider } from "./provider.ts";

const MAX_WALLETS = 32;
const MAX_NAME = 60;
const MAX_ICON = 512 * 1024;

/** The wallets found so far; more may come at any time. */
export function discoverWallets(page: EventTarget): ReadonlySignal<Wallet[]> {
  const wallets = signal<Wallet[]>([]);
  page.addEventListener("eip6963:announceProvider", (event) => {
    const wallet = readAnnouncement((event as CustomEvent).detail);
    const known = wallets.peek();
    if (wallet === undefined || known.length >= MAX_WALLETS) return;
    if (!known.some(({ uuid }) => uuid === wallet.uuid)) wallets.value = [...known, wallet];
  });
  page.dispatchEvent(new Event("eip6963:requestProvider"));
  return wallets;
}

/** Any script of the page can announce anything: what does not have the standard's form is left out. */
function readAnnouncement(detail: unknown): Wallet | undefined {
  const { info, provider } = (detail ?? {}) as { info?: unknown; provider?: unknown };
  const { uuid, name, icon, rdns } = (info ?? {}) as Record<string, unknown>;
  if (typeof (provider as WalletProvider | undefined)?.request !== "function") return undefined;
  if (!isText(uuid, 100) || !isText(name, 1000) || !isText(rdns, 200)) return undefined;
  const image = isText(icon, MAX_ICON) && icon.startsWith("data:image/") ? icon : undefined;
  return {
    uuid,
    name: name.slice(0, MAX_NAME),
    icon: image,
    rdns,
    provider: provider as WalletProvider,
  };
}

function isText(value: unknown, max: number): value is string {
  return typeof value === "string" && value.length > 0 && value.length <= max;
}
