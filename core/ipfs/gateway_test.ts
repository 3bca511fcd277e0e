/** The gateway's answers, largely after the checks of ipfs/gateway-conformance. */
import { deepEqual, equal, match, ok } from "node:assert/strict";
import { CarReader } from "@ipld/car";
import { CID } from "multiformats/cid";
import { addFile, addFolder } from "./add.ts";
import { type Cid, rawCid, verifyBlock } from "./cid.ts";
import { gateway } from "./gateway.ts";
import { collect, seededBytes, serve, without } from "./testing.ts";
import { mimeType } from "./mime.ts";
import { MemoryStore } from "./store.ts";

const utf8 = new TextEncoder();
const BIG = seededBytes("big", 3_000_000);
const PAGE = "<h1>hello</h1>";

const store = new MemoryStore();
const site = await addFolder([
  { path: "index.html", content: utf8.encode(PAGE) },
  { path: "app/main.js", content: utf8.encode("let a = 1;") },
  { path: "app/ä b.wasm", content: utf8.encode("wasm") },
  { path: "big.bin", content: BIG },
], store);
const big = await addFile(BIG, store);
const hello = await addFile(utf8.encode("hello world"), store);
const answer = gateway(store);

function ask(path: string, init?: RequestInit): Promise<Response> {
  return answer(new Request(`http://127.0.0.1${path}`, init));
}

async function carCids(response: Response): Promise<string[]> {
  const reader = await CarReader.fromBytes(await response.bytes());
  const cids: string[] = [];
  for await (const { cid, bytes } of reader.blocks()) {
    ok(await verifyBlock(cid, bytes));
    cids.push(`${cid}`);
  }
  return cids;
}

Deno.test("gateway: one block, by format=raw or by Accept", async () => {
  for (
    const response of [
      await ask(`/ipfs/${hello}?format=raw`),
      await ask(`/ipfs/${hello}`, { headers: { accept: "application/vnd.ipld.raw" } }),
    ]
  ) {
    equal(response.status, 200);
    equal(await response.clone().text(), "hello world");
    const headers = Object.fromEntries(response.headers);
    equal(headers["content-type"], "application/vnd.ipld.raw");
    equal(headers["content-length"], "11");
    equal(headers["content-disposition"], `attachment; filename="${hello}.bin"`);
    equal(headers["etag"], `"${hello}.raw"`);
    equal(headers["x-ipfs-path"], `/ipfs/${hello}`);
    equal(headers["x-ipfs-roots"], `${hello}`);
    equal(headers["x-content-type-options"], "nosniff");
    equal(headers["cache-control"], "public, max-age=29030400, immutable");
    equal(headers["access-control-allow-origin"], "*");
    match(headers["access-control-expose-headers"]!, /Content-Range.*X-Ipfs-Path/);
  }
  const node = await (await ask(`/ipfs/${big}?format=raw`)).bytes();
  ok(await verifyBlock(big, node), "of a file of several blocks the root node");
  const below = await ask(`/ipfs/${site}/app/main.js?format=raw`);
  equal(await below.text(), "let a = 1;");
  equal(below.headers.get("x-ipfs-roots")?.split(",").length, 3);
});

Deno.test("gateway: the query beats Accept", async () => {
  const init = { headers: { accept: "application/vnd.ipld.car" } };
  equal(await (await ask(`/ipfs/${hello}?format=raw`, init)).text(), "hello world");
});

Deno.test("gateway: a file as an archive, depth-first", async () => {
  const response = await ask(`/ipfs/${big}?format=car&dag-scope=entity`);
  equal(
    response.headers.get("content-type"),
    "application/vnd.ipld.car; version=1; order=dfs; dups=n",
  );
  equal(response.headers.get("content-disposition"), `attachment; filename="${big}.car"`);
  equal(response.headers.get("accept-ranges"), "none");
  equal(response.headers.get("etag"), `W/"${big}.car.entity.n"`);
  const leaves = [0, 1, 2].map((i) => rawCid(BIG.subarray(i * 1_048_576, (i + 1) * 1_048_576)));
  deepEqual(await carCids(response), [big, ...await Promise.all(leaves)].map(String));
});

Deno.test("gateway: scopes, and the blocks of the way first", async () => {
  const count = async (query: string) => (await carCids(await ask(`/ipfs/${query}`))).length;
  equal(await count(`${site}?format=car&dag-scope=block`), 1);
  equal(await count(`${site}?format=car&dag-scope=entity`), 1);
  equal(
    await count(`${site}?format=car`),
    9,
    "two folders, four files, one of which has three leaves",
  );
  const way = await carCids(await ask(`/ipfs/${site}/app/main.js?format=car&dag-scope=block`));
  equal(way.length, 3);
  equal(way[0], `${site}`);
  equal(way[2], `${await rawCid(utf8.encode("let a = 1;"))}`);
});

