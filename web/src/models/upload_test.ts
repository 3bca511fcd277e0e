import assert from "node:assert/strict";
import { readPayload } from "../../../core/chain/payload.ts";
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
  uploadOf,
} from "../../test/support/uploads.ts";
import { testManifest, visit, type Visitor } from "../../test/support/visitor.ts";
import type { ModelFile } from "./upload.ts";

Deno.test("an upload: the cost first, a declined chunk, going on in another visit", async (t) => {
  const { chain, account, visitor, upload } = await start();
  await using _chain = chain;

  await t.step("choose() packs, cuts and quotes; nothing is sent", async () => {
    await choose(upload, file(MODEL));
    const { plan, quote } = expectStep(upload.state.value, "confirm");
    assert.deepEqual([plan.chunks.length, plan.sent, plan.epoch], [CHUNKS, 0, 0]);
    assert.ok(quote.gas > 40 * 0.9 * plan.payload.length);
    assert.deepEqual(visitor.sent, []);
  });

  await t.step("send() stops at a chunk that is declined", async () => {
    visitor.answers.push(true, false);
    await upload.send();
    const { plan, problem } = expectStep(upload.state.value, "paused");
    assert.equal(plan.sent, 1);
    assert.equal(problem, "You declined in the wallet.");
  });

  await t.step("another visit with the same file goes on, and costs only the rest", async () => {
    const next = await visit(chain, { account, manifest: testManifest() });
    assert.equal(next.competition.participant.value?.upload?.received, 120_000);
    const resumed = uploadOf(next);
    await choose(resumed, file(MODEL));
    const { plan, quote } = expectStep(resumed.state.value, "confirm");
    assert.equal(plan.sent, 1);
    assert.ok(quote.gas < 40 * (plan.payload.length - 110_000));
    await resumed.send();
    expectStep(resumed.state.value, "done");
    assert.equal(next.sent.length, CHUNKS - 1);
  });

  await t.step("the chain has the packed model", async () => {
    await visitor.competition.refresh();
    const [submission] = visitor.competition.snapshot.value!.submissions;
    const { provider, contract } = chain;
    const payload = await readPayload(provider, { contract, id: 0, submission: submission! });
    assert.deepEqual(payload, await packedOf(MODEL));
  });
});

Deno.test("send() after a pause goes on by itself; a second upload is counted", async () => {
  const { chain, visitor, upload } = await start();
  await using _chain = chain;
  visitor.answers.push(true, true, false);
  await choose(upload, file(MODEL));
  await upload.send();
  expectStep(upload.state.value, "paused");
  await upload.send();
  expectStep(upload.state.value, "done");
  assert.equal(visitor.sent.length, CHUNKS);
  upload.reset();
  await choose(upload, file(noiseModel({ hidden: 1 })));
  await upload.send();
  expectStep(upload.state.value, "done");
  assert.equal(visitor.competition.participant.value?.submissions, 2);
});

Deno.test("another file starts again, whatever the chain has", async () => {
  const { chain, visitor, upload } = await start();
  await using _chain = chain;
  visitor.answers.push(true, false);
  await choose(upload, file(MODEL));
  await upload.send();
  upload.reset();
  const other = MODEL.slice();
  other[5000]! ^= 1;
  await choose(upload, file(other));
  assert.equal(expectStep(upload.state.value, "confirm").plan.sent, 0);
  await upload.send();
  expectStep(upload.state.value, "done");
});

Deno.test("an upload that crosses an epoch's end starts again in the next, its cost confirmed anew", async () => {
  const { chain, stage, visitor, upload } = await start();
  await using _chain = chain;
  visitor.answers.push(true, false);
  await choose(upload, file(MODEL));
  await upload.send();
  await stage.enterEpoch(1);
  await visitor.competition.refresh();
  await upload.send();
  const { plan, reason, quote } = expectStep(upload.state.value, "confirm");
  assert.match(reason!, /epoch has ended/);
  assert.deepEqual([plan.epoch, plan.sent, visitor.sent.length], [1, 0, 1]);
  assert.ok(quote.gas > 40 * 0.9 * plan.payload.length);
  await upload.send();
  expectStep(upload.state.value, "done");
  assert.equal(visitor.competition.snapshot.value?.submissions[0]?.epoch, 1);
  assert.equal(visitor.sent.length, 1 + CHUNKS);
});

