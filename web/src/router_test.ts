import assert from "node:assert/strict";
import { createRouter, hrefOf, parseRoute, type Route, TABS } from "./router.ts";

Deno.test("parseRoute() reads what hrefOf() writes", () => {
  const routes = [{ view: "competitions" }, ...TABS.map((view) => ({ view, id: 12 }))];
  for (const route of routes as Exclude<Route, { view: "missing" }>[]) {
    assert.deepEqual(parseRoute(hrefOf(route)), route);
  }
});

Deno.test("parseRoute() takes an empty hash for the start, anything odd for missing", () => {
  for (const hash of ["", "#", "#/"]) assert.deepEqual(parseRoute(hash), { view: "competitions" });
  for (const hash of ["#/x", "#/competition/", "#/competition/1/xx", "#/competition/9999999999"]) {
    assert.equal(parseRoute(hash).view, "missing", hash);
  }
});

Deno.test("createRouter() follows the hash", () => {
  const page = Object.assign(new EventTarget(), { location: { hash: "#/" } });
  const route = createRouter(page as unknown as Window);
  assert.equal(route.value.view, "competitions");
  page.location.hash = "#/competition/0/data";
  page.dispatchEvent(new Event("hashchange"));
  assert.deepEqual(route.value, { view: "data", id: 0 });
});
