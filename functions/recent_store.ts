/** Blocks in memory up to a bound, for miners without a folder. */
import { blockKey, type Cid } from "../core/ipfs/cid.ts";
import { type BlockStore, checkBlockSize } from "../core/ipfs/store.ts";

/** A part of a store: what is put or found in it is not dropped. */
export interface Pins extends BlockStore {
  /** Lets all of it be dropped again. */
  release(): void;
}

/** Keeps the blocks that came last, and drops the oldest that are not pinned when they take more than `maxBytes`. */
export class RecentStore implements BlockStore {
  readonly #recent = new Map<string, Uint8Array>();
  readonly #pinned = new Map<string, { block: Uint8Array; pins: number }>();
  readonly #maxBytes: number;
  /** Of all blocks, and of those that are pinned. */
  #bytes = 0;
  #pinnedBytes = 0;

  /** An empty store. */
  constructor({ maxBytes }: { maxBytes: number }) {
    this.#maxBytes = maxBytes;
  }

  /** Keeps a copy of a block. The caller has checked that it hashes to `cid`. @throws {RangeError} if it is over 2 MiB */
  put(cid: Cid, block: Uint8Array): Promise<void> {
    checkBlockSize(cid, block);
    const key = blockKey(cid);
    if (this.#find(key) === undefined) {
      this.#recent.set(key, block.slice());
      this.#bytes += block.length;
      this.#drop();
    }
    return Promise.resolve();
  }

  /** The block, or undefined. */
  get(cid: Cid): Promise<Uint8Array | undefined> {
    return Promise.resolve(this.#find(blockKey(cid)));
  }

  /** Whether the block is here. */
  has(cid: Cid): Promise<boolean> {
    return Promise.resolve(this.#find(blockKey(cid)) !== undefined);
  }

  /** An empty part of this store that drops nothing: `put` and `get` throw a RangeError where there is no room for that. */
  pins(): Pins {
    const keys = new Set<string>();
    const pin = (key: string, block: Uint8Array) => {
      if (keys.has(key)) return;
      this.#pin(key, block);
      keys.add(key);
    };
    return {
      put: async (cid, block) => {
        checkBlockSize(cid, block);
        await Promise.resolve(pin(blockKey(cid), block));
      },
      get: async (cid) => {
        const block = await this.get(cid);
        if (block !== undefined) pin(blockKey(cid), block);
        return block;
      },
      has: (cid) => this.has(cid),
      release: () => {
        for (const key of keys) this.#unpin(key);
        keys.clear();
      },
    };
  }

  #find(key: string): Uint8Array | undefined {
    return this.#pinned.get(key)?.block ?? this.#recent.get(key);
  }

  #pin(key: string, block: Uint8Array): void {
    const pinned = this.#pinned.get(key);
    if (pinned !== undefined) {
      pinned.pins++;
      return;
    }
    if (this.#pinnedBytes + block.length > this.#maxBytes) {
      throw new RangeError(
        `the data that are kept in memory would take over ${this.#maxBytes} bytes: set DEML_CACHE to a folder`,
      );
    }
    const recent = this.#recent.get(key);
    this.#recent.delete(key);
    this.#pinned.set(key, { block: recent ?? block.slice(), pins: 1 });
    this.#pinnedBytes += block.length;
    if (recent === undefined) this.#bytes += block.length;
    this.#drop();
  }

  #unpin(key: string): void {
    const pinned = this.#pinned.get(key);
    if (pinned === undefined || --pinned.pins > 0) return;
    this.#pinned.delete(key);
    this.#pinnedBytes -= pinned.block.length;
    this.#recent.set(key, pinned.block);
  }

  #drop(): void {
    for (const [key, { length }] of this.#recent) {
      if (this.#bytes <= this.#maxBytes) return;
      this.#recent.delete(key);
      this.#bytes -= length;
    }
  }
}
