/**
 * Verified reading from IPFS: any number of gateways, none of them trusted. A file normally takes one
 * request, for a CAR of its blocks in order; what is missing comes block by block. Every block is hashed
 * before a byte of it leaves. Needs nothing but `fetch` and `crypto.subtle` (in browsers: https or localhost).
 */
import { blockKey, type Cid, RAW, sameBlock, verifyBlock } from "./cid.ts";
import { CarExchange, type ExchangeOptions, fetchBlock } from "./exchange.ts";
import { type Gateway, type GatewayEvent, GatewayPool } from "./gateway_pool.ts";
import type { BlockStore } from "./store.ts";
import { type BlockRequest, READ_AHEAD, resolvePath, walkFile } from "./unixfs.ts";

export { type GatewayEvent, RetrievalError } from "./gateway_pool.ts";

/** How to read. */
export interface ReadOptions {
  /** Base addresses such as `https://trustless-gateway.link`, best first. */
  gateways: readonly string[];
  /** Bytes that the file may have at most; from the chain or the manifest, never from a gateway. */
  maxBytes: number;
  /** Blocks found here are not fetched, fetched ones are kept here (and can be served again). */
  store?: BlockStore | undefined;
  /** Longest silence of a gateway, in milliseconds (8000). */
  idleMs?: number | undefined;
  /** Longest time for one block (up to 2 MiB), in milliseconds (60,000). */
  blockMs?: number | undefined;
  /** Ends the read; it then throws the signal's reason. */
  signal?: AbortSignal | undefined;
  /** Hears what each gateway did. */
  onEvent?: ((event: GatewayEvent) => void) | undefined;
  /** Instead of `globalThis.fetch`. */
  fetch?: typeof globalThis.fetch | undefined;
}

const DEFAULT_IDLE_MS = 8000;
const DEFAULT_BLOCK_MS = 60_000;
/** How often a block is asked of every gateway before the read gives up. */
const ROUNDS = 2;

/**
 * Streams a file: verified bytes only, in order, piece by piece (a block at most). Pieces may be shared with
 * `store`; do not write into them.
 *
 * @throws {RetrievalError} if the gateways do not deliver; it says what each of them did.
 * @throws {RangeError} if the file is over `maxBytes`, too deep or split too finely.
 * @throws {SyntaxError} if the CID is no file, or a malformed one, whoever delivers it.
 * @throws {TypeError} if the CID has another codec or hash function, or a gateway address is wrong.
 */
export async function* cat(cid: Cid, options: ReadOptions): AsyncGenerator<Uint8Array> {
  const source = new BlockSource(cid, options);
  try {
    for await (const { data } of walkFile(cid, source.get, { maxBytes: options.maxBytes })) {
      if (data.length > 0) yield data;
    }
  } finally {
    source.close();
  }
}

/**
 * Reads a whole file into memory.
 *
 * @throws as {@linkcode cat}.
 */
export async function read(cid: Cid, options: ReadOptions): Promise<Uint8Array<ArrayBuffer>> {
  const source = new BlockSource(cid, options);
  let file: Uint8Array<ArrayBuffer> | undefined;
  let at = 0;
  try {
    for await (const visit of walkFile(cid, source.get, { maxBytes: options.maxBytes })) {
      file ??= new Uint8Array(visit.fileSize);
      file.set(visit.data, at);
      at += visit.data.length;
    }
  } finally {
    source.close();
  }
  return file ?? new Uint8Array(0);
}

/**
 * Finds the CID of what lies at a path such as `data/test.csv` below a folder, verified.
 *
 * @throws {RangeError} if there is no such entry.
 * @throws as {@linkcode cat} otherwise.
 */
export async function resolve(
  root: Cid,
  path: string,
  options: Omit<ReadOptions, "maxBytes">,
): Promise<Cid> {
  const source = new BlockSource(root, { ...options, archive: false });
  try {
    const found = await resolvePath(
      root,
      path.split("/").filter((name) => name !== ""),
      source.get,
    );
    if (found !== undefined) return found.cid;
    throw new RangeError(`Folder ${root} has no "${path}"`);
  } finally {
    source.close();
  }
}

interface SourceOptions extends Omit<ReadOptions, "maxBytes"> {
  /** Whether the root may be asked for as an archive (yes, unless it is one raw block). */
  archive?: boolean;
}

