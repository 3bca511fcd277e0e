/**
 * Keras and TensorFlow.js models to ONNX.
 *
 * ```ts
 * const model = await convertModel([{ name: "model.keras", bytes }]);
 * const file = encodeModel(model);
 * ```
 */
import { graph, model as onnxModel, value } from "../onnx/build.ts";
import type { ModelProto } from "../onnx/types.ts";
import { decodeModel } from "../onnx/codec.ts";
import { detectFormat } from "./detect.ts";
import { ConversionError } from "./error.ts";
import type { ModelFile } from "./file.ts";
import { withH5, withKeras } from "./formats/keras.ts";
import type { Source } from "./formats/source.ts";
import { readTfjs } from "./formats/tfjs.ts";
import { GraphBuilder, type Value } from "./graph.ts";
import { convertNetwork } from "./network.ts";

export { ConversionError } from "./error.ts";
export { type Detected, detectFormat, type Format } from "./detect.ts";
export type { ModelFile } from "./file.ts";

/** The operator set that converted models are written for: the oldest with LayerNormalization. */
export const OPSET = 17;

/** How to convert. */
export interface ConvertOptions {
  /** Shape of one row, for a model whose file leaves sizes open; those that the file tells must agree. */
  readonly inputShape?: readonly number[];
}

/**
 * Converts a model to ONNX with the batch dimension symbolic: opset 17, IR version 8, weights float32, one input and
 * one output in the framework's own channels-last shapes. Dropout and the like are left out, as in inference. A file
 * that is ONNX already comes back decoded, external data not read.
 *
 * What comes out computes what the framework computes, to about 1e-6. Every byte of `files` may be hostile. HDF5 (.h5,
 * .keras) loads h5wasm, 4 MB, on first use; a damaged file can break that module for good, so convert files of unknown
 * origin in a worker of their own.
 *
 * @param files one .keras, .h5 or .onnx file, or model.json with its .bin files
 * @throws {ConversionError} if the files are of no known format, damaged, too large, or hold what cannot be converted
 */
export async function convertModel(
  files: readonly ModelFile[],
  options: ConvertOptions = {},
): Promise<ModelProto> {
  const detected = detectFormat(files);
  switch (detected.format) {
    case "onnx":
      return decodeModel(detected.file.bytes);
    case "keras":
      return await withKeras(detected.file.bytes, (source) => convertSource(source, options));
    case "h5":
      return await withH5(detected.file.bytes, (source) => convertSource(source, options));
    case "tfjs":
      return convertSource(readTfjs(detected.json, detected.others), options);
  }
}

function convertSource({ model, origin, arrays }: Source, options: ConvertOptions): ModelProto {
  const dims = inputDims(model.inputDims, options.inputShape);
  const builder = new GraphBuilder();
  const inputName = builder.name(model.input === "" ? "x" : model.input);
  const input = builder.value(inputName, dims);
  const result = convertNetwork({ graph: builder, origin, calls: 0 }, {
    model,
    input,
    place: { path: "", arrays },
  });
  const output = outputName(builder, { result, inputName, hint: model.output.layer });
  return onnxModel(
    graph({
      name: "model",
      inputs: [value(inputName, ["batch", ...dims])],
      outputs: [value(output, ["batch", ...result.dims])],
      nodes: builder.nodes,
      initializers: builder.initializers,
    }),
    { opset: OPSET, irVersion: 8 },
  );
}

/** The output is a tensor of its own, channels last; a model may return its input as it is. */
function outputName(
  builder: GraphBuilder,
  { result, inputName, hint }: { result: Value; inputName: string; hint: string },
): string {
  const name = builder.last(result);
  return name === inputName ? builder.op("Identity", [name], {}, hint) : name;
}

function inputDims(
  known: readonly (number | null)[] | undefined,
  given: readonly number[] | undefined,
): number[] {
  const dims = known?.map((dim, i) => dim ?? given?.[i] ?? null) ?? given;
  if (dims === undefined || !dims.every((dim) => dim !== null)) {
    const shape = known === undefined
      ? "no input shape"
      : `the input shape [batch,${known.map((dim) => dim ?? "?")}]`;
    throw new ConversionError(
      `Expected a model with fixed sizes besides the batch, got ${shape}; start it with ` +
        "keras.Input(shape=...) of the data set's shape and save it again.",
    );
  }
  if (
    given !== undefined && (given.length !== dims.length || dims.some((dim, i) => dim !== given[i]))
  ) {
    throw new ConversionError(
      `Expected a model with input rows of shape [${given}], got [${known}].`,
    );
  }
  return [...dims];
}
