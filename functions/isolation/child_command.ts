/** How an evaluating process is started: what it may do, and what it gets to know. */
import { fileURLToPath } from "node:url";

const ROOT = new URL("../../", import.meta.url);

/** What Deno itself reads to find its cache, and Windows its own parts; no setting of the miner reaches the process. */
const PASSED_ON = [
  "DENO_DIR",
  "HOME",
  "XDG_CACHE_HOME",
  "LOCALAPPDATA",
  "USERPROFILE",
  "SYSTEMROOT",
];

/**
 * V8 optimizes a WebAssembly function once it has run this much. With V8's own figure it comes, after a model or two, to one function
 * of onnxruntime (of 890 KB), which takes 2 s and 450 MB. With this one hot loops are optimized as soon, that function never.
 */
const TIERING_BUDGET = 2_000_000_000;

/**
 * The command. The process may read the runtime's file and the code that its Workers load, both of which are
 * public, and nothing else: no net, no env, no write, no run. Its Workers, in which the models run, may do nothing at all.
 */
export function childCommand(script: URL): Deno.Command {
  const wasm = import.meta.resolve("onnxruntime-web/ort-wasm-simd-threaded.wasm");
  const readable = [
    fileURLToPath(new URL("core", ROOT)),
    fileURLToPath(new URL(".", import.meta.url)),
    packagesOf(wasm),
  ];
  return new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "--quiet",
      "--no-prompt",
      "--cached-only",
      "--unstable-worker-options",
      `--v8-flags=--wasm-tiering-budget=${TIERING_BUDGET}`,
      `--allow-read=${readable.map((path) => path.replaceAll(",", ",,")).join(",")}`,
      fileURLToPath(script),
    ],
    clearEnv: true,
    env: { NO_COLOR: "1", ...passedOn() },
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  });
}

/** The folder that packages are in. */
function packagesOf(file: string): string {
  const folder = "/node_modules/";
  const at = file.indexOf(folder);
  return fileURLToPath(at < 0 ? new URL(".", file) : file.slice(0, at + folder.length));
}

function passedOn(): Record<string, string> {
  return Object.fromEntries(PASSED_ON.flatMap((name) => {
    const { state } = Deno.permissions.querySync({ name: "env", variable: name });
    const value = state === "granted" ? Deno.env.get(name) : undefined;
    return value === undefined ? [] : [[name, value]];
  }));
}
