import type { ComponentChildren } from "preact";

/** A message in a coloured box, with what can be done about it. */
export function Notice(
  { kind = "info", children, action }: {
    kind?: "info" | "good" | "warn" | "bad";
    children: ComponentChildren;
    action?: { label: string; onClick: () => void } | undefined;
  },
): ComponentChildren {
  return (
    <div class={`notice ${kind}`} role={kind === "bad" ? "alert" : undefined}>
      <p>{children}</p>
      {action && (
        <button type="button" class="button" onClick={action.onClick}>{action.label}</button>
      )}
    </div>
  );
}
