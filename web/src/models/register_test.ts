import assert from "node:assert/strict";
import { startChain } from "../../../core/chain/testing/chain.ts";
import { Stage } from "../../test/support/stage.ts";
import { testManifest, visit } from "../../test/support/visitor.ts";
import { signal } from "@preact/signals";
import { createLoadable } from "./loadable.ts";
import { totalOf } from "../chain/quote.ts";
import { createRegistration } from "./register.ts";

const MANIFEST = `0x${"ab".repeat(32)}` as const;

Deno.test("a registration: cost, declined, sent, and what the contract refuses", async (t) => {
  await using chain = await startChain();
  const stage = await Stage.open(chain, { id: 0, manifest: MANIFEST });
  const account = chain.accounts[1]!;
  const visitor = await visit(chain, { account, manifest: testManifest() });
  const { competition, answers, sent } = visitor;
  const registration = createRegistration(visitor);

  await t.step("prepare() finds the cost and sends nothing", async () => {
    await registration.prepare();
    const state = registration.state.value;
    assert.equal(state.step, "confirm");
    if (state.step !== "confirm") return;
    const { quote } = state;
    assert.deepEqual([quote.account, quote.value], [account, 10n ** 18n]);
    assert.ok(quote.gas > 21_000 && quote.gas < 200_000);
    assert.ok(quote.balance > totalOf(quote));
    assert.deepEqual(sent, []);
  });

  await t.step("cancel() goes back, confirm() that is declined says so", async () => {
    registration.cancel();
    assert.deepEqual(registration.state.value, { step: "idle", problem: undefined });
    await registration.prepare();
    answers.push(false);
    await registration.confirm();
    const problem = "You declined in the wallet.";
    assert.deepEqual(registration.state.value, { step: "idle", problem });
    assert.deepEqual(sent, []);
  });

  await t.step("confirm() sends nothing without a cost on the screen", async () => {
    await registration.confirm();
    registration.cancel();
    await registration.confirm();
    assert.deepEqual(sent, []);
  });

  await t.step("confirm() asks again if the account is not the one that was quoted", async () => {
    await registration.prepare();
    const other = chain.accounts[3]!;
    visitor.changeAccount(other);
    await registration.confirm();
    const state = registration.state.value;
    assert.equal(state.step === "confirm" && state.quote.account, other);
    assert.deepEqual(sent, []);
    visitor.changeAccount(account);
    registration.cancel();
  });

  await t.step("confirm() registers, and the competition knows", async () => {
    await registration.prepare();
    await registration.confirm();
    assert.deepEqual(registration.state.value, { step: "idle", problem: undefined });
    assert.equal(competition.participant.value?.registered, true);
    assert.equal(competition.snapshot.value?.competition.participants, 1);
  });

  await t.step("prepare() explains what the contract would refuse", async () => {
    await registration.prepare();
    const again = registration.state.value;
    assert.match((again as { problem: string }).problem, /is registered already\.$/);
    await stage.enterEpoch(0);
    const late = await visit(chain, { account: chain.accounts[2]!, manifest: testManifest() });
    const tooLate = createRegistration(late);
    await tooLate.prepare();
    assert.match((tooLate.state.value as { problem: string }).problem, /^Too late: it is /);
  });

  await t.step("prepare() refuses a wallet that is not connected", async () => {
    visitor.session.disconnect();
    await registration.prepare();
    const { problem } = registration.state.value as { problem: string };
    assert.match(problem, /^Connect a wallet first/);
  });
});

Deno.test("a registration for a sealed competition fetches the sealed test set as it is", async (t) => {
  await using chain = await startChain();
  const account = chain.accounts[1]!;
  const manifest = testManifest({ mode: "sealed" });

  await t.step("of one epoch", async () => {
    await Stage.open(chain, { id: 0, manifest: MANIFEST, epochs: 1 });
    const visitor = await visit(chain, { account, manifest });
    const registration = createRegistration(visitor);
    await registration.prepare();
    assert.equal(registration.state.value.step, "confirm");
    const { sealed, test, train } = visitor.competition.data.value!;
    const states = [sealed, train, test].map(({ current }) => current.value.state);
    assert.deepEqual(states, ["ready", "ready", "idle"]);
  });

  await t.step("and refuses one of several epochs, whose test set is soon public", async () => {
    await Stage.open(chain, { id: 1, manifest: MANIFEST, epochs: 2 });
    const visitor = await visit(chain, { account, manifest, id: 1 });
    const registration = createRegistration(visitor);
    await registration.prepare();
    const { problem } = registration.state.value as { problem: string };
    assert.match(problem, /sealed and has 2 epochs/);
    assert.equal(visitor.competition.data.value!.sealed.current.value.state, "idle");
  });
});

Deno.test("a registration refuses what the wallet's node does not confirm, and where nothing can be sealed", async () => {
  await using chain = await startChain();
  const account = chain.accounts[1]!;
  const manifest = testManifest({ mode: "sealed" });
  await Stage.open(chain, { id: 0, manifest: MANIFEST, epochs: 1 });
  const visitor = await visit(chain, { account, manifest });
  const problemOf = async (changes: Partial<typeof visitor.competition>) => {
    const competition = { ...visitor.competition, ...changes };
    const registration = createRegistration({ ...visitor, competition });
    await registration.prepare();
    return (registration.state.value as { problem?: string }).problem;
  };
  const honest = visitor.competition.snapshot.peek()!;
  const competition = { ...honest.competition, manifest: "0x12" as const };
  assert.match(
    (await problemOf({ snapshot: signal({ ...honest, competition }) }))!,
    /another manifest/,
  );
  const page = globalThis as { isSecureContext?: boolean };
  page.isSecureContext = false;
  try {
    assert.match((await problemOf({}))!, /secure pages only/);
  } finally {
    delete page.isSecureContext;
  }
  assert.equal(await problemOf({}), undefined);
  assert.deepEqual(visitor.sent, []);
});

Deno.test("a registration warns where the sealed test set is none", async () => {
  await using chain = await startChain();
  const account = chain.accounts[1]!;
  const manifest = testManifest({ mode: "sealed" });
  await Stage.open(chain, { id: 0, manifest: MANIFEST, epochs: 1 });
  for (const sealed of [true, false]) {
    const visitor = await visit(chain, { account, manifest });
    const data = visitor.competition.data.peek()!;
    const load = () => Promise.resolve(sealed);
    const competition = {
      ...visitor.competition,
      data: signal({ ...data, sealed: createLoadable(load) }),
    };
    const registration = createRegistration({ ...visitor, competition });
    await registration.prepare();
    const state = registration.state.value;
    assert.equal(
      state.step === "confirm" && state.warning?.slice(0, 12),
      sealed ? undefined : "The test set",
    );
  }
});
