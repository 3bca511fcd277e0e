import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";
import type { App } from "../app.ts";
import { AppContext } from "../parts/context.ts";
import { focusHeading } from "../parts/Heading.tsx";
import type { Route } from "../router.ts";
import { Competitions } from "./Competitions.tsx";
import { CompetitionPage } from "./CompetitionPage.tsx";
import { Missing } from "./Missing.tsx";
import { ChainNotice, WalletMenu } from "./WalletMenu.tsx";

/** The whole page. */
export function Site({ app }: { app: App }): ComponentChildren {
  const main = useRef<HTMLElement>(null);
  const route = app.route.value;
  useRouteFocus(route);
  return (
    <AppContext.Provider value={app}>
      <a class="skip button" href="#main" onClick={(event) => skipTo(event, main.current)}>
        Skip to the content
      </a>
      <header class="site-header">
        <div class="frame">
          <a class="brand" href="#/">
            <img src="./icon.svg" alt="" width="28" height="28" />
            DeML
          </a>
          <WalletMenu />
        </div>
      </header>
      <main id="main" class="frame" tabIndex={-1} ref={main}>
        <ChainNotice />
        <View route={route} />
      </main>
      <footer class="site-footer">
        <div class="frame">
          <span>
            Contract <code>{app.config.contract}</code>
          </span>
          <span>{app.config.chainName}</span>
        </div>
      </footer>
    </AppContext.Provider>
  );
}

function View({ route }: { route: Route }): ComponentChildren {
  if (route.view === "competitions") return <Competitions />;
  if (route.view === "missing") return <Missing hash={route.hash} />;
  return <CompetitionPage key={route.id} id={route.id} tab={route.view} />;
}

/** After a change of view the focus goes to its heading, so that it is read out and Tab goes on from there. */
function useRouteFocus(route: Route): void {
  const shown = useRef<Route | undefined>(undefined);
  useEffect(() => {
    const first = shown.current === undefined;
    shown.current = route;
    if (first) return;
    focusHeading();
    scrollTo(0, 0);
  }, [route]);
}

/** The hash belongs to the router. */
function skipTo(event: Event, target: HTMLElement | null): void {
  event.preventDefault();
  target?.focus();
}
