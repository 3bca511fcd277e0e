/**
 * The messages of an ONNX file as plain objects: onnx/onnx.proto (IR version 14), field names in camelCase.
 *
 * Fields that a file leaves out are absent, apart from the lists declared without `?`, which are empty then. `bytes`
 * are views of the file that was decoded. Messages that DeML has no use for (functions, training, sequences, maps)
 * appear as their undecoded bytes, so that their presence is seen and they survive a round trip.
 */
import type { Int } from "./wire.ts";

/** What every message may carry besides its fields. */
export interface Message {
  /** Fields that the schema does not know: each as it stands in the file, tag included. Written back at the end. */
  unknown?: Uint8Array[];
}

/** The whole file. */
export interface ModelProto extends Message {
  /** Version of the file format. */
  irVersion?: Int;
  /** Program that wrote the file. */
  producerName?: string;
  /** Version of that program. */
  producerVersion?: string;
  /** Name space of the model, in reverse domain order. */
  domain?: string;
  /** The author's own version number. */
  modelVersion?: Int;
  /** Text for people. */
  docString?: string;
  /** What the model computes. */
  graph?: GraphProto;
  /** Operator sets that the nodes refer to. */
  opsetImport: OperatorSetIdProto[];
  /** Notes of the program that wrote the file. */
  metadataProps?: StringStringEntryProto[];
  /** TrainingInfoProto, undecoded. */
  trainingInfo?: Uint8Array[];
  /** FunctionProto (functions local to the model), undecoded. */
  functions?: Uint8Array[];
  /** DeviceConfigurationProto, undecoded. */
  configuration?: Uint8Array[];
}

/** Version of one operator set that the model is written for. The domain "" (or absent) is ai.onnx. */
export interface OperatorSetIdProto extends Message {
  /** Name of the operator set; "" or absent is ai.onnx. */
  domain?: string;
  /** Its version. */
  version?: Int;
}

/** One entry of a map from text to text. */
export interface StringStringEntryProto extends Message {
  /** Name of the entry. */
  key?: string;
  /** Its text. */
  value?: string;
}

/** Nodes in the order of execution, with the tensors that they read and write by name. */
export interface GraphProto extends Message {
  /** Operations, each after those whose results it reads. */
  node: NodeProto[];
  /** Name of the graph. */
  name?: string;
  /** Constants, by name. */
  initializer: TensorProto[];
  /** Text for people. */
  docString?: string;
  /** Inputs; files before IR version 4 list the initializers too. */
  input: ValueInfoProto[];
  /** Results. */
  output: ValueInfoProto[];
  /** Types of inner values, as a hint. */
  valueInfo?: ValueInfoProto[];
  /** TensorAnnotation, undecoded. */
  quantizationAnnotation?: Uint8Array[];
  /** Constants given by their values that are not zero. */
  sparseInitializer?: SparseTensorProto[];
  /** Notes of the program that wrote the file. */
  metadataProps?: StringStringEntryProto[];
}

/** One operation. An optional input or output that is left out has the name "". */
export interface NodeProto extends Message {
  /** Names of the values it reads; "" for an optional one that is left out. */
  input: string[];
  /** Names of the values it writes; "" for an optional one that is left out. */
  output: string[];
  /** Name of the node, for people. */
  name?: string;
  /** Name of the operator, such as "Conv". */
  opType?: string;
  /** Constants of the operator. */
  attribute: AttributeProto[];
  /** Text for people. */
  docString?: string;
  /** Operator set of the operator; "" or absent is ai.onnx. */
  domain?: string;
  /** Which of several local functions of the same name is meant. */
  overload?: string;
  /** Notes of the program that wrote the file, such as stack traces. */
  metadataProps?: StringStringEntryProto[];
  /** NodeDeviceConfigurationProto, undecoded. */
  deviceConfigurations?: Uint8Array[];
}

/**
 * A constant of a node. `type` (see {@link AttributeType}) says which of the fields holds the value. A file may hold
 * any number here; readers must treat types that they do not know as an error.
 */
export interface AttributeProto extends Message {
  /** Name of the attribute. */
  name?: string;
  /** Value of type FLOAT. */
  f?: number;
  /** Value of type INT. */
  i?: Int;
  /** Value of type STRING, in UTF-8. */
  s?: Uint8Array;
  /** Value of type TENSOR. */
  t?: TensorProto;
  /** Value of type GRAPH. */
  g?: GraphProto;
  /** Value of type FLOATS. */
  floats?: number[];
  /** Value of type INTS. */
  ints?: Int[];
  /** Value of type STRINGS, in UTF-8. */
  strings?: Uint8Array[];
  /** Value of type TENSORS. */
  tensors?: TensorProto[];
  /** Value of type GRAPHS. */
  graphs?: GraphProto[];
  /** Text for people. */
  docString?: string;
  /** Value of type TYPE_PROTO. */
  tp?: TypeProto;
  /** Value of type TYPE_PROTOS. */
  typeProtos?: TypeProto[];
  /** See {@link AttributeType}. */
  type?: number;
  /** Inside a local function: the function's attribute that gives the value. */
  refAttrName?: string;
  /** Value of type SPARSE_TENSOR. */
  sparseTensor?: SparseTensorProto;
  /** Value of type SPARSE_TENSORS. */
  sparseTensors?: SparseTensorProto[];
}