Deno.test("gateway: repeated blocks by car-dups, which beats Accept", async () => {
  const zeros = await addFile(new Uint8Array(4 * 1_048_576), store);
  const dups = { headers: { accept: "application/vnd.ipld.car; version=1; order=dfs; dups=y" } };
  const asked = await ask(`/ipfs/${zeros}`, dups);
  match(asked.headers.get("content-type")!, /dups=y/);
  equal((await carCids(asked)).length, 5);
  equal((await carCids(await ask(`/ipfs/${zeros}?car-dups=n`, dups))).length, 2);
  equal((await carCids(await ask(`/ipfs/${zeros}?format=car`))).length, 2);
  equal(
    (await carCids(await ask(`/ipfs/${zeros}?format=car&car-dups=y&dag-scope=entity`))).length,
    5,
  );
});

Deno.test("gateway: entity-bytes leaves out what a range does not need", async () => {
  const count = async (range: string) =>
    (await carCids(await ask(`/ipfs/${big}?format=car&dag-scope=entity&entity-bytes=${range}`)))
      .length;
  equal(await count("0:*"), 4);
  equal(await count("1048576:*"), 3);
  equal(await count("1048576:1048576"), 2);
  equal(await count("-1:*"), 2);
  equal(await count("9999999:*"), 1);
  const folder = await ask(`/ipfs/${site}?format=car&dag-scope=entity&entity-bytes=0:1`);
  equal((await carCids(folder)).length, 1, "of a folder there is no range");
  const etag = async (range: string) =>
    (await ask(`/ipfs/${big}?format=car&dag-scope=entity${range}`)).headers.get("etag");
  ok(await etag("") !== await etag("&entity-bytes=5:*"));
});

Deno.test("gateway: a missing block breaks an archive or a file instead of ending it", async () => {
  const second = await rawCid(BIG.subarray(1_048_576, 2_097_152));
  await using server = serve(gateway(without(store, second)));
  for (const query of ["?format=car", ""]) {
    const response = await fetch(`${server.url}/ipfs/${big}${query}`);
    equal(response.status, 200);
    let failed = false;
    await response.bytes().catch(() => failed = true);
    ok(failed, `"${query}" ended cleanly`);
  }
});

Deno.test("gateway: files as such, with types by their names", async () => {
  const js = await ask(`/ipfs/${site}/app/main.js`);
  equal(js.headers.get("content-type"), "text/javascript; charset=utf-8");
  equal(js.headers.get("content-length"), "10");
  equal(js.headers.get("accept-ranges"), "bytes");
  equal(js.headers.get("etag"), `"${await rawCid(utf8.encode("let a = 1;"))}"`);
  equal(await js.text(), "let a = 1;");
  const wasm = await ask(`/ipfs/${site}/app/${encodeURIComponent("ä b.wasm")}`);
  equal(wasm.headers.get("content-type"), "application/wasm");
  equal(wasm.headers.get("x-ipfs-path"), `/ipfs/${site}/app/%C3%A4%20b.wasm`);
  const named = await ask(`/ipfs/${hello}?filename=${encodeURIComponent('h"é\n.txt')}`);
  equal(named.headers.get("content-type"), "text/plain; charset=utf-8");
  equal(named.headers.get("content-disposition"), 'inline; filename="h___.txt"');
  equal((await ask(`/ipfs/${hello}`)).headers.get("content-type"), "application/octet-stream");
  deepEqual(await (await ask(`/ipfs/${big}`)).bytes(), BIG);
});

Deno.test("gateway: types for the files of a site and of data sets", () => {
  equal(mimeType("index.HTML"), "text/html; charset=utf-8");
  equal(mimeType("t10k-images-idx3-ubyte.gz"), "application/gzip");
  equal(mimeType("ort.wasm"), "application/wasm");
  equal(mimeType("constructor"), "application/octet-stream");
  equal(mimeType("a.__proto__"), "application/octet-stream");
  equal(mimeType(""), "application/octet-stream");
});

Deno.test("gateway: folders answer with their index.html, behind a slash", async () => {
  const bare = await ask(`/ipfs/${site}?x=1`);
  equal(bare.status, 301);
  equal(bare.headers.get("location"), `/ipfs/${site}/?x=1`);
  const page = await ask(`/ipfs/${site}/`);
  equal(page.status, 200);
  equal(page.headers.get("content-type"), "text/html; charset=utf-8");
  equal(await page.text(), PAGE);
  const none = await ask(`/ipfs/${site}/app/`);
  equal(none.status, 404);
  match(await none.text(), /no app\/index\.html/);
});