Deno.test("nothing is sent while a transaction of the account still waits for its block", async () => {
  const { chain, account, upload } = await start();
  await using _chain = chain;
  const request = (method: string, params: unknown[]) => chain.provider.request({ method, params });
  await request("evm_setAutomine", [false]);
  await request("eth_sendTransaction", [{ from: account, to: account }]);
  await choose(upload, file(MODEL));
  assert.match(expectStep(upload.state.value, "choose").problem!, /still waits for a block/);
  await request("evm_mine", []);
  await choose(upload, file(MODEL));
  expectStep(upload.state.value, "confirm");
});

Deno.test("changing the account stops it: the rest belongs to the author of the start", async () => {
  const { chain, account, visitor, upload } = await start();
  await using _chain = chain;
  const other = chain.accounts[2]!;
  await choose(upload, file(MODEL));
  const { request } = visitor.session.wallet.value!.provider;
  visitor.session.wallet.value!.provider.request = async (call) => {
    const answer = await request(call);
    if (call.method === "eth_sendTransaction") visitor.changeAccount(other);
    return answer;
  };
  await upload.send();
  const { problem, plan } = expectStep(upload.state.value, "paused");
  assert.match(problem, /changed to another account/);
  assert.equal(plan.sent, 1);
  // Not a participant: nothing to confirm.
  await upload.send();
  assert.match(expectStep(upload.state.value, "paused").problem, /register first/);
  visitor.changeAccount(account);
  visitor.session.wallet.value!.provider.request = request;
  await upload.send();
  expectStep(upload.state.value, "done");
  assert.equal(visitor.sent.length, CHUNKS);
});

Deno.test("going on with another account shows what it costs that one", async () => {
  const { chain, visitor, upload } = await start({ alsoRegistered: 2 });
  await using _chain = chain;
  visitor.answers.push(true, false);
  await choose(upload, file(MODEL));
  await upload.send();
  visitor.changeAccount(chain.accounts[2]!);
  await upload.send();
  const { plan, quote, reason } = expectStep(upload.state.value, "confirm");
  assert.match(reason!, /changed to another account/);
  const other = chain.accounts[2]!;
  assert.deepEqual([plan.account, quote.account, plan.sent], [other, other, 0]);
  assert.equal(visitor.sent.length, 1);
});

Deno.test("another account at the confirmation is asked again", async () => {
  const { chain, visitor, upload } = await start({ alsoRegistered: 2 });
  await using _chain = chain;
  await choose(upload, file(SMALL));
  visitor.changeAccount(chain.accounts[2]!);
  await upload.send();
  const { quote } = expectStep(upload.state.value, "confirm");
  assert.deepEqual([quote.account, visitor.sent], [chain.accounts[2]!, []]);
});

/** The next receipt does not come through. */
function loseReceipt({ writer }: Visitor): void {
  const { wait } = writer;
  writer.wait = () => {
    writer.wait = wait;
    return Promise.reject(new Error("no chain node answered"));
  };
}

Deno.test("a model whose receipt was lost is not sent twice", async (t) => {
  const { chain, stage, account, visitor, upload } = await start();
  await using _chain = chain;
  const request = (method: string, params: unknown[]) => chain.provider.request({ method, params });
  const submissions = async () => (await visitor.reader.participant(0, account)).submissions;

  await t.step("the transaction is in a block", async () => {
    loseReceipt(visitor);
    await choose(upload, file(SMALL));
    await upload.send();
    expectStep(upload.state.value, "paused");
    await upload.send();
    expectStep(upload.state.value, "done");
    assert.deepEqual([visitor.sent.length, await submissions()], [1, 1]);
    upload.reset();
  });

  await t.step("the transaction still waits for its block", async () => {
    loseReceipt(visitor);
    await choose(upload, file(SMALL));
    await request("evm_setAutomine", [false]);
    await upload.send();
    expectStep(upload.state.value, "paused");
    const going = upload.send();
    expectStep(upload.state.value, "sending");
    await new Promise((resolve) => setTimeout(resolve, 200));
    await request("evm_mine", []);
    await request("evm_setAutomine", [true]);
    await going;
    expectStep(upload.state.value, "done");
    assert.deepEqual([visitor.sent.length, await submissions()], [2, 2]);
    upload.reset();
  });

  await t.step("the wallet lost the hash, and the epoch ended meanwhile", async () => {
    await choose(upload, file(SMALL));
    const { provider } = visitor.session.wallet.value!;
    const original = provider.request;
    provider.request = async (call) => {
      const answer = await original(call);
      if (call.method === "eth_sendTransaction") throw new Error("disconnected");
      return answer;
    };
    await upload.send();
    expectStep(upload.state.value, "paused");
    provider.request = original;
    await stage.enterEpoch(1);
    await visitor.competition.refresh();
    await upload.send();
    expectStep(upload.state.value, "done");
    assert.deepEqual([visitor.sent.length, await submissions()], [3, 3]);
  });
});

