import assert from "node:assert/strict";
import { admitModel } from "../../../core/model/admission/admit.ts";
import { modelTask } from "../../../core/evaluate/task.ts";
import { inflateModel } from "../../../core/model/packing/inflate.ts";
import { externalPair, kerasFile, type NamedFile, tfjsSet } from "../../test/support/model_sets.ts";
import { noiseModel } from "../../test/support/models.ts";
import { testManifest } from "../../test/support/visitor.ts";
import { prepare } from "./prepare.ts";

const INPUT = {
  shape: [28, 28, 1],
  altShapes: [[784]],
  dtype: "uint8",
  scale: 1,
  offset: 0,
} as const;
const MANIFEST = testManifest({ input: { ...INPUT, shape: [28, 28, 1], altShapes: [[784]] } });

function prepared(files: NamedFile[], manifest = MANIFEST, progress = (_share: number) => {}) {
  return prepare({ files, manifest }, { progress });
}

Deno.test("prepare() takes models of every format, and gives what miners would admit", async (t) => {
  const sets: [string, NamedFile[], { format: string; parameters: number; macs: number }][] = [
    [
      "an ONNX file",
      [{ name: "a.onnx", bytes: noiseModel({ hidden: 8 }) }],
      { format: "onnx", parameters: 794 * 8, macs: 794 * 8 },
    ],
    [
      "an ONNX file with external data",
      externalPair({ hidden: 8 }),
      { format: "onnx", parameters: 794 * 8, macs: 794 * 8 },
    ],
    ["a Keras file", [await kerasFile()], {
      format: "keras",
      parameters: 2674,
      macs: 8 * 8 * 4 * 25 + 2560,
    }],
    ["a TensorFlow.js set", tfjsSet(), { format: "tfjs", parameters: 7840, macs: 7840 }],
  ];
  for (const [what, files, expected] of sets) {
    await t.step(what, async () => {
      const { name, inspection, candidates } = await prepared(files);
      assert.equal(name, files[0]!.name);
      const { format, parameters, macs, work, activations } = inspection;
      assert.deepEqual({ format, parameters, macs }, expected);
      assert.ok(work.counted > 0 && work.counted < work.most);
      assert.ok(activations.counted > 0 && activations.counted < activations.most);
      assert.deepEqual(candidates.slice(0, 3).map(({ precision }) => precision), [
        "float32",
        "float16",
        "int8",
      ]);
      const sizes = candidates.map(({ packed }) => packed.length);
      assert.deepEqual(sizes, sizes.toSorted((a, b) => b - a));
      for (const { packed } of candidates) admitModel(inflateModel(packed), modelTask(MANIFEST));
    });
  }
});

Deno.test("prepare() gives the same bytes for the same files, whatever their order and folders", async () => {
  const files = tfjsSet();
  const [one, other] = await Promise.all([
    prepared(files),
    prepared(files.toReversed().map((file) => ({ ...file, name: `export/${file.name}` }))),
  ]);
  assert.deepEqual(one, other);
});

Deno.test("prepare() tells how far it is", async () => {
  const shares: number[] = [];
  await prepared(
    [{ name: "a.onnx", bytes: noiseModel({ hidden: 1 }) }],
    MANIFEST,
    (share) => shares.push(share),
  );
  assert.deepEqual(shares, shares.toSorted((a, b) => a - b));
  assert.equal(shares.at(-1), 1);
});

Deno.test("prepare() says what is wrong, and what to do", async () => {
  const onnx = noiseModel({ hidden: 8 });
  const [pair, data] = externalPair({ hidden: 8 }) as [NamedFile, NamedFile];
  const cases: [NamedFile[], string, RegExp][] = [
    [
      [{ name: "a.pt", bytes: new Uint8Array(10) }],
      "ConversionError",
      /PyTorch file.*torch\.onnx\.export/,
    ],
    [[{ name: "a.pkl", bytes: new Uint8Array(10) }], "ConversionError", /pickle.*skl2onnx/],
    [[pair], "InvalidModel", /"external\.onnx\.data".*external_data=False/],
    [[pair, { ...data, name: "other.data" }], "InvalidModel", /"other\.data"/],
    [
      [{ name: "a.onnx", bytes: onnx }, { name: "b.onnx", bytes: onnx }],
      "ConversionError",
      /one model, got 2/,
    ],
    [tfjsSet().slice(0, 2), "ConversionError", /group1-shard2of2\.bin/],
  ];
  for (const [files, name, message] of cases) {
    await assert.rejects(prepared(files), { name, message });
  }
  const other = testManifest({ input: { ...INPUT, shape: [10], altShapes: [] } });
  await assert.rejects(prepared([{ name: "a.onnx", bytes: onnx }], other), {
    name: "InvalidModel",
    message: /\[N,10\]/,
  });
});

Deno.test("prepare() applies the manifest's limits, and shows them", async () => {
  const files = [{ name: "a.onnx", bytes: noiseModel({ hidden: 1 }) }];
  const { inspection: { work } } = await prepared(files, {
    ...MANIFEST,
    limits: { work: 1_000_000 },
  });
  assert.equal(work.most, 1_000_000);
  await assert.rejects(prepared(files, { ...MANIFEST, limits: { work: 100 } }), {
    name: "InvalidModel",
  });
});
