/** Files that two protobuf parsers may read differently, or that no parser should finish. */
import { concatBytes } from "@noble/hashes/utils.js";
import { graph } from "../../model/onnx/build.ts";
import { DataType, encodeModel } from "../../model/onnx/codec.ts";
import type { InvalidCode } from "../../model/invalid.ts";
import { message, number, repeated, tag, text, varint } from "./bytes.ts";
import {
  changed,
  FULL,
  honest,
  type Hostile,
  type HostileTable,
  packed,
  rightNode,
  weights,
} from "./hostile.ts";

/** Field numbers of onnx.proto. */
const MODEL = { irVersion: 1, graph: 7, functions: 25 };
const GRAPH = { node: 1, name: 2, initializer: 5 };
const NODE = { attribute: 5 };
const ATTRIBUTE = { graph: 6, ints: 8 };
const TENSOR = { dims: 1, dataType: 2, floatData: 4, name: 8, rawData: 9 };
const VALUE = { name: 1, type: 2 };

const NOTHING = new Uint8Array(0);

/** The table. */
export const WIRE: HostileTable = {
  "text for a file": file("not-onnx", () => new TextEncoder().encode("a model, honestly")),
  "cut in half": file("not-onnx", () => encodeModel(honest()).subarray(0, 60)),
  "a length of 2 GB": file("not-onnx", () => concatBytes(tag(MODEL.graph, 2), varint(2 ** 31 - 1))),
  "a length of 4 GB and a bit": file(
    "not-onnx",
    () => concatBytes(tag(MODEL.graph, 2), varint(2 ** 32 + 1)),
  ),
  "a length of -1": file("not-onnx", () => concatBytes(tag(MODEL.graph, 2), varint(-1))),
  "an overlong varint": after("not-onnx", () => concatBytes(tag(5, 0), varint(3, 4))),
  "an overlong tag": after("not-onnx", () => concatBytes(varint(5 * 8, 3), varint(3))),
  "an overlong length": after(
    "not-onnx",
    () => concatBytes(tag(6, 2), varint(1, 5), Uint8Array.of(65)),
  ),
  "a varint of 11 bytes": after("not-onnx", () => concatBytes(tag(5, 0), varint(3, 11))),
  "a varint of 70 bits": after(
    "not-onnx",
    () => concatBytes(tag(5, 0), new Uint8Array(9).fill(255), Uint8Array.of(127)),
  ),
  "a varint that never ends": after(
    "not-onnx",
    () => concatBytes(tag(5, 0), new Uint8Array(1000).fill(255)),
  ),
  "field number 0": after("not-onnx", () => number(0, 1)),
  "a field number of 32 bits": after("not-onnx", () => concatBytes(varint(2 ** 34 * 8), varint(1))),
  "a group": after("not-onnx", () => concatBytes(tag(1000, 3), tag(1000, 4))),
  "wire type 6": after("not-onnx", () => concatBytes(tag(1000, 6), varint(1))),
  "wire type 7": after("not-onnx", () => concatBytes(tag(1000, 7), varint(1))),
  "two graphs, to be merged": after(
    "not-onnx",
    () => message(MODEL.graph, text(GRAPH.name, "more")),
  ),
  "two IR versions": after("not-onnx", () => number(MODEL.irVersion, 9)),
  "an IR version of bytes": after("not-onnx", () => message(MODEL.irVersion, Uint8Array.of(8))),
  "weights twice, the second wrong": withTensor("not-onnx", [
    raw(weights().rawData!),
    raw(new Uint8Array(48)),
  ]),
  "a type of 2^32 + 1": withTensor("not-onnx", [raw(weights().rawData!)], { type: 2 ** 32 + 1 }),
  "a type of 0": withTensor("tensors", [raw(weights().rawData!)], { type: 0 }),
  "a type of 99": withTensor("tensors", [raw(weights().rawData!)], { type: 99 }),
  "a type of -1": withTensor("tensors", [raw(weights().rawData!)], { type: -1 }),
  "dimensions packed": withTensor(FULL, [raw(weights().rawData!)], {
    dims: message(TENSOR.dims, Uint8Array.of(4, 3)),
  }),
  "dimensions half packed": withTensor(FULL, [raw(weights().rawData!)], {
    dims: concatBytes(
      number(TENSOR.dims, 4),
      message(TENSOR.dims, NOTHING),
      message(TENSOR.dims, Uint8Array.of(3)),
    ),
  }),
  "numbers not packed": withTensor(FULL, [unpacked(weights().rawData!)]),
  "numbers packed in two runs": withTensor(FULL, [
    message(TENSOR.floatData, weights().rawData!.subarray(0, 20)),
    message(TENSOR.floatData, weights().rawData!.subarray(20)),
  ]),
  "numbers packed and cut off": withTensor("not-onnx", [
    message(TENSOR.floatData, weights().rawData!.subarray(0, 46)),
  ]),
  "fields that ONNX does not have": after(
    FULL,
    () => concatBytes(number(1000, 7), text(2 ** 29 - 1, "hello")),
  ),
  "unknown fields by the hundred thousand": after(
    "not-onnx",
    () => repeated(number(1000, 7), 300_000),
  ),
  "fields in descending order": file(FULL, reversed),
  "invalid UTF-8 in a name": after("not-onnx", () => message(2, Uint8Array.of(0xc3, 0x28))),
  "half of a surrogate pair": after("not-onnx", () => message(2, Uint8Array.of(0xed, 0xa0, 0x80))),
  "messages 10,000 deep": file("not-onnx", () => nested(10_000)),
  "graphs 8 deep": file("opset", () => nested(8)),
  "a type that is tensor and sequence": inGraph(
    "not-onnx",
    () => typed(concatBytes(message(1, number(1, 1)), message(4, NOTHING))),
  ),
  "a dimension that is number and symbol": inGraph("not-onnx", () => {
    const dim = message(1, concatBytes(number(1, 4), text(2, "N")));
    return typed(message(1, concatBytes(number(1, 1), message(2, dim))));
  }),
  "300,000 empty nodes": inGraph("not-onnx", () => repeated(message(GRAPH.node, NOTHING), 300_000)),
  "100,000 empty nodes": inGraph(
    "too-many-nodes",
    () => repeated(message(GRAPH.node, NOTHING), 100_000),
  ),
  "5 million numbers in an attribute": inGraph("not-onnx", () => {
    const attribute = message(ATTRIBUTE.ints, new Uint8Array(5_000_000));
    return message(GRAPH.node, message(NODE.attribute, attribute));
  }),
  "a function, empty": after("functions", () => message(MODEL.functions, NOTHING)),
};

