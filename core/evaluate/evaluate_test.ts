import assert from "node:assert/strict";
import { deflateSync, gzipSync } from "node:zlib";
import { random } from "../dataset/testing.ts";
import { node, tensor, value } from "../model/onnx/build.ts";
import { DataType } from "../model/onnx/codec.ts";
import { packModel } from "../model/packing/pack.ts";
import { evaluate, type Outcome } from "./evaluate.ts";
import { LocalFailure } from "./failure.ts";
import { goldenDigest } from "./golden.ts";
import { startRuntime } from "./runtime.ts";
import { firstThree, ints, packedOf, tableOf } from "./testing.ts";

const runtime = await startRuntime(
  await Deno.readFile(new URL(import.meta.resolve("onnxruntime-web/ort-wasm-simd-threaded.wasm"))),
);

/** Rows whose class is the place of the largest of the first three values. */
function separable(rows: number, seed = 1) {
  const next = random(seed);
  const values: number[] = [];
  const labels: number[] = [];
  for (let row = 0; row < rows; row++) {
    const drawn = [next(), next(), next()].map(Math.fround);
    values.push(...drawn, next());
    labels.push(drawn.indexOf(Math.max(...drawn)));
  }
  return { values, labels };
}

Deno.test("evaluate() scores in batches of 100 rows, whatever is left over", async () => {
  for (const rows of [1, 99, 100, 101, 250]) {
    const { values, labels } = separable(rows);
    const wrong = Math.floor(rows / 3);
    for (let row = 0; row < wrong; row++) labels[row] = (labels[row]! + 1) % 3;
    const expected = Math.floor((100_000 * (rows - wrong)) / rows);
    const outcome = await evaluate(firstThree(), tableOf(values, labels), { runtime });
    assert.deepEqual(outcome, { score: expected });
  }
});

Deno.test("evaluate() runs exactly 100, 100 and 50 of 250 rows", async () => {
  // The model answers each row with the number of rows that it got.
  const packed = packedOf([
    node("Shape", ["x"], ["s"]),
    node("Gather", ["s", "zero"], ["n"]),
    node("Cast", ["n"], ["f"], { to: DataType.FLOAT }),
    node("Expand", ["f", "n"], ["y"]),
  ], { initializers: [ints("zero", [0])], outputs: [value("y", ["N"])] });
  const labels = Array.from({ length: 250 }, (_, row) => (row < 200 ? 100 : 50));
  const dataset = tableOf(Array(1000).fill(0), labels, { metric: "r2" });
  assert.deepEqual(await evaluate(packed, dataset, { runtime }), { score: 100_000 });
});

Deno.test("evaluate() feeds float32(value * scale + offset) in the shape that the model declares", async () => {
  const labels = Array.from({ length: 30 }, (_, row) => row / 7);
  const values = labels.flatMap((label) => [9, label * 10 + 1, 9, 9]);
  const { manifest, ...rest } = tableOf(values, labels, { metric: "r2" });
  const scaled = { ...manifest, input: { ...manifest.input, scale: 0.1, offset: -0.1 } };
  const pick = (dims: (number | string)[]) =>
    packedOf([
      node("Reshape", ["x", "flat"], ["f"]),
      node("Gather", ["f", "one"], ["y"], { axis: 1 }),
    ], {
      inputs: [value("x", dims)],
      outputs: [value("y", ["N", 1])],
      initializers: [ints("flat", [-1, 4]), ints("one", [1])],
    });
  const { Dataset } = await import("../dataset/dataset.ts");
  for (const dims of [["N", 4], ["N", 1, 2, 2]]) {
    const dataset = new Dataset(scaled, {
      ...rest,
      values: Float64Array.from(values),
      labels: Float64Array.from(labels),
    });
    assert.deepEqual(await evaluate(pick(dims), dataset, { runtime }), { score: 99_999 });
  }
});

Deno.test("evaluate() applies macro-f1", async () => {
  const values = [1, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 1, 0, 0, 0, 0, 0, 1, 0];
  // Predicted 0 0 1 1 0 2; the hand-calculated case of the metric's own test.
  const dataset = tableOf(values, [0, 0, 0, 1, 1, 2], { metric: "macro-f1" });
  assert.deepEqual(await evaluate(firstThree(), dataset, { runtime }), { score: 72_222 });
});

