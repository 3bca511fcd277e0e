/** Blocks in a folder, one file each: what a miner has fetched or added survives its runs. */
import { blockKey, type Cid, MAX_BLOCK_BYTES, SHA2_256, verifyBlock } from "../core/ipfs/cid.ts";
import { type BlockStore, checkBlockSize } from "../core/ipfs/store.ts";

/** Files that a crash left half written are removed when they are older, in milliseconds. */
const STALE_MS = 3_600_000;

/**
 * A block store on a folder, `<folder>/<two characters>/<multihash in base32>`. Any number of processes may
 * use it at the same time: a block is written beside its place and renamed into it, so that nobody ever sees half
 * of one. Whatever the disk returns is hashed before it goes out; a damaged block counts as missing
 * until it is put again. (So there is no need to flush each file: after a power failure a torn one is found out.)
 */
export class FolderStore implements BlockStore {
  readonly #folder: string;
  #swept: Promise<void> | undefined;

  /** Keeps blocks below `folder`, which is created when the first one comes. */
  constructor(folder: string) {
    this.#folder = folder;
  }

  /**
   * Keeps a block. The caller has checked that it hashes to `cid`.
   *
   * @throws {RangeError} if the block is over 2 MiB.
   * @throws {TypeError} if `cid` is not sha2-256: any other block could not be checked later.
   * @throws {Deno.errors.NotFound|Deno.errors.PermissionDenied|Error} if the folder cannot be written.
   */
  async put(cid: Cid, block: Uint8Array): Promise<void> {
    checkBlockSize(cid, block);
    if (cid.multihash.code !== SHA2_256) {
      throw new TypeError(`Expected a sha2-256 block to keep, got ${cid}`);
    }
    if (await this.has(cid)) return;
    await this.#prepare();
    const { folder, file } = this.#place(cid);
    await Deno.mkdir(folder, { recursive: true });
    const temporary = `${this.#folder}/tmp/${crypto.randomUUID()}`;
    try {
      await Deno.writeFile(temporary, block, { createNew: true });
      await Deno.rename(temporary, file);
    } catch (error) {
      await removeIfThere(temporary);
      throw error;
    }
  }

  /** The block, checked against its hash, or undefined if it is not here or damaged. */
  async get(cid: Cid): Promise<Uint8Array | undefined> {
    if (cid.multihash.code !== SHA2_256) return undefined;
    const block = await readUpTo(this.#place(cid).file, MAX_BLOCK_BYTES);
    return block !== undefined && await verifyBlock(cid, block) ? block : undefined;
  }

  /** Whether {@linkcode FolderStore.get} would find the block; reads and hashes it, to be sure. */
  async has(cid: Cid): Promise<boolean> {
    return await this.get(cid) !== undefined;
  }

  #place(cid: Cid): { folder: string; file: string } {
    const key = blockKey(cid);
    // The last characters differ from block to block; the first ones name the hash function.
    const folder = `${this.#folder}/${key.slice(-2)}`;
    return { folder, file: `${folder}/${key}` };
  }

  /** Once for each store, unless it failed. */
  async #prepare(): Promise<void> {
    try {
      await (this.#swept ??= this.#sweep());
    } catch (error) {
      this.#swept = undefined;
      throw error;
    }
  }

  /** Makes the folder for half-written files, and removes what crashed writers left in it. */
  async #sweep(): Promise<void> {
    const temporary = `${this.#folder}/tmp`;
    await Deno.mkdir(temporary, { recursive: true });
    for await (const { name } of Deno.readDir(temporary)) {
      const path = `${temporary}/${name}`;
      const changed = await Deno.stat(path).then(({ mtime }) => mtime, ignoreNotFound);
      if (changed && changed.getTime() < Date.now() - STALE_MS) await removeIfThere(path);
    }
  }
}

/** A file's bytes; undefined if there is none or it is over `max` bytes, which is known before it is read. */
async function readUpTo(path: string, max: number): Promise<Uint8Array | undefined> {
  const info = await Deno.stat(path).catch(ignoreNotFound);
  if (info === undefined || !info.isFile || info.size > max) return undefined;
  return await Deno.readFile(path).catch(ignoreNotFound);
}

/** Another process may have been first. */
async function removeIfThere(path: string): Promise<void> {
  await Deno.remove(path).catch(ignoreNotFound);
}

function ignoreNotFound(error: unknown): undefined {
  if (!(error instanceof Deno.errors.NotFound)) throw error;
}
