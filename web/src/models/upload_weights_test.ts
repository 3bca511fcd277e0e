/** The choice of weights on the way of a model onto the chain. */
import assert from "node:assert/strict";
import { readPayload } from "../../../core/chain/payload.ts";
import type { Manifest } from "../../../core/dataset/manifest.ts";
import { filesOf } from "../../../core/dataset/test_set.ts";
import { noiseModel } from "../../test/support/models.ts";
import { expectStep, file, start, type Started, uploadOf } from "../../test/support/uploads.ts";
import { testManifest, visit } from "../../test/support/visitor.ts";
import type { ScoringTools } from "./scoring.ts";
import type { UploadModel } from "./upload.ts";

/** Several chunks also with int8 weights. */
const LARGE = noiseModel({ hidden: 190 });
const SMALL = noiseModel({ hidden: 2 });

/** Chooses a file and a precision, up to the cost. */
async function weigh(upload: UploadModel, model: Uint8Array, precision: string): Promise<void> {
  await upload.choose([file(model)]);
  const { selection } = expectStep(upload.state.value, "weights");
  selection.choose(selection.model.choices.findIndex((choice) => choice.precision === precision));
  await upload.proceed();
}

async function payloadOf({ chain, visitor }: Started, number: number): Promise<Uint8Array> {
  const { provider, contract } = chain;
  const { submissions } = await visitor.reader.snapshot(0);
  return await readPayload(provider, { contract, id: 0, submission: submissions[number]! });
}

Deno.test("what is chosen is what is uploaded", async () => {
  const started = await start();
  await using _chain = started.chain;
  const { upload } = started;
  for (const [number, precision] of ["float16", "4"].entries()) {
    await weigh(upload, SMALL, precision);
    const { file: { packed, precision: chosen } } = expectStep(upload.state.value, "confirm");
    assert.equal(chosen, precision);
    await upload.send();
    expectStep(upload.state.value, "done");
    assert.deepEqual(await payloadOf(started, number), packed);
    upload.reset();
  }
});

Deno.test("the same file goes on with the weights of its unfinished upload, unasked", async () => {
  for (const mode of ["open", "sealed"] as const) {
    const started = await start({ mode, epochs: 1, byteLimit: 1_000_000 });
    await using chain = started.chain;
    const { visitor, upload, account } = started;
    visitor.answers.push(true, false);
    await weigh(upload, LARGE, "int8");
    const first = expectStep(upload.state.value, "confirm").plan;
    await upload.send();
    expectStep(upload.state.value, "paused");
    const { vault } = visitor;
    const next = await visit(chain, { account, manifest: testManifest({ mode }), vault });
    const resumed = uploadOf(next);
    await resumed.choose([file(LARGE)]);
    const { plan, file: { precision } } = expectStep(resumed.state.value, "confirm");
    assert.deepEqual([plan.sent, precision], [1, "int8"], mode);
    assert.deepEqual(plan.payload, first.payload);
    resumed.back();
    const { selection } = expectStep(resumed.state.value, "weights");
    assert.equal(selection.model.choices.length, 8);
    await resumed.choose([file(LARGE)]);
    await resumed.send();
    expectStep(resumed.state.value, "done");
    assert.equal(next.sent.length, first.chunks.length - 1);
  }
});

Deno.test("another file, or another epoch, is asked for its weights", async () => {
  const started = await start();
  await using _chain = started.chain;
  const { visitor, upload, stage } = started;
  visitor.answers.push(true, false);
  await weigh(upload, LARGE, "int8");
  await upload.send();
  expectStep(upload.state.value, "paused");
  await upload.choose([file(SMALL)]);
  expectStep(upload.state.value, "weights");
  await upload.proceed();
  assert.match(expectStep(upload.state.value, "confirm").reason!, /begun to take another upload/);
  await stage.enterEpoch(1);
  await visitor.competition.refresh();
  await upload.choose([file(LARGE)]);
  expectStep(upload.state.value, "weights");
});

Deno.test("back() keeps the choice; what is left does not come back", async () => {
  const { chain, upload } = await start();
  await using _chain = chain;
  await weigh(upload, SMALL, "float16");
  upload.back();
  const { selection } = expectStep(upload.state.value, "weights");
  assert.equal(selection.chosen.value, 1);
  const finding = upload.proceed();
  upload.reset();
  await finding;
  expectStep(upload.state.value, "choose");
  const checking = upload.choose([file(SMALL)]);
  upload.reset();
  await checking;
  assert.equal(expectStep(upload.state.value, "choose").problem, undefined);
});

