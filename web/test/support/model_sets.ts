/** Models of several files, and of other formats than ONNX, as their exporters write them. */
import { decodeModel, encodeModel } from "../../../core/model/onnx/codec.ts";
import { noiseModel } from "./models.ts";

/** A file with its name. */
export interface NamedFile {
  name: string;
  bytes: Uint8Array;
}

const SIDE = 28;
const CLASSES = 10;

/** A model as PyTorch writes it by default: its weights in a second file. */
export function externalPair({ hidden }: { hidden: number }): NamedFile[] {
  const model = decodeModel(noiseModel({ hidden }));
  const location = "external.onnx.data";
  const parts: Uint8Array[] = [];
  let offset = 0;
  for (const tensor of model.graph!.initializer) {
    const { rawData } = tensor;
    parts.push(rawData!);
    delete tensor.rawData;
    tensor.dataLocation = 1;
    tensor.externalData = [
      { key: "location", value: location },
      { key: "offset", value: `${offset}` },
      { key: "length", value: `${rawData!.length}` },
    ];
    offset += rawData!.length;
  }
  return [
    { name: "external.onnx", bytes: encodeModel(model) },
    { name: location, bytes: joined(parts) },
  ];
}

/** A LayersModel as TensorFlow.js saves it: one layer that looks at single pixels, its weights in two shards. */
export function tfjsSet(): NamedFile[] {
  const kernel = new Float32Array(SIDE * SIDE * CLASSES);
  for (let i = 0; i < kernel.length; i++) kernel[i] = Math.sin(i * 12.9898) / 8;
  const weights = new Uint8Array(kernel.buffer);
  const paths = ["group1-shard1of2.bin", "group1-shard2of2.bin"];
  const layer = (class_name: string, config: Record<string, unknown>) => ({ class_name, config });
  const json = {
    format: "layers-model",
    modelTopology: {
      keras_version: "tfjs-layers 4.22.0",
      backend: "tensor_flow.js",
      model_config: layer("Sequential", {
        name: "net",
        layers: [
          layer("Flatten", {
            name: "flat",
            batch_input_shape: [null, SIDE, SIDE, 1],
            dtype: "float32",
          }),
          layer("Dense", { name: "dense", units: CLASSES, activation: "softmax", use_bias: false }),
        ],
      }),
    },
    weightsManifest: [{
      paths,
      weights: [{ name: "dense/kernel", shape: [SIDE * SIDE, CLASSES], dtype: "float32" }],
    }],
  };
  return [
    { name: "model.json", bytes: new TextEncoder().encode(JSON.stringify(json)) },
    { name: paths[0]!, bytes: weights.slice(0, 20_000) },
    { name: paths[1]!, bytes: weights.slice(20_000) },
  ];
}

/** A trained model in Keras' own format: see testdata/README.md. */
export async function kerasFile(): Promise<NamedFile> {
  const name = "digits.keras";
  return { name, bytes: await Deno.readFile(new URL(`../testdata/${name}`, import.meta.url)) };
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