Deno.test("evaluate() reads an int64 label where a model has one", async () => {
  const { values, labels } = separable(120);
  const packed = packedOf([
    node("Slice", ["x", "from", "to", "axes"], ["y"]),
    node("ArgMax", ["y"], ["label"], { axis: 1, keepdims: 0 }),
  ], {
    initializers: [ints("from", [0]), ints("to", [3]), ints("axes", [1])],
    outputs: [value("y", ["N", 3]), value("label", ["N"], DataType.INT64)],
  });
  assert.deepEqual(await evaluate(packed, tableOf(values, labels), { runtime }), {
    score: 100_000,
  });
  // A label outside the classes is wrong, not an error: here they are the values themselves.
  const outside = packedOf([
    node("Cast", ["x"], ["i"], { to: DataType.INT64 }),
    node("Gather", ["i", "zero"], ["label"], { axis: 1 }),
  ], {
    initializers: [tensor("zero", [], new BigInt64Array(1))],
    outputs: [value("label", ["N"], DataType.INT64)],
  });
  const dataset = tableOf([0, 0, 0, 0, 2, 0, 0, 0, 3, 0, 0, 0, -1, 0, 0, 0], [0, 2, 0, 0]);
  assert.deepEqual(await evaluate(outside, dataset, { runtime }), { score: 50_000 });
});

Deno.test("evaluate() counts rows with NaN or infinite outputs as wrong", async () => {
  const packed = packedOf([
    node("Slice", ["x", "from", "to", "axes"], ["s"]),
    node("Log", ["s"], ["y"]),
  ], { initializers: [ints("from", [0]), ints("to", [3]), ints("axes", [1])] });
  const values = [2, 1, 1, 0, 2, -1, 1, 0, 2, 0, 1, 0, 1, 1, 2, 0];
  const outcome = await evaluate(packed, tableOf(values, [0, 0, 0, 2]), { runtime });
  assert.deepEqual(outcome, { score: 50_000 });
  const regression = packedOf([
    node("ReduceMin", ["x"], ["m"], { axes: [1], keepdims: 0 }),
    node("Log", ["m"], ["y"]),
  ], { outputs: [value("y", ["N"])] });
  const dataset = tableOf([1, 1, 1, 1, -1, 1, 1, 1], [0, 1], { metric: "r2" });
  assert.deepEqual(await evaluate(regression, dataset, { runtime }), { score: 0 });
});

const good = separable(150);
const GOOD = tableOf(good.values, good.labels);

Deno.test("evaluate() refuses an author's text that looks like a failed allocation", async () => {
  const gelu = node("Gelu", ["s"], ["y"], { approximate: "std::bad_alloc" });
  const packed = packedOf([node("Slice", ["x", "from", "to", "axes"], ["s"]), gelu], {
    initializers: [ints("from", [0]), ints("to", [3]), ints("axes", [1])],
    opset: 20,
  });
  const outcome = await evaluate(packed, GOOD, { runtime });
  assert.ok("invalid" in outcome);
  assert.equal(outcome.invalid, "run-failed");
  assert.match(outcome.message, /: std::bad_alloc$/);
  assert.deepEqual(await evaluate(firstThree(), GOOD, { runtime }), { score: 100_000 });
});

