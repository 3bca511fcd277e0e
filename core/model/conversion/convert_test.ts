import assert from "node:assert/strict";
import { type Runtime, startRuntime } from "../../evaluate/runtime.ts";
import { analyse } from "../admission/admit.ts";
import { encodeModel } from "../onnx/codec.ts";
import type { ModelProto } from "../onnx/types.ts";
import { convertModel, OPSET } from "./convert.ts";
import type { ModelFile } from "./file.ts";
import { fixtures, readFiles, readFixture, rowsOf, sequential } from "./testing.ts";

const TOLERANCE = 1e-5;
const SHARED = new URL("../../../../shared/", import.meta.url);

for (const fixture of await fixtures()) {
  Deno.test(`converts ${fixture.files[0]}: the framework's outputs`, async () => {
    const model = await convertModel(await readFiles(fixture));
    checkForm(model);
    await checkOutputs(model, {
      rows: rowsOf(fixture),
      expected: floats(await readFixture(fixture.outputs)),
    });
  });
}

const shared = await exists(SHARED) ? undefined : " (skipped: ../shared is missing)";

for (const name of ["keras_layers.keras", "keras_layers.h5"]) {
  Deno.test({
    name: `converts shared ${name}: Keras' outputs${shared ?? ""}`,
    ignore: shared !== undefined,
    fn: async () => {
      const [rows, expected] = await Promise.all(
        ["keras_layers.in.f32", "keras_layers.out.f32"].map(async (file) =>
          floats(await readShared(`models/${file}`))
        ),
      ) as [Float32Array, Float32Array];
      const model = await convertModel([{ name, bytes: await readShared(`models/${name}`) }]);
      await checkOutputs(model, { rows, expected });
    },
  });
}

Deno.test({
  name: `converts shared tfjs_cnn: TensorFlow.js' outputs for 1000 digits${shared ?? ""}`,
  ignore: shared !== undefined,
  fn: async () => {
    const files: ModelFile[] = await Promise.all(
      ["model.json", "weights.bin"].map(async (name) => ({
        name,
        bytes: await readShared(`models/tfjs_cnn/${name}`),
      })),
    );
    const packed = await readShared("data/mnist/t10k-images-idx3-ubyte.gz");
    const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("gzip"));
    const images = new Uint8Array(await new Response(stream).arrayBuffer());
    await checkOutputs(await convertModel(files), {
      rows: Float32Array.from(images.subarray(16, 16 + 1000 * 784), (pixel) => pixel / 255),
      expected: floats(await readShared("models/tfjs_cnn/ref1000.f32")),
    });
  },
});

// Keras 3.15.1 and TensorFlow's l2_normalize give these.
for (const [keras, expected] of [["3.15.1", [0.6, 0.8]], ["2.15.0", [0.03, 0.04]]] as const) {
  Deno.test(`the length of a tiny vector has the least of Keras ${keras}`, async () => {
    const files = sequential([["UnitNormalization", { axis: -1 }]], { input: [2], keras });
    const rows = Float32Array.of(3e-8, 4e-8, 3, 4);
    await checkOutputs(await convertModel(files), {
      rows,
      expected: Float32Array.of(...expected, 0.6, 0.8),
    });
  });
}

/** What a submission must be: one float32 input and output, the batch symbolic, and admitted. */
function checkForm(model: ModelProto): void {
  const { graph, opsetImport } = model;
  assert.deepEqual(opsetImport, [{ domain: "", version: OPSET }]);
  assert.equal(graph?.input.length, 1);
  assert.equal(graph?.output.length, 1);
  for (const { type } of [...graph.input, ...graph.output]) {
    assert.equal(type?.tensorType?.elemType, 1);
    const [batch, ...dims] = type?.tensorType?.shape?.dim ?? [];
    assert.equal(batch?.dimParam, "batch");
    assert.ok(dims.every(({ dimValue }) => Number(dimValue) > 0));
  }
  const [shape, [classes]] = [graph.input, graph.output].map((values) =>
    (values[0]?.type?.tensorType?.shape?.dim ?? []).slice(1).map((dim) => Number(dim.dimValue))
  ) as [number[], number[]];
  analyse(model, { shapes: [shape], batch: 100, rows: 250, classes });
}

/** Runs all rows, and again without the last one, since the batch must not be baked in. */
async function checkOutputs(
  model: ModelProto,
  { rows, expected }: { rows: Float32Array; expected: Float32Array },
): Promise<void> {
  const { ort } = await runtime();
  const session = await ort.InferenceSession.create(encodeModel(model));
  try {
    const [input, output] = [model.graph?.input[0], model.graph?.output[0]];
    const dims = (input?.type?.tensorType?.shape?.dim ?? []).slice(1).map((d) =>
      Number(d.dimValue)
    );
    const outDims = (output?.type?.tensorType?.shape?.dim ?? []).slice(1)
      .map((d) => Number(d.dimValue));
    const size = dims.reduce((product, dim) => product * dim, 1);
    const count = rows.length / size;
    for (const batch of [count, count - 1]) {
      const data = rows.subarray(0, batch * size);
      const tensor = new ort.Tensor("float32", data, [batch, ...dims]);
      const result = (await session.run({ [input?.name ?? ""]: tensor }))[output?.name ?? ""];
      assert.deepEqual(result?.dims, [batch, ...outDims]);
      assert.equal(expected.length, count * outDims.reduce((product, dim) => product * dim, 1));
      assertClose(result?.data as Float32Array, expected);
    }
  } finally {
    await session.release();
  }
}

/** Compares as many elements as there are, relative to the larger ones. */
function assertClose(got: Float32Array, expected: Float32Array): void {
  for (let i = 0; i < got.length; i++) {
    const [a, b] = [got[i] as number, expected[i] as number];
    if (Math.abs(a - b) <= TOLERANCE * Math.max(1, Math.abs(b))) continue;
    assert.fail(`element ${i}: expected ${b}, got ${a}`);
  }
}

function floats(bytes: Uint8Array<ArrayBuffer>): Float32Array {
  return new Float32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 4);
}

function readShared(path: string): Promise<Uint8Array<ArrayBuffer>> {
  return Deno.readFile(new URL(path, SHARED));
}

async function exists(url: URL): Promise<boolean> {
  return await Deno.stat(url).then(() => true, () => false);
}

let started: Promise<Runtime> | undefined;

function runtime(): Promise<Runtime> {
  const path = import.meta.resolve("onnxruntime-web/ort-wasm-simd-threaded.wasm");
  return started ??= Deno.readFile(new URL(path)).then((wasm) => startRuntime(wasm));
}
