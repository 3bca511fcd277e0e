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

Deno.test("a sealed test set is fetched as it is, and opened by a beacon only", async () => {
  const { calls, dataOf } = start(testManifest({ mode: "sealed" }));
  const data = dataOf(DIGEST);
  await assert.rejects(data.test.load(), /the test set is sealed/);
  assert.deepEqual(calls, ["manifest"]);
  await data.sealed.load();
  await data.open({ publicKey: "0x", round: 1, signature: new Uint8Array(48) }, () => {});
  assert.deepEqual(calls, ["manifest", "sealed", "open"]);
});

Deno.test("a training set that is not there is not asked for", async () => {
  const { train: _train, ...rest } = testManifest();
  const { calls, dataOf } = start(rest);
  assert.equal(await dataOf(DIGEST).train.load(), undefined);
  assert.deepEqual(calls, ["manifest"]);
});
