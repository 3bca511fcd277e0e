/** Ticks when something is wrong outside: each ends with a reason, and never with a score. */
import assert from "node:assert/strict";
import { connect, type Provider } from "../core/chain/rpc.ts";
import { addFile } from "../core/ipfs/add.ts";
import { createDataSource } from "./data.ts";
import { type Evaluate, EvaluatorExhausted } from "./evaluate.ts";
import { MemoryStore } from "../core/ipfs/store.ts";
import { digestFromCid } from "../core/ipfs/cid.ts";
import type { Manifest } from "../core/dataset/manifest.ts";
import type { Terms } from "../core/protocol/types.ts";
import { addDataset, goodModel } from "./testing/models.ts";
import { Competition, type MinerChanges, serve, World } from "./testing/world.ts";

const MINERS = ["ann", "bob", "cyd"];
const payloads = [goodModel()];
const CID = "bafkreigh2akiscaildcqabsyg3dfr6chu3fgpregiymsck7e7aqa4s52zy";

/** What a fresh miner does about its commit in the last minutes of the window. */
async function lateCommit(world: World, changes: MinerChanges) {
  const { outcomes } = await (await world.miner("ann", changes)).tick();
  const commits = outcomes.filter(({ action }) => action === "commit");
  assert.equal(commits.length, 1);
  return commits[0]!;
}

Deno.test("without the test set a miner does not commit, however late it is", async () => {
  await using world = await World.start();
  await using stack = new AsyncDisposableStack();
  const c = await Competition.ready(world, { miners: MINERS, payloads });
  await world.travelTo((await c.windows()).commitEndsAt - 60);
  const headers = { "content-type": "application/vnd.ipld.raw" };
  const liar = serve(() => new Response("forged", { headers }), stack);
  for (
    const [gateways, expected] of [
      [[liar], /^no commit without the test set: Cannot read .* lied/],
      [["http://127.0.0.1:1"], /^no commit without the test set: Cannot read .* failed/],
    ] as const
  ) {
    const data = createDataSource({ gateways, store: new MemoryStore(), maxBytes: 2 ** 20 });
    const commit = await lateCommit(world, { data });
    assert.equal(commit.status, "declined");
    assert.match(commit.reason ?? "", expected);
  }
  const data = createDataSource({
    gateways: [liar, world.at.gateway],
    store: new MemoryStore(),
    maxBytes: 2 ** 20,
  });
  assert.equal((await lateCommit(world, { data })).status, "done", "one honest gateway is enough");
});

Deno.test("a miner neither enrols in nor evaluates what its manifest does not let it", async () => {
  await using world = await World.start();
  const sealed = { cid: CID, bytes: 9, sha256: "0".repeat(64) };
  const part = { format: "idx", rows: 150, inputs: sealed, labels: sealed } as const;
  const cases: [Partial<Manifest>, Partial<Terms>, RegExp][] = [
    [{ mode: "sealed", test: part }, { epochs: 2 }, /is sealed and has 2 epochs: expected 1/],
    [
      { runtime: { name: "onnxruntime-web", version: "1.0.0", wasm: "0".repeat(64) } },
      {},
      /pins onnxruntime-web 1\.0\.0/,
    ],
    [{ version: 3 as 1 }, {}, /manifest\.version: expected 1, got 3/],
  ];
  for (const [changes, terms, expected] of cases) {
    const manifest = digestFromCid(await addManifest(world, changes));
    const c = await Competition.open(world, { manifest, ...terms });
    const enroller = await world.miner("ann", { maxBond: c.terms.bond, competitions: [c.id] });
    const [enroll] = (await enroller.tick()).outcomes;
    assert.deepEqual([enroll?.action, enroll?.status], ["enroll", "declined"]);
    assert.match(enroll?.reason ?? "", expected);
    assert.equal((await c.snapshot()).competition.miners, 0);
    // Enrolled by other means: it still gives no score.
    for (const name of MINERS) {
      const data = {
        testSet: () => Promise.reject(new Error("unused")),
        keep: () => Promise.resolve(),
      };
      await (await world.miner(name, { maxBond: c.terms.bond, competitions: [c.id], data })).tick();
    }
    await world.travelTo(c.terms.registrationEndsAt);
    await c.submit(payloads);
    await world.travelTo((await c.windows()).commitEndsAt - 60);
    const commit = await lateCommit(world, { competitions: [c.id] });
    assert.equal(commit.status, "declined");
    assert.match(commit.reason ?? "", expected);
    assert.equal((await c.snapshot()).rounds[0]![0]!.committed, 0);
  }
});

/** A manifest that need not be a good one. */
async function addManifest(world: World, changes: Partial<Manifest>) {
  const good = await world.store.get(await addDataset(world.store));
  const manifest = { ...JSON.parse(new TextDecoder().decode(good)), ...changes };
  return await addFile(new TextEncoder().encode(JSON.stringify(manifest)), world.store);
}

