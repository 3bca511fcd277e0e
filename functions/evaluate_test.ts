import assert from "node:assert/strict";
import { Dataset } from "../core/dataset/dataset.ts";
import { parseManifest } from "../core/dataset/manifest.ts";
import { LocalFailure } from "../core/evaluate/failure.ts";
import { KNOWN_RUNTIMES } from "../core/evaluate/known_runtimes.ts";
import { type OrtModule, Runtime } from "../core/evaluate/runtime.ts";
import { MemoryStore } from "../core/ipfs/store.ts";
import { createEvaluator, EvaluatorExhausted } from "./evaluate.ts";
import { addDataset, constantModel, goodModel } from "./testing/models.ts";

async function tinyDataset(): Promise<Dataset> {
  const store = new MemoryStore();
  const manifest = parseManifest((await store.get(await addDataset(store)))!);
  const values = Uint8Array.from([200, 0, 0, 0, 0, 200, 0, 0]);
  return new Dataset(manifest, { values, labels: Int32Array.from([0, 1]) });
}

/** A runtime whose WebAssembly traps as soon as it gets a model. */
function trapping(): Runtime {
  const create = () => Promise.reject(new WebAssembly.RuntimeError("unreachable"));
  return new Runtime(
    KNOWN_RUNTIMES.at(-1)!,
    { InferenceSession: { create } } as unknown as OrtModule,
  );
}

function isCode(code: string) {
  return (error: unknown) => error instanceof LocalFailure && error.code === code;
}

Deno.test("the pinned runtime starts with the first model and scores it", async () => {
  const evaluate = createEvaluator();
  const dataset = await tinyDataset();
  assert.deepEqual(await evaluate(goodModel(), dataset, {}), { score: 100_000 });
  assert.deepEqual(await evaluate(constantModel(), dataset, {}), { score: 50_000 });
});

Deno.test("a spent runtime is replaced by a fresh one", async () => {
  const starts: string[] = [];
  const real = createEvaluator();
  const dataset = await tinyDataset();
  await real(goodModel(), dataset, {}); // So that the shared runtime is started.
  const evaluate = createEvaluator({
    start: () => {
      starts.push("start");
      return Promise.resolve(trapping());
    },
    fresh: async () => {
      starts.push("fresh");
      const { startRuntime } = await import("../core/evaluate/runtime.ts");
      const { readRuntimeWasm } = await import("./runtime_wasm.ts");
      return await startRuntime(await readRuntimeWasm());
    },
  });
  await assert.rejects(evaluate(goodModel(), dataset, {}), LocalFailure);
  assert.deepEqual(await evaluate(goodModel(), dataset, {}), { score: 100_000 });
  assert.deepEqual(await evaluate(constantModel(), dataset, {}), { score: 50_000 });
  assert.deepEqual(starts, ["start", "fresh"]);
});

Deno.test("a start that failed is tried again, and is no model's fault", async () => {
  let calls = 0;
  const start = () => {
    calls++;
    return Promise.reject(new LocalFailure("wrong-wasm", "runtime: wrong"));
  };
  const evaluate = createEvaluator({ start });
  const dataset = await tinyDataset();
  for (let i = 0; i < 4; i++) {
    await assert.rejects(evaluate(goodModel(), dataset, {}), isCode("wrong-wasm"));
  }
  assert.equal(calls, 4);
});

Deno.test("a model that crashed two runtimes is not run again in this process", async () => {
  let fresh = 0;
  const evaluate = createEvaluator({
    start: () => Promise.resolve(crashing()),
    fresh: () => {
      fresh++;
      return Promise.resolve(crashing());
    },
  });
  const dataset = await tinyDataset();
  for (let i = 0; i < 2; i++) {
    await assert.rejects(evaluate(goodModel(), dataset, {}), isCode("crash"));
  }
  await assert.rejects(evaluate(goodModel(), dataset, {}), isCode("spent"));
  await assert.rejects(evaluate(goodModel(), dataset, {}), /crashed it 2 times/);
  assert.equal(fresh, 1);
});

Deno.test("a process does not spend runtimes without end", async () => {
  let fresh = 0;
  const make = () => {
    fresh++;
    return Promise.resolve(crashing());
  };
  const evaluate = createEvaluator({ start: make, fresh: make });
  const dataset = await tinyDataset();
  for (let i = 0; i < 20; i++) {
    const expected = i < 6 ? LocalFailure : EvaluatorExhausted;
    await assert.rejects(evaluate(goodModel(i), dataset, {}), expected);
  }
  assert.equal(fresh, 6);
  await assert.rejects(evaluate(goodModel(99), dataset, {}), /6 were spent.*start the miner again/);
});

/** A runtime that passes its self-test, and is spent by any model after it. */
function crashing(): Runtime {
  const runtime = trapping();
  runtime.exclusive = () => {
    const failure = new LocalFailure("crash", "runtime: crashed");
    runtime.spend(failure);
    return Promise.reject(failure);
  };
  return runtime;
}
