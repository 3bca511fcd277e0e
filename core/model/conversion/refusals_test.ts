import assert from "node:assert/strict";
import { ConversionError, convertModel } from "./convert.ts";
import { readZipEntry, zipEntries } from "./formats/zip.ts";
import type { Json, JsonObject } from "./json.ts";
import type { ModelFile } from "./file.ts";
import {
  fixtures,
  type LayerSketch,
  modelJson,
  readFiles,
  readFixture,
  sequential,
} from "./testing.ts";

async function refuses(files: readonly ModelFile[], message: RegExp): Promise<void> {
  await assert.rejects(convertModel(files), (error) => {
    assert.ok(error instanceof ConversionError, String(error));
    assert.match(error.message, message);
    return true;
  });
}

const dense: LayerSketch = ["Dense", { units: 3 }];
const denseWeights = { "layer0/kernel": [4, 3], "layer0/bias": [3] };

const LAYERS: [name: string, layers: LayerSketch[], input: (number | null)[], message: RegExp][] = [
  ["unknown", [["Lambda", { fn: "x" }]], [4], /Lambda "layer0": layers of class Lambda.*"fn":"x"/],
  ["prototype", [["constructor", {}]], [4], /layers of class constructor are not supported/],
  ["channels first", [["Conv2D", { filters: 1, kernel_size: 3, data_format: "channels_first" }]], [
    8,
    8,
    1,
  ], /Conv2D "layer0": data_format "channels_first".*channels_last/],
  ["Masking", [["Masking", {}]], [4, 2], /Masking "layer0": masks/],
  [
    "mask before GRU",
    [["Embedding", { input_dim: 5, output_dim: 2, mask_zero: true }], ["GRU", { units: 2 }]],
    [4],
    /GRU "layer1": it would use the mask.*mask_zero=False/,
  ],
  [
    "return_state",
    [["LSTM", { units: 2, return_state: true }]],
    [4, 2],
    /LSTM "layer0": return_state=True/,
  ],
  ["stateful", [["LSTM", { units: 2, stateful: true }]], [4, 2], /stateful=True/],
  [
    "activation",
    [["Activation", { activation: "warp" }]],
    [4],
    /the activation "warp" is not supported/,
  ],
  [
    "recurrent activation",
    [["GRU", { units: 1, activation: "gelu" }]],
    [4, 2],
    /activation "gelu" is not supported in a recurrent layer|weight/,
  ],
  [
    "quantized dtype",
    [["Dense", {
      units: 3,
      dtype: { class_name: "QuantizedDTypePolicy", config: { name: "int8_from_float32" } },
    }]],
    [4],
    /dtype policy "int8_from_float32"/,
  ],
  [
    "bicubic",
    [["UpSampling2D", { size: 2, interpolation: "bicubic" }]],
    [4, 4, 1],
    /expected interpolation to be "nearest" or "bilinear"/,
  ],
  [
    "no units",
    [["Dense", {}]],
    [4],
    /Dense "layer0": expected units to be a whole number from 1, got none/,
  ],
  ["huge units", [["Dense", { units: 1e12 }]], [4], /expected units/],
  ["huge padding", [["ZeroPadding2D", { padding: 10_000_000 }]], [4, 4, 1], /tensors of at most/],
  ["huge repetition", [["RepeatVector", { n: 60_000_000 }]], [4], /tensors of at most/],
  ["window too large", [["MaxPooling2D", { pool_size: 9 }]], [4, 4, 1], /window of 9 does not fit/],
  [
    "missing weight",
    [["BatchNormalization", {}]],
    [4],
    /expected a weight "gamma" of shape \[4\], but the file has none/,
  ],
  ["open size", [dense], [null], /fixed sizes besides the batch/],
  ["wrong reshape", [["Reshape", { target_shape: [3, -1] }]], [4], /target_shape/],
  ["rank", [["Conv2D", { filters: 1, kernel_size: 1 }]], [4], /expected an input of 4 dimensions/],
];

const EMBEDDINGS: Record<string, Record<string, number[]>> = {
  "mask before GRU": { "layer0/embeddings": [5, 2] },
};

for (const [name, layers, input, message] of LAYERS) {
  Deno.test(`refuses a layer: ${name}`, () =>
    refuses(sequential(layers, { input, weights: EMBEDDINGS[name] ?? {} }), message));
}

