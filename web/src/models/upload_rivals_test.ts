/** Several pages of one account at once. */
import assert from "node:assert/strict";
import { noiseModel } from "../../test/support/models.ts";
import {
  choose,
  CHUNKS,
  expectStep,
  file,
  MODEL,
  SMALL,
  start,
  type Started,
  uploadOf,
} from "../../test/support/uploads.ts";
import { testManifest, visit } from "../../test/support/visitor.ts";

const MODES = ["open", "sealed"] as const;

/** Another page of the same browser, or of one that keeps nothing of the first's. */
async function anotherPage(
  { chain, account, visitor: { vault } }: Started,
  { mode, sameBrowser = true }: { mode: "open" | "sealed"; sameBrowser?: boolean },
) {
  const manifest = testManifest({ mode });
  const visitor = await visit(chain, { account, manifest, ...(sameBrowser ? { vault } : {}) });
  return { visitor, upload: uploadOf(visitor) };
}

Deno.test("a second tab goes on where the first has stopped", async () => {
  for (const mode of MODES) {
    const started = await start({ mode, epochs: 1 });
    await using _chain = started.chain;
    const { upload, visitor } = started;
    const second = await anotherPage(started, { mode });
    await choose(upload, file(MODEL));
    await choose(second.upload, file(MODEL));
    visitor.answers.push(true, true, false);
    await upload.send();
    await second.upload.send();
    expectStep(second.upload.state.value, "done");
    assert.equal(second.visitor.sent.length, CHUNKS - 2, mode);
  }
});

Deno.test("a page asks again before it drops an upload that another one has begun since", async () => {
  for (const mode of MODES) {
    const started = await start({ mode, epochs: 1 });
    await using _chain = started.chain;
    const { upload, visitor } = started;
    const second = await anotherPage(started, { mode });
    await choose(upload, file(MODEL));
    await choose(second.upload, file(noiseModel({ hidden: 99 })));
    visitor.answers.push(true, false);
    await upload.send();
    await second.upload.send();
    const { reason } = expectStep(second.upload.state.value, "confirm");
    assert.match(reason!, /begun to take another upload/);
    assert.deepEqual(second.visitor.sent, []);
    await second.upload.send();
    expectStep(second.upload.state.value, "done");
  }
});

Deno.test("a page asks again if another one has submitted a model since", async () => {
  for (const mode of MODES) {
    const started = await start({ mode, epochs: 1 });
    await using _chain = started.chain;
    const second = await anotherPage(started, { mode });
    await choose(started.upload, file(SMALL));
    await choose(second.upload, file(SMALL));
    await started.upload.send();
    await second.upload.send();
    assert.deepEqual(second.visitor.sent, []);
    if (mode === "open") {
      expectStep(second.upload.state.value, "done");
      continue;
    }
    const { reason } = expectStep(second.upload.state.value, "confirm");
    assert.match(reason!, /has submitted another model meanwhile/);
    await second.upload.send();
    expectStep(second.upload.state.value, "done");
    assert.equal(second.visitor.sent.length, 1);
  }
});

Deno.test("a file chosen by mistake does not cost the first one its seal", async () => {
  const started = await start({ mode: "sealed", epochs: 1 });
  await using _chain = started.chain;
  started.visitor.answers.push(true, false);
  await choose(started.upload, file(MODEL));
  await started.upload.send();
  const { visitor, upload } = await anotherPage(started, { mode: "sealed" });
  await choose(upload, file(noiseModel({ hidden: 99 }), "wrong.onnx"));
  visitor.answers.push(false);
  await upload.send();
  expectStep(upload.state.value, "paused");
  upload.reset();
  await choose(upload, file(MODEL));
  assert.equal(expectStep(upload.state.value, "confirm").plan.sent, 1);
});

Deno.test("bytes of two pages in one submission are no success, and the seal is kept", async () => {
  const started = await start({ mode: "sealed", epochs: 1 });
  await using _chain = started.chain;
  const { upload, visitor } = started;
  const model = noiseModel({ hidden: 60 });
  const second = await anotherPage(started, { mode: "sealed", sameBrowser: false });
  const { provider } = visitor.session.wallet.value!;
  const { request } = provider;
  let prompts = 0;
  provider.request = async (call) => {
    // The prompt for the second chunk is open when another browser starts again.
    if (call.method === "eth_sendTransaction" && ++prompts === 2) {
      second.visitor.answers.push(true, false);
      await choose(second.upload, file(model));
      await second.upload.send();
    }
    return await request(call);
  };
  await choose(upload, file(model));
  await upload.send();
  const { problem, plan } = expectStep(upload.state.value, "paused");
  assert.match(problem, /^Another page .* mixed .* scores 0/);
  await upload.send();
  const again = expectStep(upload.state.value, "confirm");
  assert.match(again.reason!, /has submitted another model meanwhile/);
  assert.deepEqual(again.plan.payload, plan.payload);
  await upload.send();
  expectStep(upload.state.value, "done");
});
