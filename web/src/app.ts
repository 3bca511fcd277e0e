/** The application: its models, wired together. */
import { computed, effect, type ReadonlySignal, signal } from "@preact/signals";
import { connect } from "../../core/chain/rpc.ts";
import type { Competition as CompetitionRow } from "../../core/chain/types.ts";
import type { SiteConfig } from "./chain/config.ts";
import { createReader } from "./chain/reader.ts";
import { type ChainClock, createClock } from "./models/clock.ts";
import { type Competition, createCompetition } from "./models/competition.ts";
import { createDataSource, type DataSource } from "./models/data.ts";
import { follow, type Live } from "./models/live.ts";
import { createLoadable, type Loadable } from "./models/loadable.ts";
import { createSession, type Session } from "./models/session.ts";
import type { Submission } from "./models/submission.ts";
import { createTestSet } from "./models/test_set.ts";
import { createRouter, type Route } from "./router.ts";
import { discoverWallets } from "./wallet/discover.ts";
import type { OpenedTestSet } from "./work/data_worker.ts";
import { createDataCaller } from "./work/workers.ts";

/** A competition and what belongs to taking part in it. */
export interface OpenCompetition {
  /** What the site knows of it. */
  competition: Competition;
  /** Loaded with the submit view; lives on, so that an upload goes on while other views are shown. */
  submission: Loadable<Submission>;
  /** The test set of a sealed competition whose beacon is posted. */
  testSet: Loadable<OpenedTestSet>;
}

/** Everything that views show and act on. */
export interface App {
  /** The site's configuration. */
  config: SiteConfig;
  /** The view that is shown. */
  route: ReadonlySignal<Route>;
  /** Wallet and account. */
  session: Session;
  /** The chain's clock. */
  clock: ChainClock;
  /** Manifests and data sets by digest. */
  dataOf: DataSource;
  /** The list of competitions. */
  competitions: Live<CompetitionRow[]>;
  /** One competition; the same object for the same number. */
  open(id: number): OpenCompetition;
}

/** Starts the application in a page. */
export function createApp(config: SiteConfig, page: Window): App {
  const provider = connect(config.rpcUrls);
  const reader = createReader(config, provider);
  const route = createRouter(page);
  const shown = visibility(page.document);
  const clock = createClock();
  const session = createSession({
    wallets: discoverWallets(page),
    chain: config,
    storage: storageOf(page),
  });
  const dataOf = createDataSource({ call: createDataCaller(), gateways: config.gateways });
  const pollMs = config.pollSecs * 1000;
  const opened = new Map<number, OpenCompetition>();

  function create(id: number): OpenCompetition {
    const visible = computed(() => {
      const current = route.value;
      return shown.value && "id" in current && current.id === id;
    });
    const options = { id, reader, clock, session, dataOf, visible, pollMs };
    const competition = createCompetition(options);
    const submission = createLoadable(async () => {
      const { createSubmission } = await import("./models/submission.ts");
      const { contract, chainId } = config;
      return createSubmission({ competition, session, reader, provider, contract, chainId });
    });
    return { competition, submission, testSet: createTestSet({ competition, reader }) };
  }

  effect(() => {
    if (!shown.value) return;
    const timer = setInterval(clock.tick, 1000);
    return () => clearInterval(timer);
  });
  return {
    config,
    route,
    session,
    clock,
    dataOf,
    competitions: follow({
      head: reader.head,
      read: reader.competitions,
      onHead: clock.follow,
      visible: computed(() => shown.value && route.value.view === "competitions"),
      pollMs,
    }),
    open(id) {
      const found = opened.get(id) ?? create(id);
      opened.set(id, found);
      return found;
    },
  };
}

function visibility(document: Document): ReadonlySignal<boolean> {
  const visible = signal(document.visibilityState === "visible");
  document.addEventListener("visibilitychange", () => {
    visible.value = document.visibilityState === "visible";
  });
  return visible;
}

/** Some privacy modes throw at the mere name. */
function storageOf(page: Window): Pick<Storage, "getItem" | "setItem" | "removeItem"> {
  try {
    return page.localStorage;
  } catch {
    return { getItem: () => null, setItem: () => {}, removeItem: () => {} };
  }
}
