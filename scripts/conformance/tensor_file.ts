/** Tensors as the files of ONNX's backend tests hold them: one TensorProto a file. */
import {
  DataType,
  decodeModel,
  encodeModel,
  type TensorProto,
} from "../../core/model/onnx/codec.ts";

/** A dense array as onnxruntime-web takes and gives it. */
export interface Dense {
  /** Element type by ONNX Runtime's name, such as "float32". */
  readonly type: string;
  /** Shape. */
  readonly dims: readonly number[];
  /** Elements in row-major order. */
  readonly data: ArrayLike<number | bigint | string>;
}

type Numbers = new (buffer: ArrayBuffer) => ArrayLike<number | bigint>;

/** Element types of which onnxruntime-web makes arrays: its name, and the array. */
const ARRAYS: Readonly<Record<number, readonly [string, Numbers]>> = {
  [DataType.FLOAT]: ["float32", Float32Array],
  [DataType.UINT8]: ["uint8", Uint8Array],
  [DataType.INT8]: ["int8", Int8Array],
  [DataType.UINT16]: ["uint16", Uint16Array],
  [DataType.INT16]: ["int16", Int16Array],
  [DataType.INT32]: ["int32", Int32Array],
  [DataType.INT64]: ["int64", BigInt64Array],
  [DataType.BOOL]: ["bool", Uint8Array],
  [DataType.FLOAT16]: ["float16", Uint16Array],
  [DataType.DOUBLE]: ["float64", Float64Array],
  [DataType.UINT32]: ["uint32", Uint32Array],
  [DataType.UINT64]: ["uint64", BigUint64Array],
};

/** ONNX Runtime's name of an element type, or "type 23" for one that onnxruntime-web has no array for. */
export function typeName(type: number): string {
  return ARRAYS[type]?.[0] ?? (type === DataType.STRING ? "string" : `type ${type}`);
}

/** Bytes of a TensorProto as a message. @throws {SyntaxError} if they are none */
export function decodeTensor(bytes: Uint8Array): TensorProto {
  // The codec reads whole models: this one has a graph (field 7) with one constant (field 5).
  const constant = field(5, bytes);
  return decodeModel(field(7, constant)).graph!.initializer[0]!;
}

/**
 * The array in a tensor.
 *
 * @throws {TypeError} for element types that onnxruntime-web has no array for
 */
export function toDense(tensor: TensorProto): Dense {
  const { dims, dataType = 0, rawData, stringData = [] } = tensor;
  const shape = dims.map(Number);
  if (dataType === DataType.STRING) {
    const decoder = new TextDecoder();
    return { type: "string", dims: shape, data: stringData.map((text) => decoder.decode(text)) };
  }
  const [type, Numbers] = ARRAYS[dataType] ?? [];
  if (type === undefined || Numbers === undefined) {
    throw new TypeError(
      `Expected elements of a type that JavaScript can hold, got ${typeName(dataType)}.`,
    );
  }
  const data = rawData === undefined
    ? listed(tensor, Numbers)
    : new Numbers(rawData.slice().buffer);
  return { type, dims: shape, data };
}

function listed(tensor: TensorProto, Numbers: Numbers): ArrayLike<number | bigint> {
  const { floatData, int32Data, int64Data, doubleData, uint64Data } = tensor;
  const list =
    [floatData, int32Data, int64Data, doubleData, uint64Data].find((list) =>
      list !== undefined && list.length > 0
    ) ?? [];
  const big = Numbers.name.startsWith("Big");
  const from = Numbers as unknown as { from(values: unknown[]): ArrayLike<number | bigint> };
  return from.from(list.map((value) => big ? BigInt(value) : Number(value)));
}

/** A field of bytes on the wire: tag, length, bytes (protobuf encoding, "Length-delimited records"). */
function field(number: number, bytes: Uint8Array): Uint8Array {
  const head = [number << 3 | 2];
  let length = bytes.length;
  for (; length > 127; length = Math.floor(length / 128)) head.push(length % 128 | 128);
  head.push(length);
  const out = new Uint8Array(head.length + bytes.length);
  out.set(head);
  out.set(bytes, head.length);
  return out;
}

/** A TensorProto as a message. */
export function encodeTensor(tensor: TensorProto): Uint8Array {
  const graph = { node: [], initializer: [tensor], input: [], output: [] };
  return unwrap(unwrap(encodeModel({ graph, opsetImport: [] })));
}

/** The bytes in a message of one field. */
function unwrap(message: Uint8Array): Uint8Array {
  let at = 1;
  while (message[at]! > 127) at++;
  return message.subarray(at + 1);
}

/** An array as a TensorProto. @throws {TypeError} for element types that onnxruntime-web has no array for */
export function fromDense({ type, dims, data }: Dense): TensorProto {
  const dataType = Object.keys(ARRAYS).find((key) => ARRAYS[Number(key)]![0] === type);
  if (dataType === undefined) throw new TypeError(`Expected an array of numbers, got ${type}.`);
  const { buffer, byteOffset, byteLength } = data as unknown as Uint8Array;
  return {
    dims: [...dims],
    dataType: Number(dataType),
    rawData: new Uint8Array(buffer, byteOffset, byteLength),
  };
}
