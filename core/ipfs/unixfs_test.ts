import { deepEqual, equal, ok, rejects, throws } from "node:assert/strict";
import { encode, type PBLink } from "@ipld/dag-pb";
import { UnixFS } from "ipfs-unixfs";
import { importer, importFile } from "ipfs-unixfs-importer";
import { fixedSize } from "ipfs-unixfs-importer/chunker";
import { balanced } from "ipfs-unixfs-importer/layout";
import { CID } from "multiformats/cid";
import { create as createMultihash } from "multiformats/hashes/digest";
import { addFolder } from "./add.ts";
import { loadBlock } from "./car.ts";
import { type Cid, DAG_PB, rawCid, sha256 } from "./cid.ts";
import { seededBytes, seededRandom, stored } from "./testing.ts";
import { MemoryStore } from "./store.ts";
import { decodeBlock, resolvePath, walkFile, type WalkOptions } from "./unixfs.ts";

const FILE = seededBytes("a deep file", 200_000);

/** A file of three levels: 98 leaves, 7 links a node. */
async function deepFile(rawLeaves: boolean): Promise<{ cid: Cid; store: MemoryStore }> {
  const store = new MemoryStore();
  const { cid } = await importFile({ content: FILE }, importStore(store), {
    rawLeaves,
    chunker: fixedSize({ chunkSize: 2048 }),
    layout: balanced({ maxChildrenPerNode: 7 }),
  });
  return { cid, store };
}

function importStore(store: MemoryStore): Parameters<typeof importer>[1] {
  return {
    async put(cid, bytes) {
      await store.put(cid, bytes as Uint8Array);
      return cid;
    },
  };
}

async function bytesOf(cid: Cid, store: MemoryStore, options: Partial<WalkOptions> = {}) {
  const parts: Uint8Array<ArrayBuffer>[] = [];
  const get = (part: Cid) => loadBlock(part, store);
  for await (const { data } of walkFile(cid, get, { maxBytes: 1e9, ...options })) {
    parts.push(new Uint8Array(data));
  }
  return new Uint8Array(await new Blob(parts).arrayBuffer());
}

/** A dag-pb node, made by hand so that it can be wrong; returns its CID. */
async function put(store: MemoryStore, block: Uint8Array): Promise<CID> {
  const cid = CID.createV1(DAG_PB, createMultihash(0x12, await sha256(block)));
  await store.put(cid, block);
  return cid;
}

async function putFile(
  store: MemoryStore,
  links: [Cid, bigint][],
  data?: Uint8Array,
): Promise<CID> {
  const unixfs = new UnixFS({
    type: "file",
    blockSizes: links.map(([, size]) => size),
    ...(data && { data }),
  });
  const Links: PBLink[] = links.map(([cid]) => ({ Hash: cid as CID, Name: "", Tsize: 0 }));
  return await put(store, encode({ Data: unixfs.marshal(), Links }));
}

for (const rawLeaves of [true, false]) {
  Deno.test(`walkFile() delivers a file of three levels, rawLeaves ${rawLeaves}`, async () => {
    const { cid, store } = await deepFile(rawLeaves);
    deepEqual(await bytesOf(cid, store), FILE);
  });

  Deno.test(`walkFile() delivers any range of a file, rawLeaves ${rawLeaves}`, async () => {
    const { cid, store } = await deepFile(rawLeaves);
    const random = seededRandom(7);
    for (let i = 0; i < 200; i++) {
      const from = Math.floor(random() * 210_000);
      const to = from + Math.floor(random() ** 3 * 210_000);
      deepEqual(await bytesOf(cid, store, { from, to }), FILE.slice(from, to), `${from}..${to}`);
    }
    for (
      const [from, to] of [[0, 0], [0, 1], [2047, 2049], [199_999, 200_000], [200_000, 200_001]]
    ) {
      deepEqual(await bytesOf(cid, store, { from: from!, to: to! }), FILE.slice(from, to));
    }
  });
}

Deno.test("walkFile() touches only the blocks that a range needs", async () => {
  const { cid, store } = await deepFile(true);
  const visited: number[] = [];
  const get = (part: Cid) => loadBlock(part, store);
  for await (const { data } of walkFile(cid, get, { maxBytes: 1e9, from: 100_000, to: 100_001 })) {
    visited.push(data.length);
  }
  deepEqual(visited, [0, 0, 0, 1], "the root, two nodes and one leaf");
});

