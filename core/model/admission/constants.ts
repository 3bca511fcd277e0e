import { InvalidModel } from "../invalid.ts";
import { bitsOf, bytesOf, typeName, wrongElements } from "./elements.ts";
import { MAX_CONSTANT_BYTES, MAX_CONSTANTS, MAX_RANK, MAX_TENSOR_ELEMENTS } from "./limits.ts";
import { type GraphProto, type TensorProto } from "../onnx/codec.ts";

/**
 * Checks the constants of a graph, those in attributes included: all lie in the file itself, their
 * dimensions are sane, their elements are as many as these say, in one place, and together they stay below
 * `MAX_CONSTANT_BYTES`.
 *
 * @throws {InvalidModel} `external-data` or `tensors`
 */
export function checkConstants(graph: GraphProto): void {
  if (graph.sparseInitializer !== undefined) throw sparse();
  if (graph.initializer.length > MAX_CONSTANTS) {
    throw new InvalidModel(
      "tensors",
      `model: expected at most ${MAX_CONSTANTS} constants, got ${graph.initializer.length}`,
    );
  }
  let bytes = 0;
  for (const tensor of constantsOf(graph)) {
    bytes += constantBytes(tensor);
    if (bytes > MAX_CONSTANT_BYTES) {
      throw new InvalidModel(
        "tensors",
        `model: expected at most ${MAX_CONSTANT_BYTES} bytes of constants, got more; make the model smaller`,
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
  const { dataType = 0 } = tensor;
  if (bitsOf(dataType) === undefined) {
    throw new InvalidModel(
      "tensors",
      `model: expected constant ${name} of an admitted type, got ${typeName(dataType)}`,
    );
  }
  if (tensor.dims.length > MAX_RANK) {
    throw new InvalidModel(
      "tensors",
      `model: expected constant ${name} of at most ${MAX_RANK} dimensions, got ${tensor.dims.length}`,
    );
  }
  for (const dim of tensor.dims) {
    if (typeof dim !== "number" || dim < 0 || dim > MAX_TENSOR_ELEMENTS) {
      throw new InvalidModel(
        "tensors",
        `model: expected dimensions from 0 to ${MAX_TENSOR_ELEMENTS} for constant ${name}, got ${dim}`,
      );
    }
  }
  const bytes = bytesOf({ type: dataType, dims: tensor.dims as number[] });
  if (bytes > MAX_CONSTANT_BYTES) return bytes;
  const wrong = wrongElements(tensor);
  if (wrong === undefined) return bytes;
  throw new InvalidModel(
    "tensors",
    `model: expected constant ${name} to hold ${typeName(dataType)} [${tensor.dims}], got ${wrong}`,
  );
}

function sparse(): InvalidModel {
  return new InvalidModel("tensors", "model: expected dense constants, got a sparse one");
}