Deno.test("a supported layer beside them converts", async () => {
  const model = await convertModel(sequential([dense], { weights: denseWeights }));
  assert.deepEqual(model.graph?.node.map(({ opType }) => opType), ["Gemm"]);
});

Deno.test("refuses weights of another shape, and weights that nobody takes", async () => {
  const wrong = { "layer0/kernel": [3, 4], "layer0/bias": [3] };
  await refuses(sequential([dense], { weights: wrong }), /shape \[4,3\], got one of shape \[3,4\]/);
  const more = { ...denseWeights, "layer0/lora": [1] };
  await refuses(sequential([dense], { weights: more }), /expected 2 weights, got another/);
});

Deno.test("refuses an option that it does not know, unless it is off", async () => {
  const gated = (value: Json): LayerSketch => ["Dense", { units: 3, use_gate: value }];
  const weights = denseWeights;
  await refuses(
    sequential([gated(true)], { weights }),
    /Dense "layer0": its option use_gate=true is not supported/,
  );
  await refuses(sequential([gated(0)], { weights }), /use_gate=0 is not supported/);
  await convertModel(sequential([gated(false)], { weights }));
  await convertModel(sequential([gated(null)], { weights }));
  const inner = { class_name: "GRU", config: { name: "gru", units: 1, window: 3 } };
  const kernels = Object.fromEntries(
    ["forward_gru", "backward_gru"].flatMap((name) => [
      [`layer0/${name}/kernel`, [2, 3]],
      [`layer0/${name}/recurrent_kernel`, [1, 3]],
      [`layer0/${name}/bias`, [3]],
    ]),
  );
  const both: LayerSketch = ["Bidirectional", { merge_mode: "sum", layer: inner }];
  await refuses(
    sequential([both], { input: [4, 2], weights: kernels }),
    /GRU "gru": its option window=3 is not supported/,
  );
});

function functional(
  layers: [name: string, className: string, inbound: Json][],
  { inputs = ["x"], outputs }: { inputs?: string[]; outputs: string[] },
): ModelFile[] {
  const input = (name: string): JsonObject => ({
    class_name: "InputLayer",
    name,
    config: { name, batch_input_shape: [null, 4] },
    inbound_nodes: [],
  });
  const listed = layers.map(([name, className, inbound]) => ({
    class_name: className,
    name,
    config: { name },
    inbound_nodes: inbound,
  }));
  const ref = (name: string) => [name, 0, 0];
  return modelJson({
    class_name: "Functional",
    config: {
      name: "model",
      layers: [...inputs.map(input), ...listed],
      input_layers: inputs.map(ref),
      output_layers: outputs.map(ref),
    },
  });
}

Deno.test("refuses several inputs and several outputs", async () => {
  const add: [string, string, Json] = ["sum", "Add", [[["x", 0, 0, {}], ["y", 0, 0, {}]]]];
  await refuses(functional([add], { inputs: ["x", "y"], outputs: ["sum"] }), /one input, got 2/);
  await refuses(functional([add], { outputs: ["sum", "x"] }), /one output, got 2/);
});

Deno.test("refuses cycles, and references to what is not there", async () => {
  const a: [string, string, Json] = ["a", "ReLU", [[["b", 0, 0, {}]]]];
  const b: [string, string, Json] = ["b", "ReLU", [[["a", 0, 0, {}]]]];
  await refuses(functional([a, b], { outputs: ["a"] }), /depends on its own result/);
  await refuses(functional([["a", "ReLU", [[["a", 0, 0, {}]]]]], { outputs: ["a"] }), /own result/);
  await refuses(functional([a], { outputs: ["a"] }), /a call 0 of layer "b", got none/);
  await refuses(
    functional([["a", "ReLU", [[["x", 0, 1, {}]]]]], { outputs: ["a"] }),
    /result number 1/,
  );
  await refuses(functional([["a", "ReLU", [{ args: 7 }]]], { outputs: ["a"] }), /inbound_nodes/);
});

Deno.test("refuses models nested too deep, and models that multiply", async () => {
  let model: JsonObject = {
    class_name: "ReLU",
    config: { name: "relu", batch_input_shape: [null, 4] },
  };
  for (let i = 0; i < 12; i++) {
    model = { class_name: "Sequential", config: { name: `m${i}`, layers: [model] } };
  }
  await refuses(modelJson(model), /nested at most 10 deep/);
  let many: JsonObject[] = [{
    class_name: "ReLU",
    config: { name: "relu", batch_input_shape: [null, 4] },
  }];
  for (let i = 0; i < 6; i++) {
    many = Array.from({ length: 8 }, (_, n): JsonObject => ({
      class_name: "Sequential",
      config: { name: `m${i} ${n}`, layers: many },
    }));
  }
  await refuses(modelJson(many[0] as JsonObject), /layers|calls|JSON/);
});

