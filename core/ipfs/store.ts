/** Where blocks are kept. Folder and browser stores live outside core/. */
import { blockKey, type Cid, MAX_BLOCK_BYTES } from "./cid.ts";

/** A place for blocks, keyed by their hash: the codec and version of a CID play no part. */
export interface BlockStore {
  /**
   * Keeps a block. The caller has checked that it hashes to `cid`.
   *
   * @throws {RangeError} if the block is over 2 MiB, which no peer would accept.
   */
  put(cid: Cid, block: Uint8Array): Promise<void>;
  /** The block, or undefined if it is not here. The caller must not write into it. */
  get(cid: Cid): Promise<Uint8Array | undefined>;
  /** Whether {@linkcode BlockStore.get} would find the block. */
  has(cid: Cid): Promise<boolean>;
}

/**
 * Refuses blocks that no peer would accept.
 *
 * @throws {RangeError} if the block is over 2 MiB.
 */
export function checkBlockSize(cid: Cid, block: Uint8Array): void {
  if (block.length <= MAX_BLOCK_BYTES) return;
  throw new RangeError(
    `Block ${cid} has ${block.length} bytes, over the ${MAX_BLOCK_BYTES} that IPFS exchanges; split the file`,
  );
}

/** Blocks in memory, for as long as the object lives. */
export class MemoryStore implements BlockStore {
  readonly #blocks = new Map<string, Uint8Array>();

  /** Keeps a copy of the block, so that what the caller does with its buffer cannot change it. */
  put(cid: Cid, block: Uint8Array): Promise<void> {
    checkBlockSize(cid, block);
    const key = blockKey(cid);
    if (!this.#blocks.has(key)) this.#blocks.set(key, block.slice());
    return Promise.resolve();
  }

  /** The block, or undefined. */
  get(cid: Cid): Promise<Uint8Array | undefined> {
    return Promise.resolve(this.#blocks.get(blockKey(cid)));
  }

  /** Whether the block is here. */
  has(cid: Cid): Promise<boolean> {
    return Promise.resolve(this.#blocks.has(blockKey(cid)));
  }

  /** How many blocks are kept. */
  get size(): number {
    return this.#blocks.size;
  }
}
