/** Ticks when something is wrong outside: each ends with a reason, and never with a score. */
import assert from "node:assert/strict";
import { connect } from "../core/chain/rpc.ts";
import { addFile } from "../core/ipfs/add.ts";
import { createDataSource } from "./data.ts";
import { MemoryStore } from "../core/ipfs/store.ts";
import { digestFromCid } from "../core/ipfs/cid.ts";
import type { Manifest } from "../core/dataset/manifest.ts";
import { addDataset, goodModel } from "./testing/models.ts";
import { Competition, type MinerChanges, serve, World } from "./testing/world.ts";

const MINERS = ["ann", "bob", "cyd"];
const payloads = [goodModel()];

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
  const train = {
    format: "csv",
    rows: 150,
    table: { cid: "bafkreigh2akiscaildcqabsyg3dfr6chu3fgpregiymsck7e7aqa4s52zy", bytes: 9 },
    csv: { header: false, label: 0 },
  } as const;
  const sealed: Partial<Manifest> = {
    mode: "sealed",
    train,
    test: { ...train, table: { ...train.table, sha256: "0".repeat(64) } },
  };
  const cases: [Partial<Manifest>, RegExp][] = [
    [sealed, /mode is "sealed"/],
    [
      { runtime: { name: "onnxruntime-web", version: "1.0.0", wasm: "0".repeat(64) } },
      /pins onnxruntime-web 1\.0\.0/,
    ],
    [{ version: 3 as 1 }, /manifest\.version: expected 1, got 3/],
  ];
  for (const [changes, expected] of cases) {
    const manifest = digestFromCid(await addManifest(world, changes));
    const c = await Competition.open(world, { manifest });
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
  assert.equal(enroll?.status, "failed");
  assert.match(enroll?.reason ?? "", /not enough money/);
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
