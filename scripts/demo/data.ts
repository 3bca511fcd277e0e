/** The data of a demo: digits that it draws, a folder with MNIST's files, or a folder with a CSV file. */
import { sha256 as digest } from "@noble/hashes/sha2.js";
import { bytesToHex } from "@noble/hashes/utils.js";
import { type Cid, formatCid, rawCid } from "../../core/ipfs/cid.ts";
import { addFile } from "../../core/ipfs/add.ts";
import { type BlockStore, MemoryStore } from "../../core/ipfs/store.ts";
import {
  type Dataset,
  type FileReader,
  firstRows,
  loadDataset,
} from "../../core/dataset/dataset.ts";
import {
  encodeManifest,
  type FileRef,
  type Manifest,
  type Part,
} from "../../core/dataset/manifest.ts";
import { KNOWN_RUNTIMES } from "../../core/evaluate/known_runtimes.ts";
import { drawSets, encodeIdxImages, encodeIdxLabels } from "./digits.ts";
import { readTable } from "./csv_folder.ts";
import type { Examples } from "./train.ts";

/** A data set of this machine. */
export interface DemoData {
  /** What it is, as an open competition's manifest; nothing is on IPFS yet. */
  manifest: Manifest;
  /** Its files, by CID. */
  files: ReadonlyMap<string, Uint8Array>;
  /** What the demo's own models learn from; undefined if none are to be trained. */
  train: Examples | undefined;
  /** Whether its columns differ so much that they should be standardised. */
  isTable: boolean;
}

/** A data set that is on IPFS now. */
export interface PublishedData {
  manifest: Manifest;
  /** CID of the manifest, whose digest goes into the contract. */
  cid: Cid;
}

/** Training on the spot uses no more rows than these. */
const MAX_TRAIN_ROWS = 4000;
const GREY: Manifest["input"] = {
  shape: [1, 28, 28],
  altShapes: [[28, 28, 1], [784], [28, 28]],
  dtype: "uint8",
  scale: 0.00392156862745098,
  offset: 0,
};

/** What a source knows; the rest of the manifest is the same for all. */
type Source = Pick<Manifest, "name" | "classes" | "input" | "train" | "test" | "source">;
type Publish = (bytes: Uint8Array) => Promise<FileRef>;

/** How to read the data. */
export interface DataOptions {
  /** Folder with MNIST's files or one CSV file; without it the demo draws digits. */
  folder?: string | undefined;
  /** Seed of drawing and of parting a CSV file. */
  seed: number;
  /** A sealed competition needs a training set. */
  mode: Manifest["mode"];
  /** Whether models are to be trained, for which it takes a training set too. */
  train: boolean;
}

/**
 * Reads or draws the data, and loads what there is to learn from.
 *
 * @throws {Error} that says what is wrong with the folder
 */
export async function readData({ folder, seed, mode, train }: DataOptions): Promise<DemoData> {
  const files = new Map<string, Uint8Array>();
  async function publish(bytes: Uint8Array): Promise<FileRef> {
    const cid = formatCid(await addFile(bytes, new MemoryStore()));
    files.set(cid, bytes);
    return { cid, bytes: bytes.length };
  }
  const source = folder === undefined
    ? await drawn(seed, publish)
    : await fromFolder(folder, { seed, train: train || mode === "sealed", publish });
  const [runtime] = KNOWN_RUNTIMES;
  if (runtime === undefined) throw new Error("There is no known runtime to name in the manifest.");
  const manifest: Manifest = {
    version: 1,
    mode: "open",
    task: "classification",
    metric: { name: "accuracy" },
    runtime,
    ...source,
  };
  const read: FileReader = async function* (cid) {
    yield files.get(cid) ?? new Uint8Array();
  };
  const examples = train
    ? toExamples(await loadDataset(manifest, { part: "train", read }))
    : undefined;
  return { manifest, files, train: examples, isTable: manifest.input.dtype === "float64" };
}

/**
 * Puts data on IPFS, and a manifest of them.
 *
 * @param seal makes a sealed competition's of it: seals each file of the test set
 */
export async function publishData(
  { manifest: draft, files }: DemoData,
  { store, seal }: {
    store: BlockStore;
    seal?: ((plain: Uint8Array) => Promise<Uint8Array>) | undefined;
  },
): Promise<PublishedData> {
  async function add({ cid }: FileRef): Promise<FileRef> {
    const bytes = files.get(cid)!;
    return { cid: formatCid(await addFile(bytes, store)), bytes: bytes.length };
  }
  async function addSealed({ cid }: FileRef): Promise<FileRef> {
    const plain = files.get(cid)!;
    const bytes = await seal!(plain);
    const sha256 = bytesToHex(digest(plain));
    return { cid: formatCid(await addFile(bytes, store)), bytes: bytes.length, sha256 };
  }
  const manifest: Manifest = {
    ...draft,
    mode: seal === undefined ? "open" : "sealed",
    ...draft.train === undefined ? {} : { train: await mapFiles(draft.train, add) },
    test: await mapFiles(draft.test, seal === undefined ? add : addSealed),
  };
  const bytes = encodeManifest(manifest);
  const cid = await rawCid(bytes);
  await store.put(cid, bytes);
  return { manifest, cid };
}