/** Models that are INVALID, each with its code. */
function invalidModels(): [string, Uint8Array, string][] {
  const packed = firstThree();
  const ends = [ints("from", [0]), ints("to", [3]), ints("axes", [1])];
  const cut = node("Slice", ["x", "from", "to", "axes"], ["s"]);
  const reshape = (dims: number[]) =>
    packedOf([node("Reshape", ["x", "s"], ["y"])], {
      initializers: [ints("s", dims)],
      outputs: [{ name: "y", type: { tensorType: { elemType: DataType.FLOAT } } }],
    });
  return [
    ["nothing", new Uint8Array(0), "truncated-stream"],
    ["truncated", packed.subarray(0, packed.length - 5), "truncated-stream"],
    ["zip bomb", new Uint8Array(deflateSync(new Uint8Array(17 * 2 ** 20))), "inflates-too-large"],
    ["gzip", new Uint8Array(gzipSync("x")), "not-zlib"],
    ["text", packModel(new TextEncoder().encode("no model")), "not-onnx"],
    [
      "other input",
      packedOf([node("Relu", ["x"], ["y"])], { inputs: [value("x", ["N", 3])] }),
      "input",
    ],
    [
      "other output",
      packedOf([node("Relu", ["x"], ["y"])], { outputs: [value("y", ["N", 4])] }),
      "output",
    ],
    ["unknown operator", packedOf([node("Nope", ["x"], ["y"])]), "operator"],
    [
      "unknown attribute",
      packedOf([cut, node("Softmax", ["s"], ["y"], { odd: 1 })], { initializers: ends }),
      "create-failed",
    ],
    ["missing value", packedOf([node("Relu", ["nowhere"], ["y"])]), "graph"],
    ["false output", packedOf([node("Relu", ["x"], ["y"])]), "shape"],
    ["cannot reshape", reshape([7, 7]), "shape"],
    [
      "too large",
      packedOf([node("ConstantOfShape", ["s"], ["y"])], {
        initializers: [ints("s", [1e6, 1e6])],
        outputs: [{ name: "y", type: { tensorType: { elemType: DataType.FLOAT } } }],
      }),
      "cost",
    ],
    [
      "remainder of a division by zero",
      packedOf([
        cut,
        node("Cast", ["s"], ["i"], { to: DataType.INT64 }),
        node("Sub", ["i", "i"], ["z"]),
        node("Mod", ["i", "z"], ["d"]),
        node("Cast", ["d"], ["y"], { to: DataType.FLOAT }),
      ], { initializers: ends }),
      "run-failed",
    ],
    [
      "second output of a type without an array",
      packedOf([cut, node("Cast", ["x"], ["z"], { to: DataType.BFLOAT16 })], {
        initializers: ends,
        outputs: [value("s", ["N", 3]), { name: "z" }],
      }),
      "create-failed",
    ],
    [
      "fixed batch",
      packedOf([node("Slice", ["x", "from", "to", "axes"], ["y"])], {
        inputs: [value("x", [100, 4])],
        initializers: [ints("from", [0]), ints("to", [3]), ints("axes", [1])],
      }),
      "input",
    ],
    ["four columns", reshape([-1, 4]), "output"],
    ["one dimension", reshape([-1]), "output"],
  ];
}

Deno.test("evaluate() gives each bad model its outcome, and the next model its right score", async () => {
  const before = await runtime.exclusive(() => goldenDigest(runtime));
  for (const [name, packed, code] of invalidModels()) {
    const outcome: Outcome = await evaluate(packed, GOOD, { runtime });
    assert.ok("invalid" in outcome, name);
    assert.equal(outcome.invalid, code, `${name}: ${outcome.message}`);
    assert.match(outcome.message, /^(packed )?model: /);
    assert.equal(await runtime.exclusive(() => goldenDigest(runtime)), before, name);
  }
  assert.deepEqual(await evaluate(firstThree(), GOOD, { runtime }), { score: 100_000 });
});

Deno.test("evaluate() gives the same result for models at the same time as one after the other", async () => {
  const packed = [firstThree(), ...invalidModels().map(([, bytes]) => bytes), firstThree()];
  const together = await Promise.all(packed.map((bytes) => evaluate(bytes, GOOD, { runtime })));
  for (const [i, bytes] of packed.entries()) {
    assert.deepEqual(together[i], await evaluate(bytes, GOOD, { runtime }));
  }
});

Deno.test("evaluate() gives up at its deadline, and the runtime stays sound", async () => {
  let clock = 1000;
  const progress: number[] = [];
  const late = evaluate(firstThree(), GOOD, {
    runtime,
    deadline: 1005,
    now: () => clock,
    onProgress: (done) => {
      progress.push(done);
      clock = 1005;
    },
  });
  await assert.rejects(late, (error) => {
    assert.ok(error instanceof LocalFailure);
    assert.equal(error.code, "timeout");
    assert.equal(error.message, "evaluation: out of time after 100 of 150 rows");
    return true;
  });
  assert.deepEqual(progress, [100]);
  assert.deepEqual(await evaluate(firstThree(), GOOD, { runtime }), { score: 100_000 });
});

Deno.test("evaluate() reports progress up to the last row", async () => {
  const progress: [number, number][] = [];
  await evaluate(firstThree(), GOOD, { runtime, onProgress: (...seen) => progress.push(seen) });
  assert.deepEqual(progress, [[100, 150], [150, 150]]);
});

Deno.test("evaluate() does not score with another runtime than the manifest's", async () => {
  const { manifest, values, labels } = GOOD;
  const { Dataset } = await import("../dataset/dataset.ts");
  const other = { ...manifest, runtime: { ...manifest.runtime, version: "1.29.0" } };
  await assert.rejects(
    evaluate(firstThree(), new Dataset(other, { values, labels }), { runtime }),
    (error) => error instanceof LocalFailure && error.code === "unknown-runtime",
  );
});
