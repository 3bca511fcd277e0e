import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { encode, prepare } from "@ipld/dag-pb";
import { UnixFS } from "ipfs-unixfs";
import { CID } from "multiformats/cid";
import { create as createMultihash } from "multiformats/hashes/digest";
import {
  encodeManifest,
  type Manifest,
  parseManifest,
  type Part,
} from "../core/dataset/manifest.ts";
import { filesOf } from "../core/dataset/test_set.ts";
import { addFile } from "../core/ipfs/add.ts";
import {
  type Cid,
  cidFromDigest,
  DAG_PB,
  digestFromCid,
  parseCid,
  rawCid,
  SHA2_256,
} from "../core/ipfs/cid.ts";
import { gateway } from "../core/ipfs/gateway.ts";
import { MemoryStore } from "../core/ipfs/store.ts";
import type { Hex } from "../core/protocol/types.ts";
import { localBeacon } from "../core/seal/local_beacon.ts";
import { NO_CONTEXT, seal } from "../core/seal/sealed.ts";
import {
  checkSupported,
  createDataSource,
  type DataOptions,
  type DataSource,
  type TestSet,
} from "./data.ts";
import { RecentStore } from "./recent_store.ts";
import { addDataset, addSealedDataset, labelsFile, type SealedDataset } from "./testing/models.ts";
import { serve } from "./testing/world.ts";

const BEACON = localBeacon(new Uint8Array(32).fill(3), { genesis: 0, period: 3 });

/** Seals files of test sets to a round. */
function sealTo(round: number): (plain: Uint8Array) => Promise<Uint8Array> {
  const { publicKey } = BEACON.network;
  return (plain) => seal(plain, { round, publicKey, context: NO_CONTEXT });
}

function signatureOf(round: number): () => Promise<Uint8Array> {
  return () => Promise.resolve(BEACON.sign(round).signature);
}

/** The test set of an open competition: no beacon is asked for. */
function load(source: DataSource, manifest: Hex): Promise<TestSet> {
  const signature = () => Promise.reject(new Error("asked for a beacon"));
  return source.testSet({ manifest, epochs: 1 }, signature);
}

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
  const all = await Promise.all([1, 2, 3].map(() => load(world.source, world.digest)));
  for (const { dataset, manifest } of all) {
    assert.equal(dataset, all[0]!.dataset);
    assert.deepEqual([dataset.rows, dataset.features], [150, 4]);
    assert.equal(manifest.name, "largest of three");
  }
  assert.equal(new Set(world.requests).size, world.requests.length);
});

Deno.test("what was fetched is kept: another source on the same store needs no gateway", async () => {
  await using world = await open();
  await load(world.source, world.digest);
  const { store, digest } = world;
  const gateways = ["http://127.0.0.1:1"];
  const again = createDataSource({ gateways, store, maxBytes: 2 ** 20 });
  assert.equal((await load(again, digest)).dataset.rows, 150);
});

Deno.test("keep() fetches the training set too, to serve it", async () => {
  const train = new TextEncoder().encode("training rows");
  const host = new MemoryStore();
  const cid = await addFile(train, host);
  const file = { cid: `${cid}`, bytes: train.length };
  const part = { format: "idx", rows: 1, inputs: file, labels: file } as const;
  await using world = await open({ changes: { train: part } });
  await world.host.put(cid, train);
  await load(world.source, world.digest);
  assert.equal(await world.store.has(cid), false);
  await world.source.keep({ manifest: world.digest, epochs: 1 });
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
  assert.equal((await load(source, honest.digest)).dataset.rows, 150);
  assert.ok(events.includes("lied true") && events.includes("served false"));
  const alone = createDataSource({ gateways: [liar], store: new MemoryStore(), maxBytes: 2 ** 20 });
  await assert.rejects(load(alone, honest.digest), { name: "RetrievalError", message: /lied/ });
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
  await assert.rejects(load(source, digest), { name: "RetrievalError" });
  down = false;
  assert.equal((await load(source, digest)).dataset.rows, 150);
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
    await assert.rejects(load(world.source, world.digest), {
      name: "RangeError",
      message: expected,
    });
    await assert.rejects(world.source.keep({ manifest: world.digest, epochs: 1 }), {
      message: expected,
    });
    assert.equal(world.requests.length, 1, "the manifest and nothing else");
  }
});