Deno.test("walkFile() tells where a block lies, what is above it and what comes next", async () => {
  const { cid, store } = await deepFile(true);
  const seen: { offset: number; depth: number; ahead: number }[] = [];
  const get = (
    part: Cid,
    { offset, path, ahead }: { offset: number; path: Cid[]; ahead: Cid[] },
  ) => {
    equal(`${path[0] ?? cid}`, `${cid}`);
    seen.push({ offset, depth: path.length, ahead: ahead.length });
    return loadBlock(part, store);
  };
  for await (const _ of walkFile(cid, get, { maxBytes: 1e9 }));
  deepEqual(seen.slice(0, 5), [
    { offset: 0, depth: 0, ahead: 0 },
    { offset: 0, depth: 1, ahead: 1 },
    { offset: 0, depth: 2, ahead: 4 },
    { offset: 0, depth: 3, ahead: 4 },
    { offset: 2048, depth: 3, ahead: 4 },
  ]);
});

Deno.test("walkFile() with `once` leaves out what repeats", async () => {
  const { cid, store } = await stored(new Uint8Array(5 * 1_048_576));
  const count = async (once: boolean) => {
    let blocks = 0;
    const get = (part: Cid) => loadBlock(part, store);
    for await (const _ of walkFile(cid, get, { maxBytes: 1e9, once })) blocks++;
    return blocks;
  };
  equal(await count(false), 6);
  equal(await count(true), 2);
});

Deno.test("walkFile() reads identity CIDs out of themselves", async () => {
  const store = new MemoryStore();
  const inline = CID.createV1(0x55, createMultihash(0, Uint8Array.from([5, 6])));
  const root = await putFile(store, [[inline, 2n], [inline, 2n]], Uint8Array.from([4]));
  deepEqual(await bytesOf(root, store), Uint8Array.from([4, 5, 6, 5, 6]));
});

Deno.test("walkFile() refuses a file over its limit after the first block", async () => {
  const { cid, store } = await stored(new Uint8Array(3_000_000));
  let blocks = 0;
  const get = (part: Cid) => {
    blocks++;
    return loadBlock(part, store);
  };
  const walk = walkFile(cid, get, { maxBytes: 2_999_999 });
  await rejects(walk.next(), {
    name: "RangeError",
    message: /3000000 bytes, more than the 2999999/,
  });
  equal(blocks, 1);
  equal((await bytesOf(cid, store, { maxBytes: 3_000_000 })).length, 3_000_000);
});

Deno.test("walkFile() refuses sizes that do not add up", async () => {
  const store = new MemoryStore();
  const leaf = await rawCid(new Uint8Array(100));
  await store.put(leaf, new Uint8Array(100));
  for (const size of [0n, 99n, 101n]) {
    const root = await putFile(store, [[leaf, size]]);
    await rejects(bytesOf(root, store), {
      name: "SyntaxError",
      message: /100 bytes where its parent/,
    });
  }
  const inner = await putFile(store, [[leaf, 100n], [leaf, 100n]]);
  await rejects(bytesOf(await putFile(store, [[inner, 100n]]), store), SyntaxError);
  equal((await bytesOf(await putFile(store, [[inner, 200n]]), store)).length, 200);
});

Deno.test("walkFile() gives up on a small DAG that repeats itself without end", async () => {
  const store = new MemoryStore();
  let node = await putFile(store, []);
  for (let level = 0; level < 8; level++) node = await putFile(store, Array(1000).fill([node, 0n]));
  await rejects(bytesOf(node, store), { name: "RangeError", message: /over 4096 blocks/ });
});

Deno.test("walkFile() gives up on a DAG of over 32 levels", async () => {
  const store = new MemoryStore();
  let node = await putFile(store, [], Uint8Array.from([1]));
  for (let level = 1; level < 32; level++) node = await putFile(store, [[node, 1n]]);
  equal((await bytesOf(node, store)).length, 1);
  await rejects(bytesOf(await putFile(store, [[node, 1n]]), store), {
    name: "RangeError",
    message: /32 levels/,
  });
});

