import type { ComponentChildren } from "preact";
import { useApp } from "./context.ts";
import { Notice } from "./Notice.tsx";

/** The wallets of this browser, to choose one. */
export function WalletList(): ComponentChildren {
  const { session } = useApp();
  const wallets = session.wallets.value;
  const asking = session.asking.value;
  if (wallets.length === 0) {
    return (
      <p>
        No wallet was found in this browser. Install one that supports EIP-6963, then load this page
        again. Looking around needs no wallet.
      </p>
    );
  }
  return (
    <div class="stack-small">
      <ul class="wallets">
        {wallets.map((wallet) => (
          <li key={wallet.uuid}>
            <button
              type="button"
              class="button"
              disabled={asking !== undefined}
              onClick={() => session.connect(wallet)}
            >
              {wallet.icon === undefined
                ? <span class="no-icon" />
                : <img src={wallet.icon} alt="" width="24" height="24" />}
              {asking === wallet ? `Open ${wallet.name} to answer…` : wallet.name}
            </button>
          </li>
        ))}
      </ul>
      {session.problem.value && <Notice kind="bad">{session.problem.value}</Notice>}
    </div>
  );
}