Deno.test("gateway: a site on a host of its own", async () => {
  const at = (path: string) => answer(new Request(`http://${site}.ipfs.localhost:8080${path}`));
  equal(await (await at("/")).text(), PAGE);
  equal(await (await at("/app/main.js")).text(), "let a = 1;");
  equal((await at("/app")).headers.get("location"), "/app/");
  // Two slashes in front would name another host.
  equal((await at("//app")).headers.get("location"), "/app/");
});

Deno.test("gateway: ranges of a file", async () => {
  const range = (value: string, more: Record<string, string> = {}) =>
    ask(`/ipfs/${big}`, { headers: { range: value, ...more } });
  for (
    const [value, from, to] of [["bytes=0-9", 0, 10], [
      "bytes=1048570-2097160",
      1_048_570,
      2_097_161,
    ], ["bytes=-7", 2_999_993, 3_000_000]] as const
  ) {
    const response = await range(value);
    equal(response.status, 206);
    equal(response.headers.get("content-range"), `bytes ${from}-${to - 1}/3000000`);
    equal(response.headers.get("content-length"), `${to - from}`);
    deepEqual(await response.bytes(), BIG.slice(from, to));
  }
  const beyond = await range("bytes=3000000-");
  equal(beyond.status, 416);
  equal(beyond.headers.get("content-range"), "bytes */3000000");
  equal((await range("bytes=0-1,5-6")).status, 200, "several ranges may be ignored");
  equal((await range("bytes=0-9", { "if-range": `"${big}"` })).status, 206);
  equal((await range("bytes=0-9", { "if-range": '"other"' })).status, 200);
  equal((await range("bytes=9999999-", { "if-none-match": `"${big}"` })).status, 304);
});

Deno.test("gateway: 304 for who has it", async () => {
  for (
    const path of [
      `/ipfs/${hello}`,
      `/ipfs/${hello}?format=raw`,
      `/ipfs/${big}?format=car`,
      `/ipfs/${site}/`,
    ]
  ) {
    const etag = (await ask(path)).headers.get("etag")!;
    for (const header of [etag, `W/${etag.replace("W/", "")}`, `"x", ${etag}`, "*"]) {
      const response = await ask(path, { headers: { "if-none-match": header } });
      equal(response.status, 304, `${path} ${header}`);
      equal(response.headers.get("etag"), etag);
      equal(response.headers.get("content-length"), null);
      equal(response.body, null);
    }
    equal((await ask(path, { headers: { "if-none-match": '"x"' } })).status, 200);
  }
});

Deno.test("gateway: HEAD tells the same without a body, also over the wire", async () => {
  await using server = serve(answer);
  for (const path of [`/ipfs/${big}`, `/ipfs/${hello}?format=raw`, `/ipfs/${big}?format=car`]) {
    const [get, head] = [await ask(path), await ask(path, { method: "HEAD" })];
    equal(head.status, 200);
    equal((await head.clone().bytes()).length, 0);
    deepEqual([...head.headers], [...get.headers]);
    const wired = await fetch(server.url + path, { method: "HEAD" });
    equal(wired.headers.get("content-length"), get.headers.get("content-length"));
    equal((await wired.bytes()).length, 0);
  }
  equal((await ask(`/ipfs/${site}/none`, { method: "HEAD" })).body, null);
});

Deno.test("gateway: HEAD of an archive reads no more than its first blocks", async () => {
  let reads = 0;
  const counting = gateway({
    put: (cid, block) => store.put(cid, block),
    has: (cid) => store.has(cid),
    get: (cid) => {
      reads++;
      return store.get(cid);
    },
  });
  await counting(new Request(`http://x/ipfs/${big}?format=car`, { method: "HEAD" }));
  equal(reads, 1);
});

const sha1 = CID.decode(Uint8Array.from([1, 0x55, 0x11, 20, ...new Uint8Array(20)]));
const unknown = await rawCid(utf8.encode("not here"));
const cbor = CID.createV1(0x71, (hello as CID).multihash);

