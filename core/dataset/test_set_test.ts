import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { gzipSync } from "node:zlib";
import { addFile } from "../ipfs/add.ts";
import { gateway } from "../ipfs/gateway.ts";
import { cat } from "../ipfs/read.ts";
import { parseCid } from "../ipfs/cid.ts";
import { MemoryStore } from "../ipfs/store.ts";
import { localBeacon } from "../seal/local_beacon.ts";
import { InvalidSeal, NO_CONTEXT, seal, unseal as openSeal } from "../seal/sealed.ts";
import { exactly } from "./bytes.ts";
import { type FileReader, InvalidData } from "./dataset.ts";
import { checkManifest, type FileRef, type Manifest } from "./manifest.ts";
import { bytesOf, loadTestSet, readSealed, type Unseal } from "./test_set.ts";
import { collect, idxFile, pieces, random } from "./testing.ts";

const BEACON = localBeacon(new Uint8Array(32).fill(5), { genesis: 0, period: 3 });
const ROUND = 77;
const TRAIN_ROWS = 8;

/** Opens with the beacon of a round, as every reader does. */
function opener(round = ROUND): Unseal {
  return async (sealed) => {
    try {
      return await openSeal(sealed, {
        signature: BEACON.sign(round).signature,
        context: NO_CONTEXT,
      });
    } catch (cause) {
      if (!(cause instanceof InvalidSeal)) throw cause;
      throw new InvalidData(cause.message, { cause });
    }
  };
}

/** A competition of 2 x 2 images with its files on IPFS. */
interface Sealed {
  manifest: Manifest;
  store: MemoryStore;
  read: FileReader;
}

/** What a host may do wrong. */
interface Faults {
  rows?: number;
  /** Values that the files of the test set have, instead of those of the rows. */
  labels?: number[];
  /** Bytes that take the place of a packed file before it is sealed; its digest is right. */
  packed?: Uint8Array;
  /** Seals to another round. */
  round?: number;
  /** What is done to the sealed bytes. */
  change?: (sealed: Uint8Array) => Uint8Array;
  /** What goes over each reference to a sealed file. */
  ref?: Partial<FileRef>;
}

async function sealed(faults: Faults = {}): Promise<Sealed> {
  const store = new MemoryStore();
  const next = random(5);
  const { rows = 6, labels = [0, 1, 2, 2, 1, 0], round = ROUND, change = (x) => x, ref } = faults;
  async function add(bytes: Uint8Array): Promise<FileRef> {
    return { cid: `${await addFile(bytes, store)}`, bytes: bytes.length };
  }
  async function addSealed(file: Uint8Array): Promise<FileRef> {
    const packed = faults.packed ?? new Uint8Array(gzipSync(file));
    const { publicKey } = BEACON.network;
    const bytes = await seal(packed, { round, publicKey, context: NO_CONTEXT });
    const digest = createHash("sha256").update(packed).digest("hex");
    return { ...await add(change(bytes)), sha256: digest, ...ref };
  }
  const images = (rows: number) =>
    idxFile([rows, 2, 2], Uint8Array.from({ length: 4 * rows }, () => Math.floor(next() * 256)));
  const manifest: Manifest = {
    version: 1,
    name: "small images",
    mode: "sealed",
    task: "classification",
    classes: ["a", "b", "c"],
    input: { shape: [1, 2, 2], dtype: "uint8", scale: 1 / 255, offset: 0 },
    metric: { name: "accuracy" },
    runtime: { name: "onnxruntime-web", version: "1.30.0", wasm: "ab".repeat(32) },
    train: {
      format: "idx",
      rows: TRAIN_ROWS,
      inputs: await add(images(TRAIN_ROWS)),
      labels: await add(idxFile([TRAIN_ROWS], new Uint8Array(TRAIN_ROWS).fill(2))),
    },
    test: {
      format: "idx.gz",
      rows,
      inputs: await addSealed(images(6)),
      labels: await addSealed(idxFile([6], Uint8Array.from(labels))),
    },
  };
  checkManifest(manifest);
  return { manifest, store, read: readerOf(store) };
}

