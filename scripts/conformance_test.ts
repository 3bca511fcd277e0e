import assert from "node:assert/strict";
import { startRuntime } from "../core/evaluate/runtime.ts";
import { decodeModel, encodeModel } from "../core/model/onnx/codec.ts";
import { readRuntimeWasm } from "../functions/runtime_wasm.ts";
import { difference, fromHalf } from "./conformance/compare.ts";
import { judge, type Verdict } from "./conformance/judge.ts";
import { readCases } from "./conformance/node_case.ts";
import { tally, totals } from "./conformance/report.ts";
import {
  decodeTensor,
  type Dense,
  encodeTensor,
  fromDense,
  toDense,
} from "./conformance/tensor_file.ts";
import { exportCases } from "./verify_runtime/export.ts";

function floats(...data: number[]): Dense {
  return { type: "float32", dims: [data.length], data: Float32Array.from(data) };
}

/** Writes cases, changes them and judges them, by name of the folder. */
async function judged(
  names: string[],
  change: (folder: string) => Promise<void> = () => Promise.resolve(),
): Promise<Map<string, Verdict>> {
  const folder = await Deno.makeTempDir({ prefix: "deml-conformance-" });
  try {
    await exportCases(folder, { names });
    await change(folder);
    const runtime = await startRuntime(await readRuntimeWasm());
    const verdicts = new Map<string, Verdict>();
    await runtime.exclusive(async () => {
      for await (const given of readCases(folder)) {
        verdicts.set(given.name, await judge(given, runtime));
      }
    });
    return verdicts;
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("tensors survive the way through a file", () => {
  for (
    const dense of [
      floats(1, -0, NaN),
      { type: "int64", dims: [1, 2], data: BigInt64Array.of(-1n, 2n) },
      { type: "bool", dims: [2], data: Uint8Array.of(0, 1) },
      { type: "float16", dims: [], data: Uint16Array.of(0x3c00) },
    ]
  ) {
    assert.deepEqual(toDense(decodeTensor(encodeTensor(fromDense(dense)))), dense);
  }
});

Deno.test("toDense() reads lists as well as raw bytes, and refuses what JavaScript has no array for", () => {
  assert.deepEqual(toDense({ dims: [2], dataType: 1, floatData: [1.5, 2] }), floats(1.5, 2));
  assert.deepEqual(
    toDense({ dims: [1], dataType: 7, int64Data: [-3] }).data,
    BigInt64Array.of(-3n),
  );
  assert.throws(() => toDense({ dims: [1], dataType: 16, rawData: new Uint8Array(2) }), TypeError);
});

Deno.test("difference() holds to the tolerance of ONNX's tests", () => {
  assert.equal(difference(floats(1000.9, NaN, Infinity), floats(1000, NaN, Infinity)), undefined);
  assert.match(difference(floats(1002), floats(1000))!, /element 0 is 1002/);
  assert.match(difference(floats(NaN), floats(0))!, /element 0/);
  assert.match(difference(floats(-Infinity), floats(Infinity))!, /element 0/);
  assert.match(difference(floats(3e38), floats(Infinity))!, /element 0/);
  assert.match(difference(floats(1), floats(1, 2))!, /shape \[1\], not \[2\]/);
  const whole = { type: "int32", dims: [1], data: Int32Array.of(1000) };
  assert.match(difference({ ...whole, data: Int32Array.of(1001) }, whole)!, /element 0 is 1001/);
  assert.match(difference(whole, floats(1000))!, /type int32, not float32/);
  assert.equal(fromHalf(0xc000), -2);
});

Deno.test("judge() passes what is right, and finds a wrong output and operators that are not admitted", async () => {
  const verdicts = await judged(["Relu", "Gemm", "Add", "LSTM"], async (folder) => {
    await Deno.copyFile(
      `${folder}/Relu/test_data_set_0/input_0.pb`,
      `${folder}/Relu/test_data_set_0/output_0.pb`,
    );
    const model = decodeModel(await Deno.readFile(`${folder}/Add/model.onnx`));
    model.graph!.node[0]!.opType = "RandomUniformLike";
    await Deno.writeFile(`${folder}/Add/model.onnx`, encodeModel(model));
  });
  const results = Object.fromEntries([...verdicts].map(([name, { result }]) => [name, result]));
  assert.deepEqual(results, { Add: "operator", Gemm: "pass", LSTM: "pass", Relu: "wrong" });
  assert.equal(verdicts.get("LSTM")!.operator, "(function bodies)");
  assert.deepEqual(totals([...verdicts.values()]), { cases: 4, admitted: 3, passed: 2 });
  assert.equal(
    tally([...verdicts.values()]).find(({ operator }) => operator === "Relu")!.counts.wrong,
    1,
  );
});

Deno.test("readCases() wants cases", async () => {
  const folder = await Deno.makeTempDir();
  try {
    await assert.rejects(Array.fromAsync(readCases(folder)), /expected folders with model.onnx/);
  } finally {
    await Deno.remove(folder);
  }
});
