import assert from "node:assert/strict";
import { packModel } from "../core/model/packing/pack.ts";
import { LocalFailure } from "../core/evaluate/failure.ts";
import { KNOWN_RUNTIMES } from "../core/evaluate/known_runtimes.ts";
import { type OrtModule, Runtime } from "../core/evaluate/runtime.ts";
import { createEvaluator, EvaluatorExhausted, type Isolation } from "./evaluate.ts";
import type { RuntimeStarts } from "./isolation/in_process.ts";
import { tinyDataset, wave, wideDataset } from "./isolation/testing/datasets.ts";
import { trick } from "./isolation/testing/tricks.ts";
import { constantModel, goodModel, worthless } from "./testing/models.ts";

const MODELS = new URL("../../shared/models/", import.meta.url);

async function hasSharedModels(): Promise<boolean> {
  return await Deno.stat(MODELS).then(() => true, () => false);
}

const TRICKY = { script: new URL("isolation/testing/tricky_child.ts", import.meta.url) };

/** An evaluator of level `none`. */
function createInProcess(runtime: RuntimeStarts = {}) {
  return createEvaluator({ isolation: "none", runtime });
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
  const evaluate = createInProcess();
  const dataset = await tinyDataset();
  assert.deepEqual(await evaluate(goodModel(), dataset, {}), { score: 100_000 });
  assert.deepEqual(await evaluate(constantModel(), dataset, {}), { score: 50_000 });
});

Deno.test("a spent runtime is replaced by a fresh one", async () => {
  const starts: string[] = [];
  const real = createInProcess();
  const dataset = await tinyDataset();
  await real(goodModel(), dataset, {}); // So that the shared runtime is started.
  const evaluate = createInProcess({
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
  const evaluate = createInProcess({ start });
  const dataset = await tinyDataset();
  for (let i = 0; i < 4; i++) {
    await assert.rejects(evaluate(goodModel(), dataset, {}), isCode("wrong-wasm"));
  }
  assert.equal(calls, 4);
});

Deno.test("a model that crashed two runtimes is not run again in this process", async () => {
  let fresh = 0;
  const evaluate = createInProcess({
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
  const evaluate = createInProcess({ start: make, fresh: make });
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

Deno.test("the three levels give the same outcomes", async () => {
  const wide = await wideDataset(250);
  const { "a truncated stream": truncated } = worthless();
  const models = [goodModel(), truncated!];
  const outcomes: Partial<Record<Isolation, unknown[]>> = {};
  for (const isolation of ["none", "worker", "process"] as const) {
    await using evaluate = createEvaluator({ isolation });
    // All at once: they wait for each other.
    outcomes[isolation] = await Promise.all(models.map((packed) => evaluate(packed, wide, {})));
  }
  assert.deepEqual(outcomes.worker, outcomes.none);
  assert.deepEqual(outcomes.process, outcomes.none);
  assert.ok(outcomes.none!.some((outcome) => "score" in (outcome as object)));
});

Deno.test("the shared models have the same scores in a process as in this one", {
  ignore: !await hasSharedModels(),
}, async () => {
  const images = await wave(200);
  await using inside = createInProcess();
  await using outside = createEvaluator({ isolation: "process" });
  for (const name of ["torch_lenet5", "sk_tree"]) {
    const packed = packModel(await Deno.readFile(new URL(`${name}.onnx`, MODELS)));
    const outcome = await inside(packed, images, {});
    assert.ok("score" in outcome, JSON.stringify(outcome));
    assert.deepEqual(await outside(packed, images, {}), outcome, name);
  }
});

Deno.test("evaluations wait for each other; a late one is not begun, a cancelled one not waited for", async () => {
  await using evaluate = createEvaluator({ isolation: "process", process: TRICKY });
  const dataset = await tinyDataset();
  const controller = new AbortController();
  const { signal } = controller;
  const hanging = evaluate(trick("hang"), dataset, { signal });
  const late = evaluate(goodModel(1), dataset, { deadline: Date.now() + 1 });
  const cancelled = evaluate(goodModel(2), dataset, { signal });
  const last = evaluate(goodModel(3), dataset, {});
  setTimeout(() => controller.abort(new Error("cancelled")), 500);
  await assert.rejects(hanging, /^Error: cancelled$/);
  await assert.rejects(cancelled, /^Error: cancelled$/);
  await assert.rejects(late, isCode("timeout"));
  assert.deepEqual(await last, { score: 100_000 });
});

Deno.test("while others wait a model gets half of the time, and later only more than it had", async () => {
  await using evaluate = createEvaluator({ isolation: "process", process: TRICKY });
  const dataset = await tinyDataset();
  const [sleeps, othersWait, now] = [trick("sleeps"), true, () => 0];
  await evaluate(goodModel(), dataset, {}); // So that the process is there.
  await assert.rejects(
    evaluate(sleeps, dataset, { deadline: 100, othersWait, now }),
    isCode("timeout"),
  );
  await assert.rejects(
    evaluate(sleeps, dataset, { deadline: 124, othersWait, now }),
    /timeout|0\.1 s were too few before, and others wait/,
  );
  for (const options of [{ deadline: 126, othersWait }, { deadline: 50 }]) {
    const signal = AbortSignal.timeout(20);
    await assert.rejects(
      evaluate(sleeps, dataset, { ...options, now, signal }),
      /TimeoutError/,
      "it was begun",
    );
  }
  const outcome = await evaluate(constantModel(), dataset, { deadline: 1e5, othersWait, now });
  assert.deepEqual(outcome, { score: 50_000 });
});

Deno.test("a model whose Worker crashed twice is not run again, others are", async () => {
  await using evaluate = createEvaluator({ isolation: "process", process: TRICKY });
  const dataset = await tinyDataset();
  for (const code of ["crash", "crash", "spent", "spent"]) {
    await assert.rejects(evaluate(trick("throws"), dataset, {}), isCode(code));
  }
  assert.deepEqual(await evaluate(goodModel(), dataset, {}), { score: 100_000 });
});

Deno.test("an evaluator that was ended evaluates nothing more", async () => {
  const evaluate = createEvaluator({ isolation: "process" });
  const dataset = await tinyDataset();
  const running = evaluate(goodModel(), dataset, {});
  const waiting = assert.rejects(evaluate(goodModel(1), dataset, {}), LocalFailure);
  await running;
  await evaluate[Symbol.asyncDispose]();
  await waiting;
  await assert.rejects(evaluate(goodModel(2), dataset, {}), isCode("spent"));
});

Deno.test("after a time-out in this process it is not trusted again", async () => {
  await using evaluate = createInProcess();
  const wide = await wideDataset(400_000);
  const deadline = Date.now() + 150;
  await assert.rejects(evaluate(goodModel(), wide, { deadline }), isCode("timeout"));
  await assert.rejects(
    evaluate(goodModel(), wide, {}),
    (error) => error instanceof EvaluatorExhausted && /start the miner again$/.test(error.message),
  );
});
