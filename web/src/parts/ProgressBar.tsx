import type { ComponentChildren } from "preact";
/** How far something is; without a share it only says that it goes on. */
export function ProgressBar(
  { label, share }: { label: string; share?: number | undefined },
): ComponentChildren {
  return (
    <div class="stack-small">
      <p>{label}</p>
      {share === undefined
        ? <progress aria-label={label} />
        : <progress aria-label={label} value={share} />}
    </div>
  );
}
