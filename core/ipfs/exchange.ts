/** One request to a gateway, with time limits on silence and on each block, and bounds on every size. */
import { type CarSection, readCar } from "./car.ts";
import { type Cid, MAX_BLOCK_BYTES, sameBlock, verifyBlock } from "./cid.ts";
import { Lie } from "./gateway_pool.ts";
import { ByteReader } from "./streams.ts";

/** How to talk to gateways. */
export interface ExchangeOptions {
  /** The platform's `fetch`, or one in its place. */
  fetch: typeof globalThis.fetch;
  /** Longest silence, in milliseconds: until the headers come, and between two pieces of the body. */
  idleMs: number;
  /** Longest time for one block, in milliseconds: stops a trickle that is never silent. */
  blockMs: number;
  /** Ends the exchange from outside. */
  signal: AbortSignal;
}

const CAR = "application/vnd.ipld.car";
const RAW = "application/vnd.ipld.raw";

/** A response that has begun well: status 200 and the expected type. */
class Exchange {
  readonly #options: ExchangeOptions;
  readonly #abort = new AbortController();
  readonly #stop = () => this.#abort.abort(this.#options.signal.reason);
  #body: ReadableStreamDefaultReader<Uint8Array> | undefined;
  #blockEnds = 0;
  #leave = () => {};

