import { type OrtModule, type Runtime, startRuntime } from "../core/evaluate/runtime.ts";

/** The bytes of the .wasm file that comes with the pinned onnxruntime-web; 14 MB, read from the package. */
export async function readRuntimeWasm(): Promise<Uint8Array<ArrayBuffer>> {
  return await Deno.readFile(
    new URL(import.meta.resolve("onnxruntime-web/ort-wasm-simd-threaded.wasm")),
  );
}

/**
 * A fresh instance of the runtime, with memory and state of its own: what a miner takes after the last
 * one was spent. A module starts once in a process, so this loads a copy of its source under a URL of
 * its own. A copy stays until the process ends (40 MB, and what its memory had grown to, at most 256 MiB):
 * for failures, not for every submission.
 */
export async function startFreshRuntime(): Promise<Runtime> {
  const source = await Deno.readFile(new URL(import.meta.resolve("onnxruntime-web/wasm")));
  const url = URL.createObjectURL(new Blob([source], { type: "text/javascript" }));
  try {
    const ort = await import(url) as OrtModule;
    return await startRuntime(await readRuntimeWasm(), { ort });
  } finally {
    URL.revokeObjectURL(url);
  }
}
