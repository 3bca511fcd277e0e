import type { ComponentChildren } from "preact";

/** One figure. */
export interface Stat {
  /** In words. */
  label: string;
  /** The figure. */
  value: ComponentChildren;
  /** A line below it. */
  detail?: ComponentChildren;
}

/** Figures side by side. */
export function Stats({ stats }: { stats: Stat[] }): ComponentChildren {
  return (
    <dl class="stats">
      {stats.map(({ label, value, detail }) => (
        <div key={label}>
          <dt>{label}</dt>
          <dd>
            {value}
            {detail !== undefined && <span class="detail">{detail}</span>}
          </dd>
        </div>
      ))}
    </dl>
  );
}
