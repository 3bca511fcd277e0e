/** Helpers of this folder's tests: small data sets and models. */
import { Dataset } from "../dataset/dataset.ts";
import type { Manifest } from "../dataset/manifest.ts";
import { graph, model, node, tensor, value } from "../model/onnx/build.ts";
import {
  encodeModel,
  type NodeProto,
  type TensorProto,
  type ValueInfoProto,
} from "../model/onnx/codec.ts";
import { packModel } from "../model/packing/pack.ts";
import { KNOWN_RUNTIMES, type RuntimePin } from "./known_runtimes.ts";

const FILE = { cid: "bafkreigh2akiscaildcqabsyg3dfr6chu3fgpregiymsck7e7aqa4s52zy", bytes: 1 };

/** Values of a row of {@link tableOf}. */
export const FEATURES = 4;
/** Classes of {@link tableOf}. */
export const CLASSES = 3;

/** A manifest of rows of 4 values, as [4] or [1,2,2]; three classes, or a regression. */
export function manifestOf(
  { rows, metric = "accuracy" }: { rows: number; metric?: Manifest["metric"]["name"] },
): Manifest {
  const classes = metric === "r2" ? {} : { classes: ["a", "b", "c"] };
  return {
    version: 1,
    name: "test",
    mode: "open",
    task: metric === "r2" ? "regression" : "classification",
    ...classes,
    input: { shape: [FEATURES], altShapes: [[1, 2, 2]], dtype: "float64", scale: 1, offset: 0 },
    metric: { name: metric },
    runtime: KNOWN_RUNTIMES.at(-1) as RuntimePin,
    test: { format: "csv", rows, table: FILE, csv: { header: false, label: 0 } },
  };
}

/** A data set from its values (4 a row) and labels. */
export function tableOf(
  values: number[],
  labels: number[],
  { metric = "accuracy" }: { metric?: Manifest["metric"]["name"] } = {},
): Dataset {
  return new Dataset(manifestOf({ rows: labels.length, metric }), {
    values: Float64Array.from(values),
    labels: metric === "r2" ? Float64Array.from(labels) : Int32Array.from(labels),
  });
}

/** A packed model from its nodes: input "x" float32 [N,4], output "y" float32 [N,3] unless said otherwise. */
export function packedOf(
  nodes: NodeProto[],
  {
    inputs = [value("x", ["N", FEATURES])],
    outputs = [value("y", ["N", CLASSES])],
    initializers = [],
    opset = 17,
  }: {
    inputs?: ValueInfoProto[];
    outputs?: ValueInfoProto[];
    initializers?: TensorProto[];
    opset?: number;
  } = {},
): Uint8Array {
  return packModel(encodeModel(model(graph({ inputs, outputs, nodes, initializers }), { opset })));
}

/** A packed model whose scores are the first three values of a row. */
export function firstThree(): Uint8Array {
  return packedOf([node("Slice", ["x", "from", "to", "axes"], ["y"])], {
    initializers: [ints("from", [0]), ints("to", [CLASSES]), ints("axes", [1])],
  });
}

/** An int64 constant. */
export function ints(name: string, values: number[]): TensorProto {
  return tensor(name, [values.length], BigInt64Array.from(values, BigInt));
}
