/** The runtime's .wasm file as a file of the site: zipped, since few IPFS gateways zip what they send. */
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { gzip } from "pako";
import type { Plugin } from "vite";
import { runtimeFile } from "../src/work/runtime_file.ts";

const WASM = "onnxruntime-web/ort-wasm-simd-threaded.wasm";
/** The bundle names the file that it would fetch by itself; ours gives it the bytes. */
const OWN_ADDRESS = /new URL\("ort-wasm-simd-threaded\.wasm",\s*import\.meta\.url\)\.href/g;

/**
 * Adds the zipped file beside index.html; the name tells its version, and who loads it checks its digest. pako's output
 * depends on nothing but its input, so that the site's CID stays the same everywhere.
 */
export function runtimeAsset(): Plugin {
  return {
    name: "deml:runtime-asset",
    apply: "build",
    async generateBundle() {
      const wasm = await readFile(createRequire(import.meta.url).resolve(WASM));
      this.emitFile({ type: "asset", fileName: runtimeFile(), source: gzip(wasm, { level: 9 }) });
    },
  };
}

/** Keeps the bundler from adding the .wasm file a second time, as it is. */
export function runtimeWithoutAddress(): Plugin {
  return {
    name: "deml:runtime-without-address",
    transform(code, id) {
      if (!/onnxruntime-web/.test(id) || !OWN_ADDRESS.test(code)) return undefined;
      return { code: code.replace(OWN_ADDRESS, '""'), map: null };
    },
  };
}
