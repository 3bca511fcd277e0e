/**
 * Adding files: bytes to blocks, by the profile unixfs-v1-2025 of IPIP-499 (1 MiB chunks, raw leaves,
 * 1024 links a node, CIDv1), so that the CIDs equal those of
 * `ipfs add --profile=unixfs-v1-2025` in Kubo 0.40 and later.
 */
import { importer, importFile, type WritableStorage } from "ipfs-unixfs-importer";
import type { Cid } from "./cid.ts";
import type { BlockStore } from "./store.ts";

/** The content of a file: all at once or as a stream. */
export type FileContent = Uint8Array | Iterable<Uint8Array> | AsyncIterable<Uint8Array>;

/** A file of a folder. */
export interface FolderFile {
  /** Relative to the folder, with "/" between its parts. */
  path: string;
  /** Its bytes. */
  content: FileContent;
}

/** The profile, and 8 blocks hashed and stored at a time: at most about 8 MiB of a stream in memory. */
function importOptions() {
  return { profile: "unixfs-v1-2025", blockWriteConcurrency: 8 } as const;
}

/**
 * Adds one file and returns its CID. Up to 1 MiB a file is one raw block.
 *
 * @throws what `store.put` or the content stream throws.
 */
export async function addFile(content: FileContent, store: BlockStore): Promise<Cid> {
  const { cid } = await importFile({ content }, writable(store), importOptions());
  return cid;
}

/**
 * Adds a folder and returns the CID of its root. The order of the files does not matter. Whether dotfiles
 * belong to the folder is for the caller to say.
 *
 * @throws {TypeError} for a path that is empty, absolute or given twice, has "." or ".." parts or a
 * backslash, or is both a file and a folder.
 */
export async function addFolder(
  files: Iterable<FolderFile> | AsyncIterable<FolderFile>,
  store: BlockStore,
): Promise<Cid> {
  const options = { ...importOptions(), wrapWithDirectory: true, fileImportConcurrency: 4 };
  let root: Cid | undefined;
  // The folder itself comes last, also when it is empty.
  for await (const entry of importer(checkPaths(files), writable(store), options)) root = entry.cid;
  return root!;
}

/** Without this the importer would silently drop one of two files that claim the same place. */
async function* checkPaths(
  files: Iterable<FolderFile> | AsyncIterable<FolderFile>,
): AsyncGenerator<FolderFile> {
  const taken = new Map<string, "file" | "folder">();
  for await (const { path, content } of files) {
    const parts = path.split("/");
    if (path.includes("\\") || parts.some((part) => ["", ".", ".."].includes(part))) {
      throw new TypeError(`Expected a relative path such as "data/test.csv", got "${path}"`);
    }
    for (let i = 1; i <= parts.length; i++) {
      const place = parts.slice(0, i).join("/");
      const kind = i < parts.length ? "folder" : "file";
      if (kind === "file" ? taken.has(place) : taken.get(place) === "file") {
        throw new TypeError(`Two files claim the place "${place}"; give each its own path`);
      }
      taken.set(place, kind);
    }
    yield { path, content };
  }
}

/** The importer's view of a store. */
function writable(store: BlockStore): WritableStorage {
  return {
    async put(cid, bytes) {
      if (!(bytes instanceof Uint8Array)) throw new TypeError(`Block ${cid} is not one byte array`);
      await store.put(cid, bytes);
      return cid;
    },
  };
}
