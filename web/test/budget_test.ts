/** What a visitor has to load. Sizes are gzip's at level 9, which gateways come close to. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { gunzipSync, gzipSync } from "node:zlib";
import { KNOWN_RUNTIMES } from "../../core/evaluate/known_runtimes.ts";
import { buildSite } from "./support/site_server.ts";

const KB = 1000;

Deno.test("the built site stays within its budgets", async (t) => {
  const dist = await Deno.makeTempDir({ prefix: "deml-site-" });
  try {
    await buildSite(dist);
    const page = await Deno.readTextFile(`${dist}/index.html`);
    const first = [...page.matchAll(/(?:src|href)="\.\/(assets\/[^"]+\.js)"/g)].map(([, name]) =>
      name!
    );
    const scripts = Array.fromAsync(Deno.readDir(`${dist}/assets`), ({ name }) => `assets/${name}`);
    const lazy = (await scripts).filter((name) => name.endsWith(".js") && !first.includes(name));
    const size = async (name: string) =>
      gzipSync(await Deno.readFile(`${dist}/${name}`), { level: 9 }).length;

    await t.step("the first load has at most 45 KB of JavaScript", async () => {
      assert.ok(first.length > 0, "no script was found in index.html");
      const total = (await Promise.all(first.map(size))).reduce((sum, bytes) => sum + bytes);
      console.log(`first load: ${(total / KB).toFixed(1)} KB in ${first.length} files`);
      assert.ok(total <= 45 * KB, `the first load has ${total} bytes`);
    });

    await t.step(
      "what is loaded later has at most 80 KB in a file, but for the HDF5 library",
      async () => {
        for (const name of lazy) {
          const bytes = await size(name);
          const most = name.startsWith("assets/hdf5") ? 1400 * KB : 80 * KB;
          assert.ok(bytes <= most, `${name} has ${bytes} bytes`);
        }
      },
    );

    await t.step("the HDF5 library comes with the first Keras file, not before", async () => {
      const large = [];
      for (const name of [...first, ...lazy]) if (await size(name) > 80 * KB) large.push(name);
      assert.deepEqual(large.map((name) => name.replace(/-[^-]+$/, "")), ["assets/hdf5_hl"]);
    });

    await t.step("the runtime is there once, zipped, as the one that miners run", async () => {
      const [{ version, wasm } = { version: "", wasm: "" }] = KNOWN_RUNTIMES;
      const files = await Array.fromAsync(Deno.readDir(dist), ({ name }) => name);
      const found = [...files, ...lazy].filter((name) => name.includes(".wasm"));
      assert.deepEqual(found, [`onnxruntime-web-${version}.wasm.gz`]);
      const zipped = await Deno.readFile(`${dist}/${found[0]}`);
      assert.ok(zipped.length <= 3_800 * KB);
      assert.equal(createHash("sha256").update(gunzipSync(zipped)).digest("hex"), wasm);
    });

    await t.step("the ABI coder comes with the first transaction, not before", async () => {
      const has = async (name: string) =>
        (await Deno.readTextFile(`${dist}/${name}`)).includes("encodeFunctionData");
      assert.ok((await Promise.all(lazy.map(has))).includes(true));
      assert.ok(!(await Promise.all(first.map(has))).includes(true));
    });

    await t.step("the curve's arithmetic comes with the first seal, not before", async () => {
      // The field's modulus, as @noble/curves writes it.
      const has = async (name: string) =>
        (await Deno.readTextFile(`${dist}/${name}`)).includes("1a0111ea397fe69a4b1ba7b6434bacd7");
      const all = [...first, ...lazy];
      const found = await Promise.all(all.map(has));
      const names = all.filter((_, i) => found[i]).map((name) => name.replace(/-[^-]+$/, ""));
      assert.deepEqual(names.sort(), ["assets/opener", "assets/sealed"]);
    });

    await t.step("every address in the page is relative, and no script or style is inline", () => {
      assert.ok(!/(?:src|href)="(?!\.\/)/.test(page));
      assert.ok(!/<style|<script(?![^>]*\ssrc=)|\son\w+=|\sstyle=/.test(page));
    });
  } finally {
    await Deno.remove(dist, { recursive: true });
  }
});
