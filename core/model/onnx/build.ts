/**
 * Builds ONNX models from plain values, for exports and tests:
 *
 * ```ts
 * const net = graph({
 *   inputs: [value("x", ["batch", 784])],
 *   outputs: [value("logits", ["batch", 10])],
 *   nodes: [node("Gemm", ["x", "w", "b"], ["logits"], { transB: 1, alpha: float(0.5) })],
 *   initializers: [tensor("w", [10, 784], weights), tensor("b", [10], bias)],
 * });
 * const file = encodeModel(model(net, { opset: 17 }));
 * ```
 */
import { AttributeType, DataType } from "./types.ts";
import type {
  AttributeProto,
  DimensionProto,
  GraphProto,
  ModelProto,
  NodeProto,
  TensorProto,
  ValueInfoProto,
} from "./types.ts";

/** Arrays that become tensors; the array's type says the tensor's. */
export type TensorValues =
  | Float32Array
  | Float64Array
  | Int8Array
  | Uint8Array
  | Int16Array
  | Uint16Array
  | Int32Array
  | Uint32Array
  | BigInt64Array
  | BigUint64Array;

/**
 * Value of an attribute: a number or bigint is an INT (see {@link float} for a FLOAT), an array of them INTS,
 * a Float32Array FLOATS, a text or bytes a STRING, an array of texts STRINGS.
 */
export type AttributeValue =
  | number
  | bigint
  | string
  | Uint8Array
  | readonly (number | bigint)[]
  | readonly string[]
  | Float32Array
  | TensorProto
  | GraphProto
  | FloatAttribute;

/** Made by {@link float}. */
export interface FloatAttribute {
  /** The value, rounded to float32 when written. */
  readonly float: number;
}

const UTF8 = new TextEncoder();

/** Marks a number as a FLOAT attribute: JavaScript cannot tell 1.0 from 1. */
export function float(value: number): FloatAttribute {
  return { float: value };
}

/**
 * A constant tensor with its values as raw data.
 *
 * @param name name by which nodes read it ("" inside an attribute)
 * @param dims shape; [] is a scalar
 * @param values elements in row-major order; not copied where the bytes need no reordering
 * @param dataType element type, where the array's own type does not say it (FLOAT16 in a Uint16Array, BOOL in a Uint8Array)
 * @throws {RangeError} if the number of values does not match the shape
 */
export function tensor(
  name: string,
  dims: readonly number[],
  values: TensorValues,
  dataType: number = typeOf(values),
): TensorProto {
  const size = dims.reduce((product, dim) => product * dim, 1);
  if (size !== values.length) {
    throw new RangeError(
      `Tensor "${name}" of shape [${dims}] takes ${size} values, not ${values.length}.`,
    );
  }
  return { dims: [...dims], dataType, name, rawData: littleEndian(values) };
}

/**
 * One operation.
 *
 * @param opType name of the operator, such as "Gemm"
 * @param inputs names of the tensors it reads; "" leaves an optional one out
 * @param outputs names of the tensors it writes
 * @param attributes constants by name
 * @param options `domain` of the operator, such as "ai.onnx.ml"; `name` of the node
 * @throws {TypeError} if an attribute's number is not an integer
 */
export function node(
  opType: string,
  inputs: readonly string[],
  outputs: readonly string[],
  attributes: Readonly<Record<string, AttributeValue>> = {},
  options: { domain?: string; name?: string } = {},
): NodeProto {
  return {
    input: [...inputs],
    output: [...outputs],
    opType,
    attribute: Object.entries(attributes).map(([name, value]) => attribute(name, value)),
    ...options,
  };
}

/** An input or output: its name, shape (numbers, or names for sizes that vary), and element type. */
export function value(
  name: string,
  dims: readonly (number | string)[],
  elemType: number = DataType.FLOAT,
): ValueInfoProto {
  const dim = dims.map((size): DimensionProto =>
    typeof size === "string" ? { dimParam: size } : { dimValue: size }
  );
  return { name, type: { tensorType: { elemType, shape: { dim } } } };
}

/** A graph; the nodes in an order in which each reads only what is there already. */
export function graph(
  { name = "graph", inputs, outputs, nodes, initializers = [] }: {
    name?: string;
    inputs: ValueInfoProto[];
    outputs: ValueInfoProto[];
    nodes: NodeProto[];
    initializers?: TensorProto[];
  },
): GraphProto {
  return { node: nodes, name, initializer: initializers, input: inputs, output: outputs };
}

/**
 * A whole model.
 *
 * @param graph its graph
 * @param options `opset`: version of the operator set ai.onnx; `mlOpset`: of ai.onnx.ml, if its operators are used;
 * `irVersion`: version of the file format; `producer`: name of the program that made the model
 */
export function model(
  graph: GraphProto,
  { opset, mlOpset, irVersion = 8, producer }: {
    opset: number;
    mlOpset?: number;
    irVersion?: number;
    producer?: string;
  },
): ModelProto {
  const opsetImport = [{ domain: "", version: opset }];
  if (mlOpset !== undefined) opsetImport.push({ domain: "ai.onnx.ml", version: mlOpset });
  const file: ModelProto = { irVersion, graph, opsetImport };
  if (producer !== undefined) file.producerName = producer;
  return file;
}

function attribute(name: string, value: AttributeValue): AttributeProto {
  if (typeof value === "number" || typeof value === "bigint") {
    return { name, type: AttributeType.INT, i: integer(name, value) };
  }
  if (typeof value === "string") return { name, type: AttributeType.STRING, s: UTF8.encode(value) };
  if (value instanceof Uint8Array) return { name, type: AttributeType.STRING, s: value };
  if (value instanceof Float32Array) {
    return { name, type: AttributeType.FLOATS, floats: Array.from(value) };
  }
  if ("float" in value) return { name, type: AttributeType.FLOAT, f: value.float };
  if ("dims" in value) return { name, type: AttributeType.TENSOR, t: value };
  if ("node" in value) return { name, type: AttributeType.GRAPH, g: value };
  if (isTexts(value)) {
    return { name, type: AttributeType.STRINGS, strings: value.map((text) => UTF8.encode(text)) };
  }
  const ints = value.map((entry) => integer(name, entry));
  return { name, type: AttributeType.INTS, ints };
}

function isTexts(
  value: readonly (number | bigint)[] | readonly string[],
): value is readonly string[] {
  return typeof value[0] === "string";
}

function integer(name: string, value: number | bigint): number | bigint {
  if (typeof value === "number" && !Number.isSafeInteger(value)) {
    throw new TypeError(
      `Attribute "${name}" takes integers, not ${value}; write float(${value}) for a FLOAT.`,
    );
  }
  return value;
}

function typeOf(values: TensorValues): number {
  if (values instanceof Float32Array) return DataType.FLOAT;
  if (values instanceof Float64Array) return DataType.DOUBLE;
  if (values instanceof Int8Array) return DataType.INT8;
  if (values instanceof Uint8Array) return DataType.UINT8;
  if (values instanceof Int16Array) return DataType.INT16;
  if (values instanceof Uint16Array) return DataType.UINT16;
  if (values instanceof Int32Array) return DataType.INT32;
  if (values instanceof Uint32Array) return DataType.UINT32;
  return values instanceof BigInt64Array ? DataType.INT64 : DataType.UINT64;
}

/** The bytes of an array as ONNX wants them. WebAssembly is little-endian, and so is every engine that runs it. */
function littleEndian(values: TensorValues): Uint8Array {
  return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
}
