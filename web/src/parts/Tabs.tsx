import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { hrefOf, type Tab, TABS } from "../router.ts";

const LABELS: Record<Tab, string> = {
  overview: "Overview",
  leaderboard: "Leaderboard",
  submit: "Submit",
  history: "History",
  data: "Data",
};

/** Links to the views of a competition. */
export function Tabs({ id, current }: { id: number; current: Tab }): ComponentChildren {
  const list = useRef<HTMLElement>(null);
  useEffect(() => {
    // On narrow screens the tabs scroll sideways.
    list.current!.querySelector("[aria-current]")?.scrollIntoView({ block: "nearest" });
  }, [current]);
  return (
    <nav class="tabs" ref={list} aria-label="Views of the competition">
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
