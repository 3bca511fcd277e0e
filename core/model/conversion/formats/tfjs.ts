/** TensorFlow.js LayersModels: model.json and binary shards, as TensorFlow.js and tensorflowjs_converter write them. */
import { concatBytes } from "@noble/hashes/utils.js";
import { parseArchitecture } from "../architecture.ts";
import { ConversionError } from "../error.ts";
import { baseName, type ModelFile } from "../file.ts";
import { fromHalf } from "../../packing/half.ts";
import { isObject, type Json, member, shown } from "../json.ts";
import { MAX_CONSTANT_BYTES, MAX_RANK } from "../limits.ts";
import { type NamedArray, NamedArrays, type StoredArray } from "../weights.ts";
import { majorVersion } from "./keras.ts";
import type { Source } from "./source.ts";

/**
 * Reads a LayersModel.
 *
 * @param json the parsed model.json
 * @param files the shards that it names
 * @throws {ConversionError} if it is no LayersModel, shards are missing, or sizes do not fit
 */
export function readTfjs(json: Json, files: readonly ModelFile[]): Source {
  const topology = member(json, "modelTopology");
  const version = member(topology, "keras_version");
  const tfjs = typeof version !== "string" || version.startsWith("tfjs");
  return {
    model: parseArchitecture(member(topology, "model_config") ?? topology),
    origin: { keras: tfjs ? 2 : majorVersion(version), tfjs },
    arrays: new NamedArrays(readManifest(member(json, "weightsManifest"), files)),
  };
}

/** Groups of weights, each group one run of bytes that is cut into shards. */
function readManifest(manifest: Json | undefined, files: readonly ModelFile[]): NamedArray[] {
  if (!Array.isArray(manifest)) {
    throw new ConversionError(
      'model.json: expected a weightsManifest, got none; save the whole model with model.save("downloads://model").',
    );
  }
  const shards = new Map(files.map((file) => [baseName(file.name), file.bytes]));
  let left = MAX_CONSTANT_BYTES;
  return manifest.flatMap((group) => {
    const [paths, weights] = [member(group, "paths"), member(group, "weights")];
    if (!isTexts(paths) || !Array.isArray(weights)) {
      throw new ConversionError(
        `model.json: expected paths and weights in each group of the weightsManifest, got ${
          shown(group)
        }.`,
      );
    }
    const bytes = joined(paths, { shards, maxBytes: left });
    left -= bytes.length;
    return cut(weights, bytes);
  });
}

/** `maxBytes`: what the groups before have left, since several may name the same shard. */
function joined(
  paths: string[],
  { shards, maxBytes }: { shards: ReadonlyMap<string, Uint8Array>; maxBytes: number },
): Uint8Array {
  const parts = paths.map((path) => {
    const part = shards.get(baseName(path));
    if (part !== undefined) return part;
    throw new ConversionError(
      `model.json: expected its shard ${
        JSON.stringify(baseName(path).slice(0, 100))
      } among the files; add all .bin ` +
        "files that lie beside it.",
    );
  });
  const size = parts.reduce((sum, { length }) => sum + length, 0);
  if (size > maxBytes) {
    throw new ConversionError(
      `model.json: expected at most ${MAX_CONSTANT_BYTES} bytes of weights, got more.`,
    );
  }
  return concatBytes(...parts);
}

function cut(weights: Json[], bytes: Uint8Array): NamedArray[] {
  let at = 0;
  const arrays = weights.map((weight) => {
    const { name, dims, width, decode } = readEntry(weight);
    const size = width * dims.reduce((product, dim) => product * dim, 1);
    if (at + size > bytes.length) {
      throw new ConversionError(
        `model.json: its shards end within the weight ${shown(name)}: expected ${
          at + size
        } bytes or more, got ` +
          `${bytes.length}.`,
      );
    }
    const view = new DataView(bytes.buffer, at, size);
    at += size;
    const array: StoredArray = {
      dims,
      values: () => Float32Array.from({ length: size / width }, (_, i) => decode(view, i * width)),
    };
    return { segments: name.split("/"), array };
  });
  if (at === bytes.length) return arrays;
  throw new ConversionError(
    `model.json: expected shards of ${at} bytes together, got ${bytes.length}.`,
  );
}

interface Entry {
  readonly name: string;
  readonly dims: readonly number[];
  /** Bytes of one stored element. */
  readonly width: number;
  readonly decode: (view: DataView, at: number) => number;
}

/** `{"name", "shape", "dtype", "quantization"?: {"dtype", "scale", "min"}}` (tfjs-core/src/io/types.ts). */
function readEntry(json: Json): Entry {
  const [name, shape, dtype] = ["name", "shape", "dtype"].map((field) => member(json, field));
  const dims = Array.isArray(shape) && shape.length <= MAX_RANK &&
    shape.every((dim) => Number.isInteger(dim) && Number(dim) >= 0 && Number(dim) < 2 ** 31);
  const quantization = member(json, "quantization");
  const stored = isObject(quantization) ? member(quantization, "dtype") : dtype;
  const raw = STORED.get(String(stored));
  if (typeof name !== "string" || !dims || raw === undefined) {
    throw new ConversionError(
      `model.json: expected a weight with name, shape and one of the types ${[
        ...STORED.keys(),
      ]}, got ${shown(json, 200)}.`,
    );
  }
  const { width, decode } = raw;
  const base = { name, dims: shape as number[], width };
  if (!isObject(quantization) || stored === "float16") return { ...base, decode };
  const [scale, min] = [member(quantization, "scale"), member(quantization, "min")];
  if (typeof scale !== "number" || typeof min !== "number") {
    throw new ConversionError(
      `model.json: expected scale and min of ${shown(name)}, got ${shown(quantization)}.`,
    );
  }
  return { ...base, decode: (view, at) => decode(view, at) * scale + min };
}

const STORED: ReadonlyMap<string, Pick<Entry, "width" | "decode">> = new Map([
  ["float32", { width: 4, decode: (view: DataView, at: number) => view.getFloat32(at, true) }],
  ["float16", {
    width: 2,
    decode: (view: DataView, at: number) => fromHalf(view.getUint16(at, true)),
  }],
  ["int32", { width: 4, decode: (view: DataView, at: number) => view.getInt32(at, true) }],
  ["uint16", { width: 2, decode: (view: DataView, at: number) => view.getUint16(at, true) }],
  ["uint8", { width: 1, decode: (view: DataView, at: number) => view.getUint8(at) }],
  ["bool", { width: 1, decode: (view: DataView, at: number) => view.getUint8(at) }],
]);

function isTexts(value: Json | undefined): value is string[] {
  return Array.isArray(value) && value.every((entry) => typeof entry === "string");
}
