/** The verified reader among gateways that mean well. Those that do not are in read_hostile_test.ts. */
import { deepEqual, equal, ok, rejects } from "node:assert/strict";
import { importFile } from "ipfs-unixfs-importer";
import { fixedSize } from "ipfs-unixfs-importer/chunker";
import { balanced } from "ipfs-unixfs-importer/layout";
import { CID } from "multiformats/cid";
import { create as createMultihash } from "multiformats/hashes/digest";
import { addFile, addFolder } from "./add.ts";
import { cidFromDigest, digestFromCid, rawCid } from "./cid.ts";
import { gateway } from "./gateway.ts";
import { collect, seededBytes, serve, stored, without } from "./testing.ts";
import { cat, type GatewayEvent, read, resolve, RetrievalError } from "./read.ts";
import { MemoryStore } from "./store.ts";

const FILE = seededBytes("ten blocks", 10_000_000);
const MAX = { maxBytes: FILE.length };

Deno.test("read() takes one CAR request for a file on an honest gateway", async () => {
  const { cid, store } = await stored(FILE);
  await using server = serve(gateway(store));
  const events: GatewayEvent[] = [];
  const options = {
    gateways: [server.url],
    ...MAX,
    onEvent: (event: GatewayEvent) => events.push(event),
  };
  deepEqual(await read(cid, options), FILE);
  deepEqual(server.requests, [
    `/ipfs/${cid}?format=car&dag-scope=entity&car-order=dfs&car-dups=y`,
  ]);
  equal(events.length, 1);
  equal(events[0]!.kind, "served");
  ok(events[0]!.detail.startsWith("11 blocks, 1000"), events[0]!.detail);
});

Deno.test("cat() streams the same bytes block by block", async () => {
  const { cid, store } = await stored(FILE);
  await using server = serve(gateway(store));
  const pieces: number[] = [];
  for await (const piece of cat(cid, { gateways: [server.url], ...MAX })) pieces.push(piece.length);
  deepEqual(pieces, [...Array(9).fill(1_048_576), FILE.length - 9 * 1_048_576]);
  deepEqual(await collect(cat(cid, { gateways: [`${server.url}/ipfs/`], ...MAX })), FILE);
});

Deno.test("read() finds a manifest by its digest, with one request for its one block", async () => {
  const manifest = new TextEncoder().encode('{"version":1}');
  const { cid, store } = await stored(manifest);
  await using server = serve(gateway(store));
  const found = await read(cidFromDigest(digestFromCid(cid)), {
    gateways: [server.url],
    maxBytes: 65_536,
  });
  deepEqual(found, manifest);
  deepEqual(server.requests, [`/ipfs/${cid}?format=raw`]);
});

Deno.test("read() reads an empty file, and one that is its own CID", async () => {
  const { cid, store } = await stored(new Uint8Array(0));
  await using server = serve(gateway(store));
  const options = { gateways: [server.url], maxBytes: 10 };
  equal((await read(cid, options)).length, 0);
  const inline = CID.createV1(0x55, createMultihash(0, Uint8Array.from([1, 2, 3])));
  deepEqual(await read(inline, options), Uint8Array.from([1, 2, 3]));
  equal(server.requests.length, 1);
});

Deno.test("read() reads files of other profiles: dag-pb leaves, repeated blocks, three levels", async () => {
  const store = new MemoryStore();
  const blocks = {
    async put(cid: CID, bytes: unknown) {
      await store.put(cid, bytes as Uint8Array);
      return cid;
    },
  };
  const content = new Uint8Array(60_000_000);
  content.set(FILE, 30_000_000);
  const { cid } = await importFile({ content }, blocks, { profile: "unixfs-v0-2015" });
  await using server = serve(gateway(store));
  deepEqual(
    await read(CID.parse(`${cid}`), { gateways: [server.url], maxBytes: 60_000_000 }),
    content,
  );
  equal(server.requests.length, 1);
});

Deno.test("read() keeps what it fetched in a store, and asks nobody for it again", async () => {
  const { cid, store: theirs } = await stored(FILE);
  await using server = serve(gateway(theirs));
  const store = new MemoryStore();
  const options = { gateways: [server.url], ...MAX, store };
  deepEqual(await read(cid, options), FILE);
  equal(store.size, theirs.size);
  deepEqual(await read(cid, options), FILE);
  equal(server.requests.length, 1);
  // What was kept can be served in turn.
  await using ours = serve(gateway(store));
  deepEqual(await read(cid, { gateways: [ours.url], ...MAX }), FILE);
});

Deno.test("read() asks only for what its store lacks, from there on in one request", async () => {
  const { cid, store: theirs } = await stored(FILE);
  await using server = serve(gateway(theirs));
  const store = new MemoryStore();
  for await (const _ of cat(cid, { gateways: [server.url], ...MAX, store })) {
    if (store.size === 4) break; // the root and three leaves
  }
  deepEqual(await read(cid, { gateways: [server.url], ...MAX, store }), FILE);
  equal(server.requests.length, 2);
  ok(server.requests[1]!.endsWith(`&entity-bytes=${3 * 1_048_576}:*`), server.requests[1]);
});