async function mapFiles(part: Part, change: (file: FileRef) => Promise<FileRef>): Promise<Part> {
  if ("table" in part) return { ...part, table: await change(part.table) };
  return { ...part, inputs: await change(part.inputs), labels: await change(part.labels) };
}

function toExamples(dataset: Dataset): Examples {
  const rows = firstRows(dataset, Math.min(dataset.rows, MAX_TRAIN_ROWS));
  return {
    inputs: rows.inputs,
    labels: rows.labels,
    shape: rows.manifest.input.shape,
    classes: rows.manifest.classes?.length ?? 0,
  };
}

async function drawn(seed: number, publish: Publish): Promise<Source> {
  const { train, test } = drawSets({ seed, trainRows: 4000, testRows: 2000 });
  async function part(digits: typeof train) {
    return {
      format: "idx" as const,
      rows: digits.labels.length,
      inputs: await publish(encodeIdxImages(digits)),
      labels: await publish(encodeIdxLabels(digits)),
    };
  }
  return {
    name: "Drawn digits",
    classes: digitNames(),
    input: GREY,
    train: await part(train),
    test: await part(test),
    source: `drawn by deno task demo, seed ${seed}`,
  };
}

function digitNames(): string[] {
  return Array.from({ length: 10 }, (_, digit) => String(digit));
}

async function fromFolder(
  folder: string,
  options: { seed: number; train: boolean; publish: Publish },
): Promise<Source> {
  const names = await listFolder(folder);
  if (names.some((name) => name.startsWith("t10k-images"))) {
    return mnist(folder, { names, ...options });
  }
  const tables = names.filter((name) => /\.csv(\.gz)?$/i.test(name));
  if (tables.length !== 1) {
    throw new Error(
      `--data ${folder}: expected the four MNIST files (t10k-images-idx3-ubyte.gz, ...) or one CSV file, ` +
        `found ${tables.length === 0 ? "neither" : `${tables.length} CSV files`}`,
    );
  }
  return readTable(`${folder}/${tables[0]}`, options);
}

async function listFolder(folder: string): Promise<string[]> {
  try {
    return (await Array.fromAsync(Deno.readDir(folder))).map((entry) => entry.name).sort();
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory) {
      throw new Error(`${folder}: expected a folder, there is none`, { cause: error });
    }
    throw error;
  }
}

async function mnist(
  folder: string,
  { names, train, publish }: { names: string[]; train: boolean; publish: Publish },
): Promise<Source> {
  async function file(start: string): Promise<[FileRef, Uint8Array, boolean]> {
    const name = names.find((name) => name === start || name === `${start}.gz`);
    if (name === undefined) {
      const why = start.startsWith("train")
        ? "; only an open competition (--open) of ready models (--models) needs no training set"
        : "";
      throw new Error(`--data ${folder}: expected ${start} or ${start}.gz${why}`);
    }
    const bytes = await Deno.readFile(`${folder}/${name}`);
    return [await publish(bytes), bytes, name.endsWith(".gz")];
  }
  async function part(set: string) {
    const [inputs, , zipped] = await file(`${set}-images-idx3-ubyte`);
    const [labels, bytes, labelsZipped] = await file(`${set}-labels-idx1-ubyte`);
    if (zipped !== labelsZipped) {
      throw new Error(`--data ${folder}: expected both ${set} files packed, or neither`);
    }
    const rows = await idxRows(bytes, zipped);
    return { format: zipped ? "idx.gz" as const : "idx" as const, rows, inputs, labels };
  }
  const test = await part("t10k");
  return {
    name: "MNIST",
    classes: digitNames(),
    input: GREY,
    ...(train ? { train: await part("train") } : {}),
    test,
    source: "MNIST (LeCun, Cortes, Burges)",
  };
}

/** The number of rows in the header of an IDX file. */
async function idxRows(bytes: Uint8Array, zipped: boolean): Promise<number> {
  const stream = new Blob([bytes.slice()]).stream();
  const reader = (zipped ? stream.pipeThrough(new DecompressionStream("gzip")) : stream)
    .getReader();
  const { value } = await reader.read();
  await reader.cancel();
  if (value === undefined || value.length < 8) throw new Error("An IDX file ends in its header.");
  return new DataView(value.buffer, value.byteOffset).getUint32(4);
}