Deno.test("decodeBlock() refuses whatever is neither file nor folder", async () => {
  const store = new MemoryStore();
  const leaf = await rawCid(new Uint8Array(1));
  const link: PBLink = { Hash: leaf as CID, Name: "", Tsize: 0 };
  const wrong: [string, Uint8Array, RegExp][] = [
    ["no protobuf", Uint8Array.from([255, 1, 2]), /not a UnixFS/],
    ["no data", encode({ Links: [link] }), /no data field/],
    ["data that is no UnixFS", encode({ Data: Uint8Array.from([255]), Links: [] }), /not a UnixFS/],
    [
      "a symlink",
      encode({ Data: new UnixFS({ type: "symlink" }).marshal(), Links: [] }),
      /symlink/,
    ],
    [
      "links without sizes",
      encode({ Data: new UnixFS({ type: "file" }).marshal(), Links: [link] }),
      /0 sizes for 1/,
    ],
    [
      "a size beyond all numbers",
      encode({
        Data: new UnixFS({ type: "file", blockSizes: [2n ** 63n] }).marshal(),
        Links: [link],
      }),
      /9223372036854775808 bytes/,
    ],
  ];
  for (const [name, block, message] of wrong) {
    const cid = await put(store, block);
    throws(() => decodeBlock(cid, block), { name: "SyntaxError", message }, name);
    await rejects(bytesOf(cid, store), { name: "SyntaxError" }, name);
  }
  const cbor = CID.createV1(0x71, (await put(store, new Uint8Array(1))).multihash);
  throws(() => decodeBlock(cbor, new Uint8Array(1)), { name: "TypeError", message: /0x71/ });
});

Deno.test("decodeBlock() survives any bytes", async () => {
  const random = seededRandom(3);
  const { cid, store } = await deepFile(true);
  const good = (await store.get(cid))!;
  for (let i = 0; i < 3000; i++) {
    const block = good.slice(0, 1 + Math.floor(random() * good.length));
    for (let flips = 0; flips < 3; flips++) {
      block[Math.floor(random() * block.length)] = Math.floor(random() * 256);
    }
    try {
      decodeBlock(cid, block);
    } catch (error) {
      ok(error instanceof SyntaxError, `${error}`);
    }
  }
});

Deno.test("walkFile() refuses folders, and hash functions it cannot check", async () => {
  const store = new MemoryStore();
  const folder = await addFolder([{ path: "a", content: new Uint8Array(1) }], store);
  await rejects(bytesOf(folder, store), { name: "SyntaxError", message: /folder/ });
  const sha1 = CID.createV1(0x55, createMultihash(0x11, new Uint8Array(20)));
  await rejects(bytesOf(sha1, store), { name: "TypeError", message: /0x11/ });
});

Deno.test("resolvePath() finds files in folders and tells the way", async () => {
  const store = new MemoryStore();
  const content = seededBytes("x", 50);
  const root = await addFolder([{ path: "a/b/c.txt", content }, { path: "d", content }], store);
  const get = (part: Cid) => loadBlock(part, store);
  const found = await resolvePath(root, ["a", "b", "c.txt"], get);
  equal(`${found?.cid}`, `${await rawCid(content)}`);
  equal(found?.trail.length, 3);
  equal(`${found?.trail[0]}`, `${root}`);
  equal(found?.roots.length, 4);
  equal(`${(await resolvePath(root, [], get))?.cid}`, `${root}`);
  for (const path of [["x"], ["a", "x"], ["d", "x"], [""], ["a", ""]]) {
    equal(await resolvePath(root, path, get), undefined);
  }
});

Deno.test("resolvePath() finds a file in a sharded folder, by the shards that hold it", async () => {
  const store = new MemoryStore();
  const files = Array.from(
    { length: 500 },
    (_, i) => ({ path: `f${i}`, content: Uint8Array.of(i) }),
  );
  const options = { wrapWithDirectory: true, shardSplitThresholdBytes: 100 };
  let root: Cid | undefined;
  for await (const entry of importer(files, importStore(store), options)) root = entry.cid;
  equal(decodeBlock(root!, (await store.get(root!))!).type, "shard");
  const get = (part: Cid) => loadBlock(part, store);
  for (const i of [0, 77, 255, 499]) {
    const found = await resolvePath(root!, [`f${i}`], get);
    equal(`${found?.cid}`, `${await rawCid(Uint8Array.of(i))}`);
    ok(found!.trail.length >= 1 && found!.trail.length <= 3);
  }
  equal(await resolvePath(root!, ["f500"], get), undefined);
  equal(await resolvePath(root!, ["00"], get), undefined, "a shard is no entry");
  equal(await resolvePath(root!, [""], get), undefined, "a shard is no entry without a name");
});

Deno.test("resolvePath() gives up on a folder of shards without end", async () => {
  const store = new MemoryStore();
  const Data = new UnixFS({ type: "hamt-sharded-directory", fanout: 256n }).marshal();
  let shard = await put(store, encode({ Data, Links: [] }));
  for (let level = 0; level < 4; level++) {
    const Links = Array(100).fill({ Hash: shard, Name: "00", Tsize: 0 });
    shard = await put(store, encode({ Data, Links }));
  }
  const get = (part: Cid) => loadBlock(part, store);
  await rejects(resolvePath(shard, ["x"], get), {
    name: "RangeError",
    message: /over 4096 shards/,
  });
});
