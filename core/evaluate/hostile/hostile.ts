/**
 * Hostile models: what an author may upload to crash, stall, mislead or divide the miners, each with the verdict that all of
 * them must reach. Built in code, since most would be too large to keep as files.
 */
import { deflate } from "pako";
import { graph, model, node, tensor, value } from "../../model/onnx/build.ts";
import {
  DataType,
  encodeModel,
  type ModelProto,
  type NodeProto,
  type TensorProto,
  type ValueInfoProto,
} from "../../model/onnx/codec.ts";
import type { InvalidCode } from "../../model/invalid.ts";

/** A payload and its verdict. */
export interface Hostile {
  /** Builds the packed model, or what looks like one. */
  readonly packed: () => Uint8Array;
  /** Why it is INVALID, or the score that it deserves on {@linkcode hostileDataset}. */
  readonly verdict: InvalidCode | number;
}

/** Hostile payloads by name. */
export type HostileTable = Readonly<Record<string, Hostile>>;

/** Values of a row. */
export const FEATURES = 4;
/** Classes: the place of the largest of the first three values. */
export const CLASSES = 3;
/** The score of {@linkcode honest}. */
export const FULL = 100_000;
/** The score of a model that names the same class in all rows. */
export const THIRD = 33_333;

/** What goes into a model besides its nodes. */
export interface NetOptions {
  /** Inputs: "x" float32 [N,4] unless told. */
  inputs?: ValueInfoProto[];
  /** Outputs: "y" float32 [N,3] unless told. */
  outputs?: ValueInfoProto[];
  /** Constants; "w", {@linkcode weights}, is always there. */
  constants?: TensorProto[];
  /** Version of ai.onnx; 17 unless told. */
  opset?: number;
  /** Version of ai.onnx.ml; not imported unless told. */
  mlOpset?: number;
  /** Version of the file format; 8 unless told. */
  irVersion?: number;
}

/** Picks the first three values of a row: the model that is always right. */
export function weights(name = "w"): TensorProto {
  const values = Float32Array.from({ length: FEATURES * CLASSES }, (_, i) => Number(i % 4 === 0));
  return tensor(name, [FEATURES, CLASSES], values);
}

/** The node that makes "y" of "x" rightly. */
export function rightNode(input = "x"): NodeProto {
  return node("MatMul", [input, "w"], ["y"]);
}

/** A model from its nodes. */
export function net(
  nodes: NodeProto[],
  {
    inputs = [value("x", ["N", FEATURES])],
    outputs = [value("y", ["N", CLASSES])],
    constants = [],
    opset = 17,
    mlOpset,
    irVersion = 8,
  }: NetOptions = {},
): ModelProto {
  const initializers = [weights(), ...constants];
  return model(graph({ inputs, outputs, nodes, initializers }), {
    opset,
    irVersion,
    ...(mlOpset === undefined ? {} : { mlOpset }),
  });
}

/** The model that is always right. */
export function honest(): ModelProto {
  return net([rightNode()]);
}

/** A hostile model from its nodes. */
export function given(
  verdict: InvalidCode | number,
  nodes: () => NodeProto[],
  options: () => NetOptions = () => ({}),
): Hostile {
  return changed(verdict, () => net(nodes(), options()));
}

/** The same with a node that makes "y" rightly before the others: what they do shows in the verdict alone. */
export function beside(
  verdict: InvalidCode | number,
  nodes: () => NodeProto[],
  options: () => NetOptions = () => ({}),
): Hostile {
  return given(verdict, () => [rightNode(), ...nodes()], options);
}

/** A hostile model. */
export function changed(verdict: InvalidCode | number, build: () => ModelProto): Hostile {
  return { packed: () => packed(encodeModel(build())), verdict };
}

/** A packed model. Level 1: hostile files are large and repeat themselves, which level 9 takes seconds for. */
export function packed(onnx: Uint8Array): Uint8Array<ArrayBuffer> {
  return deflate(onnx, { level: 1 });
}

/** An int64 constant of one dimension. */
export function ints(name: string, ...values: (number | bigint)[]): TensorProto {
  return tensor(name, [values.length], BigInt64Array.from(values, BigInt));
}

/** A float32 constant of one dimension. */
export function floats(name: string, ...values: number[]): TensorProto {
  return tensor(name, [values.length], Float32Array.from(values));
}

/** Float32 output "y" that declares no shape. */
export function openOutput(name = "y", elemType: number = DataType.FLOAT): ValueInfoProto {
  return { name, type: { tensorType: { elemType } } };
}
