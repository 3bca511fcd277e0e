/**
 * JSON-RPC over HTTP: calls made together travel in one POST, answers are bounded and checked, and a node that fails is
 * replaced by the next one.
 */
import { type JsonRpcCall, readAnswers, toBody } from "./json_rpc.ts";
import { ChainUnreachable, type Provider, RpcError } from "./provider.ts";
import { readBounded } from "./bounded.ts";

export { ChainUnreachable, type Provider, RpcError };

/** Calls in one POST: what public nodes take. */
const MAX_BATCH = 100;
/** Bytes of one answer: a full batch of log queries for chunks fits. */
const MAX_BYTES = 64 * 2 ** 20;
/** Statuses whose body may hold answers all the same. */
const ANSWERING = new Set([400, 500]);
/** Codes of errors that another node need not have: too many requests (EIP-1474, and HTTP's own number). */
const LIMITED = new Set([-32005, 429]);

/** How to reach nodes. */
export interface ConnectOptions {
  /** Milliseconds until a node is given up, its whole answer included. */
  timeoutMs?: number;
  /** In place of the global `fetch`. */
  fetch?: (url: string, init: RequestInit) => Promise<Response>;
  /** Greatest size of one answer in bytes, decompressed. */
  maxBytes?: number;
  /** Most calls in one POST, 100 if left out. */
  maxBatch?: number;
}

/** A call that waits for its answer. */
interface Waiting extends JsonRpcCall {
  resolve(result: unknown): void;
  reject(error: Error): void;
}

/** A node's URL, and what may be shown of it. */
interface Node {
  url: string;
  origin: string;
  headers: Record<string, string>;
}

/**
 * Connects to the first of several nodes that answers; the one that worked is asked first from then on.
 *
 * Calls made in the same microtask become one POST of up to 100. `request` throws an
 * {@linkcode RpcError} for an error that a node answered, and {@linkcode ChainUnreachable} if none answered: each node
 * is tried once, nothing is retried and nothing keeps the process alive. Messages show a URL's origin only, since paths
 * and user parts hold keys.
 *
 * @param urls HTTP or HTTPS, the preferred one first
 * @throws {TypeError} for no URL, or one that is not HTTP(S)
 * @throws {RangeError} for a `maxBatch` below 1
 */
export function connect(urls: readonly string[], options: ConnectOptions = {}): Provider {
  if (urls.length === 0) throw new TypeError("expected at least one URL of a chain node");
  const pool = new NodePool(urls.map(toNode), options);
  const { maxBatch = MAX_BATCH } = options;
  if (!(Number.isInteger(maxBatch) && maxBatch >= 1)) {
    throw new RangeError(`maxBatch must be a whole number from 1 on, not ${maxBatch}`);
  }
  let waiting: Waiting[] = [];
  let nextId = 1;

  function flush(): void {
    const calls = waiting;
    waiting = [];
    for (let i = 0; i < calls.length; i += maxBatch) send(pool, calls.slice(i, i + maxBatch));
  }

  return {
    request: ({ method, params = [] }) =>
      new Promise((resolve, reject) => {
        if (waiting.length === 0) queueMicrotask(flush);
        waiting.push({ id: nextId++, method, params, resolve, reject });
      }),
  };
}

function toNode(text: string, index: number): Node {
  const url = URL.parse(text);
  if (url === null || !/^https?:$/.test(url.protocol)) {
    // Not printed: it may hold a key.
    throw new TypeError(`chain node URL number ${index + 1} is not an http:// or https:// URL`);
  }
  const headers: Record<string, string> = { "content-type": "application/json" };
  if (url.username !== "" || url.password !== "") {
    // Browsers refuse URLs with a user part.
    const user = `${decodeURIComponent(url.username)}:${decodeURIComponent(url.password)}`;
    headers.authorization = `Basic ${btoa(user)}`;
    url.username = url.password = "";
  }
  return { url: url.href, origin: url.origin, headers };
}

async function send(pool: NodePool, calls: Waiting[]): Promise<void> {
  try {
    const answers = await pool.ask(calls);
    for (const call of calls) {
      const answer = answers.get(call.id);
      if (answer instanceof RpcError) call.reject(answer);
      else call.resolve(answer);
    }
  } catch (error) {
    for (const call of calls) call.reject(error as Error);
  }
}

/** The nodes in their order, starting with the one that worked last. */
class NodePool {
  #nodes: Node[];
  #first = 0;
  #fetch: NonNullable<ConnectOptions["fetch"]>;
  #timeoutMs: number;
  #maxBytes: number;

  constructor(nodes: Node[], options: ConnectOptions) {
    this.#nodes = nodes;
    this.#fetch = options.fetch ?? ((url, init) => globalThis.fetch(url, init));
    this.#timeoutMs = options.timeoutMs ?? 10_000;
    this.#maxBytes = options.maxBytes ?? MAX_BYTES;
  }

  /** The answers by id. @throws {ChainUnreachable} if no node gives them all */
  async ask(calls: readonly JsonRpcCall[]): Promise<Map<number, unknown>> {
    const body = toBody(calls);
    const failures: string[] = [];
    const start = this.#first;
    for (let i = 0; i < this.#nodes.length; i++) {
      const index = (start + i) % this.#nodes.length;
      try {
        const answers = readAnswers(await this.#post(this.#nodes[index]!, body), calls);
        if (i + 1 < this.#nodes.length && isLimited(answers)) {
          throw new NodeFailure("limits requests");
        }
        this.#first = index;
        return answers;
      } catch (error) {
        failures.push(`${this.#nodes[index]!.origin} ${this.#describe(error)}`);
      }
    }
    throw new ChainUnreachable(`no chain node answered: ${failures.join("; ")}`);
  }

  async #post(node: Node, body: string): Promise<Uint8Array> {
    const controller = new AbortController();
    const timer = setTimeout(() => controller.abort(new TimedOut()), this.#timeoutMs);
    try {
      const response = await this.#fetch(node.url, {
        method: "POST",
        headers: node.headers,
        body,
        signal: controller.signal,
      });
      if (!response.ok && !ANSWERING.has(response.status)) {
        await response.body?.cancel();
        throw new NodeFailure(`answered with HTTP status ${response.status}`);
      }
      return await readBounded(response, { max: this.#maxBytes });
    } catch (error) {
      // Some runtimes hide the reason of an abort behind an error of their own.
      throw controller.signal.aborted ? controller.signal.reason : error;
    } finally {
      clearTimeout(timer);
    }
  }

  #describe(error: unknown): string {
    if (error instanceof TimedOut) return `did not answer within ${this.#timeoutMs / 1000} s`;
    if (error instanceof NodeFailure || error instanceof RangeError) return error.message;
    if (error instanceof SyntaxError) return `gave no JSON-RPC answer (${error.message})`;
    // The runtime's own message can hold the whole URL.
    return "could not be reached";
  }
}

function isLimited(answers: Map<number, unknown>): boolean {
  return [...answers.values()].some((answer) =>
    answer instanceof RpcError && LIMITED.has(answer.code)
  );
}

class TimedOut extends Error {}
class NodeFailure extends Error {}
