/** The rows that a model is tried on: a folder of MNIST's files, of a CSV file or with a manifest. */
import { type Dataset, loadDataset } from "../../core/dataset/dataset.ts";
import { type Manifest, MAX_MANIFEST_BYTES, parseManifest } from "../../core/dataset/manifest.ts";
import { addFile } from "../../core/ipfs/add.ts";
import { formatCid, parseCid, sameBlock } from "../../core/ipfs/cid.ts";
import { MemoryStore } from "../../core/ipfs/store.ts";
import { readData } from "../demo/data.ts";

/** Most bytes of a data file that is read here. */
const MAX_FILE_BYTES = 512 * 1024 * 1024;

/** Where the rows are. */
export interface DataSource {
  /** A folder: MNIST's IDX files, one CSV file, or manifest.json with the files that it names. */
  data?: string | undefined;
  /** A manifest; its files lie in the same folder. */
  manifest?: string | undefined;
}

/**
 * Loads the rows: of MNIST's files the test set, of a CSV file all rows, of a manifest the test set, or the training set
 * if the competition is sealed.
 *
 * @returns undefined if no source is named
 * @throws {Error} that says what is missing, {InvalidData} or {InvalidManifest}
 */
export async function readRows({ data, manifest }: DataSource): Promise<Dataset | undefined> {
  if (manifest !== undefined) return await fromManifest(manifest);
  if (data === undefined) return undefined;
  const path = `${data.replace(/\/$/, "")}/manifest.json`;
  if (await isFile(path)) return await fromManifest(path);
  const { manifest: made, files } = await readData({
    folder: data,
    seed: 1,
    mode: "open",
    train: false,
  });
  return await loadDataset(made, {
    part: "test",
    read: async function* (cid) {
      yield files.get(cid) ?? new Uint8Array();
    },
  });
}

async function fromManifest(path: string): Promise<Dataset> {
  const { size } = await Deno.stat(path);
  if (size > MAX_MANIFEST_BYTES) {
    throw new Error(`${path}: expected at most ${MAX_MANIFEST_BYTES} bytes, has ${size}`);
  }
  const manifest = parseManifest(await Deno.readFile(path));
  const folder = path.slice(0, path.lastIndexOf("/") + 1) || "./";
  const part = manifest.mode === "open" ? "test" : "train";
  const files = new Map<string, Uint8Array>();
  for (const cid of cidsOf(manifest, part)) files.set(cid, await findFile(folder, cid));
  return await loadDataset(manifest, {
    part,
    read: async function* (cid) {
      yield files.get(cid) ?? new Uint8Array();
    },
  });
}

function cidsOf(manifest: Manifest, part: "test" | "train"): string[] {
  const source = manifest[part];
  if (source === undefined) throw new Error(`manifest: expected a ${part} set, got none`);
  return "table" in source ? [source.table.cid] : [source.inputs.cid, source.labels.cid];
}

/** The file of a CID: the one that is named so, or the one whose content has that CID. */
async function findFile(folder: string, cid: string): Promise<Uint8Array> {
  if (await isFile(`${folder}${cid}`)) return await Deno.readFile(`${folder}${cid}`);
  const wanted = parseCid(cid);
  for await (const entry of Deno.readDir(folder)) {
    const path = `${folder}${entry.name}`;
    if (!entry.isFile || (await Deno.stat(path)).size > MAX_FILE_BYTES) continue;
    const bytes = await Deno.readFile(path);
    if (sameBlock(await addFile(bytes, new MemoryStore()), wanted)) return bytes;
  }
  throw new Error(`${folder}: expected the file ${formatCid(wanted)} of the manifest, found none`);
}

async function isFile(path: string): Promise<boolean> {
  try {
    return (await Deno.stat(path)).isFile;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory) {
      return false;
    }
    throw error;
  }
}
