import assert from "node:assert/strict";
import { type Runtime, startRuntime } from "../../core/evaluate/runtime.ts";
import { LocalFailure } from "../../core/evaluate/failure.ts";
import { encodeModel } from "../../core/model/onnx/codec.ts";
import { packModel } from "../../core/model/packing/pack.ts";
import { readRuntimeWasm } from "../../functions/runtime_wasm.ts";
import { honest } from "../../core/evaluate/hostile/hostile.ts";
import { hostileDataset } from "../../core/evaluate/hostile/suite.ts";
import { corpus } from "./corpus.ts";
import { datasetOf } from "./data.ts";
import { mutantOf } from "./mutant.ts";
import { chunksOf } from "./supervisor.ts";
import { Tally } from "./tally.ts";
import { tryModel } from "./trial.ts";

const MODELS = 300;
const SEED = 20;

const seeds = await corpus();
const runtime = await startRuntime(await readRuntimeWasm());
const bench = { runtime, heap: () => 0 };

/** The runtime with another way to load models. */
function withOpen(open: Runtime["open"]): Runtime {
  const exclusive: Runtime["exclusive"] = (work) => runtime.exclusive(work);
  return { open, exclusive } as Runtime;
}

Deno.test("changed models are the same for the same seed and number, and others for others", () => {
  for (const index of [0, 1, 2, 50]) {
    const [a, b] = [mutantOf(seeds, { seed: 3, index }), mutantOf(seeds, { seed: 3, index })];
    assert.deepEqual(a, b);
    assert.notDeepEqual(
      a.story.concat(String(a.packed)),
      mutantOf(seeds, { seed: 4, index }).story,
    );
  }
});

Deno.test(`${MODELS} changed models are INVALID or get a score, twice the same`, async () => {
  const tally = new Tally();
  for (let index = 0; index < MODELS; index++) {
    const { packed, task, story } = mutantOf(seeds, { seed: SEED, index });
    const trial = await tryModel(packed, { bench, dataset: datasetOf(task) });
    // Times depend on the machine: the task measures them.
    const problems = trial.problems.filter((problem) => !/^(time|slow)/.test(problem));
    tally.add({ index, story, ...trial, problems });
  }
  const { problems, admitted, scored, runs } = tally.summary();
  assert.deepEqual(problems, []);
  assert.equal(runs, MODELS);
  assert.ok(
    admitted > MODELS / 10 && scored > MODELS / 20,
    `${admitted} admitted, ${scored} scored`,
  );
});

Deno.test("tryModel() reports crashes, disagreement and memory beyond what was foretold", async () => {
  const packed = packModel(encodeModel(honest()));
  const dataset = hostileDataset();
  assert.deepEqual((await tryModel(packed, { bench, dataset })).problems, []);
  let heap = 0;
  const hungry = { runtime, heap: () => heap += 2 ** 30 };
  assert.match((await tryModel(packed, { bench: hungry, dataset })).problems.join(), /^memory: /);
  const crashing = withOpen(() => Promise.reject(new LocalFailure("crash", "runtime: crashed")));
  const crashed = await tryModel(packed, { bench: { ...bench, runtime: crashing }, dataset });
  assert.deepEqual(crashed.problems, ["crash: runtime: crashed"]);
  let opened = 0;
  const fickle = withOpen(async (onnx) => {
    const session = await runtime.open(onnx);
    const shift = opened++;
    return {
      ...session,
      run: async (feed) => {
        const output = await session.run(feed);
        return {
          ...output,
          data: Float32Array.from(output.data as Float32Array, (x) => x + shift),
        };
      },
    };
  });
  const split = await tryModel(packed, { bench: { ...bench, runtime: fickle }, dataset });
  assert.match(split.problems.join(), /^disagreement: /);
});

Deno.test("Tally counts problems of one kind once", () => {
  const tally = new Tally();
  const result = { verdict: "local", admitted: true, story: ["a"], times: 0 };
  assert.equal(tally.add({ ...result, index: 1, problems: ["crash: at 17"] }).length, 1);
  assert.equal(tally.add({ ...result, index: 2, problems: ["crash: at 99"] }).length, 0);
  const { runs, problems } = tally.summary();
  assert.equal(runs, 2);
  assert.deepEqual(problems, [{ index: 1, problem: "crash: at 17", story: ["a"], count: 2 }]);
});

Deno.test("chunksOf() covers all runs", () => {
  assert.deepEqual(chunksOf(900), [
    { from: 0, count: 400 },
    { from: 400, count: 400 },
    { from: 800, count: 100 },
  ]);
});
