/** Sealed competitions on the chain, every tick by a miner that was just started (PROTOCOL.md sections 3 and 7). */
import assert from "node:assert/strict";
import { id } from "ethers/hash";
import { TOPICS } from "../core/chain/log_query.ts";
import type { Provider } from "../core/chain/rpc.ts";
import type { Call } from "../core/chain/types.ts";
import { explainError } from "../core/chain/errors.ts";
import { commitScoresCall, postBeaconCall } from "../core/chain/writes.ts";
import { drandRandomness } from "../core/seal/beacon.ts";
import { g1ToEip2537 } from "../core/seal/points.ts";
import { encodeRoundId } from "../core/protocol/codec.ts";
import type { Hex } from "../core/protocol/types.ts";
import { createDataSource, type DataSource } from "./data.ts";
import type { Evaluate } from "./evaluate.ts";
import { gateway } from "../core/ipfs/gateway.ts";
import { MemoryStore } from "../core/ipfs/store.ts";
import type { Log } from "./log.ts";
import { memoryScores } from "./scores_cache.ts";
import { constantModel, goodModel, labelsFile } from "./testing/models.ts";
import {
  Competition,
  type CompetitionChanges,
  type MinerChanges,
  serve,
  World,
} from "./testing/world.ts";

const MINERS = ["ann", "bob", "cyd"];
/** Selector of `beacon(uint256)`. */
const BEACON_CALL = id("beacon(uint256)").slice(0, 10);

/** A sealed competition in its submission phase. */
async function opened(world: World, changes: CompetitionChanges = {}): Promise<Competition> {
  const c = await Competition.open(world, { participants: 3, seal: {}, ...changes });
  await c.enroll(MINERS);
  await world.travelTo(c.terms.registrationEndsAt);
  return c;
}

/** Lets miners that were just started work until all is decided; what they were told goes over each of them. */
async function evaluateAll(
  world: World,
  c: Competition,
  changes: (name: string) => MinerChanges = () => ({}),
): Promise<void> {
  const { commitStartsAt, commitEndsAt } = await c.windows();
  for (const time of [commitStartsAt + 1_200, commitStartsAt + 1_500, commitEndsAt]) {
    await world.travelTo(time);
    await tickAll(world, changes);
  }
  await world.travelTo(commitEndsAt + 1_800);
  await tickAll(world, changes);
}

async function tickAll(world: World, changes: (name: string) => MinerChanges): Promise<void> {
  for (const name of MINERS) {
    const { outcomes, errors } = await (await world.miner(name, changes(name))).tick();
    assert.deepEqual([errors, outcomes.filter(({ status }) => status === "failed")], [[], []]);
  }
}

/** Posts the beacon that opens a competition, as anybody may. */
async function postBeacon({ world: { chain }, unsealRound: round }: Competition): Promise<void> {
  const signature = g1ToEip2537(chain.beacon.sign(round).signature);
  await chain.send(chain.accounts.at(-1)!, postBeaconCall(chain.contract, { round, signature }));
}

/** Settled scores with the number of agreeing evaluations. */
async function results(c: Competition): Promise<[number, number][]> {
  const { submissions } = await c.snapshot();
  return submissions.map(({ result }) => {
    assert.ok(result.state === "settled", result.state);
    return [result.score, result.agreeing];
  });
}