Deno.test("a sealed competition is refused if it has several epochs", async () => {
  const store = new MemoryStore();
  const cid = await addSealedDataset(store, { seal: sealTo(1) });
  const manifest = parseManifest((await store.get(cid))!);
  checkSupported(manifest, { maxBytes: 2 ** 30, epochs: 1 });
  checkSupported({ ...manifest, mode: "open" }, { maxBytes: 2 ** 30, epochs: 2 });
  assert.throws(() => checkSupported(manifest, { maxBytes: 2 ** 30, epochs: 2 }), {
    name: "RangeError",
    message: /is sealed and has 2 epochs: expected 1/,
  });
});

Deno.test("a sealed test set counts as it is and opened, and the training set that may stand in", async () => {
  const store = new MemoryStore();
  const cid = await addSealedDataset(store, { seal: sealTo(1) });
  const manifest = parseManifest((await store.get(cid))!);
  // IDX: 12 bytes before the inputs, 8 before the labels; sealing adds 193 to each file.
  const sealed = (12 + 600 + 193) + (8 + 150 + 193);
  const train = (12 + 640) + (8 + 160);
  const bytes = sealed + train + 600 * 5 + 4 * sealed + 640;
  checkSupported(manifest, { maxBytes: bytes, epochs: 1 });
  assert.throws(
    () => checkSupported(manifest, { maxBytes: bytes - 1, epochs: 1 }),
    new RegExp(`the data take ${bytes} bytes`),
  );
});

/** A gateway with the small data set, its test part sealed for the beacon's round 9. */
async function openSealed(sealed: Partial<SealedDataset> = {}) {
  const world = await open();
  const cid = await addSealedDataset(world.host, { seal: sealTo(9), ...sealed });
  const { test, train } = parseManifest((await world.host.get(cid))!);
  return {
    ...world,
    of: { manifest: digestFromCid(cid), epochs: 1 },
    cids: { test: cidsOf(test), train: cidsOf(train!) },
  };
}

function cidsOf(part: Part): Cid[] {
  return filesOf(part).map(({ cid }) => parseCid(cid));
}

Deno.test("keep() fetches sealed files as they are, and the training set, and asks for no beacon", async () => {
  await using world = await openSealed();
  await world.source.keep(world.of);
  for (const cid of [...world.cids.test, ...world.cids.train]) {
    assert.deepEqual(await world.store.get(cid), await world.host.get(cid));
  }
});

Deno.test("what was kept sealed opens when the host is gone", async () => {
  await using world = await openSealed();
  await world.source.keep(world.of);
  const gateways = ["http://127.0.0.1:1"];
  const source = createDataSource({ gateways, store: world.store, maxBytes: 2 ** 20 });
  const { dataset, fault, signature } = await source.testSet(world.of, signatureOf(9));
  assert.deepEqual([dataset.rows, fault], [150, undefined]);
  assert.deepEqual(signature, await signatureOf(9)());
});

Deno.test("keep() refuses sealed files of a wrong size, and a training set that could not stand in", async () => {
  const wrongSize: [number, RegExp][] = [[-1, /expected 350 bytes, got 351/], [
    1,
    /expected 352 bytes, got 351/,
  ]];
  for (const [more, message] of wrongSize) {
    await using world = await openSealed({ changes: resized(more) });
    await assert.rejects(world.source.keep(world.of), { name: "InvalidData", message });
  }
  await using world = await openSealed({
    changes: ({ train }) => ({ train: { ...train!, rows: 161 } }),
  });
  await assert.rejects(world.source.keep(world.of), {
    name: "InvalidData",
    message: "train labels: expected 161 rows, got 160",
  });
});