Deno.test("read() replaces a damaged block of its store", async () => {
  const { cid, store: theirs } = await stored(FILE.subarray(0, 100));
  await using server = serve(gateway(theirs));
  const kept = new Map([[`${cid}`, new Uint8Array(100)]]);
  const store = {
    get: (part: { toString(): string }) => Promise.resolve(kept.get(`${part}`)),
    has: (part: { toString(): string }) => Promise.resolve(kept.has(`${part}`)),
    put: (part: { toString(): string }, block: Uint8Array) => {
      kept.set(`${part}`, new Uint8Array(block));
      return Promise.resolve();
    },
  };
  const options = { gateways: [server.url], maxBytes: 100, store };
  deepEqual(await read(cid, options), FILE.slice(0, 100));
  deepEqual(kept.get(`${cid}`), FILE.slice(0, 100));
});

Deno.test("read() goes on at the next gateway from where the first one broke off", async () => {
  const { cid, store } = await stored(FILE);
  const fourth = await rawCid(FILE.subarray(3 * 1_048_576, 4 * 1_048_576));
  await using broken = serve(gateway(without(store, fourth)));
  await using whole = serve(gateway(store));
  deepEqual(await read(cid, { gateways: [broken.url, whole.url], ...MAX }), FILE);
  equal(broken.requests.length, 1);
  equal(whole.requests.length, 1);
  ok(whole.requests[0]!.endsWith(`&entity-bytes=${3 * 1_048_576}:*`), whole.requests[0]);
});

Deno.test("read() goes on in the midst of a file of three levels", async () => {
  const store = new MemoryStore();
  const blocks = {
    async put(cid: CID, bytes: unknown) {
      await store.put(cid, bytes as Uint8Array);
      return cid;
    },
  };
  const content = FILE.subarray(0, 2_000_000);
  const { cid } = await importFile({ content }, blocks, {
    rawLeaves: true,
    chunker: fixedSize({ chunkSize: 20_000 }),
    layout: balanced({ maxChildrenPerNode: 12 }),
  });
  const leaf = await rawCid(content.subarray(800_000, 820_000));
  await using broken = serve(gateway(without(store, leaf)));
  await using whole = serve(gateway(store));
  deepEqual(
    await read(CID.parse(`${cid}`), { gateways: [broken.url, whole.url], ...MAX }),
    content,
  );
  equal(whole.requests.length, 1);
  ok(whole.requests[0]!.endsWith("&entity-bytes=800000:*"), whole.requests[0]);
});

Deno.test("read() fetches the last few blocks singly, without another archive", async () => {
  const { cid, store } = await stored(FILE);
  const eighth = await rawCid(FILE.subarray(7 * 1_048_576, 8 * 1_048_576));
  await using broken = serve(gateway(without(store, eighth)));
  await using whole = serve(gateway(store));
  deepEqual(await read(cid, { gateways: [broken.url, whole.url], ...MAX }), FILE);
  ok(whole.requests.every((path) => path.endsWith("?format=raw")), whole.requests.join());
});

Deno.test("read() manages where a gateway ignores entity-bytes", async () => {
  const { cid, store } = await stored(FILE);
  const fourth = await rawCid(FILE.subarray(3 * 1_048_576, 4 * 1_048_576));
  await using broken = serve(gateway(without(store, fourth)));
  const answer = gateway(store);
  await using old = serve((request) => {
    const url = new URL(request.url);
    url.searchParams.delete("entity-bytes");
    return answer(new Request(url));
  });
  deepEqual(await read(cid, { gateways: [broken.url, old.url], ...MAX }), FILE);
  equal(old.requests.filter((path) => path.includes("format=car")).length, 1);
  ok(old.requests.length > 1, "after a CAR in vain, the block that nobody else has");
});

Deno.test("read() puts a file together from gateways that have a part each", async () => {
  const { cid, store } = await stored(FILE);
  const leaf = (i: number) => rawCid(FILE.subarray(i * 1_048_576, (i + 1) * 1_048_576));
  await using a = serve(gateway(without(store, await leaf(2))));
  await using b = serve(gateway(without(store, await leaf(7))));
  await using c = serve(gateway(without(store, cid)));
  deepEqual(await read(cid, { gateways: [c.url, b.url, a.url], ...MAX }), FILE);
});

Deno.test("read() takes block by block from a gateway without CARs, a few at a time", async () => {
  const { cid, store } = await stored(FILE);
  const answer = gateway(store);
  let [now, most] = [0, 0];
  await using server = serve(async (request) => {
    if (request.url.includes("format=car")) return new Response("not acceptable", { status: 406 });
    most = Math.max(most, ++now);
    // Long enough for the requests beside this one to arrive.
    await new Promise((done) => setTimeout(done, 20));
    now--;
    return await answer(request);
  });
  deepEqual(await read(cid, { gateways: [server.url], ...MAX }), FILE);
  equal(server.requests.length, 12);
  ok(most >= 3 && most <= 5, `${most} requests at a time`);
});

