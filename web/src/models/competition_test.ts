import assert from "node:assert/strict";
import { startChain } from "../../../core/chain/testing/chain.ts";
import { Stage } from "../../test/support/stage.ts";
import { testManifest, visit } from "../../test/support/visitor.ts";

const MANIFEST = `0x${"ab".repeat(32)}` as const;

Deno.test("a competition follows the chain, the clock and the account", async (t) => {
  await using chain = await startChain();
  const stage = await Stage.open(chain, { id: 0, manifest: MANIFEST });
  const [, account, other] = chain.accounts;
  await stage.register(account!);
  const visitor = await visit(chain, { account: account!, manifest: testManifest() });
  const { competition } = visitor;
  const registered = () => competition.participant.value?.registered;

  await t.step("it knows the account's part, the phase and what it is about", async () => {
    assert.equal(registered(), true);
    assert.equal(competition.phase.value?.name, "registration");
    assert.equal((await competition.data.value!.manifest.load()).name, "Test");
  });

  await t.step("nothing is known of another account until it is read", async () => {
    visitor.changeAccount(other!);
    assert.equal(registered(), undefined);
    await competition.refresh();
    assert.equal(registered(), false);
    visitor.session.disconnect();
    assert.equal(registered(), undefined);
  });

  await t.step(
    "the phase moves with the chain's clock, and is the same object while it says the same",
    async () => {
      const before = competition.phase.value;
      await competition.refresh();
      assert.equal(competition.phase.value, before);
      await stage.enterEpoch(1);
      await competition.refresh();
      const { registrationEndsAt, submissionEndsAt } = stage.terms;
      const endsAt = registrationEndsAt + (submissionEndsAt - registrationEndsAt) * 2 / 3;
      assert.deepEqual(competition.phase.value, { name: "submission", epoch: 1, endsAt });
    },
  );

  await t.step("what was read stays when the chain cannot be read, with the reason", async () => {
    const { request } = chain.provider;
    chain.provider.request = () => Promise.reject(new Error("no chain node answered: x"));
    await competition.refresh();
    assert.equal(competition.problem.value, "No chain node answered: x.");
    assert.equal(competition.snapshot.value?.competition.participants, 1);
    chain.provider.request = request.bind(chain.provider);
    await competition.refresh();
    assert.equal(competition.problem.value, undefined);
  });
});

Deno.test("a competition knows that it is sealed once its manifest is read, and until when", async () => {
  await using chain = await startChain();
  const stage = await Stage.open(chain, { id: 0, manifest: MANIFEST, epochs: 1 });
  const account = chain.accounts[1]!;
  const manifest = testManifest({ mode: "sealed" });
  const { competition } = await visit(chain, { account, manifest });
  const { mode, seal } = competition;
  assert.deepEqual([mode.value, seal.value], [undefined, undefined]);
  await competition.data.value!.manifest.load();
  assert.equal(mode.value, "sealed");
  assert.deepEqual([seal.value?.state, seal.value?.round], ["sealed", stage.unsealRound(0)]);
  await stage.postBeacon(0);
  await competition.refresh();
  assert.equal(seal.value?.state, "unsealed");
  const open = await visit(chain, { account, manifest: testManifest() });
  await open.competition.data.value!.manifest.load();
  assert.deepEqual([open.competition.mode.value, open.competition.seal.value], ["open", undefined]);
});
