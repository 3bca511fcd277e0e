/** The built site over HTTP, below a path as an IPFS path gateway serves it. */
import { build } from "vite";

const ROOT = new URL("../../", import.meta.url);
const PREFIX = "/ipfs/bafysite/";
const TYPES: Record<string, string> = {
  html: "text/html; charset=utf-8",
  js: "text/javascript",
  css: "text/css",
  json: "application/json",
  svg: "image/svg+xml",
  gz: "application/gzip",
};

/** A server of the site. */
export interface SiteServer extends AsyncDisposable {
  /** Address of the page. */
  url: string;
}

/** Builds the site into a folder, as `vite build web` does. */
export async function buildSite(outDir: string): Promise<void> {
  const root = decodeURIComponent(ROOT.pathname);
  await build({ root, logLevel: "warn", build: { outDir, emptyOutDir: true } });
}

/** Serves a built site, with a configuration of the test's own. */
export function serveSite(dir: string, config: unknown): SiteServer {
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, (request) => {
    const { pathname } = new URL(request.url);
    const name = pathname.slice(PREFIX.length) || "index.html";
    if (!pathname.startsWith(PREFIX) || name.includes("..")) return notFound();
    if (name === "config.json") return Response.json(config);
    return serveFile(`${dir}/${name}`);
  });
  return {
    url: `http://127.0.0.1:${server.addr.port}${PREFIX}`,
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
}

async function serveFile(path: string): Promise<Response> {
  const type = TYPES[path.split(".").at(-1)!];
  try {
    const headers = { "content-type": type ?? "application/octet-stream" };
    return new Response(await Deno.readFile(path), { headers });
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return notFound();
    throw error;
  }
}

function notFound(): Response {
  return new Response("not found", { status: 404 });
}
