import assert from "node:assert/strict";
import { classPredictions } from "../../evaluate/predictions.ts";
import { admitModel } from "../admission/admit.ts";
import { InvalidModel } from "../invalid.ts";
import { encodeModel, type ModelProto } from "../onnx/codec.ts";
import { packCandidates } from "./candidates.ts";
import { decode } from "../admission/header.ts";
import { prepareModel } from "./prepare.ts";
import { random } from "../../dataset/testing.ts";
import { fixture, fixtureFloats, run } from "./testing.ts";

const BINARY = { shapes: [[1, 8, 8], [64]], batch: 100, rows: 5, classes: 2 };

Deno.test("a sigmoid of PyTorch's is read as the probability of class 1", async () => {
  const prepared = prepareModel(decode(await fixture("torch_binary.onnx")), { task: BINARY });
  const { kind, output } = admitModel(encodeModel(prepared), BINARY);
  assert.equal(kind, "binary");
  const data = await fixtureFloats("torch_rows.f32");
  const got = await run(prepared, { data, dims: [5, 1, 8, 8], output });
  const want = await fixtureFloats("torch_binary_out.f32");
  (got.data as Float32Array).forEach((value, i) => assert.ok(Math.abs(value - want[i]!) < 1e-6));
  const { predicted, take } = classPredictions({ rows: 5, classes: 2, kind: "binary" });
  take(got, { start: 0, rows: 5 });
  assert.deepEqual(predicted, Int32Array.from(want, (value) => value > 0.5 ? 1 : 0));
});

/** Changes a few bytes of a file: other values, some taken out, some put in. */
function mutate(bytes: Uint8Array, seed: number): Uint8Array {
  const next = random(seed);
  const result = [...bytes];
  for (let changes = 1 + Math.floor(next() * 3); changes > 0; changes--) {
    const at = Math.floor(next() * result.length);
    const kind = next();
    if (kind < 0.6) result[at] = Math.floor(next() * 256);
    else if (kind < 0.8) result.splice(at, 1 + Math.floor(next() * 4));
    else result.splice(at, 0, Math.floor(next() * 256));
  }
  return Uint8Array.from(result);
}

Deno.test("prepareModel() fails in no other way than InvalidModel on 1,500 damaged files", async () => {
  const names = ["torch_legacy", "torch_default", "iris_zipmap", "iris_labels"];
  const files = await Promise.all(names.map((name) => fixture(`${name}.onnx`)));
  const data = {
    name: "torch_default.onnx.data",
    bytes: await fixture("torch_default.onnx.data"),
  };
  const task = { shapes: [[1, 8, 8], [4]], batch: 100, rows: 150, classes: 3 };
  let sound = 0;
  for (let seed = 0; seed < 1500; seed++) {
    const file = mutate(files[seed % files.length]!, seed);
    let model: ModelProto;
    try {
      model = prepareModel(decode(file), { data, ...(seed % 3 === 0 ? {} : { task }) });
    } catch (error) {
      assert.ok(error instanceof InvalidModel, `${seed}: ${error instanceof Error && error.stack}`);
      continue;
    }
    sound++;
    for (const { onnx } of packCandidates(model, { precisions: ["float16", "int8", "4"] })) {
      if (seed % 3 !== 0) admitModel(onnx, task);
    }
  }
  assert.ok(sound > 150, `${sound} of 1,500 were still models`);
});
