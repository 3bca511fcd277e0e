import assert from "node:assert/strict";
import { LocalFailure } from "../../core/evaluate/failure.ts";
import { constantModel, goodModel } from "../testing/models.ts";
import { tinyDataset } from "./testing/datasets.ts";
import { trick } from "./testing/tricks.ts";
import { WorkerBackend } from "./worker_backend.ts";

const TRICKY = new URL("testing/tricky_worker.ts", import.meta.url);

const dataset = await tinyDataset();

Deno.test("each model has a Worker; what it does there harms no other", async () => {
  const backend = new WorkerBackend({ script: TRICKY });
  assert.deepEqual(await backend.evaluate(goodModel(), dataset, {}), { score: 100_000 });
  await assert.rejects(
    backend.evaluate(trick("throws"), dataset, {}),
    (error) => error instanceof LocalFailure && error.code === "crash",
  );
  assert.deepEqual(await backend.evaluate(constantModel(), dataset, {}), { score: 50_000 });
  await backend.end();
});

Deno.test("after a model that did not end the process is not trusted again", async () => {
  const backend = new WorkerBackend({ script: TRICKY });
  const deadline = Date.now() + 100;
  await assert.rejects(
    backend.evaluate(trick("sleeps"), dataset, { deadline }),
    /^LocalFailure: evaluation: not done 2 s after its deadline, so it was stopped$/,
  );
  await assert.rejects(
    backend.evaluate(goodModel(), dataset, {}),
    /^EvaluatorExhausted: runtime: a model timed out: .*; start the miner again$/,
  );
  await backend.end();
});