Deno.test("read() refuses a file over maxBytes after its first block, and blames no gateway", async () => {
  const { cid, store } = await stored(FILE);
  const events: GatewayEvent[] = [];
  await using server = serve(gateway(store));
  const options = {
    gateways: [server.url],
    maxBytes: FILE.length - 1,
    onEvent: (event: GatewayEvent) => events.push(event),
  };
  await rejects(read(cid, options), {
    name: "RangeError",
    message: /10000000 bytes, more than the 9999999/,
  });
  deepEqual(events.map(({ kind }) => kind), ["served"]);
  ok(events[0]!.detail.startsWith("1 block, "), events[0]!.detail);
});

Deno.test("read() says what a CID is that is no file, and blames no gateway", async () => {
  const store = new MemoryStore();
  const folder = await addFolder([{ path: "a", content: new Uint8Array(1) }], store);
  await using server = serve(gateway(store));
  const options = { gateways: [server.url], maxBytes: 100 };
  await rejects(read(folder, options), { name: "SyntaxError", message: /which is a folder/ });
  const sha1 = CID.createV1(0x55, createMultihash(0x11, new Uint8Array(20)));
  await rejects(read(sha1, options), TypeError);
  const cbor = CID.createV1(0x71, (await addFile(FILE.subarray(0, 9), store) as CID).multihash);
  await rejects(read(cbor, options), TypeError);
});

Deno.test("read() names the gateway that does not have a file", async () => {
  const { cid } = await stored(FILE);
  await using server = serve(gateway(new MemoryStore()));
  await rejects(read(cid, { gateways: [server.url], ...MAX }), (error: unknown) => {
    ok(error instanceof RetrievalError);
    equal(
      error.message,
      `Cannot read ${cid} from IPFS: ${server.url} failed: HTTP 404 (3 times). ` +
        "Add a gateway that has it, or try again later",
    );
    equal(error.events.length, 3);
    return true;
  });
});

Deno.test("read() refuses addresses that are no gateways", async () => {
  const { cid } = await stored(FILE);
  for (const gateways of [[], ["ftp://x"], ["gateway.example"], ["https://ok.example", ""]]) {
    await rejects(read(cid, { gateways, ...MAX }), { name: "TypeError", message: /gateway/ });
  }
});

Deno.test("read() ends with the signal's reason, before and during the read", async () => {
  const { cid } = await stored(FILE);
  const asked = Promise.withResolvers<void>();
  await using server = serve(() => {
    asked.resolve();
    return new Promise(() => {});
  });
  const options = { gateways: [server.url], ...MAX };
  await rejects(
    read(cid, { ...options, signal: AbortSignal.abort(new Error("too late")) }),
    /too late/,
  );
  equal(server.requests.length, 0);
  const abort = new AbortController();
  const reading = read(cid, { ...options, signal: abort.signal });
  await asked.promise;
  abort.abort(new Error("the tick is over"));
  await rejects(reading, /^Error: the tick is over$/);
});

/** Answers, and hangs in the body from byte `from` on; `left` tells when the other side has gone. */
function hanging(answer: Response, from: number, left: () => void): Response {
  const body = answer.body!.getReader();
  let at = 0;
  const stream = new ReadableStream<Uint8Array>({
    async pull(controller) {
      if (at >= from) return await new Promise(() => {});
      const { done, value } = await body.read();
      if (done) return controller.close();
      at += value.length;
      controller.enqueue(value);
    },
    cancel: left,
  });
  return new Response(stream, { headers: { "content-type": answer.headers.get("content-type")! } });
}

for (const way of ["an archive", "single blocks"]) {
  Deno.test(`cat() lets go of ${way} when its reader leaves`, async () => {
    const { cid, store } = await stored(FILE);
    const left = Promise.withResolvers<void>();
    const answer = gateway(store);
    const second = await rawCid(FILE.subarray(1_048_576, 2_097_152));
    await using server = serve(async (request) => {
      const archive = request.url.includes("format=car");
      if (archive && way !== "an archive") return new Response(null, { status: 406 });
      const response = await answer(request);
      const hangs = archive || request.url.includes(`${second}`);
      return hangs ? hanging(response, archive ? 2_000_000 : 0, left.resolve) : response;
    });
    const options = { gateways: [server.url], ...MAX, idleMs: 600_000, blockMs: 600_000 };
    for await (const _ of cat(cid, options)) break;
    await left.promise;
  });
}

Deno.test("resolve() finds a file by its path, verified", async () => {
  const store = new MemoryStore();
  const content = FILE.subarray(0, 2_000_000);
  const root = await addFolder([{ path: "data/test.bin", content }], store);
  await using server = serve(gateway(store));
  const options = { gateways: [server.url] };
  const cid = await resolve(root, "data/test.bin", options);
  deepEqual(await read(cid, { ...options, ...MAX }), content);
  await rejects(resolve(root, "data/none", options), {
    name: "RangeError",
    message: /has no "data\/none"/,
  });
});
