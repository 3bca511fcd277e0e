/** Constants as raw bytes, whichever of the format's lists they came in. */
import { InvalidModel } from "../invalid.ts";
import { CLASS_INDICES } from "../admission/advice.ts";
import { wrongElements } from "../admission/elements.ts";
import { DataType, type TensorProto } from "../onnx/codec.ts";

/**
 * A constant with its name, shape, type and raw little-endian data, and nothing else: no texts for people, no notes, no
 * unknown fields.
 *
 * @throws {InvalidModel} `external-data` if its data lie in another file, `tensors` if they do not fit its shape or are
 * of a type that is not admitted
 */
export function rawTensor(tensor: TensorProto): TensorProto {
  const { dims, dataType = 0, name = "" } = tensor;
  const shown = JSON.stringify(name.slice(0, 60));
  if ((tensor.dataLocation ?? 0) !== 0 || tensor.externalData !== undefined) {
    throw new InvalidModel(
      "external-data",
      `model: expected constant ${shown} inside the file, got one outside; give the .data file too, ` +
        "or export with external_data=False",
    );
  }
  const wrong = wrongDims(dims) ?? wrongElements(tensor);
  if (wrong !== undefined) {
    throw new InvalidModel(
      "tensors",
      `model: expected constant ${shown} with the data of its shape, got ${
        dataType === DataType.STRING ? `texts; ${CLASS_INDICES}` : wrong
      }`,
    );
  }
  return { dims, dataType, name, rawData: tensor.rawData ?? packed(tensor, dataType) };
}

/** The elements of a float32 constant that {@linkcode rawTensor} made; undefined for another type. A copy. */
export function floatsOf({ dataType, rawData }: TensorProto): Float32Array | undefined {
  if (dataType !== DataType.FLOAT || rawData === undefined) return undefined;
  return new Float32Array(rawData.slice().buffer);
}

function wrongDims(dims: TensorProto["dims"]): string | undefined {
  return dims.every((dim) => typeof dim === "number" && dim >= 0) ? undefined : `shape [${dims}]`;
}

/** The bytes of the list that fits the type. */
function packed(tensor: TensorProto, type: number): Uint8Array {
  const { floatData = [], doubleData = [], int64Data = [], uint64Data = [], int32Data = [] } =
    tensor;
  switch (type) {
    case DataType.FLOAT:
      return bytes(Float32Array.from(floatData));
    case DataType.DOUBLE:
      return bytes(Float64Array.from(doubleData));
    case DataType.INT64:
      return bytes(BigInt64Array.from(int64Data, BigInt));
    case DataType.UINT64:
      return bytes(BigUint64Array.from(uint64Data, BigInt));
    case DataType.UINT32:
      return bytes(Uint32Array.from(uint64Data, Number));
    case DataType.INT32:
      return bytes(Int32Array.from(int32Data));
    case DataType.INT16:
    case DataType.UINT16:
    case DataType.FLOAT16:
    case DataType.BFLOAT16:
      return bytes(Uint16Array.from(int32Data));
    default:
      return Uint8Array.from(int32Data);
  }
}

function bytes({ buffer, byteOffset, byteLength }: ArrayBufferView<ArrayBuffer>): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}
