/** Constants that lie, point elsewhere, or are too many. */
import { node, tensor } from "../../model/onnx/build.ts";
import { DataType, type TensorProto } from "../../model/onnx/codec.ts";
import type { InvalidCode } from "../../model/invalid.ts";
import {
  beside,
  changed,
  FULL,
  given,
  type Hostile,
  type HostileTable,
  net,
  type NetOptions,
  rightNode,
  weights,
} from "./hostile.ts";

/** Data outside the file, at a place. */
function outside(location: string, more: Record<string, string> = {}): Partial<TensorProto> {
  const entries = Object.entries({ location, ...more });
  return { dataLocation: 1, externalData: entries.map(([key, value]) => ({ key, value })) };
}

/** The table. */
export const CONSTANTS: HostileTable = {
  "weights in /etc/passwd": instead("external-data", outside("/etc/passwd")),
  "weights in a file beside": instead("external-data", outside("model.onnx.data")),
  "weights in a folder above": instead(
    "external-data",
    outside("../../secret", { offset: "0", length: "48" }),
  ),
  "weights at an address in memory": instead(
    "external-data",
    outside("*/_ORT_MEM_ADDR_/*", { offset: "1024", length: "48" }),
  ),
  "weights at another address in memory": instead(
    "external-data",
    outside("*/_ORT_IN_MEM_INITIALIZER_/*", { offset: "1024" }),
  ),
  "weights outside, without a place": instead("external-data", { dataLocation: 1 }),
  "a place, and data within": changedTensor("external-data", { ...outside("x"), dataLocation: 0 }),
  "an unknown place": changedTensor("external-data", { dataLocation: 7 }),
  "a constant node's data outside": given("external-data", () => {
    const { rawData: _, ...rest } = weights("");
    return [
      node("Constant", [], ["v"], { value: { ...rest, ...outside("/dev/zero") } }),
      node("MatMul", ["x", "v"], ["y"]),
    ];
  }),
  "too few bytes": changedTensor("tensors", { rawData: new Uint8Array(47) }),
  "too many bytes": changedTensor("tensors", { rawData: new Uint8Array(49) }),
  "no bytes": instead("tensors", {}),
  "too few numbers": instead("tensors", { floatData: Array(11).fill(0) }),
  "too many numbers": instead("tensors", { floatData: Array(13).fill(0) }),
  "numbers of another list": instead("tensors", { int32Data: Array(12).fill(0) }),
  "bytes and numbers": changedTensor("tensors", { floatData: Array(12).fill(0) }),
  "a segment": changedTensor("tensors", { segment: new Uint8Array(0) }),
  "a dimension of -1": changedTensor("tensors", { dims: [-1, 3] }),
  "two negative dimensions": changedTensor("tensors", { dims: [-4, -3] }),
  "dimensions beyond 2^64": changedTensor("tensors", { dims: [2 ** 33, 2 ** 33] }),
  "dimensions whose product wraps to 12": changedTensor("tensors", { dims: [2n ** 62n, 4, 12] }),
  "a dimension of 2^63 - 1": changedTensor("tensors", { dims: [2n ** 63n - 1n] }),
  "a terabyte of nothing": beside(
    "tensors",
    () => [],
    () => add({ dims: [2 ** 40, 2 ** 40, 0], rawData: new Uint8Array(0) }),
  ),
  "2.8 GB announced": changedTensor("tensors", { dims: [7e8] }),
  "300 dimensions": changedTensor("tensors", { dims: [...Array(298).fill(1), 4, 3] }),
  "texts": beside(
    "tensors",
    () => [],
    () => add({ dims: [1], dataType: DataType.STRING, stringData: [new Uint8Array(5)] }),
  ),
  "texts by the hundred thousand": beside(
    "tensors",
    () => [],
    () =>
      add({
        dims: [100_000],
        dataType: DataType.STRING,
        stringData: Array(100_000).fill(new Uint8Array(1)),
      }),
  ),
  "complex numbers": beside(
    "tensors",
    () => [],
    () => add({ dims: [1], dataType: DataType.COMPLEX64, rawData: new Uint8Array(8) }),
  ),
  "numbers of 8 bits": beside(
    "tensors",
    () => [],
    () => add({ dims: [1], dataType: DataType.FLOAT8E5M2, rawData: new Uint8Array(1) }),
  ),
  "a boolean of 2": beside(
    "tensors",
    () => [],
    () => add({ dims: [1], dataType: DataType.BOOL, rawData: Uint8Array.of(2) }),
  ),
  "an int8 of 1000": beside(
    "tensors",
    () => [],
    () => add({ dims: [1], dataType: DataType.INT8, int32Data: [1000] }),
  ),
  "sparse weights": changed("tensors", () => {
    const file = net([rightNode()]);
    return {
      ...file,
      graph: { ...file.graph!, sparseInitializer: [{ dims: [4, 3], values: weights("s") }] },
    };
  }),
  "a sparse constant": given("operator", () => [
    {
      ...node("Constant", [], ["v"]),
      attribute: [{
        name: "sparse_value",
        type: 11,
        sparseTensor: { dims: [4, 3], values: weights("s") },
      }],
    },
    node("MatMul", ["x", "v"], ["y"]),
  ]),
  "a constant of two values": given("operator", () => [
    {
      ...node("Constant", [], ["v"]),
      attribute: [{ name: "value", type: 4, t: weights(""), f: 1 }],
    },
    node("MatMul", ["x", "v"], ["y"]),
  ]),
  "a constant of a value and a list": given("shape", () => [
    node("Constant", [], ["v"], { value: weights(""), value_floats: Float32Array.of(1, 2) }),
    node("MatMul", ["x", "v"], ["y"]),
  ]),
  "a constant of a text": given(
    "shape",
    () => [node("Constant", [], ["v"], { value_string: "std::bad_alloc" }), rightNode()],
  ),
  "a constant without value": given(
    "shape",
    () => [node("Constant", [], ["v"]), node("MatMul", ["x", "v"], ["y"])],
  ),
  "60,000 constants": beside("tensors", () => [], () => many(60_000)),
  "4,097 constants": beside("tensors", () => [], () => many(4096)),
  "4,096 constants": beside(FULL, () => [], () => many(4095)),
  "16 MiB of constants and a bit": beside("tensors", () => [], () => ({
    // 4 bytes in a list take one byte on the wire if they are 0.
    constants: [{
      name: "a",
      dims: [4_194_000],
      dataType: DataType.INT32,
      int32Data: Array(4_194_000).fill(0),
    }, tensor("b", [1000], new Float32Array(1000))],
  })),
};

/** The honest model with its weights changed. */
function changedTensor(verdict: InvalidCode | number, change: Partial<TensorProto>): Hostile {
  return changed(verdict, () => {
    const file = net([rightNode()]);
    file.graph!.initializer = [{ ...weights(), ...change }];
    return file;
  });
}

/** The same without the weights' own data. */
function instead(verdict: InvalidCode | number, change: Partial<TensorProto>): Hostile {
  return changed(verdict, () => {
    const file = net([rightNode()]);
    const { rawData: _, ...rest } = weights();
    file.graph!.initializer = [{ ...rest, ...change }];
    return file;
  });
}

/** One more constant, which no node reads. */
function add(constant: TensorProto & { dims: number[] }): NetOptions {
  return { constants: [{ name: "more", dataType: DataType.FLOAT, ...constant }] };
}

/** So many more constants, which no node reads; the weights are there already. */
function many(count: number): NetOptions {
  const one = new Float32Array(1);
  return { constants: Array.from({ length: count }, (_, i) => tensor(`c${i}`, [1], one)) };
}
