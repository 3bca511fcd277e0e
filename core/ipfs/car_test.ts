import { deepEqual, equal, ok, rejects } from "node:assert/strict";
import { CarReader, CarWriter } from "@ipld/car";
import { encode } from "@ipld/dag-pb";
import { UnixFS } from "ipfs-unixfs";
import { CID } from "multiformats/cid";
import { addFile, addFolder } from "./add.ts";
import { type CarOptions, readCar, writeCar } from "./car.ts";
import { type Cid, DAG_PB, parseCid, rawCid, verifyBlock } from "./cid.ts";
import {
  collect,
  inPieces,
  puller,
  seededBytes,
  seededRandom,
  stored,
  without,
} from "./testing.ts";
import { type BlockStore, MemoryStore } from "./store.ts";

/** The CIDs of an archive, in order, read by the library's own reader. */
async function listed(root: Cid, store: BlockStore, options?: CarOptions): Promise<string[]> {
  const reader = await CarReader.fromBytes(await collect(writeCar(root, store, options)));
  equal(reader.version, 1);
  const cids: string[] = [];
  for await (const { cid, bytes } of reader.blocks()) {
    equal(await verifyBlock(cid, bytes), true);
    cids.push(`${cid}`);
  }
  return cids;
}

async function sections(bytes: Uint8Array, seed = 1): Promise<[string, Uint8Array][]> {
  const found: [string, Uint8Array][] = [];
  for await (const { cid, block } of readCar(puller(inPieces(bytes, seed)))) {
    found.push([`${cid}`, block]);
  }
  return found;
}

Deno.test("writeCar() is read by @ipld/car: root, then the blocks depth-first", async () => {
  const { cid, store } = await stored(seededBytes("car", 2_500_000));
  const reader = await CarReader.fromBytes(await collect(writeCar(cid, store)));
  deepEqual((await reader.getRoots()).map(String), [`${cid}`]);
  const blocks = await listed(cid, store);
  equal(blocks.length, 4);
  equal(blocks[0], `${cid}`);
});

Deno.test("writeCar() equals what @ipld/car writes, byte for byte", async () => {
  const { cid, store } = await stored(seededBytes("car", 2_500_000));
  const { writer, out } = CarWriter.create([cid as CID]);
  const whole = collect(out);
  for (const text of await listed(cid, store)) {
    const part = CID.parse(text);
    await writer.put({ cid: part, bytes: (await store.get(part))! });
  }
  await writer.close();
  deepEqual(await collect(writeCar(cid, store)), await whole);
});

Deno.test("writeCar() takes CIDs of any length as root", async () => {
  const inline = CID.decode(Uint8Array.from([1, 0x55, 0, 90, ...new Uint8Array(90)]));
  const v0 = parseCid("QmUNLLsPACCz1vLxQVkXqqLX5R1X345qqfHbsf67hvA3Nn");
  const store = new MemoryStore();
  await store.put(v0, (await emptyFolder())!);
  const long = CID.decode(Uint8Array.from([1, 0x55, 0, 0xac, 2, ...new Uint8Array(300)]));
  for (const root of [inline, v0, long]) {
    const reader = await CarReader.fromBytes(await collect(writeCar(root, store)));
    deepEqual((await reader.getRoots()).map(String), [`${root}`]);
  }
});

async function emptyFolder(): Promise<Uint8Array | undefined> {
  const store = new MemoryStore();
  return await store.get(await addFolder([], store));
}

Deno.test("writeCar() repeats blocks only where asked to", async () => {
  const { cid, store } = await stored(new Uint8Array(4 * 1_048_576));
  for (const scope of ["entity", "all"] as const) {
    equal((await listed(cid, store, { scope, duplicates: true })).length, 5);
    equal((await listed(cid, store, { scope })).length, 2);
  }
});

