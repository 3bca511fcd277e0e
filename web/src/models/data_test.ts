import assert from "node:assert/strict";
import { testManifest } from "../../test/support/visitor.ts";
import type { Manifest } from "../../../core/dataset/manifest.ts";
import type { DataJobs } from "../work/data_worker.ts";
import type { Caller } from "../work/rpc.ts";
import { createDataSource } from "./data.ts";

const DIGEST = `0x${"ab".repeat(32)}` as const;

/** A source over a worker that only takes notes. */
function start(manifest: Manifest) {
  const calls: string[] = [];
  const answer = (name: string, input: { part?: string }) => {
    calls.push([name, input.part].filter(Boolean).join(" "));
    const rows = { values: new Uint8Array(), labels: new Int32Array() };
    return Promise.resolve(name === "manifest" ? manifest : rows);
  };
  const call = answer as unknown as Caller<DataJobs>;
  return { calls, dataOf: createDataSource({ call, gateways: ["https://gateway.example"] }) };
}

Deno.test("a manifest and its data are read once for each digest", async () => {
  const { calls, dataOf } = start(testManifest());
  assert.equal(dataOf(DIGEST), dataOf(DIGEST));
  await Promise.all([dataOf(DIGEST).test.load(), dataOf(DIGEST).train.load()]);
  await dataOf(DIGEST).test.load();
  assert.deepEqual(calls.sort(), ["dataset test", "dataset train", "manifest"]);
  assert.notEqual(dataOf(`0x${"cd".repeat(32)}`), dataOf(DIGEST));
});

Deno.test("a sealed test set is not asked for, a training set that is not there neither", async () => {
  const sealed = start(testManifest({ mode: "sealed" }));
  await assert.rejects(sealed.dataOf(DIGEST).test.load(), /the test set is sealed/);
  assert.deepEqual(sealed.calls, ["manifest"]);
  const { train: _train, ...rest } = testManifest();
  const open = start(rest);
  assert.equal(await open.dataOf(DIGEST).train.load(), undefined);
  assert.deepEqual(open.calls, ["manifest"]);
});
