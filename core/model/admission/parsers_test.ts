/** What our codec and the runtime's protobuf library both accept, they must read alike. */
import assert from "node:assert/strict";
import { graph, model, node, tensor, value } from "../onnx/build.ts";
import { DataType, decodeModel, encodeModel, type TensorProto } from "../onnx/codec.ts";
import { admitModel } from "./admit.ts";
import { constantOf } from "./infer.ts";
import { testRuntime } from "./rules/testing.ts";

const VALUES = [1.5, -2, 0.25, 4];

/** What a model x + c of four columns gives for x = 0, in the runtime. */
async function added(constant: TensorProto, { irVersion = 8, listed = false } = {}) {
  const cast = node("Cast", ["c"], ["f"], { to: DataType.FLOAT });
  const inputs = [value("x", ["N", 4])];
  if (listed) inputs.push(value("c", [4], constant.dataType));
  const net = graph({
    inputs,
    outputs: [value("y", ["N", 4])],
    nodes: [cast, node("Add", ["x", "f"], ["y"])],
    initializers: [constant],
  });
  const bytes = encodeModel(model(net, { opset: 17, irVersion }));
  admitModel(bytes, { shapes: [[4]], batch: 100, classes: 4 });
  const { ort } = await testRuntime();
  const session = await ort.InferenceSession.create(bytes, {
    executionProviders: ["wasm"],
    logSeverityLevel: 4,
  });
  try {
    const { y } = await session.run({ x: new ort.Tensor("float32", new Float32Array(4), [1, 4]) });
    const decoded = decodeModel(bytes).graph?.initializer[0] as TensorProto;
    return { ours: constantOf(decoded).known, theirs: Array.from(y!.data as Float32Array) };
  } finally {
    await session.release();
  }
}

function constant(dataType: number, rest: Partial<TensorProto>): TensorProto {
  return { dims: [4], dataType, name: "c", ...rest };
}

/** A field of float_data, one number in each: the form that is not packed. */
function unpacked(number: number): Uint8Array {
  const bytes = new Uint8Array(5);
  bytes[0] = 4 << 3 | 5;
  new DataView(bytes.buffer).setFloat32(1, number, true);
  return bytes;
}

Deno.test("lists are read alike, packed, one by one and mixed, and in every list", async () => {
  const { FLOAT, INT8, INT64, UINT32, DOUBLE, BOOL, INT32 } = DataType;
  const whole = [1, -2, 3, -128];
  const cases: [TensorProto, number[]][] = [
    [constant(FLOAT, { floatData: VALUES }), VALUES],
    [constant(FLOAT, { unknown: VALUES.map(unpacked) }), VALUES],
    [
      constant(FLOAT, { floatData: VALUES.slice(0, 2), unknown: VALUES.slice(2).map(unpacked) }),
      VALUES,
    ],
    [constant(DOUBLE, { doubleData: VALUES }), VALUES],
    [constant(INT8, { int32Data: whole }), whole],
    [constant(INT32, { int32Data: whole }), whole],
    [constant(INT64, { int64Data: whole }), whole],
    [constant(UINT32, { uint64Data: [0, 1, 2 ** 24, 2 ** 31] }), [0, 1, 2 ** 24, 2 ** 31]],
    [constant(BOOL, { int32Data: [0, 1, 1, 0] }), [0, 1, 1, 0]],
    [tensor("c", [4], Float32Array.from(VALUES)), VALUES],
    [tensor("c", [4], Int8Array.from(whole)), whole],
    [tensor("c", [4], BigInt64Array.from(whole, BigInt)), whole],
  ];
  for (const [given, expected] of cases) {
    const { ours, theirs } = await added(given);
    assert.deepEqual(theirs, expected, JSON.stringify(given));
    assert.deepEqual(ours, expected, JSON.stringify(given));
  }
});

Deno.test("constants that are listed among the inputs are constants, in old files and in new ones", async () => {
  for (const irVersion of [3, 4, 10]) {
    const { theirs } = await added(constant(DataType.FLOAT, { floatData: VALUES }), {
      irVersion,
      listed: true,
    });
    assert.deepEqual(theirs, VALUES);
  }
});

Deno.test("fields that nobody knows, and unknown numbers of an enumeration, change nothing or are refused", async () => {
  // Field 200, a varint.
  const odd = {
    ...constant(DataType.FLOAT, { floatData: VALUES }),
    unknown: [Uint8Array.of(0xc0, 0x0c, 7)],
  };
  assert.deepEqual((await added(odd)).theirs, VALUES);
  const elsewhere = constant(DataType.FLOAT, { floatData: VALUES, dataLocation: 5 });
  await assert.rejects(added(elsewhere), { name: "InvalidModel", code: "external-data" });
});
