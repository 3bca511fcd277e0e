/** Which format files are of: by their content, and by name only where content says nothing. */
import { decodeModel } from "../onnx/codec.ts";
import { ConversionError } from "./error.ts";
import { baseName, type ModelFile } from "./file.ts";
import { isHdf5 } from "./formats/hdf5.ts";
import { isZip, zipEntries } from "./formats/zip.ts";
import { type Json, member, parseJson } from "./json.ts";
import { MAX_FILE_BYTES, MAX_FILES } from "./limits.ts";
import { ADVICE, refused, type RefusedFormat } from "./refused.ts";

/** Formats that can be read. */
export type Format = Detected["format"];

/** What files were found to be. */
export type Detected =
  | {
    /** `onnx`: an ONNX file; `keras`: Keras' .keras; `h5`: an HDF5 file, which may still hold weights alone. */
    readonly format: "onnx" | "keras" | "h5";
    /** The model. */
    readonly file: ModelFile;
    /** What came with it: external data of an ONNX file. */
    readonly others: readonly ModelFile[];
  }
  | {
    /** A TensorFlow.js LayersModel. */
    readonly format: "tfjs";
    /** model.json. */
    readonly file: ModelFile;
    /** The shards. */
    readonly others: readonly ModelFile[];
    /** The parsed model.json. */
    readonly json: Json;
  };

/**
 * Finds the model among files and says of what format it is.
 *
 * @throws {ConversionError} if there is none that can be read: with the way to export one, if the format is known
 */
export function detectFormat(files: readonly ModelFile[]): Detected {
  if (files.length === 0 || files.length > MAX_FILES) {
    throw new ConversionError(`Expected 1 to ${MAX_FILES} files, got ${files.length}.`);
  }
  for (const { name, bytes } of files) {
    if (bytes.length <= MAX_FILE_BYTES) continue;
    throw new ConversionError(
      `${quoted(name)}: expected at most ${MAX_FILE_BYTES} bytes, got ${bytes.length}.`,
    );
  }
  // A shard or external data is any bytes at all: the models among the files are looked for first.
  const models = files.filter(({ name }) => /\.(onnx|keras|h5|hdf5|json)$/i.test(name));
  const candidates = models.length > 0 ? models : files;
  if (candidates.length > 1) {
    throw new ConversionError(
      `Expected one model, got ${candidates.length}: ${
        candidates.slice(0, 5).map(({ name }) => quoted(name)).join(", ")
      }.`,
    );
  }
  const file = candidates[0] as ModelFile;
  return detectOne(file, files.filter((other) => other !== file));
}

function detectOne(file: ModelFile, others: readonly ModelFile[]): Detected {
  const { bytes } = file;
  if (isZip(bytes)) return detectZip(file, others);
  if (isHdf5(bytes)) return { format: "h5", file, others };
  const known = refused(file);
  if (known !== undefined) throw refusal(file, known);
  if (looksLikeJson(bytes)) return detectJson(file, others);
  if (isOnnx(bytes)) return { format: "onnx", file, others };
  throw new ConversionError(
    `${
      quoted(file.name)
    }: expected a model as .onnx, .keras, .h5 or TensorFlow.js model.json with its .bin files, ` +
      `got ${bytes.length} bytes of none of these.`,
  );
}

/** .keras, PyTorch's .pt and .pt2, numpy's .npz and a zipped folder are all zip archives. */
function detectZip(file: ModelFile, others: readonly ModelFile[]): Detected {
  const names = [...zipEntries(file.bytes).keys()];
  if (names.includes("config.json")) return { format: "keras", file, others };
  const bases = new Set(names.map(baseName));
  if (bases.has("data.pkl") || bases.has("constants.pkl")) throw refusal(file, "torch");
  if (bases.has("archive_format")) throw refusal(file, "exported");
  if (bases.has("saved_model.pb")) throw refusal(file, "savedmodel");
  if (names.length > 0 && names.every((name) => name.endsWith(".npy"))) {
    throw refusal(file, "numpy");
  }
  throw new ConversionError(
    `${
      quoted(file.name)
    }: expected a .keras file, got a zip archive without config.json; unpack it and add the files ` +
      "of the model.",
  );
}

function detectJson(file: ModelFile, others: readonly ModelFile[]): Detected {
  const json = parseJson(file.bytes, quoted(file.name));
  const topology = member(json, "modelTopology");
  if (member(json, "format") === "graph-model" || member(topology, "node") !== undefined) {
    throw refusal(file, "graphmodel");
  }
  if (topology !== undefined && topology !== null) return { format: "tfjs", file, others, json };
  if (member(json, "class_name") !== undefined) throw refusal(file, "architecture");
  if (member(json, "learner") !== undefined) throw refusal(file, "xgboost");
  throw new ConversionError(
    `${quoted(file.name)}: expected a TensorFlow.js model.json with modelTopology, got other JSON.`,
  );
}

function looksLikeJson(bytes: Uint8Array): boolean {
  const first = bytes.find((byte) => byte > 0x20);
  return first === 0x7b || first === 0x5b;
}

/** ONNX has no magic number: a file is one if it reads as one, with a graph in it. */
function isOnnx(bytes: Uint8Array): boolean {
  try {
    return decodeModel(bytes).graph !== undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return false;
    throw error;
  }
}

function refusal({ name }: ModelFile, format: RefusedFormat): ConversionError {
  return new ConversionError(`${quoted(name)} ${ADVICE[format]}`);
}

function quoted(name: string): string {
  return JSON.stringify(baseName(name).slice(0, 100));
}