/** Where the blocks of one read come from: the store, an archive under way, or gateways block by block. */
class BlockSource {
  readonly #root: Cid;
  readonly #options: SourceOptions;
  readonly #pool: GatewayPool;
  readonly #exchange: ExchangeOptions;
  readonly #abort = new AbortController();
  readonly #stop = () => this.#abort.abort(this.#options.signal?.reason);
  readonly #early = new Map<string, Promise<Uint8Array>>();
  #car: { gateway: Gateway; exchange: CarExchange } | undefined;

  constructor(root: Cid, options: SourceOptions) {
    this.#root = root;
    this.#options = options;
    this.#pool = new GatewayPool(options.gateways, options.onEvent);
    this.#exchange = {
      fetch: options.fetch ?? globalThis.fetch.bind(globalThis),
      idleMs: options.idleMs ?? DEFAULT_IDLE_MS,
      blockMs: options.blockMs ?? DEFAULT_BLOCK_MS,
      signal: this.#abort.signal,
    };
    options.signal?.addEventListener("abort", this.#stop);
    if (options.signal?.aborted) this.#stop();
  }

  /** A verified block. */
  readonly get = async (cid: Cid, request: BlockRequest): Promise<Uint8Array> => {
    this.#abort.signal.throwIfAborted();
    const kept = this.#car === undefined ? await this.#kept(cid) : undefined;
    if (kept !== undefined) return kept;
    const block = await this.#fromCar(cid, request) ?? await this.#fromRaw(cid, request.ahead);
    await this.#options.store?.put(cid, block);
    return block;
  };

  /** Ends whatever is under way. */
  close(): void {
    this.#options.signal?.removeEventListener("abort", this.#stop);
    this.#car?.exchange.close();
    this.#abort.abort();
    this.#pool.finish();
  }

  async #kept(cid: Cid): Promise<Uint8Array | undefined> {
    const block = await this.#options.store?.get(cid);
    // A damaged block counts as missing: the one fetched instead takes its place.
    return block !== undefined && await verifyBlock(cid, block) ? block : undefined;
  }

  /** The next block of an archive; undefined once no gateway can be asked for one any more. */
  async #fromCar(cid: Cid, request: BlockRequest): Promise<Uint8Array | undefined> {
    for (;;) {
      const car = this.#car ?? await this.#openCar(request);
      if (car === undefined) return undefined;
      try {
        const block = await car.exchange.block(cid);
        this.#pool.credit(car.gateway, block.length);
        return block;
      } catch (error) {
        car.exchange.close();
        this.#car = undefined;
        this.#blame(car.gateway, error);
      }
    }
  }

  /** Each gateway gets one chance to send an archive, from where the read stands. */
  async #openCar(request: BlockRequest) {
    const root = this.#root;
    const few = request.path.length > 0 && request.ahead.length < READ_AHEAD;
    if (few || root.code === RAW || this.#options.archive === false) return undefined;
    for (const gateway of this.#pool.usable()) {
      if (gateway.askedForCar) continue;
      gateway.askedForCar = true;
      try {
        const want = { gateway: gateway.url, root, start: request };
        return this.#car = { gateway, exchange: await CarExchange.open(want, this.#exchange) };
      } catch (error) {
        this.#blame(gateway, error);
      }
    }
    return undefined;
  }

  /** A block on its own, while those that come next are already under way. */
  async #fromRaw(cid: Cid, ahead: readonly Cid[]): Promise<Uint8Array> {
    const wanted = this.#early.get(blockKey(cid)) ?? this.#fetch(cid);
    this.#early.delete(blockKey(cid));
    for (const next of ahead) {
      const key = blockKey(next);
      // Leaves only: blocks below an inner node come before its neighbours, which would pile up.
      if (next.code !== RAW || sameBlock(next, cid) || this.#early.has(key)) continue;
      const fetching = this.#fetch(next);
      // If it fails, whoever asks for the block will hear of it.
      fetching.catch(() => {});
      this.#early.set(key, fetching);
    }
    return await wanted;
  }

  async #fetch(cid: Cid): Promise<Uint8Array> {
    for (let round = 0; round < ROUNDS; round++) {
      for (const gateway of this.#pool.usable()) {
        if (gateway.banned) continue; // meanwhile, by a fetch beside this one
        try {
          const block = await fetchBlock(gateway.url, cid, this.#exchange);
          this.#pool.credit(gateway, block.length);
          return block;
        } catch (error) {
          this.#blame(gateway, error);
        }
      }
    }
    throw this.#pool.error(cid === this.#root ? `${cid}` : `block ${cid} of ${this.#root}`);
  }

  /** Notes what a gateway did, unless it is the reader that left. */
  #blame(gateway: Gateway, error: unknown): void {
    this.#abort.signal.throwIfAborted();
    this.#pool.blame(gateway, error);
  }
}