Deno.test("refuses JSON that is too deep or none", async () => {
  const bytes = new TextEncoder().encode(`{"modelTopology":${"[".repeat(200)}`);
  await refuses([{ name: "model.json", bytes }], /nested at most 100 deep/);
  await refuses([{ name: "model.json", bytes: bytes.subarray(0, 30) }], /expected JSON/);
});

Deno.test("refuses shards that are missing, short or long", async () => {
  const [json, shard] = sequential([dense], { weights: denseWeights }) as [ModelFile, ModelFile];
  await refuses([json], /its shard "weights.bin" among the files/);
  await refuses([json, { ...shard, bytes: shard.bytes.subarray(4) }], /end within the weight/);
  await refuses(
    [json, { ...shard, bytes: new Uint8Array(64) }],
    /shards of 60 bytes together, got 64/,
  );
});

Deno.test("refuses a shard that many groups of weights name, before it copies it for each", async () => {
  const shard = { name: "w.bin", bytes: new Uint8Array(8 * 1024 * 1024) };
  const weights = [{ name: "layer0/kernel", shape: [shard.bytes.length], dtype: "uint8" }];
  const json = {
    modelTopology: { model_config: { class_name: "Sequential", config: [{ class_name: "ReLU" }] } },
    weightsManifest: Array(200).fill({ paths: ["w.bin"], weights }),
  };
  const before = Deno.memoryUsage().rss;
  const bytes = new TextEncoder().encode(JSON.stringify(json));
  await refuses([{ name: "model.json", bytes }, shard], /at most 67108864 bytes of weights/);
  assert.ok(Deno.memoryUsage().rss - before < 256 * 1024 * 1024);
});

Deno.test("refuses a .keras file whose parts are missing or damaged", async () => {
  const file = await readFixture("keras3_seq.keras");
  const damaged = file.slice();
  const at = file.length >> 1;
  damaged[at] = (damaged[at] as number) ^ 1;
  await refuses([{ name: "m.keras", bytes: damaged }], /CRC-32/);
  await refuses([{ name: "m.keras", bytes: file.subarray(0, -30) }], /cut off/);
});

Deno.test("refuses an .h5 file that holds weights alone", async () => {
  const file = await readFixture("keras3_seq.keras");
  const entry = zipEntries(file).get("model.weights.h5");
  assert.ok(entry);
  const bytes = readZipEntry(file, entry);
  await refuses([{ name: "m.weights.h5", bytes }], /weights without the architecture.*model\.save/);
});

Deno.test("an input shape fills the sizes that a file leaves open", async () => {
  const files = sequential([dense], { input: [null], weights: denseWeights });
  const model = await convertModel(files, { inputShape: [4] });
  const dims = model.graph?.input[0]?.type?.tensorType?.shape?.dim;
  assert.deepEqual(dims, [{ dimParam: "batch" }, { dimValue: 4 }]);
  await assert.rejects(convertModel(files, { inputShape: [4, 1] }), ConversionError);
});

Deno.test("converts in a worker, HDF5 included", async () => {
  const source = `
    import { convertModel } from ${JSON.stringify(import.meta.resolve("./convert.ts"))};
    import { encodeModel } from ${JSON.stringify(import.meta.resolve("../onnx/codec.ts"))};
    onmessage = async ({ data }) => postMessage(encodeModel(await convertModel(data)));`;
  const fixture = (await fixtures()).find(({ files }) => files[0] === "keras3_seq.h5");
  assert.ok(fixture);
  const files = await readFiles(fixture);
  const url = URL.createObjectURL(new Blob([source], { type: "text/javascript" }));
  const worker = new Worker(url, { type: "module" });
  try {
    const there = await new Promise<Uint8Array>((resolve, reject) => {
      worker.onmessage = ({ data }) => resolve(data);
      worker.onerror = (event) => {
        event.preventDefault();
        reject(new Error(event.message));
      };
      worker.postMessage(files);
    });
    const { encodeModel } = await import("../onnx/codec.ts");
    assert.deepEqual(there, encodeModel(await convertModel(files)));
  } finally {
    worker.terminate();
    URL.revokeObjectURL(url);
  }
});