Deno.test("trouble in one competition does not stop the others", async () => {
  await using world = await World.start();
  const broken = await Competition.open(world, { manifest: `0x${"77".repeat(32)}` });
  const sound = await Competition.open(world);
  const maxBond = sound.terms.bond;
  const report =
    await (await world.miner("ann", { maxBond, competitions: [broken.id, sound.id, 9] })).tick();
  assert.deepEqual(report.outcomes.map(({ competition, status }) => [competition, status]), [
    [broken.id, "declined"],
    [sound.id, "done"],
  ]);
  assert.deepEqual(report.errors, ["there is no competition 9"]);
});

Deno.test("a chain that is down is one clear line, without the key in its address", async () => {
  await using world = await World.start();
  const provider = connect(["http://127.0.0.1:1/v3/k3y"]);
  const miner = await world.miner("ann", { provider });
  await assert.rejects(miner.tick(), {
    name: "ChainUnreachable",
    message: "no chain node answered: http://127.0.0.1:1 could not be reached",
  });
});

Deno.test("an address without the contract is one clear line", async () => {
  await using world = await World.start();
  const miner = await world.miner("ann", { contract: `0x${"12".repeat(20)}` });
  await assert.rejects(miner.tick(), {
    name: "RangeError",
    message: /no DeML contract answers at/,
  });
});

Deno.test("without money the report says so, and nothing is sent", async () => {
  await using world = await World.start();
  const c = await Competition.open(world);
  const miner = await world.miner("ann", { maxBond: c.terms.bond });
  await world.request("hardhat_setBalance", miner.address, "0x1");
  const [enroll] = (await miner.tick()).outcomes;
  assert.equal(enroll?.status, "declined");
  assert.match(
    enroll?.reason ?? "",
    /^not enrolling: after the bond of \d+ wei -\d+ would be left/,
  );
});

Deno.test("what a bond would leave must be enough for gas", async () => {
  await using world = await World.start();
  const c = await Competition.open(world);
  const { bond } = c.terms;
  const miner = await world.miner("ann", { maxBond: bond });
  const price = BigInt(await world.request("eth_gasPrice") as string);
  const reserve = 2_000_000n * price;
  const statuses = [];
  // Blocks make gas cheaper, never dearer here: the lower amount is well below.
  for (const money of [bond + reserve / 3n, bond + reserve]) {
    await world.request("hardhat_setBalance", miner.address, `0x${money.toString(16)}`);
    const [enroll] = (await miner.tick()).outcomes;
    statuses.push(enroll?.status);
  }
  assert.deepEqual(statuses, ["declined", "done"]);
});

Deno.test("time that the test set took is no time to evaluate in", async () => {
  await using world = await World.start();
  const c = await Competition.ready(world, { miners: MINERS, payloads });
  const { commitStartsAt, commitEndsAt } = await c.windows();
  await world.travelTo(commitStartsAt + 1_200);
  await (await world.miner("bob")).tick();
  const now = await world.chain.now();
  let millis = 0;
  let last: number | undefined;
  const real = createDataSource({
    gateways: [world.at.gateway],
    store: new MemoryStore(),
    maxBytes: 2 ** 20,
  });
  const commit = await lateCommit(world, {
    millis: () => millis,
    deadlineSecs: 86_400,
    data: {
      ...real,
      testSet(of, signature) {
        millis += 600_000;
        return real.testSet(of, signature);
      },
    },
    evaluate(_packed, _dataset, { deadline }) {
      last = deadline;
      return Promise.resolve({ score: 1 });
    },
  });
  assert.equal(commit.status, "done");
  assert.equal(last, 1000 * (commitEndsAt - now - 24));
});

Deno.test("a gateway that stalls holds up an enrolment until the end of the tick, not longer", async () => {
  await using world = await World.start();
  const c = await Competition.open(world);
  const never = () => new Promise<never>(() => {});
  const data = { testSet: never, keep: never };
  const miner = await world.miner("ann", { maxBond: c.terms.bond, data, deadlineSecs: 1 });
  const [enroll] = (await miner.tick()).outcomes;
  assert.equal(enroll?.status, "declined");
  assert.match(enroll?.reason ?? "", /still being fetched at the end of this tick/);
});

Deno.test("reveals go out however late the tick is, and nothing else starts", async () => {
  await using world = await World.start();
  const c = await Competition.ready(world, { miners: MINERS, payloads });
  const { commitStartsAt, commitEndsAt } = await c.windows();
  await world.travelTo(commitStartsAt + 1_200);
  const tick = async (name: string, changes: MinerChanges = {}) =>
    (await (await world.miner(name, changes)).tick()).outcomes
      .map(({ action, status }) => `${action} ${status}`);
  for (const name of MINERS) await tick(name);
  await world.travelTo(commitEndsAt);
  for (const name of MINERS) {
    assert.equal((await tick(name, { deadlineSecs: 0 }))[0], "reveal done");
  }
  await world.travelTo(commitEndsAt + 1_800);
  assert.deepEqual(await tick("ann", { deadlineSecs: 0 }), ["settle done", "finalize declined"]);
});

