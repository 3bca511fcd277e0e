import { hrefOf, type Tab, TABS } from "../router.ts";

const LABELS: Record<Tab, string> = {
  overview: "Overview",
  leaderboard: "Leaderboard",
  submit: "Submit",
  history: "History",
  data: "Data",
};

/** Links to the views of a competition. */
export function Tabs({ id, current }: { id: number; current: Tab }) {
  return (
    <nav class="tabs" aria-label="Views of the competition">
      {TABS.map((view) => (
        <a
          key={view}
          href={hrefOf({ view, id })}
          aria-current={view === current ? "page" : undefined}
        >
          {LABELS[view]}
        </a>
      ))}
    </nav>
  );
}
