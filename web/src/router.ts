/** Addresses within the site. They live in the hash, since IPFS gateways know no other way to one page. */
import { type ReadonlySignal, signal } from "@preact/signals";

/** The views of one competition, in the order of their tabs. */
export const TABS = ["overview", "leaderboard", "submit", "history", "data"] as const;

/** A view of one competition. */
export type Tab = typeof TABS[number];

/** What the hash names. */
export type Route =
  | { view: "competitions" }
  | { view: Tab; id: number }
  | { view: "missing"; hash: string };

/** Reads a hash such as `#/competition/3/leaderboard`. */
export function parseRoute(hash: string): Route {
  const path = hash.replace(/^#?\/?/, "");
  if (path === "") return { view: "competitions" };
  const [, id, name = "overview"] = /^competition\/(\d{1,9})(?:\/([a-z]+))?$/.exec(path) ?? [];
  const tab = TABS.find((tab) => tab === name);
  if (id === undefined || tab === undefined) return { view: "missing", hash };
  return { view: tab, id: Number(id) };
}

/** The hash of a view, for links. */
export function hrefOf(route: Exclude<Route, { view: "missing" }>): string {
  if (route.view === "competitions") return "#/";
  return `#/competition/${route.id}${route.view === "overview" ? "" : `/${route.view}`}`;
}

/** The route that a window shows, following its hash. */
export function createRouter(
  page: Pick<Window, "location" | "addEventListener">,
): ReadonlySignal<Route> {
  const route = signal(parseRoute(page.location.hash));
  page.addEventListener("hashchange", () => route.value = parseRoute(page.location.hash));
  return route;
}
