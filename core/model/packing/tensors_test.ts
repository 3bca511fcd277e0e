import assert from "node:assert/strict";
import { DataType, type TensorProto } from "../onnx/codec.ts";
import { floatsOf, rawTensor } from "./tensors.ts";

function raw(dataType: number, dims: number[], lists: Partial<TensorProto>): number[] {
  return [...rawTensor({ name: "w", dims, dataType, ...lists }).rawData!];
}

Deno.test("rawTensor() writes each list as the bytes of its type, little-endian", () => {
  const { FLOAT, FLOAT16, BFLOAT16, DOUBLE, INT8, UINT8, BOOL, INT16, INT32, INT64 } = DataType;
  assert.deepEqual(raw(FLOAT, [1], { floatData: [1] }), [0, 0, 0x80, 0x3f]);
  assert.deepEqual(raw(DOUBLE, [1], { doubleData: [1] }), [0, 0, 0, 0, 0, 0, 0xf0, 0x3f]);
  assert.deepEqual(raw(FLOAT16, [2], { int32Data: [0x3c00, 0xbc00] }), [0, 0x3c, 0, 0xbc]);
  assert.deepEqual(raw(BFLOAT16, [1], { int32Data: [0x3f80] }), [0x80, 0x3f]);
  assert.deepEqual(raw(INT8, [2], { int32Data: [-1, 127] }), [255, 127]);
  assert.deepEqual(raw(UINT8, [2], { int32Data: [255, 1] }), [255, 1]);
  assert.deepEqual(raw(BOOL, [2], { int32Data: [1, 0] }), [1, 0]);
  assert.deepEqual(raw(INT16, [1], { int32Data: [-2] }), [254, 255]);
  assert.deepEqual(raw(INT32, [1], { int32Data: [-2] }), [254, 255, 255, 255]);
  assert.deepEqual(raw(INT64, [], { int64Data: [-(2n ** 63n)] }), [0, 0, 0, 0, 0, 0, 0, 0x80]);
  assert.deepEqual(raw(DataType.UINT32, [1], { uint64Data: [2 ** 32 - 1] }), [255, 255, 255, 255]);
  assert.deepEqual(raw(DataType.UINT64, [1], { uint64Data: [258] }), [2, 1, 0, 0, 0, 0, 0, 0]);
});

Deno.test("rawTensor() keeps raw data, name, shape and type, and nothing else", () => {
  const rawData = Uint8Array.of(0, 0, 0x80, 0x3f);
  const kept = { dims: [1], dataType: 1, name: "w", rawData };
  const noted = { docString: "/home", metadataProps: [], unknown: [rawData] };
  assert.deepEqual(rawTensor({ ...kept, ...noted }), kept);
  assert.deepEqual(floatsOf(kept), Float32Array.of(1));
  assert.equal(floatsOf({ ...kept, dataType: DataType.INT32 }), undefined);
});

Deno.test("rawTensor() refuses data that do not fit", () => {
  const bad: [Partial<TensorProto>, string][] = [
    [{ floatData: [1, 2] }, "tensors"],
    [{ rawData: new Uint8Array(5) }, "tensors"],
    [{ rawData: new Uint8Array(4), floatData: [1] }, "tensors"],
    [{ dims: [-1], floatData: [] }, "tensors"],
    [{ dims: [2n ** 60n], floatData: [] }, "tensors"],
    [{ dataType: 99, rawData: new Uint8Array(4) }, "tensors"],
    [{ dataType: DataType.STRING, stringData: [new Uint8Array(1)] }, "tensors"],
    [{ dataLocation: 1 }, "external-data"],
    [{ externalData: [] }, "external-data"],
  ];
  for (const [change, code] of bad) {
    assert.throws(
      () => rawTensor({ name: "w", dims: [1], dataType: 1, ...change }),
      { name: "InvalidModel", code },
    );
  }
});
