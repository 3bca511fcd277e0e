/** A page on which one Worker runs, bundled on the spot. */
import { fileURLToPath } from "node:url";
import { build } from "vite";

const PAGE = `<!doctype html><title>worker</title><link rel="icon" href="data:,">`;

/** A server of the page, its worker.js and the runtime's .wasm file. */
export interface WorkerPage extends AsyncDisposable {
  /** Address of the page. */
  readonly url: string;
}

/** Bundles a Worker with all that it imports and serves it beside an empty page. */
export async function serveWorker(entry: URL): Promise<WorkerPage> {
  const folder = await Deno.makeTempDir({ prefix: "deml-worker-" });
  await build({
    configFile: false,
    root: fileURLToPath(new URL(".", entry)),
    publicDir: false,
    logLevel: "warn",
    build: {
      outDir: folder,
      emptyOutDir: false,
      target: "es2023",
      lib: { entry: fileURLToPath(entry), formats: ["es"], fileName: () => "worker.js" },
    },
  });
  await Deno.copyFile(
    new URL(import.meta.resolve("onnxruntime-web/ort-wasm-simd-threaded.wasm")),
    `${folder}/runtime.wasm`,
  );
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, async (request) => {
    const name = new URL(request.url).pathname.slice(1);
    if (name === "") return new Response(PAGE, { headers: { "content-type": "text/html" } });
    if (!["worker.js", "runtime.wasm"].includes(name)) return new Response(null, { status: 404 });
    const type = name.endsWith(".js") ? "text/javascript" : "application/wasm";
    return new Response(await Deno.readFile(`${folder}/${name}`), {
      headers: { "content-type": type },
    });
  });
  return {
    url: `http://127.0.0.1:${server.addr.port}/`,
    async [Symbol.asyncDispose]() {
      await server.shutdown();
      await Deno.remove(folder, { recursive: true });
    },
  };
}
