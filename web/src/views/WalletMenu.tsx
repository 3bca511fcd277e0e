import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { useSignal } from "@preact/signals";
import { Address } from "../parts/Address.tsx";
import { useApp } from "../parts/context.ts";
import { Notice } from "../parts/Notice.tsx";
import { WalletList } from "../parts/WalletList.tsx";

/** The button in the header: connect, or the account with its menu. */
export function WalletMenu(): ComponentChildren {
  const { session } = useApp();
  const open = useSignal(false);
  const menu = useRef<HTMLDivElement>(null);
  const account = session.account.value;
  useEffect(() => {
    open.value = false;
  }, [account]);
  useClosing(menu, () => open.value = false);
  return (
    <div class="menu" ref={menu}>
      <button
        type="button"
        class={account === undefined ? "button primary" : "button"}
        aria-expanded={open.value}
        aria-controls="wallet-menu"
        onClick={() => open.value = !open.value}
      >
        {account === undefined ? "Connect wallet" : <Address address={account} link={false} />}
      </button>
      <div id="wallet-menu" class="card" hidden={!open.value}>
        {open.value && (account === undefined ? <WalletList /> : <Account />)}
      </div>
    </div>
  );
}

function Account(): ComponentChildren {
  const { session } = useApp();
  return (
    <div class="stack-small">
      <p class="muted small">Connected with {session.wallet.value?.name}</p>
      <p>
        <code class="small">{session.account.value}</code>
      </p>
      <button type="button" class="button" onClick={session.disconnect}>Disconnect</button>
    </div>
  );
}

/** Says so while the wallet is on another network than the contract. */
export function ChainNotice(): ComponentChildren {
  const { session, config } = useApp();
  if (session.onChain.value) return null;
  return (
    <div class="chain-notice">
      <Notice
        kind="warn"
        action={{ label: "Switch network", onClick: () => session.switchChain() }}
      >
        Your wallet is on another network. These competitions are on {config.chainName}.{" "}
        {session.problem.value}
      </Notice>
    </div>
  );
}

/** Closes on Escape, which puts the focus back on the button, and on clicks elsewhere. */
function useClosing(menu: { current: HTMLElement | null }, close: () => void): void {
  useEffect(() => {
    const abort = new AbortController();
    addEventListener("keydown", ({ key }) => {
      if (key !== "Escape") return;
      if (menu.current?.contains(document.activeElement)) {
        menu.current.querySelector("button")?.focus();
      }
      close();
    }, abort);
    addEventListener("pointerdown", ({ target }) => {
      if (!menu.current?.contains(target as Node)) close();
    }, abort);
    return () => abort.abort();
  }, []);
}
