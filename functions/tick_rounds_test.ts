/** Committees, attempts and epochs, on the chain. */
import assert from "node:assert/strict";
import type { Call } from "../core/chain/types.ts";
import { commitScoresCall } from "../core/chain/writes.ts";
import { encodeRoundId } from "../core/protocol/codec.ts";
import { commitmentOf } from "../core/protocol/commitment.ts";
import { sealBox } from "./box.ts";
import { roundSecrets } from "./secrets.ts";
import { goodModel } from "./testing/models.ts";
import { Competition, keyOf, type MinerChanges, World } from "./testing/world.ts";

/** Scores without running anything: what is told apart here is who commits and when. */
const QUICK: MinerChanges = { evaluate: () => Promise.resolve({ score: 96_000 }) };

async function tickAll(world: World, names: readonly string[], changes: MinerChanges = {}) {
  const all: string[] = [];
  for (const name of names) {
    const { outcomes, errors } = await (await world.miner(name, { ...QUICK, ...changes })).tick();
    assert.deepEqual(errors, []);
    const failed = outcomes.filter(({ status }) => status === "failed");
    assert.deepEqual(failed, []);
    all.push(...outcomes.map(({ action, status }) => `${name} ${action} ${status}`));
  }
  return all;
}

const named = (list: string[], what: string) => list.filter((text) => text.endsWith(what)).length;

Deno.test("of eight miners the five that the contract seats commit, and are enough", async () => {
  await using world = await World.start();
  const names = Array.from({ length: 8 }, (_, i) => `miner ${i}`);
  const c = await Competition.ready(world, { miners: names, payloads: [goodModel()], quorum: 5 });
  const { commitStartsAt, commitEndsAt } = await c.windows();
  await world.travelTo(commitStartsAt + 3_000);
  assert.equal(named(await tickAll(world, names), "commit done"), 5);
  await world.travelTo(commitEndsAt);
  assert.equal(named(await tickAll(world, names), "reveal done"), 5);
  await world.travelTo(commitEndsAt + 3_000);
  await tickAll(world, names);
  assert.deepEqual((await c.snapshot()).submissions[0]?.result, {
    state: "settled",
    score: 96_000,
    agreeing: 5,
  });
});

Deno.test("an attempt with too few commitments costs nobody a reveal; the next one decides", async () => {
  await using world = await World.start();
  const names = ["ann", "bob", "cyd"];
  const c = await Competition.ready(world, { miners: names, payloads: [goodModel()] });
  const first = await c.windows();
  await world.travelTo(first.commitStartsAt + 3_000);
  await tickAll(world, ["ann", "bob"]);
  await world.travelTo(first.commitEndsAt);
  assert.deepEqual(await tickAll(world, names), []);
  const second = await c.windows({ attempt: 1 });
  await world.travelTo(second.commitStartsAt);
  assert.equal(named(await tickAll(world, names), "commit done"), 3);
  await world.travelTo(second.commitEndsAt);
  assert.equal(named(await tickAll(world, names), "reveal done"), 3);
  await world.travelTo(second.commitEndsAt + 3_000);
  const last = await tickAll(world, names);
  assert.equal(named(last, "finalize done"), 1);
  assert.equal(named(last, "claim done"), 3);
  assert.equal((await c.snapshot()).competition.status, "final");
});

Deno.test("an epoch is evaluated while the next one takes submissions, each from its own boxes", async () => {
  await using world = await World.start();
  const names = ["ann", "bob", "cyd"];
  const c = await Competition.ready(world, {
    miners: names,
    payloads: [goodModel(), goodModel(1)],
    epochs: 2,
    commitSecs: 900,
    revealSecs: 900,
  });
  await c.submit([goodModel(2)], { epoch: 1 });
  for (const epoch of [0, 1]) {
    const { commitStartsAt, commitEndsAt } = await c.windows({ epoch });
    if (epoch === 1) await world.travelTo(commitStartsAt);
    assert.equal(named(await tickAll(world, names, { everySecs: 1 }), "commit done") > 0, true);
    await tickAll(world, names, { everySecs: 1 });
    await world.travelTo(commitEndsAt);
    await tickAll(world, names, { everySecs: 1 });
    await world.travelTo(commitEndsAt + 60);
    await tickAll(world, names, { everySecs: 1 });
    assert.equal((await c.snapshot()).epochs[epoch]?.decided, 1);
    if (epoch === 0) assert.equal((await c.snapshot()).competition.status, "open");
  }
  const { competition, submissions } = await c.snapshot();
  assert.equal(competition.status, "final");
  assert.ok(submissions.every(({ result }) => result.state === "settled"));
});

Deno.test("a competition that three attempts leave undecided is cancelled, and stakes come back", async () => {
  await using world = await World.start();
  const names = ["ann", "bob", "cyd"];
  const c = await Competition.ready(world, { miners: names, payloads: [goodModel()] });
  await world.travelTo((await c.windows({ attempt: 2 })).settleEndsAt + 600);
  const all = await tickAll(world, names);
  assert.equal(named(all, "finalize done"), 1);
  assert.equal(named(all, "claim done"), 3);
  assert.equal((await c.snapshot()).competition.status, "cancelled");
});