Deno.test("writeCar() scopes: one block, a file or folder of its own, everything below", async () => {
  const store = new MemoryStore();
  const content = seededBytes("scope", 1_500_000);
  const root = await addFolder([{ path: "a/x", content }, {
    path: "y",
    content: new Uint8Array(3),
  }], store);
  equal((await listed(root, store, { scope: "block" })).length, 1);
  equal((await listed(root, store, { scope: "entity" })).length, 1);
  equal((await listed(root, store)).length, 6, "two folders, a node with two leaves, a leaf");
  const file = await addFile(content, store);
  equal((await listed(file, store, { scope: "block" })).length, 1);
  equal((await listed(file, store, { scope: "entity" })).length, 3);
  const withTrail = await listed(file, store, { scope: "block", trail: [root] });
  deepEqual(withTrail, [`${root}`, `${file}`]);
});

Deno.test("writeCar() of a range holds the nodes and leaves that it needs", async () => {
  const { cid, store } = await stored(seededBytes("range", 5_000_000));
  const all = await listed(cid, store);
  const range = { from: 2_000_000, to: 2_097_153 };
  deepEqual(await listed(cid, store, { scope: "entity", range }), [all[0], all[2], all[3]]);
  deepEqual(
    await listed(cid, store, { scope: "entity", range: { from: 4_500_000, to: 5_000_000 } }),
    [
      all[0],
      all[5],
    ],
  );
});

/** Stores a file node over links that each add `size` bytes. */
async function putNode(store: MemoryStore, links: Cid[], size: bigint): Promise<CID> {
  const unixfs = new UnixFS({ type: "file", blockSizes: links.map(() => size) });
  const Links = links.map((cid) => ({ Hash: cid as CID, Name: "", Tsize: 0 }));
  const block = encode({ Data: unixfs.marshal(), Links });
  const cid = CID.createV1(DAG_PB, (await rawCid(block) as CID).multihash);
  await store.put(cid, block);
  return cid;
}

Deno.test("writeCar() of a range sends what a repeated part lacked when the range cut it", async () => {
  const { cid: a, store } = await stored(Uint8Array.from([1]));
  const b = await addFile(Uint8Array.from([2]), store);
  const node = await putNode(store, [a, b], 1n);
  const root = await putNode(store, [node, node], 2n);
  const range = { from: 1, to: 4 };
  deepEqual(await listed(root, store, { scope: "entity", range }), [root, node, b, a].map(String));
});

Deno.test("writeCar() leaves out identity CIDs, which are their own blocks", async () => {
  const { cid: leaf, store } = await stored(Uint8Array.from([1]));
  const inline = CID.decode(Uint8Array.from([1, 0x55, 0, 1, 9]));
  const root = await putNode(store, [inline, leaf, inline], 1n);
  for (const scope of ["entity", "all"] as const) {
    deepEqual(await listed(root, store, { scope, duplicates: true }), [`${root}`, `${leaf}`]);
  }
});

Deno.test("writeCar() fails on a DAG of over 128 levels", async () => {
  const { cid: leaf, store } = await stored(Uint8Array.from([1]));
  let node = leaf;
  for (let level = 0; level < 128; level++) node = await putNode(store, [node], 1n);
  equal((await listed(node, store)).length, 129);
  node = await putNode(store, [node], 1n);
  await rejects(collect(writeCar(node, store)), { name: "RangeError", message: /128 levels/ });
});

Deno.test("writeCar() fails in the stream when a block is missing, instead of ending", async () => {
  const { cid, store } = await stored(seededBytes("gap", 3_000_000));
  const third = CID.parse((await listed(cid, store))[2]!);
  await rejects(collect(writeCar(cid, without(store, third))), /is not in the store/);
});

Deno.test("writeCar() takes blocks from the store only as they are read, and stops when the reader leaves", async () => {
  const { cid, store } = await stored(seededBytes("lazy", 10_000_000));
  let taken = 0;
  const counting: BlockStore = {
    put: (part, block) => store.put(part, block),
    has: (part) => store.has(part),
    get: (part) => {
      taken++;
      return store.get(part);
    },
  };
  const reader = writeCar(cid, counting, { scope: "entity" }).getReader();
  equal(taken, 0);
  for (let i = 0; i < 3; i++) await reader.read();
  ok(taken <= 4, `${taken} blocks taken for a header and two sections`);
  const before = taken;
  await reader.cancel();
  equal(taken, before);
});