/** An ONNX file, or what looks like one. */
function file(verdict: InvalidCode | number, build: () => Uint8Array): Hostile {
  return { packed: () => packed(build()), verdict };
}

/** The honest model with bytes after it. */
function after(verdict: InvalidCode | number, build: () => Uint8Array): Hostile {
  return file(verdict, () => concatBytes(encodeModel(honest()), build()));
}

/** The honest model with bytes in its graph that the schema need not know. */
function inGraph(verdict: InvalidCode | number, build: () => Uint8Array): Hostile {
  return changed(verdict, () => {
    const file = honest();
    return { ...file, graph: { ...file.graph!, unknown: [build()] } };
  });
}

function raw(bytes: Uint8Array): Uint8Array {
  return message(TENSOR.rawData, bytes);
}

function unpacked(bytes: Uint8Array): Uint8Array {
  const list = Array.from({ length: bytes.length / 4 }, (_, i) => bytes.subarray(4 * i, 4 * i + 4));
  return concatBytes(...list.map((four) => concatBytes(tag(TENSOR.floatData, 5), four)));
}

/** The honest model, its weights written by hand. */
function withTensor(
  verdict: InvalidCode | number,
  data: Uint8Array[],
  { type = DataType.FLOAT, dims = concatBytes(number(TENSOR.dims, 4), number(TENSOR.dims, 3)) }: {
    type?: number;
    dims?: Uint8Array;
  } = {},
): Hostile {
  return changed(verdict, () => {
    const content = concatBytes(
      dims,
      number(TENSOR.dataType, type),
      ...data,
      text(TENSOR.name, "w"),
    );
    const { irVersion, opsetImport, graph: usual } = honest();
    const rest = graph({ inputs: usual!.input, outputs: usual!.output, nodes: [rightNode()] });
    return {
      irVersion: irVersion!,
      opsetImport,
      graph: { ...rest, unknown: [message(GRAPH.initializer, content)] },
    };
  });
}

/** An entry of value_info with a type of its own. */
function typed(type: Uint8Array): Uint8Array {
  const VALUE_INFO = 13;
  return message(VALUE_INFO, concatBytes(text(VALUE.name, "y"), message(VALUE.type, type)));
}

/** A graph in an attribute of a node of a graph, and so on. */
function nested(depth: number): Uint8Array {
  // From the inside out: lengths are known then. Each level takes three messages.
  let inner: Uint8Array = NOTHING;
  for (let level = 0; level < depth; level++) {
    const attribute = message(NODE.attribute, message(ATTRIBUTE.graph, inner));
    inner = message(GRAPH.node, attribute);
  }
  return concatBytes(number(MODEL.irVersion, 8), message(MODEL.graph, inner));
}

/** The honest model with the fields of the file in the opposite order. */
function reversed(): Uint8Array {
  const { irVersion, opsetImport, graph } = honest();
  return concatBytes(
    encodeModel({ opsetImport }),
    encodeModel({ graph: graph!, opsetImport: [] }),
    number(MODEL.irVersion, irVersion!),
  );
}
