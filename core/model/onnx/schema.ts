/** The ONNX schema as tables: field numbers and kinds of onnx/onnx.proto (IR version 14). */
import type {
  AttributeProto,
  DimensionProto,
  GraphProto,
  ModelProto,
  NodeProto,
  OperatorSetIdProto,
  SparseTensorProto,
  StringStringEntryProto,
  TensorProto,
  TensorShapeProto,
  TensorTypeProto,
  TypeProto,
  ValueInfoProto,
} from "./types.ts";

/** Name of a message that is decoded. */
export type MessageName =
  | "ModelProto"
  | "OperatorSetIdProto"
  | "StringStringEntryProto"
  | "GraphProto"
  | "NodeProto"
  | "AttributeProto"
  | "TensorProto"
  | "SparseTensorProto"
  | "ValueInfoProto"
  | "TypeProto"
  | "TensorTypeProto"
  | "TensorShapeProto"
  | "DimensionProto";

/** Kinds of numbers: those that a list may hold packed, one after the other in one field. */
export type NumberKind = "int64" | "int32" | "uint64" | "float" | "double";

/** What a field holds. */
export type Kind = NumberKind | "string" | "bytes" | MessageName;

/** One field of a message. */
export interface Field {
  /** Field number on the wire. */
  readonly number: number;
  /** Property of the decoded object. */
  readonly name: string;
  /** Type of the value, or of the elements of the list. */
  readonly kind: Kind;
  /** Whether the field may occur more than once. */
  readonly list: boolean;
  /** Whether a list of numbers is written packed (reading takes both). */
  readonly packed: boolean;
  /** At most one field of the same group may occur in a message (`oneof`). */
  readonly oneof: boolean;
}

/** One message. */
export interface Schema {
  /** In ascending order of their numbers. */
  readonly fields: readonly Field[];
  /** The same at the index of their number. */
  readonly byNumber: readonly (Field | undefined)[];
  /** Names of the lists that are there even when empty. */
  readonly lists: readonly string[];
}

/** `list!` marks a list that is always there. */
type Rule = "one" | "oneof" | "list" | "list!" | "packed";
type Row<M> = readonly [number: number, name: keyof M & string, kind: Kind, rule: Rule];

function schema<M>(rows: readonly Row<M>[]): Schema {
  const fields = rows.map(([number, name, kind, rule]): Field => ({
    number,
    name,
    kind,
    list: rule !== "one" && rule !== "oneof",
    packed: rule === "packed",
    oneof: rule === "oneof",
  }));
  const byNumber: (Field | undefined)[] = Array(
    Math.max(...fields.map((field) => field.number)) + 1,
  )
    .fill(undefined);
  for (const field of fields) byNumber[field.number] = field;
  const lists = rows.filter(([, , , rule]) => rule === "list!").map(([, name]) => name);
  return { fields, byNumber, lists };
}