Deno.test("readCar() reads what @ipld/car writes, however it is cut into pieces", async () => {
  const { cid, store } = await stored(seededBytes("pieces", 3_000_000));
  const { writer, out } = CarWriter.create([cid as CID]);
  const whole = collect(out);
  const order = await listed(cid, store);
  for (const text of order) {
    await writer.put({ cid: CID.parse(text), bytes: (await store.get(CID.parse(text)))! });
  }
  await writer.close();
  const bytes = await whole;
  for (let seed = 1; seed <= 5; seed++) {
    const got = await sections(bytes, seed);
    deepEqual(got.map(([text]) => text), order);
    deepEqual(got[1]![1], await store.get(CID.parse(order[1]!)));
  }
  const single = await Array.fromAsync(readCar(puller((async function* () {
    for (let i = 0; i < 500; i++) yield bytes.subarray(i, i + 1);
    yield bytes.subarray(500);
  })())));
  equal(single.length, order.length);
});

const HEADER = [1, 0]; // a header of one byte will do: it is skipped

Deno.test("readCar() refuses a length over the limit before it reads on", async () => {
  const lengths: [string, number[]][] = [
    ["1.5 GB", [0x80, 0xde, 0xa0, 0xcb, 0x05]],
    ["2 MiB and 101 bytes", [0xe5, 0x80, 0x80, 0x01]],
    ["no end", Array(40).fill(0xff)],
    ["zeros without end", Array(40).fill(0x80)],
  ];
  for (const [name, length] of lengths) {
    let pulled = 0;
    const flood = () => {
      pulled++;
      return Promise.resolve(
        pulled === 1 ? Uint8Array.from([...HEADER, ...length]) : new Uint8Array(65_536),
      );
    };
    await rejects(Array.fromAsync(readCar(flood)), RangeError, name);
    equal(pulled, 1, `${name}: read on`);
  }
  await rejects(
    Array.fromAsync(readCar(() => Promise.resolve(Uint8Array.from([0x81, 0x20])))),
    RangeError,
  );
});

Deno.test("readCar() refuses archives that end too early or hold no CIDs", async () => {
  const wrong: [string, number[]][] = [
    ["nothing", []],
    ["an empty header", [0]],
    ["a cut header", [9, 1]],
    ["a cut length", [...HEADER, 0x85]],
    ["a cut section", [...HEADER, 40, 1, 0x55]],
    ["an empty section", [...HEADER, 0]],
    ["a section without a CID", [...HEADER, 3, 9, 9, 9]],
    ["a CID that leaves its section", [...HEADER, 6, 1, 0x55, 0x12, 0x20, 1, 2]],
  ];
  for (const [name, bytes] of wrong) {
    await rejects(sections(Uint8Array.from(bytes)), Error, name);
  }
  deepEqual(await sections(Uint8Array.from(HEADER)), [], "a header alone is an empty archive");
});

Deno.test("readCar() delivers only whole sections of an archive that is cut anywhere", async () => {
  const { cid, store } = await stored(seededBytes("cut", 1_100_000));
  const bytes = await collect(writeCar(cid, store));
  const good = await sections(bytes);
  const ends = good.length;
  const random = seededRandom(11);
  for (let i = 0; i < 60; i++) {
    const cut = 1 + Math.floor(random() * (bytes.length - 1));
    const got: string[] = [];
    try {
      for await (const { cid: part } of readCar(puller(inPieces(bytes.subarray(0, cut))))) {
        got.push(`${part}`);
      }
      ok(got.length < ends);
    } catch (error) {
      ok(error instanceof Error && /cut|ends/.test(error.message), `${error}`);
    }
    deepEqual(got, good.slice(0, got.length).map(([text]) => text));
  }
});