Deno.test("of a false test set the first rows of the training set stand in", async () => {
  const cases: [Partial<SealedDataset>, RegExp][] = [
    [{ seal: sealTo(8) }, /sealed file \w+: the signature does not open/],
    [{ seal: (plain) => Promise.resolve(plain) }, /sealed bytes are at least 193|begin with/],
    [{ labels: labelsFile(149, { odd: 6 }) }, /test labels: expected 150 rows, got 149/],
    [{ changes: resized(1) }, /expected 352 bytes, got 351/],
    [{ changes: resized(-1) }, /expected 350 bytes, got 351/],
    [{ changes: redigested }, /test labels: expected content with SHA-256 0{64}/],
  ];
  for (const [sealed, message] of cases) {
    await using world = await openSealed(sealed);
    const { dataset, fault } = await world.source.testSet(world.of, signatureOf(9));
    assert.equal(fault?.name, "InvalidData");
    assert.match(fault.message, message);
    assert.equal(dataset.rows, 150);
    assert.deepEqual([...dataset.labels.subarray(0, 4)], [0, 1, 2, 0], "no odd rows at the start");
  }
});

Deno.test("keep() reads everything once, however many ticks ask for it", async () => {
  await using world = await openSealed();
  await Promise.all([1, 2, 3].map(() => world.source.keep(world.of)));
  assert.equal(new Set(world.requests).size, world.requests.length);
  const { length } = world.requests;
  world.store.get = () => assert.fail("it read again");
  await world.source.keep(world.of);
  assert.equal(world.requests.length, length);
});

Deno.test("in memory, what keep() promised stays, and what has no room is not promised", async () => {
  await using world = await openSealed();
  const files = [cidFromDigest(world.of.manifest), ...world.cids.test, ...world.cids.train];
  const held = () => Promise.all(files.map((cid) => store.has(cid)));
  let store = new RecentStore({ maxBytes: 4_000 });
  const source = createDataSource({ gateways: [world.url], store, maxBytes: 2 ** 20 });
  await source.keep(world.of);
  assert.deepEqual(await held(), files.map(() => true));
  // An open competition's data pass through; there is no room to keep them.
  const { dataset } = await load(source, world.digest);
  assert.equal(dataset.rows, 150);
  await assert.rejects(source.keep({ manifest: world.digest, epochs: 1 }), {
    name: "RangeError",
    message: /over 4000 bytes: set DEML_CACHE to a folder$/,
  });
  assert.deepEqual(await held(), files.map(() => true));
  // Nor does a part stay of what did not fit.
  store = new RecentStore({ maxBytes: 2_500 });
  const small = createDataSource({ gateways: [world.url], store, maxBytes: 2 ** 20 });
  await assert.rejects(small.keep(world.of), { name: "RangeError" });
  await small.keep({ manifest: world.digest, epochs: 1 });
});

Deno.test("a sealed file is judged by the size that its root states, however many blocks are below", async () => {
  await using world = await openSealed();
  const cid = await addEmptyBlocks(world.host);
  const manifest = parseManifest((await world.host.get(cidFromDigest(world.of.manifest)))!);
  assert.ok("labels" in manifest.test);
  const labels = { ...manifest.test.labels, cid: `${cid}` };
  const changed = { ...manifest, test: { ...manifest.test, labels } };
  const root = await addFile(encodeManifest(changed), world.host);
  const of = { manifest: digestFromCid(root), epochs: 1 };
  const { get } = world.store;
  let reads = 0;
  world.store.get = (cid) => {
    reads++;
    return get.call(world.store, cid);
  };
  await assert.rejects(world.source.keep(of), {
    name: "InvalidData",
    message: /expected 351 bytes, got 536870912$/,
  });
  const { fault } = await world.source.testSet(of, signatureOf(9));
  assert.match(fault?.message ?? "", /expected 351 bytes, got 536870912$/);
  assert.ok(reads < 50, `${reads} blocks read`);
});

