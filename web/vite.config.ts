/** How the site is built: relative addresses only, so that it works below any path of any IPFS gateway. */
import preact from "@preact/preset-vite";
import { defineConfig } from "vite";
import { runtimeAsset, runtimeWithoutAddress } from "./build/runtime_plugin.ts";

export default defineConfig({
  base: "./",
  plugins: [preact({ devToolsEnabled: false, prefreshEnabled: false }), runtimeAsset()],
  build: {
    target: "es2023",
    // Browsers with modules preload by themselves; the polyfill would only grow the first load.
    modulePreload: { polyfill: false },
    // Names follow from content alone, so the same source gives the same CID everywhere.
    assetsInlineLimit: 0,
    reportCompressedSize: false,
  },
  worker: { format: "es", plugins: () => [runtimeWithoutAddress()] },
});