Deno.test("without weights that fit, there is nothing to go on with", async () => {
  const { chain, upload } = await start({ byteLimit: 500 });
  await using _chain = chain;
  await upload.choose([file(LARGE)]);
  const { selection } = expectStep(upload.state.value, "weights");
  assert.ok(selection.model.choices.every(({ fits }) => !fits));
  selection.choose(0);
  assert.equal(selection.chosen.value, undefined);
  await upload.proceed();
  expectStep(upload.state.value, "weights");
});

Deno.test("files that cannot be read, and one that hangs in the check, are said", async () => {
  const { chain, visitor } = await start();
  await using _chain = chain;
  const upload = uploadOf(visitor, {
    prepare: () => Promise.reject(new RangeError("nothing happened for 60 s, so it was stopped")),
  });
  await upload.choose(Promise.reject(new DOMException("it is gone", "NotFoundError")));
  assert.equal(expectStep(upload.state.value, "choose").problem, "It is gone.");
  await upload.choose([]);
  assert.match(
    expectStep(upload.state.value, "choose").problem!,
    /1 to 256 files of one model, got 0/,
  );
  await upload.choose([file(SMALL)]);
  assert.match(expectStep(upload.state.value, "choose").problem!, /^Nothing happened for 60 s/);
});

Deno.test("what the user went on with stays chosen, whatever scores come afterwards", async () => {
  const { chain, visitor } = await start();
  await using _chain = chain;
  const { promise: released, resolve: release } = Promise.withResolvers<void>();
  const scoring: ScoringTools = {
    rows: () => Promise.resolve({ values: new Uint8Array(7840), labels: new Int32Array(10) }),
    runtime: () => Promise.resolve({} as never),
    score: () => released.then(() => ({ score: 50_000 })),
  };
  const upload = uploadOf(visitor, { scoring });
  await upload.choose([file(SMALL)]);
  const { selection } = expectStep(upload.state.value, "weights");
  await upload.proceed();
  assert.equal(expectStep(upload.state.value, "confirm").file.precision, "int8");
  upload.back();
  const { progress } = selection.scoring;
  const { promise: settled, resolve: settle } = Promise.withResolvers<void>();
  progress.subscribe(({ phase }) => phase === "done" && settle());
  release();
  await settled;
  assert.equal(selection.model.choices[selection.chosen.value!]!.precision, "int8");
});

Deno.test("scoring starts by itself unless the data are large, and stops when it is left", async () => {
  const { chain, visitor } = await start();
  await using _chain = chain;
  const asked: AbortSignal[] = [];
  const scoring: ScoringTools = {
    rows: () => Promise.resolve({ values: new Uint8Array(7840), labels: new Int32Array(10) }),
    runtime: () => Promise.resolve({} as never),
    score: (_input, { signal }) => {
      asked.push(signal!);
      return new Promise((_, reject) => signal!.addEventListener("abort", reject));
    },
  };
  const upload = uploadOf(visitor, { scoring });
  await upload.choose([file(SMALL)]);
  expectStep(upload.state.value, "weights");
  await new Promise((resolve) => setTimeout(resolve));
  assert.deepEqual(asked.map(({ aborted }) => aborted), [false]);
  await upload.choose([file(SMALL)]);
  assert.ok(asked[0]!.aborted);
  await upload.proceed();
  assert.equal(asked[1]!.aborted, false);
  await upload.send();
  assert.ok(asked[1]!.aborted);

  const plain = testManifest();
  const inputs = { ...filesOf(plain.test)[0]!, bytes: 64_000_001 };
  const manifest: Manifest = { ...plain, test: { ...plain.test, inputs } as Manifest["test"] };
  const { account } = visitor.session;
  const careful = uploadOf(await visit(chain, { account: account.value!, manifest }), { scoring });
  await careful.choose([file(SMALL)]);
  const { selection } = expectStep(careful.state.value, "weights");
  assert.deepEqual(selection.scoring.progress.value, { phase: "idle" });
  void selection.scoring.start();
  await new Promise((resolve) => setTimeout(resolve));
  assert.equal(asked.length, 3);
});
