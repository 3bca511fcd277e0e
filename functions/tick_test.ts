import assert from "node:assert/strict";
import { isDeepStrictEqual } from "node:util";
import { encodeRoundId } from "../core/protocol/codec.ts";
import { fee, miningPool } from "../core/protocol/terms.ts";
import type { Evaluate } from "./evaluate.ts";
import type { Log } from "./log.ts";
import type { Outcome, TickReport } from "./report.ts";
import { constantModel, goodModel, worthless } from "./testing/models.ts";
import { Competition, payoutOf, World } from "./testing/world.ts";
import { isTurn } from "./turn.ts";

const MINERS = ["ann", "bob", "cyd"];

/** What was done, as text. */
function done({ outcomes }: TickReport): string[] {
  return outcomes.map(({ action, status }) => `${action} ${status}`);
}

/** Ticks of miners that were started just before: nothing survives from one tick to the next. */
async function tickAll(world: World, names = MINERS): Promise<string[][]> {
  const all = [];
  for (const name of names) {
    const report = await (await world.miner(name)).tick();
    assert.deepEqual(report.errors, []);
    all.push(done(report));
  }
  return all;
}

Deno.test("a whole competition, every tick by a miner that was just started", async (t) => {
  await using world = await World.start();
  const bad = worthless();
  const payloads = [constantModel(), goodModel(), ...Object.values(bad)];
  const c = await Competition.ready(world, { miners: MINERS, payloads, participants: 3 });
  const windows = await c.windows();

  await t.step("the one whose turn it is posts the beacon, then each commits", async () => {
    const all = await tickAll(world);
    const posters = all.filter((outcomes) => outcomes.includes("postBeacon done"));
    assert.equal(posters.length, 1);
    // Those before it find the beacon at their next tick.
    const again = await tickAll(world);
    const commits = [...all, ...again].flat().filter((outcome) => outcome === "commit done");
    assert.equal(commits.length, 3);
    assert.deepEqual(await tickAll(world), [[], [], []]);
  });
  await t.step("each reveals from its box, one settles, one finalizes, each claims", async () => {
    await world.travelTo(windows.commitEndsAt);
    const all = await tickAll(world);
    for (const outcomes of all) assert.equal(outcomes[0], "reveal done");
    for (const later of [600, 1_200, 1_800]) {
      await world.travelTo(windows.commitEndsAt + later);
      all.push(...await tickAll(world));
    }
    assert.deepEqual(all.flat().sort(), [
      ...MINERS.map(() => "claim done"),
      "finalize done",
      ...MINERS.map(() => "reveal done"),
      "settle done",
    ]);
  });
  await t.step("the scores are right, and 0 for what is no model", async () => {
    const { submissions, competition } = await c.snapshot();
    const scores = submissions.map(({ result }) => result.state === "settled" && result.score);
    assert.deepEqual(scores, [33_333, 96_000, ...Object.keys(bad).map(() => 0)]);
    assert.equal(competition.best, 1);
  });
  await t.step("stake and fees are at the payout addresses", async () => {
    assert.equal((await c.snapshot()).competition.status, "final");
    const paid = await Promise.all(MINERS.map((name) => world.balance(payoutOf(name))));
    const earned = paid.map((wei) => wei - c.terms.bond).sort((a, b) => Number(a - b));
    const one = fee(c.terms);
    const count = BigInt(payloads.length);
    assert.deepEqual(earned, [count * one, count * one, 2n * count * one]);
    assert.ok(4n * count * one <= miningPool(c.terms));
  });
  await t.step("a competition that is over and paid costs nothing any more", async () => {
    for (const name of MINERS) {
      const report = await (await world.miner(name)).tick();
      assert.deepEqual([report.competitions, report.outcomes], [[], []]);
    }
  });
});