/** An array of numbers or texts: the values lie in `rawData` (little-endian) or in the list that fits `dataType`. */
export interface TensorProto extends Message {
  /** Shape; [] is a scalar. */
  dims: Int[];
  /** See {@link DataType}. */
  dataType?: number;
  /** TensorProto.Segment, undecoded. */
  segment?: Uint8Array;
  /** Values of FLOAT and COMPLEX64. */
  floatData?: number[];
  /** Values of INT32, of all smaller integers and floats, and of BOOL. */
  int32Data?: number[];
  /** Values of STRING, in UTF-8. */
  stringData?: Uint8Array[];
  /** Values of INT64. */
  int64Data?: Int[];
  /** Name by which nodes read it. */
  name?: string;
  /** Values of any type but STRING, row-major and little-endian. */
  rawData?: Uint8Array;
  /** Values of DOUBLE and COMPLEX128. */
  doubleData?: number[];
  /** Values of UINT32 and UINT64. */
  uint64Data?: Int[];
  /** Text for people. */
  docString?: string;
  /** Where the values lie in another file. */
  externalData?: StringStringEntryProto[];
  /** 0 (or absent): in this file. 1: in another file. */
  dataLocation?: number;
  /** Notes of the program that wrote the file. */
  metadataProps?: StringStringEntryProto[];
}

/** A sparse array: the values that are not zero, and where they stand. */
export interface SparseTensorProto extends Message {
  /** The values that are not zero; its name is the tensor's. */
  values?: TensorProto;
  /** Where they stand. */
  indices?: TensorProto;
  /** Shape of the whole array. */
  dims: Int[];
}

/** Name and type of an input, an output or an inner value of a graph. */
export interface ValueInfoProto extends Message {
  /** Name of the value. */
  name?: string;
  /** Its type. */
  type?: TypeProto;
  /** Text for people. */
  docString?: string;
  /** Notes of the program that wrote the file. */
  metadataProps?: StringStringEntryProto[];
}

/** The type of a value. DeML admits tensors only; the other kinds are kept undecoded. */
export interface TypeProto extends Message {
  /** A tensor. */
  tensorType?: TensorTypeProto;
  /** A sequence, undecoded. */
  sequenceType?: Uint8Array;
  /** A map, undecoded. */
  mapType?: Uint8Array;
  /** What the value means, by a list of the standard. */
  denotation?: string;
  /** A type of the runtime's own, undecoded. */
  opaqueType?: Uint8Array;
  /** A sparse tensor, undecoded. */
  sparseTensorType?: Uint8Array;
  /** A value that may be missing, undecoded. */
  optionalType?: Uint8Array;
}

/** TypeProto.Tensor: element type (see {@link DataType}) and shape. */
export interface TensorTypeProto extends Message {
  /** See {@link DataType}. */
  elemType?: number;
  /** Absent when even the number of dimensions is unknown. */
  shape?: TensorShapeProto;
}

/** A shape: one entry for each dimension. */
export interface TensorShapeProto extends Message {
  /** Sizes, outermost first. */
  dim: DimensionProto[];
}

/** TensorShapeProto.Dimension: a fixed size, a symbol (such as "batch"), or neither when unknown. */
export interface DimensionProto extends Message {
  /** A fixed size. */
  dimValue?: Int;
  /** Name of a size that varies. */
  dimParam?: string;
  /** What the dimension means, by a list of the standard. */
  denotation?: string;
}

/** TensorProto.DataType: the types of elements. */
export const DataType = {
  FLOAT: 1,
  UINT8: 2,
  INT8: 3,
  UINT16: 4,
  INT16: 5,
  INT32: 6,
  INT64: 7,
  STRING: 8,
  BOOL: 9,
  FLOAT16: 10,
  DOUBLE: 11,
  UINT32: 12,
  UINT64: 13,
  COMPLEX64: 14,
  COMPLEX128: 15,
  BFLOAT16: 16,
  FLOAT8E4M3FN: 17,
  FLOAT8E4M3FNUZ: 18,
  FLOAT8E5M2: 19,
  FLOAT8E5M2FNUZ: 20,
  UINT4: 21,
  INT4: 22,
  FLOAT4E2M1: 23,
  FLOAT8E8M0: 24,
  UINT2: 25,
  INT2: 26,
  FLOAT6E2M3: 27,
  FLOAT6E3M2: 28,
} as const;

/** AttributeProto.AttributeType: which field of an attribute holds its value. */
export const AttributeType = {
  FLOAT: 1,
  INT: 2,
  STRING: 3,
  TENSOR: 4,
  GRAPH: 5,
  FLOATS: 6,
  INTS: 7,
  STRINGS: 8,
  TENSORS: 9,
  GRAPHS: 10,
  SPARSE_TENSOR: 11,
  SPARSE_TENSORS: 12,
  TYPE_PROTO: 13,
  TYPE_PROTOS: 14,
} as const;
