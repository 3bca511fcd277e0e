import assert from "node:assert/strict";
import { MAX_ROW_WORK, MAX_RUN_BYTES } from "../dataset/manifest_types.ts";
import { MAX_ACTIVATION_BYTES, MAX_WORK } from "../model/admission/limits.ts";
import { modelTask } from "./task.ts";
import { manifestOf } from "./testing.ts";

Deno.test("modelTask() passes the manifest's limits on", () => {
  const manifest = manifestOf({ rows: 7 });
  assert.equal(modelTask(manifest).limits, undefined);
  const limits = { work: 1000, activations: 2000 };
  const { rows, batch, classes, ...rest } = modelTask({ ...manifest, limits });
  assert.deepEqual([rows, batch, classes], [7, 100, 3]);
  assert.deepEqual(rest, { shapes: [[4], [1, 2, 2]], limits });
});

Deno.test("what manifests may allow is what the protocol does", () => {
  assert.deepEqual([MAX_ROW_WORK, MAX_RUN_BYTES], [MAX_WORK, MAX_ACTIVATION_BYTES]);
});
