/** A model of any format that DeML reads, as ONNX. */
import { readModelFiles } from "./files.ts";
import { decode } from "../../core/model/admission/header.ts";
import { baseName, type ModelFile } from "../../core/model/conversion/file.ts";
import type { ModelProto } from "../../core/model/onnx/codec.ts";
import type { DataFile } from "../../core/model/packing/inline.ts";
import { inflateModel } from "../../core/model/packing/inflate.ts";

/** A model from files. */
export interface LoadedModel {
  /** What it was: "onnx", "packed", "keras", "h5" or "tfjs". */
  format: string;
  /** The decoded model, its external data not inlined. */
  model: ModelProto;
  /** The file with its external data, if there is one. */
  data: DataFile | undefined;
  /** The packed model itself, if it was one. */
  packed: Uint8Array | undefined;
  /** Name of the model's file. */
  name: string;
}

/**
 * Reads a model: an .onnx file (with the .data file beside it), a packed model, .keras, .h5, or TensorFlow.js model.json
 * with its shards, or a folder with these.
 *
 * @throws {InvalidModel} for a packed model or ONNX file that is none
 * @throws {ConversionError} for another format, with the way to export the model
 */
export async function loadModel(paths: readonly string[]): Promise<LoadedModel> {
  const files = await readModelFiles(paths);
  const [first] = files;
  if (files.length === 1 && first !== undefined && isPacked(first)) {
    const model = decode(inflateModel(first.bytes));
    return { format: "packed", model, data: undefined, packed: first.bytes, name: first.name };
  }
  const onnx = files.find(({ name }) => /\.onnx$/i.test(name));
  if (onnx !== undefined && files.every((file) => file === onnx || !isModel(file))) {
    const [other] = files.filter((file) => file !== onnx);
    const data = other && { name: baseName(other.name), bytes: other.bytes };
    return { format: "onnx", model: decode(onnx.bytes), data, packed: undefined, name: onnx.name };
  }
  const { convertModel, detectFormat } = await import("../../core/model/conversion/convert.ts");
  const { format, file } = detectFormat(files);
  const model = await convertModel(files);
  return { format, model, data: undefined, packed: undefined, name: file.name };
}

/** A zlib header: CMF and FLG of RFC 1950. Files with the ending of another format are left to the converter. */
function isPacked({ name, bytes: [cmf = 0, flags = 0] }: ModelFile): boolean {
  if (/\.packed$/i.test(name)) return true;
  return !/\.(joblib|pkl|pickle|onnx)$/i.test(name) && (cmf & 15) === 8 && cmf >> 4 <= 7 &&
    (cmf * 256 + flags) % 31 === 0;
}

function isModel({ name }: ModelFile): boolean {
  return /\.(onnx|keras|h5|hdf5|json)$/i.test(name);
}
