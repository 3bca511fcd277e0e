/** From the files of a participant to the models that could be submitted: the same in a worker and in tests. */
import type { Manifest } from "../../../core/dataset/manifest.ts";
import { modelTask } from "../../../core/evaluate/task.ts";
import { admitModel, type Admitted } from "../../../core/model/admission/admit.ts";
import { decode } from "../../../core/model/admission/header.ts";
import { MAX_ACTIVATION_BYTES, MAX_WORK } from "../../../core/model/admission/limits.ts";
import type { ModelTask } from "../../../core/model/admission/signature.ts";
import { detectFormat, type Format } from "../../../core/model/conversion/detect.ts";
import { baseName } from "../../../core/model/conversion/file.ts";
import { InvalidModel } from "../../../core/model/invalid.ts";
import { encodeModel, type ModelProto } from "../../../core/model/onnx/codec.ts";
import { externalFiles } from "../../../core/model/packing/inline.ts";
import { packModel } from "../../../core/model/packing/pack.ts";
import { prepareModel } from "../../../core/model/packing/prepare.ts";
import { type Precision, PRECISIONS, withPrecision } from "../../../core/model/packing/weights.ts";
import type { Progress } from "./rpc.ts";

/** One of the files that were chosen, read. */
export interface NamedBytes {
  /** Its name, without folders. */
  name: string;
  /** What is in it. */
  bytes: Uint8Array;
}

/** A model at one precision of its weights. */
export interface Candidate {
  /** Of its weights. */
  precision: Precision;
  /** The packed model. */
  packed: Uint8Array;
}

/** What was found in the files. */
export interface Inspection {
  /** Which format they were of. */
  format: Format;
  /** The layers in order, those computed from constants alone left out. */
  layers: Layer[];
  /** Trained numbers. */
  parameters: number;
  /** Multiply-accumulates for each row, exactly. */
  macs: number;
  /** All of its work for each row, in multiply-accumulates, and the most that is admitted. */
  work: { counted: number; most: number };
  /** Bytes alive at once in a run of so many rows, and the most that is admitted. */
  activations: { counted: number; most: number; rows: number };
}

/** One node of the graph. */
export interface Layer {
  /** Its operator. */
  operator: string;
  /** Sizes of its first output in a run of `activations.rows`. */
  dims: number[];
  /** Multiply-accumulates in the run. */
  macs: number;
}

/** What can be submitted of the files. */
export interface Prepared {
  /** Name of the model's file. */
  name: string;
  /** What was found. */
  inspection: Inspection;
  /** At least one, the most exact weights first. */
  candidates: Candidate[];
}

/**
 * Reads, converts, shrinks and packs a model, with each precision of the weights that it allows and the competition
 * admits.
 *
 * @throws {ConversionError} if the files are no model that can be read
 * @throws {InvalidModel} if it would score 0 (PROTOCOL.md section 7) with any weights
 * @throws {RangeError} if it is too large with any weights
 */
export async function prepare(
  { files, manifest }: { files: readonly NamedBytes[]; manifest: Manifest },
  { progress }: { progress: Progress },
): Promise<Prepared> {
  const task = modelTask(manifest);
  const { name, format, model } = await read(files, task);
  progress(1 / (PRECISIONS.length + 1));
  const candidates: Candidate[] = [];
  let inspection: Inspection | undefined;
  let refusal: unknown;
  for (const [i, precision] of PRECISIONS.entries()) {
    try {
      const found = candidate(model, { precision, task });
      if (found === undefined) continue;
      inspection ??= inspect(found.admitted, { format, task });
      candidates.push({ precision, packed: found.packed });
    } catch (error) {
      if (!(error instanceof InvalidModel || error instanceof RangeError)) throw error;
      refusal ??= error;
    } finally {
      progress((i + 2) / (PRECISIONS.length + 1));
    }
  }
  if (inspection === undefined) throw refusal;
  return { name, inspection, candidates };
}

/** The model at a precision; undefined if it has no weights for it. */
function candidate(
  model: ModelProto,
  { precision, task }: { precision: Precision; task: ModelTask },
): { packed: Uint8Array; admitted: Admitted } | undefined {
  const changed = withPrecision(model, precision);
  if (changed === undefined) return undefined;
  const onnx = encodeModel(changed);
  return { admitted: admitModel(onnx, task), packed: packModel(onnx) };
}

async function read(
  files: readonly NamedBytes[],
  task: ModelTask,
): Promise<{ name: string; format: Format; model: ModelProto }> {
  const { format, file, others } = detectFormat(files);
  const found = { name: baseName(file.name), format };
  if (format !== "onnx") {
    const { convertModel } = await import("../../../core/model/conversion/convert.ts");
    return { ...found, model: prepareModel(await convertModel(files), { task }) };
  }
  const model = decode(file.bytes);
  return { ...found, model: prepareModel(model, { data: dataOf(model, others), task }) };
}

/** The file with the external data: the one that the model names, else the first, so that the refusal tells both names. */
function dataOf(model: ModelProto, others: readonly NamedBytes[]): NamedBytes | undefined {
  const [name] = externalFiles(model);
  const named = others.map((file) => ({ ...file, name: baseName(file.name) }));
  return named.find((file) => file.name === name) ?? named[0];
}

function inspect(
  { nodes, parameters, macs, work, activations, rows }: Admitted,
  { format, task: { limits = {} } }: { format: Format; task: ModelTask },
): Inspection {
  const most = (limit: number | undefined, max: number) => Math.min(limit ?? max, max);
  return {
    format,
    layers: nodes.filter(({ constant }) => !constant).map(({ operator, outputs, macs }) => ({
      operator,
      dims: [...outputs[0]?.dims ?? []],
      macs,
    })),
    parameters,
    macs,
    work: { counted: work, most: most(limits.work, MAX_WORK) },
    activations: {
      counted: activations,
      most: most(limits.activations, MAX_ACTIVATION_BYTES),
      rows,
    },
  };
}
