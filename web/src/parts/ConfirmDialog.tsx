import type { ComponentChildren } from "preact";
import { type Quote, totalOf } from "../chain/quote.ts";
import { Costs } from "./Costs.tsx";
import { Dialog } from "./Dialog.tsx";
import { Notice } from "./Notice.tsx";

/** Shows what something costs before anything is sent; `children` say what it is. */
export function ConfirmDialog(
  { title, notice, quote, valueLabel, action, onConfirm, onCancel, children }: {
    title: string;
    notice?: string | undefined;
    quote: Quote;
    valueLabel?: string;
    action: string;
    onConfirm: () => void;
    onCancel: () => void;
    children: ComponentChildren;
  },
): ComponentChildren {
  return (
    <Dialog title={title} onClose={onCancel}>
      {notice !== undefined && <Notice kind="warn">{notice}</Notice>}
      {children}
      <Costs quote={quote} valueLabel={valueLabel} />
      <div class="actions">
        <button type="button" class="button" onClick={onCancel}>Cancel</button>
        <button
          type="button"
          class="button primary"
          disabled={quote.balance < totalOf(quote)}
          onClick={onConfirm}
        >
          {action}
        </button>
      </div>
    </Dialog>
  );
}