/** Reads through a gateway, as miners do. */
function readerOf(store: MemoryStore): FileReader {
  const serve = gateway(store);
  const fetch = (url: string | URL | Request, init?: RequestInit) => serve(new Request(url, init));
  return (cid, maxBytes) =>
    cat(parseCid(cid), { gateways: ["http://gateway.test"], maxBytes, fetch });
}

const TRAIN_LABELS = [2, 2, 2, 2, 2, 2];

Deno.test("loadTestSet() opens the files of a sealed test set", async () => {
  const { manifest, read } = await sealed();
  const { dataset, fault } = await loadTestSet(manifest, { read, unseal: opener() });
  assert.equal(fault, undefined);
  assert.deepEqual([dataset.rows, dataset.features], [6, 4]);
  assert.deepEqual([...dataset.labels], [0, 1, 2, 2, 1, 0]);
});

Deno.test("loadTestSet() leaves an open test set to loadDataset(), its faults too", async () => {
  const { manifest, read } = await sealed();
  const open: Manifest = { ...manifest, mode: "open", test: manifest.train! };
  const unseal = () => Promise.reject(new Error("nothing is sealed"));
  const { dataset, fault } = await loadTestSet(open, { read, unseal });
  assert.deepEqual([dataset.rows, fault], [TRAIN_ROWS, undefined]);
  const wrong: Manifest = { ...open, test: { ...open.test, rows: 7 } };
  await assert.rejects(loadTestSet(wrong, { read }), InvalidData);
});

Deno.test("loadTestSet() asks for the beacon of a sealed test set before it reads anything", async () => {
  const { manifest } = await sealed();
  const read = () => assert.fail("it read a file");
  await assert.rejects(loadTestSet(manifest, { read }), {
    name: "RangeError",
    message: /expected the beacon/,
  });
});

const truncated = (bytes: Uint8Array) => bytes.subarray(0, -1);
const flipped = (bytes: Uint8Array) => bytes.with(-1, bytes.at(-1)! ^ 1);
const zipped = new Uint8Array(gzipSync(new Uint8Array(100)));

for (
  const [name, faults, message] of [
    ["is sealed to another round", { round: ROUND + 1 }, /the signature does not open/],
    ["is cut off", { change: truncated }, /the body does not open/],
    ["was altered", { change: flipped }, /the body does not open/],
    ["is not sealed at all", { change: () => zipped }, /sealed bytes are at least 193/],
    ["is larger than stated", { ref: { bytes: 220 } }, /expected 220 bytes, got more/],
    ["is smaller than stated", { ref: { bytes: 999 } }, /expected 999 bytes, got 2\d\d/],
    ["has another digest", { ref: { sha256: "0".repeat(64) } }, /content with SHA-256 0{64}/],
    ["has other rows", { rows: 5 }, /expected 5 rows, got 6/],
    ["has a label that is no class", { labels: [0, 1, 2, 3, 1, 0] }, /row 3: expected a class/],
    ["is no gzip file", { packed: Uint8Array.of(1, 2, 3) }, /expected a sound gzip file/],
    ["goes on after its gzip file", {
      packed: Uint8Array.of(...gzipSync(idxFile([6], new Uint8Array(6))), 0),
    }, /expected a sound gzip file/],
    ["is no IDX file", { packed: zipped }, /expected an IDX file/],
    ["is empty", { packed: new Uint8Array(0) }, /test labels: expected/],
  ] as [string, Faults, RegExp][]
) {
  Deno.test(`the first training rows stand in for a test set that ${name}`, async () => {
    const { manifest, read } = await sealed(faults);
    const { dataset, fault } = await loadTestSet(manifest, { read, unseal: opener() });
    assert.match(fault!.message, message);
    assert.equal(dataset.rows, manifest.test.rows);
    assert.deepEqual([...dataset.labels], TRAIN_LABELS.slice(0, manifest.test.rows));
    assert.equal(dataset.labels.buffer.byteLength, 4 * dataset.rows, "the rest is not held");
  });
}

