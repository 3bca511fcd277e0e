import type { ComponentChildren } from "preact";
/** Holds the place of something that is loading; `what` is for screen readers. */
export function Skeleton({ what, rows = 1, size = "line" }: {
  what: string;
  rows?: number;
  size?: "line" | "row" | "card" | "page";
}): ComponentChildren {
  return (
    <div class="stack-small" role="status">
      <span class="hidden-visually">Loading {what}</span>
      {Array.from({ length: rows }, (_, i) => <div key={i} class={`skeleton ${size}`} />)}
    </div>
  );
}
