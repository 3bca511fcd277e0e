/** What the tests of this folder share: seeded bytes, stores with files in them, servers on loopback. */
import { createCipheriv, createHash } from "node:crypto";
import { addFile, type FileContent } from "./add.ts";
import type { Cid } from "./cid.ts";
import { type BlockStore, MemoryStore } from "./store.ts";

/** The ChaCha20 key stream that Kubo's CID profile tests hash (key = sha256(seed), zero IV). */
export function seededBytes(seed: string, length: number): Uint8Array<ArrayBuffer> {
  const key = createHash("sha256").update(seed).digest();
  const cipher = createCipheriv("chacha20", key, new Uint8Array(16));
  return new Uint8Array(cipher.update(new Uint8Array(length)));
}

/** Numbers from 0 to 1 that are the same at every run (mulberry32). */
export function seededRandom(seed: number): () => number {
  return () => {
    seed = seed + 0x6D2B79F5 | 0;
    let t = Math.imul(seed ^ seed >>> 15, 1 | seed);
    t = t + Math.imul(t ^ t >>> 7, 61 | t) ^ t;
    return ((t ^ t >>> 14) >>> 0) / 2 ** 32;
  };
}

/** A store with one file in it. */
export async function stored(content: FileContent): Promise<{ cid: Cid; store: MemoryStore }> {
  const store = new MemoryStore();
  return { cid: await addFile(content, store), store };
}

/** Bytes in pieces of changing sizes. */
export async function* inPieces(bytes: Uint8Array, seed = 1): AsyncGenerator<Uint8Array> {
  const random = seededRandom(seed);
  for (let at = 0; at < bytes.length;) {
    const length = 1 + Math.floor(random() * 300_000);
    yield await Promise.resolve(bytes.subarray(at, at + length));
    at += length;
  }
}

/** All of a stream. */
export async function collect(source: AsyncIterable<Uint8Array>): Promise<Uint8Array<ArrayBuffer>> {
  const parts: Uint8Array<ArrayBuffer>[] = [];
  for await (const part of source) parts.push(new Uint8Array(part));
  return new Uint8Array(await new Blob(parts).arrayBuffer());
}

/** Takes the pieces of a stream one by one, as `readCar` wants them. */
export function puller(source: AsyncIterable<Uint8Array>): () => Promise<Uint8Array | undefined> {
  const iterator = source[Symbol.asyncIterator]();
  return async () => {
    const { done, value } = await iterator.next();
    return done ? undefined : value;
  };
}

/** A store that lacks a block. */
export function without(store: BlockStore, missing: Cid): BlockStore {
  return {
    put: (cid, block) => store.put(cid, block),
    get: (cid) => `${cid}` === `${missing}` ? Promise.resolve(undefined) : store.get(cid),
    has: (cid) => `${cid}` === `${missing}` ? Promise.resolve(false) : store.has(cid),
  };
}

/** A server on loopback, its address, and what it has been asked. */
export interface TestServer extends AsyncDisposable {
  url: string;
  requests: string[];
}

/** Serves until the end of the block that declares it by `await using`, open connections or not. */
export function serve(handler: (request: Request) => Response | Promise<Response>): TestServer {
  const abort = new AbortController();
  const requests: string[] = [];
  const server = Deno.serve({
    hostname: "127.0.0.1",
    port: 0,
    signal: abort.signal,
    onListen: () => {},
    onError: () => new Response("the test's handler failed", { status: 500 }),
  }, (request) => {
    requests.push(request.url.slice(request.url.indexOf("/", 8)));
    return handler(request);
  });
  return {
    url: `http://127.0.0.1:${server.addr.port}`,
    requests,
    async [Symbol.asyncDispose]() {
      abort.abort();
      await server.finished;
    },
  };
}
