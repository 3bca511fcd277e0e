import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { focusHeading } from "./Heading.tsx";

/** A modal dialog that is open as long as it is rendered. Escape calls `onClose`. */
export function Dialog(
  { title, onClose, children }: {
    title: string;
    onClose: () => void;
    children: ComponentChildren;
  },
): ComponentChildren {
  const dialog = useRef<HTMLDialogElement>(null);
  const close = useRef(onClose);
  close.current = onClose;
  useEffect(() => {
    const shown = dialog.current!;
    const closed = () => close.current();
    shown.addEventListener("close", closed);
    shown.showModal();
    return () => {
      // Leaving because of an answer is no closing.
      shown.removeEventListener("close", closed);
      shown.close();
      // What had the focus before is often gone by now.
      if (document.activeElement === document.body) focusHeading();
    };
  }, []);
  return (
    <dialog ref={dialog} aria-labelledby="dialog-title">
      <div class="stack">
        <h2 id="dialog-title">{title}</h2>
        {children}
      </div>
    </dialog>
  );
}