Deno.test("a lost receipt between two chunks: the rest is sent, nothing twice", async () => {
  const { chain, visitor, upload } = await start();
  await using _chain = chain;
  loseReceipt(visitor);
  await choose(upload, file(MODEL));
  await upload.send();
  assert.equal(expectStep(upload.state.value, "paused").plan.sent, 0);
  await upload.send();
  expectStep(upload.state.value, "done");
  assert.equal(visitor.sent.length, CHUNKS);
});

Deno.test("a node that is behind does not make it send again", async () => {
  const { chain, visitor } = await start();
  await using _chain = chain;
  const { reader } = visitor;
  const old = await reader.snapshot(0);
  let behind = true;
  const upload = uploadOf({
    ...visitor,
    reader: { ...reader, snapshot: (id) => behind ? Promise.resolve(old) : reader.snapshot(id) },
  });
  loseReceipt(visitor);
  await choose(upload, file(SMALL));
  await upload.send();
  await upload.send();
  assert.match(expectStep(upload.state.value, "paused").problem, /node is behind/);
  behind = false;
  await upload.send();
  expectStep(upload.state.value, "done");
  assert.equal(visitor.sent.length, 1);
});

Deno.test("clicking twice sends once", async () => {
  const { chain, visitor, upload } = await start();
  await using _chain = chain;
  await choose(upload, file(SMALL));
  await Promise.all([upload.send(), upload.send()]);
  expectStep(upload.state.value, "done");
  assert.equal(visitor.sent.length, 1);
});

Deno.test("choose() refuses what would be a waste, each with its reason", async () => {
  const { chain, stage, visitor, upload } = await start({ byteLimit: 50_000 });
  await using _chain = chain;
  const small = noiseModel({ hidden: 1 });
  const cases: [ModelFile, RegExp][] = [
    [file(new Uint8Array()), /at most 67\.11 MB, got an empty file/],
    [{ ...file(small), size: 2 ** 26 + 1 }, /at most 67\.11 MB, got 67\.11 MB/],
    [file(new Uint8Array(100).fill(7)), /expected a model as \.onnx, \.keras/],
    [file(new Uint8Array(100).fill(7), "model.pt"), /PyTorch file.* torch\.onnx\.export/],
  ];
  for (const [chosen, message] of cases) {
    await choose(upload, chosen);
    assert.match(expectStep(upload.state.value, "choose").problem!, message);
  }
  const other = await visit(chain, { account: chain.accounts[3]!, manifest: testManifest() });
  const stranger = uploadOf(other);
  await choose(stranger, file(small));
  const { problem } = expectStep(stranger.state.value, "choose");
  assert.match(problem!, /no participant of this competition: register first/);
  await stage.finish();
  await visitor.competition.refresh();
  await choose(upload, file(small));
  assert.match(expectStep(upload.state.value, "choose").problem!, /submission phase only/);
});

Deno.test("the quoted gas is enough, and not much more than what is used", async () => {
  const { chain, visitor, upload } = await start();
  await using _chain = chain;
  for (const hidden of [1, 40, 100]) {
    const before = visitor.sent.length;
    await choose(upload, file(noiseModel({ hidden })));
    const { quote } = expectStep(upload.state.value, "confirm");
    await upload.send();
    expectStep(upload.state.value, "done");
    upload.reset();
    let used = 0;
    for (const hash of visitor.sent.slice(before)) {
      const params = [hash];
      const receipt = await chain.provider.request({ method: "eth_getTransactionReceipt", params });
      used += Number((receipt as { gasUsed: string }).gasUsed);
    }
    assert.ok(quote.gas >= used, `hidden ${hidden}: quoted ${quote.gas}, used ${used}`);
    assert.ok(quote.gas <= used * 1.3, `hidden ${hidden}: quoted ${quote.gas}, used ${used}`);
  }
});
