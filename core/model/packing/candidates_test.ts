import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { deflateSync, gunzipSync } from "node:zlib";
import { accuracy } from "../../evaluate/metrics.ts";
import { classPredictions } from "../../evaluate/predictions.ts";
import { admitModel } from "../admission/admit.ts";
import { decodeModel, encodeModel, type ModelProto } from "../onnx/codec.ts";
import { packCandidates } from "./candidates.ts";
import { inflateModel } from "./inflate.ts";
import { packModel } from "./pack.ts";
import { decode } from "../admission/header.ts";
import { prepareModel } from "./prepare.ts";
import { stripModel } from "./strip.ts";
import { floats, randomModel, testRuntime } from "./testing.ts";
import { type Precision, PRECISIONS } from "./weights.ts";

const SHARED = new URL("../../../../shared/", import.meta.url);
const ROWS = 10_000;
const TASK = { shapes: [[1, 28, 28]], batch: 100, rows: ROWS, classes: 10 };

Deno.test("packCandidates() makes one candidate at a time, each smaller than the one before", () => {
  const model = stripModel(randomModel(3));
  const made = [...packCandidates(model)];
  assert.deepEqual(made.map(({ precision }) => precision), PRECISIONS);
  made.forEach(({ onnx, packed }, i) => {
    assert.deepEqual(inflateModel(packed), onnx);
    if (i > 0) assert.ok(packed.length < made[i - 1]!.packed.length, made[i]!.precision);
  });
  const lazy = packCandidates(model, { precisions: ["int8", "4"] });
  const first = lazy.next().value;
  assert.equal(first?.precision, "int8");
  lazy.return();
});

Deno.test("packModel() is no larger than zlib's level 9, and smaller for few-bit weights", () => {
  const weights = Uint8Array.from(floats(60_000, 1), (v) => Math.round(v ** 3 * 7));
  const packed = packModel(weights);
  assert.deepEqual(inflateModel(packed), weights);
  const plain = deflateSync(weights, { level: 9, memLevel: 9 }).length;
  assert.ok(packed.length < 0.95 * plain, `${packed.length} of ${plain}`);
});

/** Score on MNIST's test set. */
async function score(model: ModelProto): Promise<number> {
  const unzip = async (name: string) =>
    gunzipSync(await readFile(new URL(`data/mnist/t10k-${name}-ubyte.gz`, SHARED)));
  const images = (await unzip("images-idx3")).subarray(16);
  const labels = (await unzip("labels-idx1")).subarray(8);
  const { predicted, take } = classPredictions({ rows: ROWS, classes: 10, kind: "scores" });
  const runtime = await testRuntime();
  await runtime.exclusive(async () => {
    const session = await runtime.open(encodeModel(model));
    for (let start = 0; start < ROWS; start += 100) {
      const bytes = images.subarray(start * 784, (start + 100) * 784);
      const data = Float32Array.from(bytes, (v) => v / 255);
      const feed = { input: "input", output: "logits", data, dims: [100, 1, 28, 28] };
      take(await session.run(feed), { start, rows: 100 });
    }
    await session.release();
  });
  return accuracy(Int32Array.from(labels), predicted);
}

/**
 * What the original DeML would have sent of a model: measured for two (its own code: dill, base64, zlib 9). For tiny8k
 * base64 and zlib 9 of its bare float32 weights, without what dill adds: less than the original can have been.
 */
function originalBytes(name: string, model: ModelProto): number {
  const measured: Record<string, number> = { lenet5: 249_922, mlp128: 408_900 };
  const known = measured[name];
  if (known !== undefined) return known;
  const weights = model.graph!.initializer.filter(({ dataType }) => dataType === 1)
    .map(({ rawData }) => btoa(String.fromCharCode(...rawData!))).join("");
  return deflateSync(weights, { level: 9 }).length;
}

/** Score of the float32 model (../shared/models/README.md), and what is asked of a precision. */
const TARGETS: [string, Precision, { exact: number; bytes?: number; least?: number }][] = [
  ["lenet5", "int8", { exact: 99_280 }],
  ["mlp128", "int8", { exact: 97_010 }],
  ["tiny8k", "int8", { exact: 99_180 }],
  ["tiny8k", "5", { exact: 99_180, bytes: 7500, least: 99_000 }],
];

const haveShared = await readFile(new URL("models/README.md", SHARED)).then(
  () => true,
  () => false,
);
Deno.test({
  name: "packCandidates() packs the shared models as small as promised, within 0.1 points" +
    (haveShared ? "" : " (../shared is missing)"),
  ignore: !haveShared,
  fn: async () => {
    for (const [name, precision, { exact, bytes, least = 0 }] of TARGETS) {
      const file = await readFile(new URL(`models/torch_${name}.onnx`, SHARED));
      const model = prepareModel(decode(new Uint8Array(file)), { task: TASK });
      const [candidate] = packCandidates(model, { precisions: [precision] });
      admitModel(candidate!.onnx, TASK);
      const original = originalBytes(name, model);
      const got = candidate!.packed.length;
      const share = (got / original).toFixed(3);
      const found = `${name} ${precision}: ${got} bytes, ${share} of ${original}`;
      assert.ok(got <= (bytes ?? 0.26 * original), found);
      const points = await score(decodeModel(candidate!.onnx));
      assert.ok(points >= Math.max(exact - 100, least), `${found}: ${points}`);
      console.log(`${found}: ${points}`);
    }
  },
});
