import { InvalidModel } from "../invalid.ts";
import { MAX_CONSTANT_BYTES, MAX_RANK } from "./limits.ts";
import { type GraphProto, type TensorProto } from "../onnx/codec.ts";

/** Bits of one element, by TensorProto.DataType; texts count as the 32 bits of a pointer. */
const ELEMENT_BITS: Readonly<Record<number, number>> = {
  1: 32, // float
  2: 8, // uint8
  3: 8, // int8
  4: 16, // uint16
  5: 16, // int16
  6: 32, // int32
  7: 64, // int64
  8: 32, // string
  9: 8, // bool
  10: 16, // float16
  11: 64, // double
  12: 32, // uint32
  13: 64, // uint64
  16: 16, // bfloat16
  21: 4, // uint4
  22: 4, // int4
};

/**
 * Checks the constants of a graph, those in attributes included: all lie in the file itself, their
 * dimensions are sane and together they stay below `MAX_CONSTANT_BYTES`.
 *
 * @throws {InvalidModel} `external-data` or `tensors`
 */
export function checkConstants(graph: GraphProto): void {
  if (graph.sparseInitializer !== undefined) throw sparse();
  let bytes = 0;
  for (const tensor of constantsOf(graph)) {
    bytes += constantBytes(tensor);
    if (bytes > MAX_CONSTANT_BYTES) {
      throw new InvalidModel(
        "tensors",
        `model: expected at most ${MAX_CONSTANT_BYTES} bytes of constants, got more`,
      );
    }
  }
}

function* constantsOf(graph: GraphProto): Generator<TensorProto> {
  yield* graph.initializer;
  for (const { attribute } of graph.node) {
    for (const { t, tensors, sparseTensor, sparseTensors } of attribute) {
      if (sparseTensor !== undefined || sparseTensors !== undefined) throw sparse();
      if (t !== undefined) yield t;
      if (tensors !== undefined) yield* tensors;
    }
  }
}

function constantBytes(tensor: TensorProto): number {
  const name = JSON.stringify((tensor.name ?? "").slice(0, 60));
  if ((tensor.dataLocation ?? 0) !== 0 || tensor.externalData !== undefined) {
    throw new InvalidModel(
      "external-data",
      `model: expected constant ${name} inside the file, got one outside; export with external_data=False`,
    );
  }
  const bits = ELEMENT_BITS[tensor.dataType ?? 0];
  if (bits === undefined) {
    throw new InvalidModel(
      "tensors",
      `model: expected constant ${name} of a known type, got type ${tensor.dataType}`,
    );
  }
  if (tensor.dims.length > MAX_RANK) {
    throw new InvalidModel(
      "tensors",
      `model: expected constant ${name} of at most ${MAX_RANK} dimensions, got ${tensor.dims.length}`,
    );
  }
  let elements = 1;
  for (const dim of tensor.dims) {
    if (typeof dim !== "number" || dim < 0) {
      throw new InvalidModel(
        "tensors",
        `model: expected dimensions from 0 for constant ${name}, got ${dim}`,
      );
    }
    elements *= dim;
  }
  return (elements * bits) / 8;
}

function sparse(): InvalidModel {
  return new InvalidModel("tensors", "model: expected dense constants, got a sparse one");
}
