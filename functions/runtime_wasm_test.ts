import assert from "node:assert/strict";
import { selfTest } from "../core/evaluate/golden.ts";
import { startRuntime } from "../core/evaluate/runtime.ts";
import { LocalFailure } from "../core/evaluate/failure.ts";
import { readRuntimeWasm, startFreshRuntime } from "./runtime_wasm.ts";

Deno.test("startFreshRuntime() gives a sound runtime after another was spent", async () => {
  const first = await startRuntime(await readRuntimeWasm());
  first.spend(new LocalFailure("crash", "runtime: crashed"));
  const fresh = await startFreshRuntime();
  assert.notEqual(fresh, first);
  assert.equal(fresh.spent, undefined);
  await fresh.exclusive(() => selfTest(fresh));
  await assert.rejects(first.exclusive(() => selfTest(first)), {
    name: "LocalFailure",
    code: "spent",
  });
});
