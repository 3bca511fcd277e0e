/**
 * Sealed payloads whose upload has begun, kept in this browser (Cache Storage): each seal gives other bytes, so that after a
 * reload only these go on where the chain is. They are no secret: the chain gets them all.
 */
import type { Hex } from "../../../core/protocol/types.ts";

/** A payload under way. */
export interface KeptPayload {
  /** The sealed bytes. */
  payload: Uint8Array;
  /** Hash of the packed model in them. */
  model: Hex;
}

/** Keeps one payload for each key, such as an author's in a competition. */
export interface Vault {
  /** The kept one, if any. */
  get(key: string): Promise<KeptPayload | undefined>;
  /** Keeps one instead of what was kept before. */
  put(key: string, kept: KeptPayload): Promise<void>;
  /** Forgets it. */
  delete(key: string): Promise<void>;
}

const CACHE = "deml.payloads";
/** Nothing is ever fetched from there (RFC 6761): Cache Storage takes http(s) addresses as keys only. */
const BASE = "https://payloads.invalid/";
const MODEL = "x-model";

/**
 * A vault in a browser's cache storage. Where that is missing or full it keeps nothing, and an upload that a reload
 * interrupts starts again.
 */
export function createVault(storage: CacheStorage | null = globalThis.caches ?? null): Vault {
  async function attempt<T>(work: (cache: Cache) => Promise<T>): Promise<T | undefined> {
    try {
      return storage === null ? undefined : await work(await storage.open(CACHE));
    } catch (error) {
      console.info(`This browser does not keep uploads: ${error}`);
      return undefined;
    }
  }

  return {
    get: (key) =>
      attempt(async (cache) => {
        const found = await cache.match(BASE + key);
        if (found === undefined) return undefined;
        const model = found.headers.get(MODEL) as Hex;
        return { payload: new Uint8Array(await found.arrayBuffer()), model };
      }),
    put: (key, { payload, model }) =>
      attempt((cache) =>
        cache.put(BASE + key, new Response(payload.slice(), { headers: { [MODEL]: model } }))
      ),
    delete: async (key) => void await attempt((cache) => cache.delete(BASE + key)),
  };
}