Deno.test("I12: a sealed round opens by the posted beacon alone, and for its authors alone", async (t) => {
  await using world = await World.start();
  const other = await Competition.open(world, { seal: {} });
  const c = await opened(world, { participants: 4 });
  const [ann, bob, cyd, dan] = [c.author(0), c.author(1), c.author(2), c.author(3)];
  const good = await c.seal(goodModel(), { author: ann });
  await c.submitAs(ann, await c.seal(constantModel(), { author: ann }));
  await c.submitAs(ann, good);
  // Everything else is worth nothing.
  const worthless: [Hex, Uint8Array][] = [
    [bob, good],
    [bob, goodModel()],
    [bob, crypto.getRandomValues(new Uint8Array(500))],
    [cyd, await c.seal(goodModel(), { author: cyd, round: c.unsealRound - 1 })],
    [cyd, await c.seal(goodModel(), { author: cyd, id: other.id })],
    [cyd, await c.seal(goodModel(), { author: cyd, chainId: 1 })],
    [dan, (await c.seal(goodModel(), { author: dan })).subarray(0, -1)],
    [dan, await c.seal(new TextEncoder().encode("no model"), { author: dan })],
    [dan, await c.seal(new Uint8Array(0), { author: dan })],
  ];
  for (const [author, payload] of worthless) await c.submitAs(author, payload);
  const { commitStartsAt } = await c.windows();

  await t.step(
    "before the beacon's time no relay has it and no miner can post or commit",
    async () => {
      await world.travelTo(commitStartsAt - 1);
      assert.equal((await fetch(`${world.at.relay}/public/${c.unsealRound}`)).status, 425);
      for (const name of MINERS) {
        const { outcomes } = await (await world.miner(name, { competitions: [c.id] })).tick();
        assert.deepEqual(outcomes, []);
        // Nor would the contract have taken it from them: neither the newest beacon there is nor scores.
        const { contract, beacon } = world.chain;
        const signature = g1ToEip2537(beacon.sign(c.unsealRound - 1).signature);
        const post = postBeaconCall(contract, { round: c.unsealRound, signature });
        assert.equal(await refusal(world, name, post), "DeML_BeaconInvalid");
        const roundId = encodeRoundId({ competition: c.id, epoch: 0, round: 0, attempt: 0 });
        const scores = {
          roundId,
          commitment: `0x${"11".repeat(32)}`,
          box: new Uint8Array(0),
        } as const;
        const commit = commitScoresCall(contract, scores);
        assert.equal(await refusal(world, name, commit), "DeML_TooEarly");
      }
      assert.equal((await c.snapshot()).beacons[0], undefined);
    },
  );
  await t.step(
    "with it all miners agree, without a transaction of an author or the host",
    async () => {
      const owners = [world.chain.accounts[0]!, ann, bob, cyd, dan];
      const before = await Promise.all(owners.map((address) => nonce(world, address)));
      await evaluateAll(world, c);
      assert.deepEqual(await results(c), [
        [33_333, 3],
        [96_000, 3],
        ...worthless.map(() => [0, 3]),
      ]);
      assert.deepEqual(await Promise.all(owners.map((address) => nonce(world, address))), before);
      const { competition } = await c.snapshot();
      assert.deepEqual([competition.status, competition.best], ["final", 1]);
    },
  );
});

/** Name of the error with which the contract refuses a miner's call. */
async function refusal(
  world: World,
  name: string,
  { to, data }: Call,
): Promise<string | undefined> {
  const { address: from } = world.sender(name);
  try {
    await world.request("eth_call", { from, to, data }, "latest");
  } catch (error) {
    return explainError(error).name;
  }
}

async function nonce(world: World, address: Hex): Promise<unknown> {
  return await world.request("eth_getTransactionCount", address, "latest");
}

Deno.test("a sealed payload is worth nothing in an open competition", async () => {
  await using world = await World.start();
  const c = await Competition.open(world);
  await c.enroll(MINERS);
  await world.travelTo(c.terms.registrationEndsAt);
  await c.submitAs(c.author(0), goodModel());
  await c.submitAs(c.author(1), await c.seal(goodModel(), { author: c.author(1) }));
  await evaluateAll(world, c);
  assert.deepEqual(await results(c), [[96_000, 3], [0, 3]]);
});

Deno.test("on a false test set all miners score by the first training rows, and say so", async () => {
  await using world = await World.start();
  const faults: [NonNullable<CompetitionChanges["seal"]>, RegExp][] = [
    [{ seal: (plain) => world.seal(plain, { round: 5 }) }, /does not open the key box/],
    [{ seal: (plain) => Promise.resolve(plain) }, /sealed bytes are at least 193/],
    [{ labels: labelsFile(149, { odd: 6 }) }, /expected 150 rows, got 149/],
  ];
  for (const [seal, why] of faults) {
    const c = await opened(world, { seal });
    for (const [i, packed] of [goodModel(), constantModel()].entries()) {
      await c.submitAs(c.author(i), await c.seal(packed, { author: c.author(i) }));
    }
    const told: [string, string][] = [];
    await evaluateAll(world, c, (name) => ({
      log: ((_, event, fields) => {
        if (event.startsWith("the test set is false")) told.push([name, `${fields?.why}`]);
      }) satisfies Log,
    }));
    // The training set has no odd rows.
    assert.deepEqual(await results(c), [[100_000, 3], [33_333, 3]]);
    assert.deepEqual([...new Set(told.map(([name]) => name))].sort(), MINERS);
    for (const [, text] of told) assert.match(text, why);
  }
});

