/** Blocks in memory up to a bound, for miners without a folder. */
import { blockKey, type Cid } from "../core/ipfs/cid.ts";
import { type BlockStore, checkBlockSize } from "../core/ipfs/store.ts";

/** Keeps the blocks that came last, and drops the oldest when they take more than `maxBytes`. */
export class RecentStore implements BlockStore {
  readonly #blocks = new Map<string, Uint8Array>();
  readonly #maxBytes: number;
  #bytes = 0;

  /** An empty store. */
  constructor({ maxBytes }: { maxBytes: number }) {
    this.#maxBytes = maxBytes;
  }

  /** Keeps a copy of a block. The caller has checked that it hashes to `cid`. @throws {RangeError} if it is over 2 MiB */
  put(cid: Cid, block: Uint8Array): Promise<void> {
    checkBlockSize(cid, block);
    const key = blockKey(cid);
    if (!this.#blocks.has(key)) {
      this.#blocks.set(key, block.slice());
      this.#bytes += block.length;
      this.#drop();
    }
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

  #drop(): void {
    for (const [key, { length }] of this.#blocks) {
      if (this.#bytes <= this.#maxBytes) return;
      this.#blocks.delete(key);
      this.#bytes -= length;
    }
  }
}
