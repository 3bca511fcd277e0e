import type { ComponentChildren } from "preact";
import { useEffect } from "preact/hooks";

/** Moves the focus to the heading of the view that is shown. */
export function focusHeading(): void {
  document.querySelector<HTMLElement>("[data-heading]")?.focus({ preventScroll: true });
}

/** The heading of a view: takes the focus when the view appears, and gives the page its title. */
export function Heading(
  { level, title, children }: { level: 1 | 2; title: string; children: ComponentChildren },
): ComponentChildren {
  useEffect(() => {
    document.title = `${title} · DeML`;
  }, [title]);
  const Tag = level === 1 ? "h1" : "h2";
  return <Tag data-heading tabIndex={-1}>{children}</Tag>;
}