const REFUSED: [string, number, string, RequestInit?][] = [
  ["a CID that is none", 400, "/ipfs/hello"],
  ["a name that is not UTF-8", 400, `/ipfs/${site}/%ff`],
  ["an unknown scope", 400, `/ipfs/${hello}?format=car&dag-scope=galaxy`],
  ["an unknown order", 400, `/ipfs/${hello}?format=car&car-order=random`],
  ["dups that are neither y nor n", 400, `/ipfs/${hello}?format=car&car-dups=maybe`],
  [
    "entity-bytes that are no range",
    400,
    `/ipfs/${big}?format=car&dag-scope=entity&entity-bytes=x`,
  ],
  ["no /ipfs/ address", 404, "/"],
  ["IPNS", 404, "/ipns/example.org"],
  ["a block that is not here", 404, `/ipfs/${unknown}`],
  ["a raw block that is not here", 404, `/ipfs/${unknown}?format=raw`],
  ["an archive that is not here", 404, `/ipfs/${unknown}?format=car`],
  ["a name that is not in the folder", 404, `/ipfs/${site}/none`],
  ["a path below a file", 404, `/ipfs/${hello}/x`],
  ["POST", 405, `/ipfs/${hello}`, { method: "POST" }],
  ["DELETE", 405, `/ipfs/${hello}`, { method: "DELETE" }],
  ["an unknown format", 406, `/ipfs/${hello}?format=tar`],
  ["an unknown IPLD type", 406, `/ipfs/${hello}`, {
    headers: { accept: "application/vnd.ipld.dag-json" },
  }],
  ["CAR version 2", 406, `/ipfs/${hello}?format=car&car-version=2`],
  ["CAR version 2 by Accept", 406, `/ipfs/${hello}`, {
    headers: { accept: "application/vnd.ipld.car; version=2" },
  }],
  ["dag-cbor as a file", 406, `/ipfs/${cbor}`],
  ["a range beyond the end", 416, `/ipfs/${hello}`, { headers: { range: "bytes=11-" } }],
  ["a path below dag-cbor", 422, `/ipfs/${cbor}/x`],
  ["a hash function that cannot be checked", 404, `/ipfs/${sha1}`],
];

for (const [name, status, path, init] of REFUSED) {
  Deno.test(`gateway: ${status} for ${name}`, async () => {
    const response = await ask(path, init);
    equal(response.status, status);
    equal(response.headers.get("access-control-allow-origin"), "*");
    equal(response.headers.get("cache-control"), "no-store");
    equal(response.headers.get("content-type"), "text/plain; charset=utf-8");
    match(await response.text(), /^[^\n]{10,}\n$/, "one line of text");
    if (status === 405) equal(response.headers.get("allow"), "GET, HEAD, OPTIONS");
  });
}

Deno.test("gateway: browsers may ask from any site", async () => {
  const response = await ask(`/ipfs/${hello}`, { method: "OPTIONS" });
  equal(response.status, 204);
  equal(response.headers.get("access-control-allow-origin"), "*");
  match(response.headers.get("access-control-allow-headers")!, /Range/);
});

Deno.test("gateway: no files as such where that is switched off", async () => {
  const strict = gateway(store, { deserialized: false });
  const status = async (path: string) => (await strict(new Request(`http://x${path}`))).status;
  equal(await status(`/ipfs/${hello}`), 406);
  equal(await status(`/ipfs/${site}/`), 406);
  equal(await status(`/ipfs/${hello}?format=raw`), 200);
  equal(await status(`/ipfs/${hello}?format=car`), 200);
});

Deno.test("gateway: a store that fails is a 500 that keeps its secrets, and its owner hears of it", async () => {
  const errors: unknown[] = [];
  const failing = { ...store, get: () => Promise.reject(new Error("EIO /home/host/blocks")) };
  const broken = gateway(failing as unknown as MemoryStore, {
    onError: (error) => errors.push(error),
  });
  const response = await broken(new Request(`http://x/ipfs/${hello}`));
  equal(response.status, 500);
  equal(await response.text(), "The block store failed\n");
  match(`${errors[0]}`, /EIO/);
});

Deno.test("gateway: a small DAG that repeats itself without end does not keep it busy", async () => {
  const { encode } = await import("@ipld/dag-pb");
  const { UnixFS } = await import("ipfs-unixfs");
  let node: Cid = await addFile(utf8.encode("x"), store);
  let size = 1n;
  for (let level = 0; level < 10; level++) {
    const unixfs = new UnixFS({ type: "file", blockSizes: Array(30).fill(size) });
    const Links = Array(30).fill({ Hash: node, Name: "", Tsize: 0 });
    const block = encode({ Data: unixfs.marshal(), Links });
    node = CID.createV1(0x70, (await rawCid(block) as CID).multihash);
    await store.put(node, block);
    size *= 30n;
  }
  for (const scope of ["all", "entity", "entity&entity-bytes=0:*"]) {
    equal(
      (await carCids(await ask(`/ipfs/${node}?format=car&dag-scope=${scope}`))).length,
      11,
      scope,
    );
  }
  const cut = await ask(`/ipfs/${node}?format=car&dag-scope=entity&entity-bytes=12345678901:*`);
  equal((await carCids(cut)).length, 11);
  const body = (await ask(`/ipfs/${node}`)).body!;
  const first = await collect((async function* () {
    for await (const piece of body) {
      yield piece;
      break;
    }
  })());
  equal(first.length, 1);
});
