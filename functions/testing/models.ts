/** A small data set, models whose scores on it are known, and payloads that are no models. */
import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex } from "@noble/hashes/utils.js";
import { deflate } from "pako";
import {
  encodeManifest,
  type FileRef,
  type IdxPart,
  type Manifest,
} from "../../core/dataset/manifest.ts";
import { KNOWN_RUNTIMES } from "../../core/evaluate/known_runtimes.ts";
import { addFile } from "../../core/ipfs/add.ts";
import type { Cid } from "../../core/ipfs/cid.ts";
import type { BlockStore } from "../../core/ipfs/store.ts";
import { graph, model, node, tensor, value } from "../../core/model/onnx/build.ts";
import { encodeModel } from "../../core/model/onnx/codec.ts";
import { packModel } from "../../core/model/packing/pack.ts";

const ROWS = 150;
const FEATURES = 4;
const CLASSES = 3;
/** Rows whose label is not the place of the largest value: no model of `linearModel` gets them right. */
const ODD_ROWS = 6;
const TRAIN_ROWS = 160;

/** What all manifests have. */
const COMMON = {
  version: 1,
  name: "largest of three",
  task: "classification",
  classes: ["first", "second", "third"],
  input: { shape: [FEATURES], dtype: "uint8", scale: 1 / 255, offset: 0 },
  metric: { name: "accuracy" },
  runtime: { ...KNOWN_RUNTIMES.at(-1)! },
} satisfies Partial<Manifest>;

/** Adds the data set, and a manifest of it; the changes go over the manifest. */
export async function addDataset(store: BlockStore, changes: Partial<Manifest> = {}): Promise<Cid> {
  const part = partOf(
    ROWS,
    await addRef(inputsFile(ROWS), store),
    await addRef(labelsFile(ROWS, { odd: ODD_ROWS }), store),
  );
  const manifest = { ...COMMON, mode: "open", train: part, test: part, ...changes } as const;
  return await addFile(encodeManifest(manifest), store);
}

/** How a test seals, and what it changes. */
export interface SealedDataset {
  /** Seals a file of the test set. */
  seal: (plain: Uint8Array) => Promise<Uint8Array>;
  /** Takes the place of the opened file of the labels. */
  labels?: Uint8Array;
  /** What goes over the manifest. */
  changes?: (manifest: Manifest) => Partial<Manifest>;
}

/**
 * Adds the data set with the test part sealed, and a manifest of it. The training set is larger, and has no odd row:
 * where it stands in, scores differ.
 */
export async function addSealedDataset(
  store: BlockStore,
  { seal, labels = labelsFile(ROWS, { odd: ODD_ROWS }), changes = () => ({}) }: SealedDataset,
): Promise<Cid> {
  async function addSealed(plain: Uint8Array) {
    return { ...await addRef(await seal(plain), store), sha256: bytesToHex(sha256(plain)) };
  }
  const manifest: Manifest = {
    ...COMMON,
    mode: "sealed",
    train: partOf(
      TRAIN_ROWS,
      await addRef(inputsFile(TRAIN_ROWS), store),
      await addRef(labelsFile(TRAIN_ROWS, { odd: 0 }), store),
    ),
    test: partOf(ROWS, await addSealed(inputsFile(ROWS)), await addSealed(labels)),
  };
  return await addFile(encodeManifest({ ...manifest, ...changes(manifest) }), store);
}

async function addRef(bytes: Uint8Array, store: BlockStore) {
  return { cid: `${await addFile(bytes, store)}`, bytes: bytes.length };
}

function partOf(rows: number, inputs: FileRef, labels: FileRef): IdxPart {
  return { format: "idx", rows, inputs, labels };
}

function inputsFile(rows: number): Uint8Array {
  return idx([rows, FEATURES], Array.from({ length: rows }, (_, row) => pixels(row)).flat());
}

/** Labels as an IDX file, those of the first `odd` rows wrong. */
export function labelsFile(rows: number, { odd }: { odd: number }): Uint8Array {
  return idx(
    [rows],
    Array.from({ length: rows }, (_, row) => (row < odd ? row + 1 : row) % CLASSES),
  );
}

/** Three values, of which the largest names the class, and one that says nothing. */
function pixels(row: number): number[] {
  const place = row % CLASSES;
  return [0, 1, 2, 3].map((i) => (i === place ? 200 + row % 50 : (row * 7 + i * 31) % 180));
}

/** An IDX file of bytes. */
function idx(sizes: number[], values: number[]): Uint8Array {
  const head = new DataView(new ArrayBuffer(4 + 4 * sizes.length));
  head.setUint32(0, 0x0800 + sizes.length);
  sizes.forEach((size, i) => head.setUint32(4 + 4 * i, size));
  return new Uint8Array([...new Uint8Array(head.buffer), ...values]);
}

/** A packed model: scores = inputs x weights, `weights` being those of each class. */
export function linearModel(weights: number[][]): Uint8Array {
  const net = graph({
    inputs: [value("x", ["batch", FEATURES])],
    outputs: [value("y", ["batch", CLASSES])],
    nodes: [node("Gemm", ["x", "w"], ["y"], { transB: 1 })],
    initializers: [tensor("w", [CLASSES, FEATURES], Float32Array.from(weights.flat()))],
  });
  return packModel(encodeModel(model(net, { opset: 17 })));
}

/** Weights that pick the value at one place. */
function pick(place: number): number[] {
  return Array.from({ length: FEATURES }, (_, i) => (i === place ? 1 : 0));
}

/** Right on all rows but the odd ones: 96,000. The salt makes another file of it. */
export function goodModel(salt = 0): Uint8Array {
  return linearModel([0, 1, 2].map((place) => pick(place).with(3, salt / 1_000)));
}

/** Always the first class: 33,333 (2 odd rows of the first class, and 48 of the others). */
export function constantModel(): Uint8Array {
  return linearModel([[1, 1, 1, 1], pick(-1), pick(-1)]);
}

/** Payloads that score 0 for every miner, by what is wrong with them. */
export function worthless(): Record<string, Uint8Array> {
  const good = goodModel(7);
  return {
    "a truncated stream": good.subarray(0, good.length - 9),
    "a zip bomb": deflate(new Uint8Array(17 * 2 ** 20), { level: 9 }),
    "no ONNX file": deflate(new TextEncoder().encode("hello, miner")),
    "NaN outputs": linearModel([pick(0), [NaN, 0, 0, 0], pick(2)]),
    "a wrong shape": wrongShape(),
  };
}

function wrongShape(): Uint8Array {
  const net = graph({
    inputs: [value("x", ["batch", FEATURES + 1])],
    outputs: [value("y", ["batch", CLASSES])],
    nodes: [node("Gemm", ["x", "w"], ["y"], { transB: 1 })],
    initializers: [
      tensor("w", [CLASSES, FEATURES + 1], new Float32Array(CLASSES * (FEATURES + 1))),
    ],
  });
  return packModel(encodeModel(model(net, { opset: 17 })));
}