Deno.test("a test set of another size than stated keeps our miners out, and is false for those who are in", async () => {
  await using world = await World.start();
  const c = await Competition.open(world, {
    participants: 1,
    seal: {
      changes: ({ test }) => {
        assert.ok("labels" in test);
        return { test: { ...test, labels: { ...test.labels, bytes: test.labels.bytes - 1 } } };
      },
    },
  });
  const { bond } = c.terms;
  const [enroll] = (await (await world.miner("ann", { maxBond: bond })).tick()).outcomes;
  assert.equal(enroll?.status, "declined");
  assert.match(enroll?.reason ?? "", /sealed file \w+: expected 350 bytes, got 351/);
  for (const name of MINERS) {
    const data = { ...sourceOf(world.at.gateway), keep: () => Promise.resolve() };
    await (await world.miner(name, { maxBond: bond, data })).tick();
  }
  await world.travelTo(c.terms.registrationEndsAt);
  await c.submitAs(c.author(0), await c.seal(goodModel(), { author: c.author(0) }));
  await evaluateAll(world, c);
  assert.deepEqual(await results(c), [[100_000, 3]]);
});

function sourceOf(url: string, store = new MemoryStore()): DataSource {
  return createDataSource({ gateways: [url], store, maxBytes: 2 ** 20 });
}

Deno.test("a host that takes its files away after enrolment stops nobody: miners serve what they keep", async () => {
  await using world = await World.start();
  await using stack = new AsyncDisposableStack();
  const c = await Competition.open(world, { participants: 1, seal: {} });
  let here = true;
  const serving = gateway(world.store);
  const host = serve(
    (request) => here ? serving(request) : new Response(null, { status: 404 }),
    stack,
  );
  const stores = new Map(MINERS.map((name) => [name, new MemoryStore()]));
  const { bond } = c.terms;
  for (const [name, store] of stores) {
    const data = sourceOf(host, store);
    await (await world.miner(name, { maxBond: bond, data })).tick();
  }
  here = false;
  await world.travelTo(c.terms.registrationEndsAt);
  await c.submitAs(c.author(0), await c.seal(goodModel(), { author: c.author(0) }));

  const { commitStartsAt } = await c.windows();
  await world.travelTo(commitStartsAt + 600);
  await postBeacon(c);
  // Ann has lost her folder.
  const without = await world.miner("ann", { data: sourceOf(host) });
  const [commit] = (await without.tick()).outcomes;
  assert.deepEqual([commit?.action, commit?.status], ["commit", "declined"]);
  assert.match(commit?.reason ?? "", /^no commit without the test set: Cannot read .* HTTP 404/);
  const fromBob = serve(gateway(stores.get("bob")!, { deserialized: false }), stack);
  await evaluateAll(world, c, (name) => ({
    data: name === "ann" ? sourceOf(fromBob) : sourceOf(host, stores.get(name)!),
  }));
  assert.deepEqual(await results(c), [[96_000, 3]]);
});