/** The tables. Lists of numbers are packed in a few fields of TensorProto only. */
export const SCHEMAS: { readonly [Name in MessageName]: Schema } = {
  ModelProto: schema<ModelProto>([
    [1, "irVersion", "int64", "one"],
    [2, "producerName", "string", "one"],
    [3, "producerVersion", "string", "one"],
    [4, "domain", "string", "one"],
    [5, "modelVersion", "int64", "one"],
    [6, "docString", "string", "one"],
    [7, "graph", "GraphProto", "one"],
    [8, "opsetImport", "OperatorSetIdProto", "list!"],
    [14, "metadataProps", "StringStringEntryProto", "list"],
    [20, "trainingInfo", "bytes", "list"],
    [25, "functions", "bytes", "list"],
    [26, "configuration", "bytes", "list"],
  ]),
  OperatorSetIdProto: schema<OperatorSetIdProto>([
    [1, "domain", "string", "one"],
    [2, "version", "int64", "one"],
  ]),
  StringStringEntryProto: schema<StringStringEntryProto>([
    [1, "key", "string", "one"],
    [2, "value", "string", "one"],
  ]),
  GraphProto: schema<GraphProto>([
    [1, "node", "NodeProto", "list!"],
    [2, "name", "string", "one"],
    [5, "initializer", "TensorProto", "list!"],
    [10, "docString", "string", "one"],
    [11, "input", "ValueInfoProto", "list!"],
    [12, "output", "ValueInfoProto", "list!"],
    [13, "valueInfo", "ValueInfoProto", "list"],
    [14, "quantizationAnnotation", "bytes", "list"],
    [15, "sparseInitializer", "SparseTensorProto", "list"],
    [16, "metadataProps", "StringStringEntryProto", "list"],
  ]),
  NodeProto: schema<NodeProto>([
    [1, "input", "string", "list!"],
    [2, "output", "string", "list!"],
    [3, "name", "string", "one"],
    [4, "opType", "string", "one"],
    [5, "attribute", "AttributeProto", "list!"],
    [6, "docString", "string", "one"],
    [7, "domain", "string", "one"],
    [8, "overload", "string", "one"],
    [9, "metadataProps", "StringStringEntryProto", "list"],
    [10, "deviceConfigurations", "bytes", "list"],
  ]),
  AttributeProto: schema<AttributeProto>([
    [1, "name", "string", "one"],
    [2, "f", "float", "one"],
    [3, "i", "int64", "one"],
    [4, "s", "bytes", "one"],
    [5, "t", "TensorProto", "one"],
    [6, "g", "GraphProto", "one"],
    [7, "floats", "float", "list"],
    [8, "ints", "int64", "list"],
    [9, "strings", "bytes", "list"],
    [10, "tensors", "TensorProto", "list"],
    [11, "graphs", "GraphProto", "list"],
    [13, "docString", "string", "one"],
    [14, "tp", "TypeProto", "one"],
    [15, "typeProtos", "TypeProto", "list"],
    [20, "type", "int32", "one"],
    [21, "refAttrName", "string", "one"],
    [22, "sparseTensor", "SparseTensorProto", "one"],
    [23, "sparseTensors", "SparseTensorProto", "list"],
  ]),
  TensorProto: schema<TensorProto>([
    [1, "dims", "int64", "list!"],
    [2, "dataType", "int32", "one"],
    [3, "segment", "bytes", "one"],
    [4, "floatData", "float", "packed"],
    [5, "int32Data", "int32", "packed"],
    [6, "stringData", "bytes", "list"],
    [7, "int64Data", "int64", "packed"],
    [8, "name", "string", "one"],
    [9, "rawData", "bytes", "one"],
    [10, "doubleData", "double", "packed"],
    [11, "uint64Data", "uint64", "packed"],
    [12, "docString", "string", "one"],
    [13, "externalData", "StringStringEntryProto", "list"],
    [14, "dataLocation", "int32", "one"],
    [16, "metadataProps", "StringStringEntryProto", "list"],
  ]),
  SparseTensorProto: schema<SparseTensorProto>([
    [1, "values", "TensorProto", "one"],
    [2, "indices", "TensorProto", "one"],
    [3, "dims", "int64", "list!"],
  ]),
  ValueInfoProto: schema<ValueInfoProto>([
    [1, "name", "string", "one"],
    [2, "type", "TypeProto", "one"],
    [3, "docString", "string", "one"],
    [4, "metadataProps", "StringStringEntryProto", "list"],
  ]),
  TypeProto: schema<TypeProto>([
    [1, "tensorType", "TensorTypeProto", "oneof"],
    [4, "sequenceType", "bytes", "oneof"],
    [5, "mapType", "bytes", "oneof"],
    [6, "denotation", "string", "one"],
    [7, "opaqueType", "bytes", "oneof"],
    [8, "sparseTensorType", "bytes", "oneof"],
    [9, "optionalType", "bytes", "oneof"],
  ]),
  TensorTypeProto: schema<TensorTypeProto>([
    [1, "elemType", "int32", "one"],
    [2, "shape", "TensorShapeProto", "one"],
  ]),
  TensorShapeProto: schema<TensorShapeProto>([
    [1, "dim", "DimensionProto", "list!"],
  ]),
  DimensionProto: schema<DimensionProto>([
    [1, "dimValue", "int64", "oneof"],
    [2, "dimParam", "string", "oneof"],
    [3, "denotation", "string", "one"],
  ]),
};
