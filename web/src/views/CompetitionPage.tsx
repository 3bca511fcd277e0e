import type { ComponentChildren, ComponentType } from "preact";
import type { OpenCompetition } from "../app.ts";
import { createLoadable, type Loadable } from "../models/loadable.ts";
import { CompetitionName } from "../parts/CompetitionName.tsx";
import { useApp } from "../parts/context.ts";
import { Lazy } from "../parts/Lazy.tsx";
import { PhaseLine } from "../parts/PhaseLine.tsx";
import { Skeleton } from "../parts/Skeleton.tsx";
import { StaleNotice } from "../parts/StaleNotice.tsx";
import { Tabs } from "../parts/Tabs.tsx";
import type { Tab } from "../router.ts";
import { Leaderboard } from "./Leaderboard.tsx";
import { Overview } from "./Overview.tsx";

type View = ComponentType<OpenCompetition>;

/** The two views that people come for are there at once, the others follow when they are opened. */
const VIEWS: Record<Tab, View | Loadable<View>> = {
  overview: Overview,
  leaderboard: Leaderboard,
  submit: createLoadable(async () => (await import("./Submit.tsx")).Submit),
  history: createLoadable(async () => (await import("./History.tsx")).History),
  data: createLoadable(async () => (await import("./Data.tsx")).Data),
};

/** A competition: its head, its tabs, and one of its views. */
export function CompetitionPage({ id, tab }: { id: number; tab: Tab }): ComponentChildren {
  const opened = useApp().open(id);
  const { competition } = opened;
  const snapshot = competition.snapshot.value;
  return (
    <>
      <div class="competition-head">
        <p class="small">
          <a href="#/">All competitions</a>
        </p>
        <h1 class="title">
          <CompetitionName id={id} digest={snapshot?.competition.manifest} />
        </h1>
        <PhaseLine competition={competition} />
      </div>
      <Tabs id={id} current={tab} />
      <div class="stack">
        <StaleNotice live={competition} />
        {snapshot === undefined
          ? competition.problem.value === undefined &&
            <Skeleton what="the competition" size="page" />
          : <Body view={VIEWS[tab]} opened={opened} />}
      </div>
    </>
  );
}

function Body(
  { view, opened }: { view: View | Loadable<View>; opened: OpenCompetition },
): ComponentChildren {
  if (typeof view === "function") {
    const View = view;
    return <View {...opened} />;
  }
  return (
    <Lazy loadable={view} what="this view" waiting={() => <Skeleton what="the view" size="page" />}>
      {(View) => <View {...opened} />}
    </Lazy>
  );
}
