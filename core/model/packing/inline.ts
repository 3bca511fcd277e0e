/** External data: constants that lie in a second file, PyTorch's default. */
import { InvalidModel } from "../invalid.ts";
import type { AttributeProto, ModelProto, NodeProto, TensorProto } from "../onnx/codec.ts";
import { bytesOf } from "../admission/elements.ts";
import { MAX_MODEL_BYTES } from "./inflate.ts";

/** A file beside the model. */
export interface DataFile {
  /** Its name, without a folder. */
  name: string;
  /** Its content. */
  bytes: Uint8Array;
}

/**
 * Names of the files beside the model in which constants lie: [] for a model that is complete. PyTorch writes one,
 * named `<model>.onnx.data`.
 */
export function externalFiles(model: ModelProto): string[] {
  const names = new Set<string>();
  for (const tensor of tensorsOf(model)) {
    if (isExternal(tensor)) names.add(referenceOf(tensor).location);
  }
  return [...names];
}

/**
 * Brings constants that lie in another file into the model, as views of `data` (onnx.proto, TensorProto.external_data:
 * location, offset, length). Only the named file is read; where constants overlap in it, as tied weights do, each gets
 * its own copy when the model is written, at most 16 MiB together.
 *
 * @param data the file beside the model, if there is one
 * @returns the model itself if nothing lies outside
 * @throws {InvalidModel} `external-data` if the file is missing or named otherwise, or a constant lies beyond its end, or
 * is longer or shorter than its shape says
 */
export function inlineData(model: ModelProto, data?: DataFile): ModelProto {
  const { graph } = model;
  if (graph === undefined || externalFiles(model).length === 0) return model;
  let total = 0;
  const inline = (tensor: TensorProto): TensorProto => {
    if (!isExternal(tensor)) return tensor;
    const rawData = bytesOfTensor(tensor, data);
    total += rawData.length;
    if (total > MAX_MODEL_BYTES) throw refuse(`at most ${MAX_MODEL_BYTES} bytes of them`, "more");
    const { externalData: _, dataLocation: __, ...rest } = tensor;
    return { ...rest, rawData };
  };
  const attribute = (attribute: AttributeProto): AttributeProto =>
    attribute.t === undefined ? attribute : { ...attribute, t: inline(attribute.t) };
  const node = (node: NodeProto) => ({ ...node, attribute: node.attribute.map(attribute) });
  return {
    ...model,
    graph: { ...graph, initializer: graph.initializer.map(inline), node: graph.node.map(node) },
  };
}

function* tensorsOf({ graph }: ModelProto): Generator<TensorProto> {
  yield* graph?.initializer ?? [];
  for (const { attribute } of graph?.node ?? []) {
    for (const { t } of attribute) if (t !== undefined) yield t;
  }
}

function isExternal({ dataLocation = 0, externalData }: TensorProto): boolean {
  return dataLocation !== 0 || externalData !== undefined;
}

function bytesOfTensor(tensor: TensorProto, data: DataFile | undefined): Uint8Array {
  const { location, offset, length: written } = referenceOf(tensor);
  const file = JSON.stringify(location.slice(0, 100));
  if (data === undefined || data.name !== location) {
    const got = data === undefined ? "none" : JSON.stringify(data.name.slice(0, 100));
    throw refuse(
      `the file ${file} that the exporter wrote beside it`,
      `${got}; give both files together, or export with external_data=False`,
    );
  }
  const size = sizeOf(tensor);
  const length = written ?? size;
  if (length !== size) throw refuse(`${size} bytes for ${nameOf(tensor)}`, `${length}`);
  if (offset + length > data.bytes.length) {
    throw refuse(
      `${nameOf(tensor)} at bytes ${offset} to ${offset + length} of ${file}`,
      `a file of ${data.bytes.length} bytes; export again, one of the files is not of this model`,
    );
  }
  return data.bytes.subarray(offset, offset + length);
}

function sizeOf(tensor: TensorProto): number {
  const { dims, dataType = 0 } = tensor;
  if (!dims.every((dim) => typeof dim === "number" && dim >= 0)) {
    throw refuse(`sizes from 0 for ${nameOf(tensor)}`, `[${dims}]`);
  }
  return bytesOf({ type: dataType, dims: dims as number[] });
}

interface Reference {
  location: string;
  offset: number;
  length: number | undefined;
}

function referenceOf(tensor: TensorProto): Reference {
  const entries = new Map<string, string>();
  for (const { key = "", value = "" } of tensor.externalData ?? []) {
    if (entries.has(key)) throw refuse(`one ${key.slice(0, 20)} for ${nameOf(tensor)}`, "two");
    entries.set(key, value);
  }
  const location = entries.get("location") ?? "";
  if (location === "" || /[/\\\p{Cc}]/u.test(location)) {
    throw refuse(
      `the name of a file in the same folder for ${nameOf(tensor)}`,
      `${JSON.stringify(location.slice(0, 100))}; export with external_data=False`,
    );
  }
  return {
    location,
    offset: wholeNumber(tensor, { key: "offset", text: entries.get("offset") }) ?? 0,
    length: wholeNumber(tensor, { key: "length", text: entries.get("length") }),
  };
}

function wholeNumber(
  tensor: TensorProto,
  { key, text }: { key: string; text: string | undefined },
): number | undefined {
  if (text === undefined) return undefined;
  if (/^\d{1,15}$/.test(text)) return Number(text);
  throw refuse(`a whole number as ${key} of ${nameOf(tensor)}`, JSON.stringify(text.slice(0, 40)));
}

function nameOf({ name = "" }: TensorProto): string {
  return `constant ${JSON.stringify(name.slice(0, 60))}`;
}

function refuse(expected: string, got: string): InvalidModel {
  return new InvalidModel("external-data", `model: expected ${expected}, got ${got}`);
}
