/** A test's chain over HTTP, and the requests that it gets counted. */
import { connect, type ConnectOptions } from "../rpc.ts";
import type { Provider } from "../provider.ts";

interface RpcCall {
  id: number;
  method: string;
  params: unknown[];
}

/** A chain behind HTTP. */
export interface ServedChain extends AsyncDisposable {
  url: string;
  /** Methods of each POST so far. */
  posts: string[][];
  /** A connection to it. */
  connect(options?: ConnectOptions): Provider;
}

/** Serves a provider as a node does. */
export function serveChain(provider: Provider): ServedChain {
  const posts: string[][] = [];
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    async (request) => {
      const body: RpcCall | RpcCall[] = await request.json();
      posts.push([body].flat().map(({ method }) => method));
      if (!Array.isArray(body)) return Response.json(await answer(provider, body));
      return Response.json(await Promise.all(body.map((call) => answer(provider, call))));
    },
  );
  const url = `http://127.0.0.1:${server.addr.port}`;
  return {
    url,
    posts,
    connect: (options) => connect([url], options),
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
}

async function answer(provider: Provider, { id, method, params }: RpcCall) {
  try {
    return { jsonrpc: "2.0", id, result: await provider.request({ method, params }) };
  } catch (error) {
    const { code, message, data } = error as { code: number; message: string; data: unknown };
    return { jsonrpc: "2.0", id, error: { code, message, data } };
  }
}