  constructor(options: ExchangeOptions) {
    this.#options = options;
    this.#abort.signal.addEventListener("abort", () => this.#leave());
    this.restartBlock();
    if (options.signal.aborted) this.#stop();
    else options.signal.addEventListener("abort", this.#stop);
  }

  /** Sends the request and waits for the headers. */
  async open(url: string, { accept, type }: { accept: string; type: string }): Promise<Headers> {
    const request: RequestInit = {
      headers: { accept },
      credentials: "omit",
      referrerPolicy: "no-referrer",
      signal: this.#abort.signal,
    };
    const { fetch } = this.#options;
    const response = await this.#watched(() => fetch(url, request));
    this.#body = response.body?.getReader();
    if (response.status !== 200) throw new Error(`HTTP ${response.status}`);
    const got = response.headers.get("content-type") ?? "no content type";
    if (!got.toLowerCase().startsWith(type)) throw new Error(`answered with ${got.slice(0, 60)}`);
    return response.headers;
  }

  /** The next piece of the body, or undefined at its end. */
  async next(): Promise<Uint8Array | undefined> {
    const body = this.#body;
    if (body === undefined) return undefined;
    return (await this.#watched(() => body.read())).value;
  }

  /** Grants another `blockMs`. */
  restartBlock(): void {
    this.#blockEnds = Date.now() + this.#options.blockMs;
  }

  /** Ends the exchange, wherever it stands. */
  close(): void {
    this.#options.signal.removeEventListener("abort", this.#stop);
    this.#abort.abort();
    // The body fails with the abort above; nobody is left to hear of it.
    this.#body?.cancel().catch(() => {});
  }

  /**
   * Waits for a step, but leaves it by itself when the time is up: Deno 2.9 now and then keeps the read of a
   * body pending although its fetch was aborted, and older browsers hide the reason of an abort.
   */
  async #watched<T>(step: () => Promise<T>): Promise<T> {
    const { signal } = this.#abort;
    const { idleMs, blockMs } = this.#options;
    const blockLeft = Math.max(0, this.#blockEnds - Date.now());
    const why = blockLeft < idleMs
      ? `took over ${blockMs} ms for a block`
      : `sent nothing for ${idleMs} ms`;
    const timer = setTimeout(() => this.#abort.abort(new Error(why)), Math.min(idleMs, blockLeft));
    try {
      return await new Promise<T>((resolve, reject) => {
        this.#leave = () => reject(signal.reason);
        if (signal.aborted) reject(signal.reason);
        else step().then(resolve, reject);
      });
    } finally {
      clearTimeout(timer);
    }
  }
}

/**
 * Fetches one block by `format=raw` and checks it.
 *
 * @throws {Lie} if the bytes are not those of the CID, or over 2 MiB.
 * @throws {Error} for any other trouble.
 */
export async function fetchBlock(
  gateway: string,
  cid: Cid,
  options: ExchangeOptions,
): Promise<Uint8Array> {
  const exchange = new Exchange(options);
  try {
    const headers = await exchange.open(`${gateway}/ipfs/${cid}?format=raw`, {
      accept: RAW,
      type: RAW,
    });
    if (Number(headers.get("content-length")) > MAX_BLOCK_BYTES) throw oversize(cid);
    const reader = new ByteReader(() => exchange.next());
    const block = await reader.rest(MAX_BLOCK_BYTES).catch((error) => {
      throw error instanceof RangeError ? oversize(cid) : error;
    });
    if (!(await verifyBlock(cid, block))) throw forged(cid);
    return block;
  } finally {
    exchange.close();
  }
}

/** Where in a file an archive starts. */
export interface CarStart {
  /** Byte of the file. */
  offset: number;
  /** The nodes from the root to the block at `offset`, which the archive repeats. */
  path: readonly Cid[];
}

/** An archive of a file on its way from a gateway: blocks come in the order of the file, or not at all. */
export class CarExchange {
  readonly #exchange: Exchange;
  readonly #sections: AsyncGenerator<CarSection>;
  #repeated: readonly Cid[];
  #coming: Promise<IteratorResult<CarSection>>;

  private constructor(exchange: Exchange, repeated: readonly Cid[]) {
    this.#exchange = exchange;
    this.#repeated = repeated;
    this.#sections = readCar(() => exchange.next());
    this.#coming = this.#advance();
  }

  /**
   * Asks a gateway for the blocks of a file from `start` on, in one request.
   *
   * @throws {Error} if the gateway does not answer with an archive.
   */
  static async open(
    { gateway, root, start }: { gateway: string; root: Cid; start: CarStart },
    options: ExchangeOptions,
  ): Promise<CarExchange> {
    const exchange = new Exchange(options);
    const range = start.offset > 0 ? `&entity-bytes=${start.offset}:*` : "";
    const query = `format=car&dag-scope=entity&car-order=dfs&car-dups=y${range}`;
    try {
      await exchange.open(`${gateway}/ipfs/${root}?${query}`, {
        accept: `${CAR}; version=1; order=dfs; dups=y`,
        type: CAR,
      });
    } catch (error) {
      exchange.close();
      throw error;
    }
    return new CarExchange(exchange, start.path);
  }

  /**
   * The block of `cid`, which must come next: a flood of other blocks is dropped at its first.
   *
   * @throws {Lie} if a block is not what its CID says, or a length is absurd.
   * @throws {Error} if the archive ends, is malformed or has another order.
   */
  async block(cid: Cid): Promise<Uint8Array> {
    try {
      for (;;) {
        const { done, value } = await this.#coming;
        this.#coming = this.#advance();
        if (done) throw new Error("the CAR ended early");
        if (sameBlock(value.cid, cid)) {
          if (!(await verifyBlock(cid, value.block))) throw forged(cid);
          this.#repeated = [];
          return value.block;
        }
        const [known, ...others] = this.#repeated;
        if (known === undefined || !sameBlock(value.cid, known)) {
          throw new Error(`the CAR has block ${value.cid} where ${cid} belongs`);
        }
        this.#repeated = others;
      }
    } catch (error) {
      if (error instanceof RangeError) throw new Lie(error.message);
      throw error;
    }
  }

  /** Ends the exchange. */
  close(): void {
    this.#exchange.close();
  }

  /** Reads one block ahead, while the one before it is hashed and used; never more. */
  #advance(): Promise<IteratorResult<CarSection>> {
    this.#exchange.restartBlock();
    const coming = this.#sections.next();
    // If it fails, whoever asks for the block will hear of it.
    coming.catch(() => {});
    return coming;
  }
}

function forged(cid: Cid): Lie {
  return new Lie(`sent bytes that are not block ${cid}`);
}

function oversize(cid: Cid): Lie {
  return new Lie(`sent over ${MAX_BLOCK_BYTES} bytes as block ${cid}`);
}