Deno.test("a file in many blocks that is larger than stated is false after what was stated", async () => {
  const { manifest, store } = await sealed();
  const large = new Uint8Array(3_000_000);
  const cid = `${await addFile(large, store)}`;
  const test = manifest.test;
  assert.ok("labels" in test);
  const labels = { ...test.labels, cid, bytes: 1_500_000 };
  let bytes = 0;
  const read: FileReader = async function* (cid, maxBytes) {
    for await (const chunk of readerOf(store)(cid, maxBytes)) {
      bytes += chunk.length;
      yield chunk;
    }
  };
  const changed = { ...manifest, test: { ...test, labels } };
  await assert.rejects(readSealed(changed, { read }), InvalidData);
  bytes = 0;
  const { fault } = await loadTestSet(changed, { read, unseal: opener() });
  assert.match(fault!.message, /expected 1500000 bytes, got more/);
  assert.ok(bytes < 3_000_000, `it read ${bytes} bytes of the labels and the training set`);
});

Deno.test("a test set and a training set that are both false leave nothing to stand in", async () => {
  const { manifest, read } = await sealed({ round: ROUND + 1 });
  const train = { ...manifest.train!, rows: 9 };
  await assert.rejects(loadTestSet({ ...manifest, train }, { read, unseal: opener() }), {
    name: "InvalidData",
    message: "train labels: expected 9 rows, got 8",
  });
});

// deno-lint-ignore require-yield
async function* failing(error: Error): AsyncGenerator<Uint8Array> {
  await Promise.resolve();
  throw error;
}

Deno.test("failures of reading and of opening are no faults of the test set", async () => {
  const { manifest, read } = await sealed();
  const { test } = manifest;
  assert.ok("labels" in test);
  const down = new Error("gateway down");
  for (const { cid } of [test.inputs, test.labels]) {
    const broken: FileReader = (asked, maxBytes) =>
      asked === cid ? failing(down) : read(asked, maxBytes);
    await assert.rejects(
      loadTestSet(manifest, { read: broken, unseal: opener() }),
      (error) => error === down,
    );
    await assert.rejects(readSealed(manifest, { read: broken }), (error) => error === down);
  }
  const memory = new RangeError("Array buffer allocation failed");
  const unseal = () => Promise.reject(memory);
  await assert.rejects(loadTestSet(manifest, { read, unseal }), (error) => error === memory);
});

Deno.test("readSealed() reads all files of the test set as they are, and no more", async () => {
  const { manifest, read } = await sealed();
  const seen: string[] = [];
  const watched: FileReader = (cid, maxBytes) => {
    seen.push(cid);
    return read(cid, maxBytes);
  };
  await readSealed(manifest, { read: watched });
  const { test } = manifest;
  assert.ok("labels" in test);
  assert.deepEqual(seen, [test.inputs.cid, test.labels.cid]);
});

Deno.test("exactly() passes on as many bytes as it is told, in whatever pieces", async () => {
  const bytes = Uint8Array.from({ length: 100 }, (_, i) => i);
  for (const size of [1, 7, 99, 100, 1000]) {
    const load = (expected: number) =>
      collect(exactly(pieces(bytes, size), { bytes: expected, what: "file" }));
    assert.deepEqual(await load(100), bytes);
    await assert.rejects(load(101), /^InvalidData: file: expected 101 bytes, got 100$/);
    await assert.rejects(load(99), /^InvalidData: file: expected 99 bytes, got more$/);
  }
});

Deno.test("bytesOf() counts every file of a part, if there is one", () => {
  const file = (bytes: number) => ({ cid: "bafk", bytes });
  assert.equal(bytesOf({ format: "idx", rows: 1, inputs: file(5), labels: file(6) }), 11);
  const csv = { header: true, label: 0 };
  assert.equal(bytesOf({ format: "csv", rows: 1, table: file(7), csv }), 7);
  assert.equal(bytesOf(undefined), 0);
});
