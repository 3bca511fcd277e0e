/** The chain of a test over HTTP, as browsers reach it. */
import type { Provider } from "../../../core/chain/provider.ts";

/** A JSON-RPC server. */
export interface RpcServer extends AsyncDisposable {
  url: string;
  /** While true it answers 503, as an overloaded node does. */
  down: boolean;
}

interface Call {
  id: unknown;
  method: string;
  params?: unknown[];
}

/** Serves a provider on a free port of the loopback interface. */
export function serveRpc(provider: Provider): RpcServer {
  const state = { down: false };
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, async (request) => {
    const headers = {
      "access-control-allow-origin": "*",
      "access-control-allow-headers": "content-type",
    };
    if (request.method === "OPTIONS") return new Response(null, { status: 204, headers });
    if (state.down) return new Response("overloaded", { status: 503, headers });
    const body: Call | Call[] = await request.json();
    const answers = Array.isArray(body)
      ? await Promise.all(body.map((call) => answer(provider, call)))
      : await answer(provider, body);
    return Response.json(answers, { headers });
  });
  return Object.assign(state, {
    url: `http://127.0.0.1:${server.addr.port}`,
    [Symbol.asyncDispose]: () => server.shutdown(),
  });
}

async function answer(provider: Provider, { id, method, params = [] }: Call) {
  try {
    return { jsonrpc: "2.0", id, result: await provider.request({ method, params }) };
  } catch (error) {
    const { code = -32603, message, data } = error as Error & { code?: number; data?: unknown };
    return { jsonrpc: "2.0", id, error: { code, message, data } };
  }
}
