import assert from "node:assert/strict";
import { createLoadable } from "./loadable.ts";

Deno.test("load() runs once for all who ask", async () => {
  let runs = 0;
  const loadable = createLoadable(() => Promise.resolve(++runs));
  assert.equal(loadable.current.value.state, "idle");
  assert.deepEqual(await Promise.all([loadable.load(), loadable.load()]), [1, 1]);
  assert.equal(await loadable.load(), 1);
  assert.deepEqual(loadable.current.value, { state: "ready", value: 1 });
});

Deno.test("load() tells how far it is", async () => {
  const shares: unknown[] = [];
  const loadable = createLoadable((progress) => {
    progress(0.5);
    return Promise.resolve("done");
  });
  loadable.current.subscribe((current) =>
    shares.push("share" in current ? current.share : current.state)
  );
  await loadable.load();
  assert.deepEqual(shares, ["idle", undefined, 0.5, "ready"]);
});

Deno.test("load() tries again after a failure", async () => {
  let broken = true;
  const loadable = createLoadable(() =>
    broken ? Promise.reject(new RangeError("no gateway")) : Promise.resolve("here")
  );
  await assert.rejects(loadable.load(), RangeError);
  assert.deepEqual(loadable.current.value, { state: "failed", message: "No gateway." });
  broken = false;
  assert.equal(await loadable.load(), "here");
});
