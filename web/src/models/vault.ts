/**
 * Sealed payloads whose upload has begun, kept in this browser (Cache Storage): each seal gives other bytes, so that after a
 * reload only these go on where the chain is. They are no secret: the chain gets them all.
 */

/** Keeps one payload for each key, such as those of a model and its author in a competition. */
export interface Vault {
  /** The kept one, if any. */
  get(key: string): Promise<Uint8Array | undefined>;
  /**
   * Keeps one instead of what was kept before, and forgets all whose time is over.
   *
   * @param kept.until Unix second from which nobody needs it any more
   * @returns whether it is kept
   */
  put(key: string, kept: { payload: Uint8Array; until: number }): Promise<boolean>;
  /** Forgets it. */
  delete(key: string): Promise<void>;
}

const CACHE = "deml.payloads";
/** Nothing is ever fetched from there (RFC 6761): Cache Storage takes http(s) addresses as keys only. */
const BASE = "https://payloads.invalid/";
const UNTIL = "x-until";

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
        return found && new Uint8Array(await found.arrayBuffer());
      }),
    async put(key, { payload, until }) {
      await attempt(forgetOld);
      const kept = await attempt(async (cache) => {
        const headers = { [UNTIL]: `${until}` };
        await cache.put(BASE + key, new Response(payload.slice(), { headers }));
        return true;
      });
      return kept ?? false;
    },
    delete: async (key) => void await attempt((cache) => cache.delete(BASE + key)),
  };
}

async function forgetOld(cache: Cache): Promise<void> {
  for (const request of await cache.keys()) {
    const until = Number((await cache.match(request))?.headers.get(UNTIL));
    if (until < Date.now() / 1000) await cache.delete(request);
  }
}