Deno.test("a signature that is not the posted beacon's opens nothing", async () => {
  await using world = await World.start();
  const c = await opened(world);
  await c.submitAs(c.author(0), await c.seal(goodModel(), { author: c.author(0) }));
  await world.travelTo((await c.windows()).commitEndsAt - 60);
  await postBeacon(c);
  const { provider } = world.chain;
  // A node that lies about state and events alike: only the contract's key tells.
  const forged = world.chain.beacon.sign(c.unsealRound + 1).signature;
  const liar = lyingNode(provider, forged);
  const [commit] = (await (await world.miner("ann", { provider: liar })).tick()).outcomes;
  assert.equal(commit?.status, "declined");
  assert.match(commit?.reason ?? "", /no commit without the test set: .*not this network's/);
  assert.equal((await (await world.miner("ann")).tick()).outcomes[0]?.status, "done");
});

Deno.test("a failure to open a payload on this machine is never a score", async () => {
  await using world = await World.start();
  const c = await opened(world);
  await c.submitAs(c.author(0), await c.seal(goodModel(), { author: c.author(0) }));
  await world.travelTo((await c.windows()).commitStartsAt + 1_200);
  await postBeacon(c);
  const real = sourceOf(world.at.gateway);
  const data: DataSource = {
    ...real,
    // No point of the curve: opening fails before it looks at the payload.
    testSet: async (of, signature) => ({
      ...await real.testSet(of, signature),
      signature: new Uint8Array(48),
    }),
  };
  const [commit] = (await (await world.miner("ann", { data })).tick()).outcomes;
  assert.deepEqual([commit?.action, commit?.status], ["commit", "declined"]);
  assert.match(commit?.reason ?? "", /^1 of 1 submissions could not be evaluated yet/);
});

/** Shows another signature as the posted beacon's, with the randomness that it has. */
function lyingNode(provider: Provider, signature: Uint8Array): Provider {
  const randomness = drandRandomness(signature).subarray(0, 27).toHex();
  return {
    async request(call) {
      const answer = await provider.request(call);
      const [{ topics, data } = {}] = (call.params ?? []) as { topics?: Hex[]; data?: Hex }[];
      if (call.method === "eth_getLogs" && topics?.[0] === TOPICS.BeaconPosted) {
        const [log] = answer as { data: Hex }[];
        return [{
          ...log,
          data: `${log!.data.slice(0, 2 + 128)}${g1ToEip2537(signature).toHex()}`,
        }];
      }
      if (call.method === "eth_call" && data?.startsWith(BEACON_CALL)) {
        return `0x${randomness}${(answer as Hex).slice(2 + 54)}`;
      }
      return answer;
    },
  };
}

Deno.test("a score that is kept for a sealed payload is none for another author's copy of it", async () => {
  await using world = await World.start();
  const c = await Competition.open(world, { participants: 3, seal: {} });
  await c.enroll(MINERS);
  await world.travelTo(c.terms.registrationEndsAt);
  const original = await c.seal(goodModel(), { author: c.author(0) });
  await c.submitAs(c.author(0), original);
  await c.submitAs(c.author(1), original);
  await c.submitAs(c.author(2), await c.seal(goodModel(1), { author: c.author(2) }));
  const { commitStartsAt } = await c.windows();
  await world.travelTo(commitStartsAt + 1_200);
  await (await world.miner("bob")).tick();

  const scores = memoryScores();
  const kept: [string, number][] = [];
  const watched = {
    get: scores.get,
    put(key: Parameters<typeof scores.put>[0], score: number) {
      kept.push([key.payload, score]);
      return scores.put(key, score);
    },
  };
  const third = goodModel(1).toHex();
  const evaluate: Evaluate = (packed) =>
    packed.toHex() === third
      ? Promise.reject(new Error("no memory here"))
      : Promise.resolve({ score: 96_000 });
  const parts = { scores: watched, everySecs: 60 };
  // The first tick finishes original and copy, and is to try again for the third.
  const [first] = (await (await world.miner("ann", { ...parts, evaluate })).tick()).outcomes;
  assert.equal(first?.status, "declined");
  assert.deepEqual(kept.map(([, score]) => score).sort(), [0, 96_000]);
  assert.equal(new Set(kept.map(([payload]) => payload)).size, 1, "the bytes are the same");
  // The second has both from the cache.
  const again: Evaluate = () => Promise.resolve({ score: 96_000 });
  const [second] =
    (await (await world.miner("ann", { ...parts, evaluate: again })).tick()).outcomes;
  assert.equal(second?.status, "done");
  for (const name of ["bob", "cyd"]) {
    await (await world.miner(name, { evaluate: again })).tick();
  }
  const { commitEndsAt } = await c.windows();
  await world.travelTo(commitEndsAt);
  for (const name of MINERS) await (await world.miner(name)).tick();
  await world.travelTo(commitEndsAt + 1_800);
  for (const name of MINERS) await (await world.miner(name)).tick();
  const { submissions } = await c.snapshot();
  assert.deepEqual(submissions.map(({ result }) => result), [
    { state: "settled", score: 96_000, agreeing: 3 },
    { state: "settled", score: 0, agreeing: 3 },
    { state: "settled", score: 96_000, agreeing: 3 },
  ]);
});