/** A file of 512 MiB of zeros, after ten thousand empty blocks. */
async function addEmptyBlocks(store: MemoryStore): Promise<Cid> {
  async function add(parts: [Cid, number][]): Promise<Cid> {
    const blockSizes = parts.map(([, size]) => BigInt(size));
    const data = new UnixFS({ type: "file", blockSizes }).marshal();
    const links = parts.map(([Hash]) => ({ Hash, Tsize: 0, Name: "" }));
    const block = encode(prepare({ Data: data, Links: links }));
    const hash = createMultihash(
      SHA2_256,
      new Uint8Array(createHash("sha256").update(block).digest()),
    );
    const cid = CID.createV1(DAG_PB, hash);
    await store.put(cid, block);
    return cid;
  }
  const empty = await addFile(new Uint8Array(0), store);
  const zeros = new Uint8Array(2 ** 20);
  const full = await rawCid(zeros);
  await store.put(full, zeros);
  const inner = await add(Array.from({ length: 10_000 }, () => [empty, 0]));
  return await add([
    [inner, 0],
    ...Array.from({ length: 512 }, () => [full, 2 ** 20] as [Cid, number]),
  ]);
}

Deno.test("nothing stands in for a sealed test set that is not to be had, or cannot be read here", async () => {
  await using stack = new AsyncDisposableStack();
  await using world = await openSealed();
  const [inputs, labels] = world.cids.test.map(String);
  const serving = gateway(world.host);
  for (const missing of [inputs!, labels!]) {
    const url = serve(
      (request) =>
        request.url.includes(missing) ? new Response(null, { status: 404 }) : serving(request),
      stack,
    );
    const source = createDataSource({
      gateways: [url],
      store: new MemoryStore(),
      maxBytes: 2 ** 20,
    });
    await assert.rejects(source.testSet(world.of, signatureOf(9)), { name: "RetrievalError" });
  }
  const full = new MemoryStore();
  full.put = () => Promise.reject(new Deno.errors.PermissionDenied("disk full"));
  const source = createDataSource({ gateways: [world.url], store: full, maxBytes: 2 ** 20 });
  await assert.rejects(source.testSet(world.of, signatureOf(9)), { message: "disk full" });
  const noSignature = () => Promise.resolve(new Uint8Array(48));
  await assert.rejects(world.source.testSet(world.of, noSignature), { name: "RangeError" });
});

Deno.test("one manifest opens by one beacon, whatever other competition it stands in", async () => {
  await using world = await openSealed();
  const right = await world.source.testSet(world.of, signatureOf(9));
  const other = await world.source.testSet(world.of, signatureOf(10));
  assert.equal(right.fault, undefined);
  assert.match(other.fault?.message ?? "", /does not open/);
  const again = await world.source.testSet(world.of, signatureOf(9));
  assert.equal(again.dataset, right.dataset);
});

/** Says that the file of the labels is larger or smaller than it is. */
function resized(more: number) {
  return ({ test }: Manifest): Partial<Manifest> => {
    assert.ok("labels" in test);
    return { test: { ...test, labels: { ...test.labels, bytes: test.labels.bytes + more } } };
  };
}

function redigested({ test }: Manifest): Partial<Manifest> {
  assert.ok("labels" in test);
  return { test: { ...test, labels: { ...test.labels, sha256: "0".repeat(64) } } };
}

Deno.test("wrong manifests and data name what is wrong", async () => {
  await using world = await open();
  const text = new TextEncoder();
  const add = async (content: string) =>
    digestFromCid(await addFile(text.encode(content), world.host));
  await assert.rejects(load(world.source, await add("{")), { name: "InvalidManifest" });
  const wrong = await add(JSON.stringify({ version: 2 }));
  await assert.rejects(load(world.source, wrong), {
    message: /^manifest\.version: expected 1, got 2$/,
  });
  const { manifest } = await load(world.source, world.digest);
  const test = { ...manifest.test, rows: 149 };
  const short = await add(JSON.stringify({ ...manifest, test }));
  await assert.rejects(load(world.source, short), { name: "InvalidData" });
});

Deno.test("only the last two test sets stay in memory", async () => {
  await using world = await open();
  const digests = [world.digest];
  for (const name of ["two", "three"]) {
    digests.push(digestFromCid(await addDataset(world.host, { name })));
  }
  const first = await load(world.source, digests[0]!);
  for (const digest of digests.slice(1)) await load(world.source, digest);
  assert.notEqual((await load(world.source, digests[0]!)).dataset, first.dataset);
  const [again, once] = [
    await load(world.source, digests[0]!),
    await load(world.source, digests[0]!),
  ];
  assert.equal(again.dataset, once.dataset);
});
