import type { ComponentChildren } from "preact";
import { type Quote, totalOf } from "../chain/quote.ts";
import { Costs } from "./Costs.tsx";
import { Dialog } from "./Dialog.tsx";

/** Shows what something costs before anything is sent. */
export function ConfirmDialog(
  { title, quote, valueLabel, action, onConfirm, onCancel, children }: {
    title: string;
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
      <p>{children}</p>
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
