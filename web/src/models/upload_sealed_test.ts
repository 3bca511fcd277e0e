import assert from "node:assert/strict";
import { readPayload } from "../../../core/chain/payload.ts";
import type { Hex } from "../../../core/protocol/types.ts";
import { isSealed, payloadContext, SEAL_BYTES, unseal } from "../../../core/seal/sealed.ts";
import { noiseModel } from "../../test/support/models.ts";
import {
  choose,
  CHUNKS,
  expectStep,
  file,
  MODEL,
  packedOf,
  SMALL,
  start,
  type Started,
  type StartOptions,
  uploadOf,
} from "../../test/support/uploads.ts";
import { testManifest, visit } from "../../test/support/visitor.ts";

const SEALED = testManifest({ mode: "sealed" });

function startSealed(changes: StartOptions = {}): Promise<Started> {
  return start({ mode: "sealed", epochs: 1, ...changes });
}

/** What the chain has of a submission. */
async function payloadOf({ chain, visitor }: Started, number = 0): Promise<Uint8Array> {
  const { provider, contract } = chain;
  const { submissions } = await visitor.reader.snapshot(0);
  return await readPayload(provider, { contract, id: 0, submission: submissions[number]! });
}

/** Opens a payload with the beacon of the epoch, as a miner does. */
function open({ chain, stage }: Started, payload: Uint8Array, author: Hex): Promise<Uint8Array> {
  const { signature } = chain.beacon.sign(stage.unsealRound(0));
  const owner = { chainId: 31_337, contract: chain.contract, id: 0, author };
  return unseal(payload, { signature, context: payloadContext(owner) });
}

Deno.test("a sealed upload opens by the epoch's beacon, as its author's only", async () => {
  const started = await startSealed();
  await using chain = started.chain;
  const { upload, account } = started;
  await choose(upload, file(MODEL));
  const { plan, file: { packed } } = expectStep(upload.state.value, "confirm");
  assert.equal(plan.payload.length, packed.length + SEAL_BYTES);
  await upload.send();
  expectStep(upload.state.value, "done");
  const payload = await payloadOf(started);
  assert.ok(isSealed(payload));
  assert.deepEqual(await open(started, payload, account), await packedOf(MODEL));
  await assert.rejects(open(started, payload, chain.accounts[2]!), { name: "InvalidSeal" });
});

Deno.test("an interrupted upload goes on with the bytes of its seal", async (t) => {
  const started = await startSealed();
  await using chain = started.chain;
  const { visitor, upload, account } = started;
  visitor.answers.push(true, false);
  await choose(upload, file(MODEL));
  const { plan: { payload } } = expectStep(upload.state.value, "confirm");
  await upload.send();
  assert.equal(expectStep(upload.state.value, "paused").plan.sent, 1);

  await t.step("not in a browser that does not have them, and not for another file", async () => {
    const stranger = uploadOf(await visit(chain, { account, manifest: SEALED }));
    await choose(stranger, file(MODEL));
    const { plan, reason } = expectStep(stranger.state.value, "confirm");
    assert.equal(plan.sent, 0);
    assert.match(reason!, /sealed in another browser.*starts again/);
    const { vault } = visitor;
    const other = uploadOf(await visit(chain, { account, manifest: SEALED, vault }));
    await choose(other, file(noiseModel({ hidden: 99 })));
    assert.equal(expectStep(other.state.value, "confirm").plan.sent, 0);
  });

  await t.step("in another visit", async () => {
    const { vault } = visitor;
    const next = await visit(chain, { account, manifest: SEALED, vault });
    const resumed = uploadOf(next);
    await choose(resumed, file(MODEL));
    const { plan, reason } = expectStep(resumed.state.value, "confirm");
    assert.deepEqual([plan.sent, reason], [1, undefined]);
    assert.deepEqual(plan.payload, payload);
    await resumed.send();
    expectStep(resumed.state.value, "done");
    assert.equal(next.sent.length, CHUNKS - 1);
    assert.deepEqual(await payloadOf(started), payload);
    assert.deepEqual(await open(started, payload, account), await packedOf(MODEL));
  });

  await t.step("the next submission of the same file has a seal of its own", async () => {
    await visitor.competition.refresh();
    upload.reset();
    await choose(upload, file(MODEL));
    const { plan } = expectStep(upload.state.value, "confirm");
    assert.equal(plan.sent, 0);
    assert.notDeepEqual(plan.payload, payload);
  });
});

