import assert from "node:assert/strict";
import { type Manifest, parseManifest } from "../core/dataset/manifest.ts";
import { addFile } from "../core/ipfs/add.ts";
import { digestFromCid } from "../core/ipfs/cid.ts";
import { gateway } from "../core/ipfs/gateway.ts";
import { MemoryStore } from "../core/ipfs/store.ts";
import { checkSupported, createDataSource, type DataOptions } from "./data.ts";
import { addDataset } from "./testing/models.ts";
import { serve } from "./testing/world.ts";

/** A gateway with the small data set, and a source that asks it. */
async function open(
  { changes = {}, ...options }: Partial<DataOptions> & { changes?: Partial<Manifest> } = {},
) {
  const stack = new AsyncDisposableStack();
  const host = new MemoryStore();
  const cid = await addDataset(host, changes);
  const requests: string[] = [];
  const serving = gateway(host);
  const url = serve((request) => {
    requests.push(new URL(request.url).pathname);
    return serving(request);
  }, stack);
  const store = new MemoryStore();
  const source = createDataSource({ gateways: [url], store, maxBytes: 2 ** 20, ...options });
  return {
    source,
    store,
    host,
    url,
    requests,
    digest: digestFromCid(cid),
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}

Deno.test("the test set comes through a gateway once, however many ask for it", async () => {
  await using world = await open();
  const all = await Promise.all([1, 2, 3].map(() => world.source.testSet(world.digest)));
  for (const { dataset, manifest } of all) {
    assert.equal(dataset, all[0]!.dataset);
    assert.deepEqual([dataset.rows, dataset.features], [150, 4]);
    assert.equal(manifest.name, "largest of three");
  }
  assert.equal(new Set(world.requests).size, world.requests.length);
});

Deno.test("what was fetched is kept: another source on the same store needs no gateway", async () => {
  await using world = await open();
  await world.source.testSet(world.digest);
  const { store, digest } = world;
  const gateways = ["http://127.0.0.1:1"];
  const again = createDataSource({ gateways, store, maxBytes: 2 ** 20 });
  assert.equal((await again.testSet(digest)).dataset.rows, 150);
});

Deno.test("keep() fetches the training set too, to serve it", async () => {
  const train = new TextEncoder().encode("training rows");
  const host = new MemoryStore();
  const cid = await addFile(train, host);
  const file = { cid: `${cid}`, bytes: train.length };
  const part = { format: "idx", rows: 1, inputs: file, labels: file } as const;
  await using world = await open({ changes: { train: part } });
  await world.host.put(cid, train);
  await world.source.testSet(world.digest);
  assert.equal(await world.store.has(cid), false);
  await world.source.keep(world.digest);
  assert.equal(await world.store.has(cid), true);
});

Deno.test("a gateway that lies is found out, and another one asked", async () => {
  await using stack = new AsyncDisposableStack();
  const headers = { "content-type": "application/vnd.ipld.raw" };
  const liar = serve(() => new Response("not what you asked for", { headers }), stack);
  await using honest = await open();
  const events: string[] = [];
  const source = createDataSource({
    gateways: [liar, honest.url],
    store: new MemoryStore(),
    maxBytes: 2 ** 20,
    onEvent: ({ kind, gateway }) => events.push(`${kind} ${gateway === liar}`),
  });
  assert.equal((await source.testSet(honest.digest)).dataset.rows, 150);
  assert.ok(events.includes("lied true") && events.includes("served false"));
  const alone = createDataSource({ gateways: [liar], store: new MemoryStore(), maxBytes: 2 ** 20 });
  await assert.rejects(alone.testSet(honest.digest), { name: "RetrievalError", message: /lied/ });
});

Deno.test("what could not be had is asked for again", async () => {
  await using stack = new AsyncDisposableStack();
  const host = new MemoryStore();
  const digest = digestFromCid(await addDataset(host));
  const serving = gateway(host);
  let down = true;
  const url = serve(
    (request) => down ? new Response(null, { status: 503 }) : serving(request),
    stack,
  );
  const source = createDataSource({ gateways: [url], store: new MemoryStore(), maxBytes: 2 ** 20 });
  await assert.rejects(source.testSet(digest), { name: "RetrievalError" });
  down = false;
  assert.equal((await source.testSet(digest)).dataset.rows, 150);
});

Deno.test("competitions that cannot be evaluated as everybody would are refused, before their data are fetched", async () => {
  const cases: [Partial<DataOptions> & { changes?: Partial<Manifest> }, RegExp][] = [
    [
      { changes: { runtime: { name: "onnxruntime-web", version: "9.9.9", wasm: "0".repeat(64) } } },
      /pins onnxruntime-web 9\.9\.9/,
    ],
    [{ maxBytes: 4_000 }, /the data take \d+ bytes, over the 4000/],
  ];
  for (const [options, expected] of cases) {
    await using world = await open(options);
    await assert.rejects(world.source.testSet(world.digest), {
      name: "RangeError",
      message: expected,
    });
    await assert.rejects(world.source.keep(world.digest), { message: expected });
    assert.equal(world.requests.length, 1, "the manifest and nothing else");
  }
});

Deno.test("a sealed competition is refused by its mode", async () => {
  const store = new MemoryStore();
  const cid = await addDataset(store);
  const manifest = parseManifest((await store.get(cid))!);
  const limits = { maxBytes: 2 ** 30 };
  checkSupported(manifest, limits);
  assert.throws(
    () => checkSupported({ ...manifest, mode: "sealed" }, limits),
    /"sealed".*"open" only/,
  );
});

Deno.test("wrong manifests and data name what is wrong", async () => {
  await using world = await open();
  const text = new TextEncoder();
  const add = async (content: string) =>
    digestFromCid(await addFile(text.encode(content), world.host));
  await assert.rejects(world.source.testSet(await add("{")), { name: "InvalidManifest" });
  const wrong = await add(JSON.stringify({ version: 2 }));
  await assert.rejects(world.source.testSet(wrong), {
    message: /^manifest\.version: expected 1, got 2$/,
  });
  const { manifest } = await world.source.testSet(world.digest);
  const test = { ...manifest.test, rows: 149 };
  const short = await add(JSON.stringify({ ...manifest, test }));
  await assert.rejects(world.source.testSet(short), { name: "InvalidData" });
});

Deno.test("only the last two test sets stay in memory", async () => {
  await using world = await open();
  const digests = [world.digest];
  for (const name of ["two", "three"]) {
    digests.push(digestFromCid(await addDataset(world.host, { name })));
  }
  const first = await world.source.testSet(digests[0]!);
  for (const digest of digests.slice(1)) await world.source.testSet(digest);
  assert.notEqual((await world.source.testSet(digests[0]!)).dataset, first.dataset);
  const [again, once] = [
    await world.source.testSet(digests[0]!),
    await world.source.testSet(digests[0]!),
  ];
  assert.equal(again.dataset, once.dataset);
});
