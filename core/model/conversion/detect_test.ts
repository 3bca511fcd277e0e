import assert from "node:assert/strict";
import { graph, model, node, value } from "../onnx/build.ts";
import { encodeModel } from "../onnx/codec.ts";
import { detectFormat } from "./detect.ts";
import { ConversionError } from "./error.ts";
import type { ModelFile } from "./file.ts";
import { readFixture, sequential } from "./testing.ts";

const onnx = encodeModel(model(
  graph({
    inputs: [value("x", ["n", 2])],
    outputs: [value("y", ["n", 2])],
    nodes: [node("Relu", ["x"], ["y"])],
  }),
  { opset: 17 },
));

/** A zip archive of empty stored files. */
function zipOf(...names: string[]): Uint8Array {
  const entry = (name: string, head: number[]) => [...head, ...new TextEncoder().encode(name)];
  const local = names.map((name) =>
    entry(name, [0x50, 0x4b, 3, 4, ...Array(22).fill(0), name.length, 0, 0, 0])
  );
  const central = names.map((name) =>
    entry(name, [0x50, 0x4b, 1, 2, ...Array(24).fill(0), name.length, 0, ...Array(16).fill(0)])
  );
  const start = local.flat().length;
  const size = central.flat().length;
  const end = [0x50, 0x4b, 5, 6, 0, 0, 0, 0, names.length, 0, names.length, 0];
  const u32 = (n: number) => [n & 255, n >> 8, 0, 0];
  return Uint8Array.from([
    ...local.flat(),
    ...central.flat(),
    ...end,
    ...u32(size),
    ...u32(start),
    0,
    0,
  ]);
}

function text(content: string): Uint8Array {
  return Uint8Array.from(content, (character) => character.charCodeAt(0));
}

Deno.test("finds each format by its content, whatever the name", async () => {
  const found = (bytes: Uint8Array, name = "file") => detectFormat([{ name, bytes }]).format;
  assert.equal(found(await readFixture("keras3_seq.keras")), "keras");
  assert.equal(found(await readFixture("keras3_seq.h5"), "model.keras"), "h5");
  assert.equal(found(onnx, "model.bin"), "onnx");
  assert.equal(found(sequential([["ReLU", {}]])[0]?.bytes as Uint8Array), "tfjs");
});

Deno.test("finds the model among shards and external data", () => {
  const data = { name: "m.onnx.data", bytes: text("anything") };
  const file = { name: "m.onnx", bytes: onnx };
  assert.deepEqual(detectFormat([data, file]), { format: "onnx", file, others: [data] });
  const [json, shard] = sequential([["ReLU", {}]]) as [ModelFile, ModelFile];
  const detected = detectFormat([shard, json]);
  assert.equal(detected.file, json);
  assert.deepEqual(detected.others, [shard]);
});

const REFUSED: [name: string, bytes: Uint8Array, advice: RegExp][] = [
  [
    "model.pt",
    zipOf("archive/data.pkl", "archive/version"),
    /PyTorch.*torch\.onnx\.export.*external_data=False/,
  ],
  ["model.onnx", zipOf("archive/data.pkl"), /PyTorch/],
  [
    "model.pt2",
    zipOf("m/models/model.json", "m/archive_format"),
    /torch\.export \(\.pt2\).*dynamic_shapes/,
  ],
  ["model.pth", text("\x80\x02\x8a\nl\xfc\x9cF\xf9 j\xa8P\x19.\x80\x02M\xe9\x03."), /PyTorch/],
  ["model.pkl", text("\x80\x04K\x01."), /pickle.*skl2onnx/],
  ["model.bin", text("\x80\x05K\x01."), /pickle/],
  ["model.joblib", text("\x80\x04K\x01."), /joblib.*zipmap/],
  ["model.joblib", text("\x78\x9c123"), /joblib/],
  ["saved_model.pb", text("\x08\x01\x12\x00"), /SavedModel/],
  ["frozen.pb", text("\n\x05"), /TensorFlow graph/],
  ["folder.zip", zipOf("m/saved_model.pb", "m/variables/variables.index"), /SavedModel/],
  ["model.tflite", text("\x1c\0\0\0TFL3\0\0"), /TensorFlow Lite/],
  ["m.safetensors", text("\x02\0\0\0\0\0\0\0{}"), /safetensors/],
  ["weights.npz", zipOf("arr_0.npy", "arr_1.npy"), /numpy/],
  ["w.npy", text("\x93NUMPY\x01\0"), /numpy/],
  ["m.gguf", text("GGUF\x03"), /GGUF/],
  ["m.ckpt", text("..."), /checkpoint/],
  [
    "model.json",
    text('{"format":"graph-model","modelTopology":{"node":[]}}'),
    /GraphModel.*tfjs_layers_model/,
  ],
  [
    "model.json",
    text('{"class_name":"Sequential","config":{}}'),
    /architecture.*without its weights/,
  ],
  ["model.json", text('{"learner":{}}'), /XGBoost/],
  ["model.json", text('{"a":1}'), /modelTopology/],
  ["notes.md", text("# hello"), /\.onnx, \.keras, \.h5 or TensorFlow\.js/],
  ["empty.onnx", new Uint8Array(), /got 0 bytes/],
];

for (const [name, bytes, advice] of REFUSED) {
  Deno.test(`refuses ${name} with advice: ${advice.source.slice(0, 20)}`, () => {
    assert.throws(() => detectFormat([{ name, bytes }]), (error) => {
      assert.ok(error instanceof ConversionError, String(error));
      assert.match(error.message, advice);
      return true;
    });
  });
}

Deno.test("refuses none, too many and two models", () => {
  const file = { name: "a.onnx", bytes: onnx };
  for (const files of [[], Array(300).fill(file), [file, { ...file, name: "b.onnx" }]]) {
    assert.throws(() => detectFormat(files), ConversionError);
  }
});