Deno.test("a miner that lies is out of the majority and pays; one that is silent pays too", async () => {
  await using world = await World.start();
  const names = ["ann", "bob", "cyd", "dan", "eve"];
  const c = await Competition.ready(world, { miners: names, payloads: [goodModel()], quorum: 5 });
  const { commitStartsAt, commitEndsAt, revealEndsAt } = await c.windows();
  await world.travelTo(commitStartsAt + 3_000);
  const liar: MinerChanges = { evaluate: () => Promise.resolve({ score: 12_345 }) };
  await tickAll(world, ["ann", "bob", "cyd", "eve"]);
  await tickAll(world, ["dan"], liar);
  await world.travelTo(commitEndsAt);
  await tickAll(world, ["ann", "bob", "cyd", "dan"]);
  await world.travelTo(revealEndsAt + 3_000);
  // One miner for all: it settles and finalizes, and the accounts can still be looked at.
  await tickAll(world, ["ann"]);
  const { miners, submissions, competition } = await c.snapshot();
  assert.equal(competition.status, "final");
  assert.deepEqual(submissions[0]?.result, { state: "settled", score: 96_000, agreeing: 3 });
  assert.deepEqual(miners.map(({ account }) => account?.dissents), [undefined, 0, 0, 1, 1]);
  assert.equal(competition.penalties, 2n * (c.terms.bond / 10n));
});

Deno.test("what failed is left to the next tick, whatever else goes on", async () => {
  await using world = await World.start();
  const payloads = Array.from({ length: 33 }, (_, i) => goodModel(i));
  const c = await Competition.ready(world, {
    miners: ["ann", "bob", "cyd"],
    payloads,
    participants: 11,
  });
  await world.travelTo((await c.windows()).commitStartsAt + 5_000);
  await tickAll(world, ["bob"]);
  const real = world.sender("ann");
  let sent = 0;
  const sender = {
    address: real.address,
    send: (call: Call) => ++sent === 2 ? Promise.reject(new Error("lost")) : real.send(call),
  };
  const { outcomes } = await (await world.miner("ann", { ...QUICK, sender })).tick();
  const rounds = outcomes.map(({ action, status, reason }) => [action, status, reason]);
  assert.deepEqual(rounds, [["commit", "done", undefined], ["commit", "failed", "lost"]]);
  assert.deepEqual(await tickAll(world, ["ann"]), ["ann commit done"]);
});

Deno.test("what is urgent comes first: a reveal of one competition before an evaluation of another", async () => {
  await using world = await World.start();
  const names = ["ann", "bob", "cyd"];
  const slow = await Competition.open(world, { commitSecs: 20_000 });
  const fast = await Competition.open(world, { commitSecs: 600 });
  await fast.enroll(names); // In both: they work on all.
  await world.travelTo(fast.terms.registrationEndsAt);
  for (const competition of [slow, fast]) await competition.submit([goodModel()]);
  const { commitStartsAt, commitEndsAt } = await fast.windows();
  await world.travelTo(commitStartsAt + 300);
  for (const name of names) {
    await (await world.miner(name, { ...QUICK, competitions: [fast.id] })).tick();
  }
  await world.travelTo(Math.max(commitEndsAt, (await slow.windows()).commitStartsAt + 3_000));
  const late = await Competition.open(world);
  const { bond } = late.terms;
  const { outcomes } = await (await world.miner("ann", { ...QUICK, maxBond: bond })).tick();
  const order = outcomes.map(({ action, competition }) => [action, competition]);
  assert.deepEqual(order.slice(0, 2), [["reveal", fast.id], ["postBeacon", slow.id]]);
  assert.deepEqual(order.slice(-2), [["commit", slow.id], ["enroll", late.id]]);
});

Deno.test("a box that does not match its commitment is not sent to be refused", async () => {
  await using world = await World.start();
  const names = ["ann", "bob", "cyd"];
  const c = await Competition.ready(world, { miners: names, payloads: [goodModel()] });
  const { commitStartsAt, commitEndsAt } = await c.windows();
  await world.travelTo(commitStartsAt + 3_000);
  await tickAll(world, ["bob", "cyd"]);
  const sender = world.sender("ann");
  const { contract } = world.chain;
  const roundId = encodeRoundId({ competition: c.id, epoch: 0, round: 0, attempt: 0 });
  const of = { chainId: 31_337n, contract, roundId, miner: sender.address };
  const secret = keyOf("ann");
  const box = await sealBox([2], { secret, ...of });
  const commitment = commitmentOf({ ...of, salt: roundSecrets(secret, of).salt, scores: [1] });
  await sender.send(commitScoresCall(contract, { roundId, commitment, box }));
  await world.travelTo(commitEndsAt);
  const [reveal] = (await (await world.miner("ann")).tick()).outcomes;
  assert.equal(reveal?.status, "failed");
  assert.match(reveal?.reason ?? "", /has other scores than were committed/);
});

Deno.test("while other rounds wait no model may take all of a tick", async () => {
  await using world = await World.start();
  const payloads = Array.from({ length: 33 }, (_, i) => goodModel(i));
  const names = ["ann", "bob", "cyd"];
  const c = await Competition.ready(world, { miners: names, payloads, participants: 11 });
  await world.travelTo((await c.windows()).commitStartsAt + 3_000);
  const waits: unknown[] = [];
  await tickAll(world, ["ann"], {
    evaluate: (_packed, _dataset, { othersWait }) => {
      waits.push(othersWait);
      return Promise.resolve({ score: 96_000 });
    },
  });
  assert.deepEqual(waits, payloads.map((_, i) => i < 32));
});
