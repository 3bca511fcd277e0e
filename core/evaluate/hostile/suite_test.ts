import assert from "node:assert/strict";
import { goldenDigest, selfTest } from "../golden.ts";
import { startRuntime } from "../runtime.ts";
import { FULL } from "./hostile.ts";
import { findingOf, HOSTILE, hostileDataset, hostiles, scoreOfHonest } from "./suite.ts";

const wasm = await Deno.readFile(
  new URL(import.meta.resolve("onnxruntime-web/ort-wasm-simd-threaded.wasm")),
);
const runtime = await startRuntime(wasm);
const dataset = hostileDataset();

/** Hangs end the test; speed is measured by `deno task fuzz --hostile`. */
const HANG_MS = 20_000;
/** Most that the process may grow by with one payload; `deno task fuzz --hostile` measures the whole process. */
const MAX_GROWTH = 600_000_000;

Deno.test("the hostile suite has payloads of all kinds", () => {
  assert.ok([...hostiles()].length >= 60);
  for (const [kind, table] of Object.entries(HOSTILE)) {
    assert.ok(Object.keys(table).length > 0, kind);
  }
});

for (const kind of Object.keys(HOSTILE)) {
  Deno.test(`every hostile payload gets its verdict, and the runtime stays sound: ${kind}`, async () => {
    const before = await runtime.exclusive(() => goldenDigest(runtime));
    for (const hostile of hostiles(kind)) {
      const { rss } = Deno.memoryUsage();
      const { name, verdict, expected, message, ms } = await findingOf(hostile, {
        runtime,
        dataset,
      });
      assert.equal(verdict, expected, `${name}: ${message}`);
      const grown = Deno.memoryUsage().rss - rss;
      assert.ok(grown < MAX_GROWTH, `${name} took ${grown} bytes`);
      assert.ok(ms < HANG_MS, `${name} took ${ms} ms`);
      assert.ok(message === "" || /^(packed )?model: /.test(message), `${name}: ${message}`);
      assert.ok(message.length <= 1_000, `${name}: a message of ${message.length} characters`);
    }
    assert.equal(await scoreOfHonest({ runtime, dataset }), FULL);
    assert.equal(await runtime.exclusive(() => goldenDigest(runtime)), before);
    await runtime.exclusive(() => selfTest(runtime));
  });
}