Deno.test("a failure of this machine is retried, and abstained from at the end of the window", async () => {
  await using world = await World.start();
  const c = await Competition.ready(world, {
    miners: MINERS,
    payloads: [goodModel(), goodModel(1)],
  });
  const { commitEndsAt, commitStartsAt } = await c.windows();
  const second = goodModel(1);
  const evaluate: Evaluate = (packed) => {
    if (isDeepStrictEqual(packed, second)) throw new Error("out of memory here");
    return Promise.resolve({ score: 96_000 });
  };
  for (const name of ["ann", "bob"]) await (await world.miner(name, { everySecs: 1 })).tick();
  await world.travelTo(commitStartsAt + 600);
  for (const name of ["ann", "bob"]) await (await world.miner(name)).tick();
  const [early] = (await (await world.miner("cyd", { evaluate })).tick()).outcomes;
  assert.equal(early?.status, "declined");
  assert.match(early?.reason ?? "", /^1 of 2 submissions .*out of memory here.*next tick$/);
  await world.travelTo(commitEndsAt - 400);
  const [late] = (await (await world.miner("cyd", { evaluate })).tick()).outcomes;
  assert.deepEqual([late?.action, late?.status], ["commit", "done"]);
  await world.travelTo(commitEndsAt);
  await tickAll(world);
  await world.travelTo(commitEndsAt + 1_200);
  await tickAll(world);
  const { submissions, competition } = await c.snapshot();
  assert.deepEqual(submissions.map(({ result }) => result), [
    { state: "settled", score: 96_000, agreeing: 3 },
    { state: "settled", score: 96_000, agreeing: 2 },
  ]);
  assert.equal(competition.penalties, 0n);
});

Deno.test("what others did first is a normal result, logged as news", async () => {
  await using world = await World.start();
  const c = await Competition.ready(world, { miners: MINERS, payloads: [goodModel()] });
  const { commitStartsAt, commitEndsAt, settleEndsAt } = await c.windows();
  await world.travelTo(commitStartsAt + 1_200);
  await tickAll(world);
  await world.travelTo(commitEndsAt);
  // Whoever may settle first reveals first, when there is nothing to settle yet.
  const turn = { miners: 3, everySecs: 300, now: commitEndsAt };
  const key = encodeRoundId({ competition: c.id, epoch: 0, round: 0, attempt: 0 });
  const first = [0, 1, 2]
    .findIndex((index) => isTurn({ key, opensAt: commitEndsAt }, { ...turn, index }));
  await tickAll(world, [...MINERS.slice(first), ...MINERS.slice(0, first)]);
  assert.equal((await c.snapshot()).competition.decided, 0);
  await world.travelTo(settleEndsAt - 100);
  // Between Bob's plan and his transaction, Ann settles.
  const bob = await world.miner("bob");
  const real = world.sender("bob");
  const levels: string[] = [];
  const log: Log = (level, event) => void levels.push(`${level} ${event}`);
  const racing = await world.miner("bob", {
    log,
    sender: {
      address: bob.address,
      async send(call) {
        await (await world.miner("ann")).tick();
        return await real.send(call);
      },
    },
  });
  const { outcomes } = await racing.tick();
  const settle = outcomes.find(({ action }) => action === "settle");
  assert.equal(settle?.status, "first");
  assert.equal((await c.snapshot()).competition.decided, 1);
  assert.ok(levels.includes("info settle first"), `${levels}`);
});

Deno.test("without the secret that committed, nothing is revealed, and the report says why", async () => {
  await using world = await World.start();
  const c = await Competition.ready(world, { miners: MINERS, payloads: [goodModel()] });
  const { commitStartsAt, commitEndsAt } = await c.windows();
  await world.travelTo(commitStartsAt + 1_200);
  await tickAll(world);
  await world.travelTo(commitEndsAt);
  const lost = await world.miner("ann", { secret: new Uint8Array(32).fill(1) });
  const [reveal] = (await lost.tick()).outcomes as [Outcome];
  assert.equal(reveal.status, "failed");
  assert.match(reveal.reason ?? "", /does not open .* set DEML_SECRET/);
  assert.deepEqual((await tickAll(world, ["ann"]))[0]?.[0], "reveal done");
});

Deno.test("nothing is sent while an earlier transaction is not mined", async () => {
  await using world = await World.start();
  const c = await Competition.ready(world, { miners: MINERS, payloads: [goodModel()] });
  await world.travelTo((await c.windows()).commitStartsAt + 1_200);
  await world.request("evm_setAutomine", false);
  const sender = world.sender("ann");
  await sender.send({ to: sender.address, data: "0x", value: 0n });
  const report = await (await world.miner("ann")).tick();
  assert.deepEqual(report.outcomes, []);
  assert.match(report.errors[0] ?? "", /^1 transactions of an earlier tick are not mined yet/);
  await world.request("evm_setAutomine", true);
  await world.request("evm_mine");
  assert.ok(done(await (await world.miner("ann")).tick()).includes("commit done"));
});

Deno.test("two ticks of one miner at once are one", async () => {
  await using world = await World.start();
  const c = await Competition.open(world);
  const ann = await world.miner("ann", { maxBond: c.terms.bond });
  const [first, second] = await Promise.all([ann.tick(), ann.tick()]);
  assert.equal(first, second);
  assert.deepEqual(done(first), ["enroll done"]);
  assert.deepEqual(done(await ann.tick()), []);
});