Deno.test("a node of another chain is refused before anything is committed", async () => {
  await using world = await World.start();
  const c = await Competition.ready(world, { miners: MINERS, payloads });
  await world.travelTo((await c.windows()).commitStartsAt + 1_200);
  const real = connect([world.at.rpc]);
  const provider: Provider = {
    request: (call) => call.method === "eth_chainId" ? Promise.resolve("0x1") : real.request(call),
  };
  const { outcomes, errors } = await (await world.miner("ann", { provider })).tick();
  assert.deepEqual(outcomes, []);
  assert.match(errors[0] ?? "", /expected chain 31337, .* but the node answers for chain 1$/);
});

Deno.test("a clock that is far ahead is an error of the report, and the block's time counts", async () => {
  await using world = await World.start();
  const c = await Competition.ready(world, { miners: MINERS, payloads });
  const { commitStartsAt, commitEndsAt } = await c.windows();
  await world.travelTo(commitStartsAt + 1_200);
  const miner = await world.miner("ann", { clock: () => commitEndsAt });
  const { outcomes, errors } = await miner.tick();
  assert.equal(outcomes.at(-1)?.status, "done");
  assert.equal(errors.length, 1);
  assert.match(errors[0]!, /clock is more than 120 s ahead of the chain's latest block/);
});

Deno.test("models that crash do not come first each time, and an evaluator that is spent is told", async () => {
  await using world = await World.start();
  const many = Array.from({ length: 15 }, (_, i) => goodModel(i));
  const c = await Competition.ready(world, { miners: MINERS, payloads: many, participants: 5 });
  await world.travelTo((await c.windows()).commitStartsAt + 1_200);
  const bob = await world.miner("bob", { evaluate: () => Promise.resolve({ score: 1 }) });
  assert.equal((await bob.tick()).unrevealed, true);
  const order: string[] = [];
  const waits: unknown[] = [];
  const evaluate: Evaluate = (packed, _dataset, { othersWait }) => {
    order.push(packed.toHex());
    waits.push(othersWait);
    return Promise.reject(new EvaluatorExhausted("runtime: spent"));
  };
  const report = await (await world.miner("ann", { evaluate })).tick();
  assert.deepEqual([report.exhausted, report.errors], [true, ["runtime: spent"]]);
  assert.equal(report.unrevealed, false); // It has committed nothing: its process may end.
  const inOrder = many.map((packed) => packed.toHex());
  assert.notDeepEqual(order, inOrder);
  assert.deepEqual(order.toSorted(), inOrder.toSorted());
  assert.deepEqual(waits, many.map((_, i) => i < many.length - 1)); // The last one may take all the time.
  await world.travelTo((await c.windows()).settleEndsAt); // The attempt is over without an effect.
  assert.equal((await (await world.miner("bob", { evaluate })).tick()).unrevealed, false);
});

Deno.test("a relay that lies posts no beacon", async () => {
  await using world = await World.start();
  await using stack = new AsyncDisposableStack();
  const c = await Competition.ready(world, { miners: MINERS, payloads });
  await world.travelTo((await c.windows()).commitStartsAt + 1_200);
  const relay = serve(async (request) => {
    const round = Number(new URL(request.url).pathname.split("/").at(-1));
    const other = world.chain.beacon.sign(round + 1).signature.toHex();
    return await Promise.resolve(Response.json({ round, signature: other }));
  }, stack);
  const { outcomes } = await (await world.miner("ann", { relays: [relay] })).tick();
  assert.deepEqual(outcomes.map(({ action, status }) => [action, status]), [[
    "postBeacon",
    "failed",
  ]]);
  assert.match(outcomes[0]?.reason ?? "", /no relay gave beacon \d+: .* not this network's/);
  assert.equal((await c.snapshot()).beacons[0], undefined);
});

Deno.test("a tick that is out of time starts nothing more, and abstains from what it could not run", async () => {
  await using world = await World.start();
  const c = await Competition.ready(world, {
    miners: MINERS,
    payloads: [goodModel(), goodModel(1)],
  });
  const { commitStartsAt, commitEndsAt } = await c.windows();
  await world.travelTo(commitStartsAt + 1_200);
  let millis = 0;
  const slow: MinerChanges = {
    millis: () => millis,
    evaluate(_packed, _dataset, { deadline }) {
      millis = deadline!;
      return Promise.resolve({ score: 1 });
    },
  };
  await (await world.miner("bob")).tick();
  const commit = await lateCommit(world, slow);
  assert.equal(commit.status, "declined");
  assert.match(commit.reason ?? "", /^1 of 2 .*out of time/);
  await world.travelTo(commitEndsAt - 60);
  assert.equal((await lateCommit(world, slow)).status, "done");
});
