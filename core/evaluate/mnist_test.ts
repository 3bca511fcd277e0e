/** Models of other tools on real data, where this machine has them: their own accuracies, their own outputs. */
import assert from "node:assert/strict";
import { type Dataset, loadDataset } from "../dataset/dataset.ts";
import type { Manifest } from "../dataset/manifest.ts";
import { packModel } from "../model/packing/pack.ts";
import { evaluate, openModel } from "./evaluate.ts";
import { KNOWN_RUNTIMES, type RuntimePin } from "./known_runtimes.ts";
import { startRuntime } from "./runtime.ts";

const SHARED = new URL("../../../shared/", import.meta.url);
const IMAGES = "data/mnist/t10k-images-idx3-ubyte.gz";
const LABELS = "data/mnist/t10k-labels-idx1-ubyte.gz";
const CID = "bafkreigh2akiscaildcqabsyg3dfr6chu3fgpregiymsck7e7aqa4s52zy";

/** Accuracy by PyTorch and scikit-learn themselves, and whether their outputs for 256 images are at hand. */
const EXPECTED: [string, number, boolean][] = [
  ["torch_linear", 92_800, true],
  ["torch_mlp16", 93_440, true],
  ["torch_mlp128", 97_010, true],
  ["torch_lenet5", 99_280, true],
  ["torch_tiny8k", 99_180, true],
  ["sk_logreg", 91_350, false],
  ["sk_tree", 87_870, false],
];
const TOLERANCE = 2e-5;
const REFERENCE_ROWS = 256;

const here = await Deno.stat(new URL("models", SHARED)).then(() => true, () => false);
const runtime = await startRuntime(
  await Deno.readFile(new URL(import.meta.resolve("onnxruntime-web/ort-wasm-simd-threaded.wasm"))),
);
const dataset = here ? await mnist() : undefined;

for (const [name, score, reference] of EXPECTED) {
  const test = `evaluate() scores ${name} on MNIST as its own library does`;
  Deno.test({ name: here ? test : `${test} (skipped: not here)`, ignore: !here }, async () => {
    assert.ok(dataset);
    const packed = packModel(await Deno.readFile(new URL(`models/${name}.onnx`, SHARED)));
    assert.deepEqual(await evaluate(packed, dataset, { runtime }), { score });
    if (reference) await compareOutputs(packed, name);
  });
}

async function compareOutputs(packed: Uint8Array, name: string): Promise<void> {
  assert.ok(dataset);
  const bytes = await Deno.readFile(new URL(`models/${name}.ref256.f32`, SHARED));
  const expected = new Float32Array(bytes.buffer);
  const { session, signature } = await openModel(packed, dataset, { runtime });
  const { data } = await session.run({
    input: signature.input,
    data: dataset.inputs.subarray(0, REFERENCE_ROWS * dataset.features),
    dims: [REFERENCE_ROWS, ...signature.shape],
    output: signature.output,
  });
  await session.release();
  assert.equal(data.length, expected.length);
  const worst = expected.reduce(
    (most, wanted, i) => Math.max(most, Math.abs(wanted - Number(data[i]))),
    0,
  );
  assert.ok(worst <= TOLERANCE, `${name}: outputs differ by ${worst}`);
}

async function mnist(): Promise<Dataset> {
  const labels = await Deno.readFile(new URL(LABELS, SHARED));
  const images = await Deno.readFile(new URL(IMAGES, SHARED));
  const manifest: Manifest = {
    version: 1,
    name: "MNIST",
    mode: "open",
    task: "classification",
    classes: Array.from("0123456789"),
    input: { shape: [1, 28, 28], dtype: "uint8", scale: 0.00392156862745098, offset: 0 },
    metric: { name: "accuracy" },
    runtime: KNOWN_RUNTIMES.at(-1) as RuntimePin,
    test: {
      format: "idx.gz",
      rows: 10_000,
      inputs: { cid: CID, bytes: images.length },
      labels: { cid: CID, bytes: labels.length },
    },
  };
  const files = [labels, images].values();
  return await loadDataset(manifest, {
    part: "test",
    read: async function* () {
      const { value } = files.next();
      if (value !== undefined) yield value;
    },
  });
}
