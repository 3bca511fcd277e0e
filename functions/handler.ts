/** What a miner answers over HTTP: that it lives, what it did, and the data that it keeps. No answer touches the chain. */
import { gateway } from "../core/ipfs/gateway.ts";
import type { BlockStore } from "../core/ipfs/store.ts";
import type { Hex } from "../core/protocol/types.ts";
import { plain, type TickReport } from "./report.ts";

/** Version of the miner. */
export const VERSION = "0.1.0";

/** What `/status` tells. Nothing in it is secret. */
export interface MinerStatus {
  /** Of this program. */
  version: string;
  /** Address of the miner. */
  miner: Hex;
  /** Address of the DeML contract. */
  contract: Hex;
  /** Whether it sends nothing. */
  dryRun: boolean;
  /** Time in ms at which this process started. */
  startedAt: number;
  /** Ticks of this process that ended. */
  ticks: number;
  /** The last tick that could reach the chain. */
  lastTick: TickReport | undefined;
  /** Why the last tick failed as a whole; undefined if it did not. */
  lastError: string | undefined;
}

/** What the handler answers from. */
export interface HandlerParts {
  /** How the miner stands now. */
  status: () => MinerStatus;
  /** Blocks that are served. */
  store: BlockStore;
  /** Hears of failures of the store. */
  onError: (error: unknown) => void;
}

/**
 * Makes the request handler: `/healthz` (200 while the process answers), `/status` (JSON), and `/ipfs/` (blocks and
 * CARs for verifying readers, so that nobody can use the miner to show pages of theirs).
 */
export function createHandler(parts: HandlerParts): (request: Request) => Promise<Response> {
  const ipfs = gateway(parts.store, { deserialized: false, onError: parts.onError });
  return async (request) => {
    const { pathname } = new URL(request.url);
    if (pathname.startsWith("/ipfs/")) return await ipfs(request);
    if (request.method !== "GET" && request.method !== "HEAD") {
      return answer("only GET and HEAD work here\n", {
        status: 405,
        headers: { allow: "GET, HEAD" },
      });
    }
    if (pathname === "/healthz") return answer("ok\n");
    if (pathname !== "/status") {
      return answer("there is /healthz, /status and /ipfs/\n", { status: 404 });
    }
    const body = JSON.stringify(plain(parts.status()), null, 1);
    return answer(`${body}\n`, { headers: { "content-type": "application/json" } });
  };
}

function answer(body: string, init: ResponseInit = {}): Response {
  const headers = new Headers(init.headers);
  headers.set("access-control-allow-origin", "*");
  headers.set("cache-control", "no-store");
  headers.set("x-content-type-options", "nosniff");
  if (!headers.has("content-type")) headers.set("content-type", "text/plain; charset=utf-8");
  return new Response(body, { ...init, headers });
}
