import assert from "node:assert/strict";
import { gzip } from "pako";
import { loadRuntime } from "./load_runtime.ts";

const WASM = Uint8Array.from({ length: 100_000 }, (_, i) => i % 251);
WASM.set([0, 0x61, 0x73, 0x6d]);

/** Loads what a server answers. */
function load(body: Uint8Array, { status = 200, shares = [] as number[] } = {}) {
  return loadRuntime("https://site.example/a.wasm.gz", {
    fetch: () => Promise.resolve(new Response(body as Uint8Array<ArrayBuffer>, { status })),
    progress: (share) => shares.push(share),
    signal: new AbortController().signal,
  });
}

Deno.test("loadRuntime() unzips the file, unless the browser has done so", async () => {
  const shares: number[] = [];
  assert.deepEqual(await load(gzip(WASM), { shares }), WASM);
  assert.deepEqual(await load(WASM), WASM);
  assert.ok(shares.length > 0 && shares.every((share) => share > 0 && share <= 1));
});

Deno.test("loadRuntime() says what is wrong, and reads no more than it should", async () => {
  await assert.rejects(load(new Uint8Array(), { status: 404 }), /status 404/);
  await assert.rejects(load(gzip(WASM).subarray(0, 100)), { name: "InvalidData" });
  const bomb = gzip(new Uint8Array(33 * 1024 * 1024));
  await assert.rejects(load(bomb), { name: "InvalidData", message: /at most 33554432 bytes/ });
  const endless = new Uint8Array(33 * 1024 * 1024);
  await assert.rejects(load(endless), { name: "InvalidData" });
});