Deno.test("another account seals again, and the first one's upload is not lost", async () => {
  const started = await startSealed({ alsoRegistered: 2 });
  await using chain = started.chain;
  const { visitor, upload, account } = started;
  const other = chain.accounts[2]!;
  visitor.answers.push(true, false);
  await choose(upload, file(MODEL));
  await upload.send();
  const first = expectStep(upload.state.value, "paused").plan;
  visitor.changeAccount(other);
  await upload.send();
  const { plan, reason } = expectStep(upload.state.value, "confirm");
  assert.match(reason!, /changed to another account/);
  assert.deepEqual([plan.account, plan.sent, visitor.sent.length], [other, 0, 1]);
  assert.notDeepEqual(plan.payload, first.payload);
  await upload.send();
  expectStep(upload.state.value, "done");
  assert.deepEqual(await open(started, await payloadOf(started), other), await packedOf(MODEL));
  visitor.changeAccount(account);
  await visitor.competition.refresh();
  upload.reset();
  await choose(upload, file(MODEL));
  assert.equal(expectStep(upload.state.value, "confirm").plan.sent, 1);
  await upload.send();
  expectStep(upload.state.value, "done");
  const payload = await payloadOf(started, 1);
  assert.deepEqual(payload, first.payload);
  assert.deepEqual(await open(started, payload, account), await packedOf(MODEL));
});

Deno.test("an account changed at the confirmation is sealed for before anything is sent", async () => {
  const started = await startSealed({ alsoRegistered: 2 });
  await using chain = started.chain;
  const { visitor, upload } = started;
  const other = chain.accounts[2]!;
  await choose(upload, file(SMALL));
  visitor.changeAccount(other);
  await upload.send();
  expectStep(upload.state.value, "confirm");
  assert.deepEqual(visitor.sent, []);
  await upload.send();
  expectStep(upload.state.value, "done");
  assert.deepEqual(await open(started, await payloadOf(started), other), await packedOf(SMALL));
});

Deno.test("two pages of an account never mix their seals", async () => {
  const started = await startSealed();
  await using chain = started.chain;
  const { visitor, upload, account } = started;
  const { provider } = visitor.session.wallet.value!;
  const original = provider.request;
  const second = await visit(chain, { account, manifest: SEALED });
  const rival = uploadOf(second);
  provider.request = async (call) => {
    const answer = await original(call);
    if (call.method !== "eth_sendTransaction") return answer;
    provider.request = original;
    second.answers.push(true, false);
    await choose(rival, file(MODEL));
    await rival.send();
    return answer;
  };
  await choose(upload, file(MODEL));
  await upload.send();
  const { problem } = expectStep(upload.state.value, "paused");
  assert.match(problem, /^Another page has begun an upload of your account/);
  assert.equal(visitor.sent.length, 1);
  await rival.send();
  expectStep(rival.state.value, "done");
  assert.deepEqual(await open(started, await payloadOf(started), account), await packedOf(MODEL));
});

Deno.test("a sealed model whose receipt was lost is not sent twice", async () => {
  const started = await startSealed();
  await using _chain = started.chain;
  const { visitor, upload } = started;
  const { wait } = visitor.writer;
  visitor.writer.wait = () => {
    visitor.writer.wait = wait;
    return Promise.reject(new Error("no chain node answered"));
  };
  await choose(upload, file(SMALL));
  await upload.send();
  expectStep(upload.state.value, "paused");
  await upload.send();
  expectStep(upload.state.value, "done");
  assert.equal(visitor.sent.length, 1);
});

Deno.test("the byte limit is that of the sealed model", async () => {
  const size = (await packedOf(SMALL)).length + SEAL_BYTES;
  for (const [byteLimit, fits] of [[size, true], [size - 1, false]] as const) {
    const { chain, upload } = await startSealed({ byteLimit });
    await using _chain = chain;
    await upload.choose([file(SMALL)]);
    const { selection } = expectStep(upload.state.value, "weights");
    assert.deepEqual([selection.model.choices[0]!.fits, selection.model.choices[0]!.bytes], [
      fits,
      size,
    ]);
  }
});

Deno.test("a sealed competition with several epochs takes no model", async () => {
  const { chain, visitor, upload } = await startSealed({ epochs: 3 });
  await using _chain = chain;
  await choose(upload, file(SMALL));
  const { problem } = expectStep(upload.state.value, "choose");
  assert.match(problem!, /has 3 epochs: its test set is public after the first one/);
  assert.deepEqual(visitor.sent, []);
});

Deno.test("a browser that keeps no seals says so before the first of several chunks is sent", async () => {
  const started = await startSealed();
  await using _chain = started.chain;
  const { visitor } = started;
  const upload = uploadOf({
    ...visitor,
    vault: { ...visitor.vault, put: () => Promise.resolve(false) },
  });
  await choose(upload, file(MODEL));
  await upload.send();
  const { reason } = expectStep(upload.state.value, "confirm");
  assert.match(reason!, /do not reload or close this page/);
  assert.deepEqual(visitor.sent, []);
  await upload.send();
  expectStep(upload.state.value, "done");
  upload.reset();
  await choose(upload, file(SMALL));
  await upload.send();
  expectStep(upload.state.value, "done");
});
