/** The engines that this machine has, each of which runs all cases in a process of its own. */
import { build } from "vite";
import { type BrowserContext, chromium } from "playwright-core";
import { fileURLToPath } from "node:url";
import { readRuntimeWasm } from "../../functions/runtime_wasm.ts";
import { allDigests, type Digests } from "./digests.ts";

/** What one engine found. */
export interface EngineRun {
  /** Name and version, such as "node 20.20.2". */
  readonly engine: string;
  /** What it found. */
  readonly digests: Digests;
}

/** Files for engines other than Deno: the cases and the runtime as modules, and the runtime's .wasm file. */
export interface Bundle extends AsyncDisposable {
  /** Folder of cases.mjs, ort.mjs and runtime.wasm. */
  readonly folder: string;
}

const CHROMIUM = "/usr/bin/chromium";
const CHROMIUM_ARGS = [
  "--no-sandbox",
  "--disable-gpu",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** Runs under Node, beside cases.mjs; the last line is JSON. */
const NODE_RUNNER = `
import { readFile } from "node:fs/promises";
import { allDigests } from "./cases.mjs";
const wasm = new Uint8Array(await readFile(new URL("runtime.wasm", import.meta.url)));
console.log(JSON.stringify(await allDigests(wasm, { backwards: true })));
`;

/** All cases in this process. */
export async function runDeno(): Promise<EngineRun> {
  const digests = await allDigests(await readRuntimeWasm());
  return { engine: `deno ${Deno.version.deno}`, digests };
}

/** Bundles the cases; onnxruntime-web's own file stays as the package has it. */
export async function makeBundle(): Promise<Bundle> {
  const folder = await Deno.makeTempDir({ prefix: "deml-verify-" });
  const entry = fileURLToPath(new URL("digests.ts", import.meta.url));
  await build({
    configFile: false,
    root: fileURLToPath(new URL(".", import.meta.url)),
    publicDir: false,
    logLevel: "warn",
    build: {
      outDir: folder,
      emptyOutDir: false,
      minify: false,
      target: "es2023",
      lib: { entry, formats: ["es"], fileName: () => "cases.mjs" },
      rollupOptions: {
        external: ["onnxruntime-web/wasm"],
        output: { paths: { "onnxruntime-web/wasm": "./ort.mjs" } },
      },
    },
  });
  await Deno.copyFile(new URL(import.meta.resolve("onnxruntime-web/wasm")), `${folder}/ort.mjs`);
  await Deno.writeFile(`${folder}/runtime.wasm`, await readRuntimeWasm());
  await Deno.writeTextFile(`${folder}/node.mjs`, NODE_RUNNER);
  return { folder, [Symbol.asyncDispose]: () => Deno.remove(folder, { recursive: true }) };
}

/** All cases under Node. @throws {Error} with its output if it fails */
export async function runNode({ folder }: Bundle, command = "node"): Promise<EngineRun> {
  const version = await output(command, ["--version"]);
  const digests = JSON.parse(await output(command, [`${folder}/node.mjs`])) as Digests;
  return { engine: `node ${version.trim().replace(/^v/, "")}`, digests };
}

/** All cases in a page of Chromium, which comes from a server on this machine. @throws {Error} if there is no Chromium */
export async function runChromium(
  bundle: Bundle,
  executablePath: string = Deno.env.get("DEML_CHROMIUM") ?? CHROMIUM,
): Promise<EngineRun> {
  const profile = await Deno.makeTempDir({ prefix: "deml-chromium-" });
  await using server = serve(bundle);
  try {
    const context = await chromium.launchPersistentContext(profile, {
      executablePath,
      args: CHROMIUM_ARGS,
    });
    try {
      const version = context.browser()?.version() ?? "";
      return { engine: `chromium ${version}`.trim(), digests: await runPage(context, server.url) };
    } finally {
      await context.close();
    }
  } finally {
    await Deno.remove(profile, { recursive: true });
  }
}

async function runPage(context: BrowserContext, url: string): Promise<Digests> {
  const page = await context.newPage();
  await page.goto(url);
  return await page.evaluate(async () => {
    // The page's own addresses: not to be resolved here.
    const [cases, file] = ["/cases.mjs", "/runtime.wasm"];
    const { allDigests } = await import(cases);
    const wasm = new Uint8Array(await (await fetch(file)).arrayBuffer());
    return await allDigests(wasm, { backwards: true });
  });
}

function serve({ folder }: Bundle): AsyncDisposable & { url: string } {
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, async (request) => {
    const name = new URL(request.url).pathname.slice(1);
    if (name === "") {
      return new Response("<!doctype html>", { headers: { "content-type": "text/html" } });
    }
    if (!["cases.mjs", "ort.mjs", "runtime.wasm"].includes(name)) {
      return new Response(null, { status: 404 });
    }
    const type = name.endsWith(".wasm") ? "application/wasm" : "text/javascript";
    return new Response(await Deno.readFile(`${folder}/${name}`), {
      headers: { "content-type": type },
    });
  });
  return {
    url: `http://127.0.0.1:${server.addr.port}/`,
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
}

async function output(command: string, args: string[]): Promise<string> {
  const { success, code, stdout, stderr } = await new Deno.Command(command, { args }).output();
  if (success) return new TextDecoder().decode(stdout);
  throw new Error(`${command} ended with code ${code}: ${new TextDecoder().decode(stderr).trim()}`);
}
