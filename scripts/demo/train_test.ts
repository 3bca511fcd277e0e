import assert from "node:assert/strict";
import * as ort from "onnxruntime-web/wasm";
import { deflate } from "pako";
import { type Digits, drawDigits, drawSets, PIXELS } from "./digits.ts";
import { exportOnnx } from "./export.ts";
import { argmax, createActivations, createNetwork, forward } from "./network.ts";
import type { Network } from "./network.ts";
import { seededRandom } from "./random.ts";
import { measureAccuracy, PARTICIPANTS, trainParticipants } from "./train.ts";
import type { Examples, Progress } from "./train.ts";
import { Trainer } from "./trainer.ts";

ort.env.wasm.numThreads = 1;
ort.env.wasm.wasmBinary = Deno.readFileSync(
  new URL(import.meta.resolve("onnxruntime-web/ort-wasm-simd-threaded.wasm")),
).buffer;

const SHAPE = [1, 28, 28];

/** Digits as a network's rows, scaled as the demo's manifest says. */
function examples({ images, labels }: Digits): Examples {
  const inputs = Float32Array.from(images, (value) => value * 0.00392156862745098);
  return { inputs, labels, shape: SHAPE, classes: 10 };
}

const TINY = { linear: 0, mlp8: 8 };

/** Logits by onnxruntime, in batches of 100 rows: `rows * 10` numbers. */
async function runOnnx(onnx: Uint8Array, { inputs, labels }: Examples): Promise<Float32Array> {
  const session = await ort.InferenceSession.create(onnx);
  const logits = new Float32Array(labels.length * 10);
  for (let start = 0; start < labels.length; start += 100) {
    const rows = Math.min(100, labels.length - start);
    const input = inputs.slice(start * PIXELS, (start + rows) * PIXELS);
    const feeds = { input: new ort.Tensor("float32", input, [rows, 1, 28, 28]) };
    const output = (await session.run(feeds))["logits"];
    assert(output);
    assert.deepEqual(output.dims, [rows, 10]);
    logits.set(output.data as Float32Array, start * 10);
  }
  await session.release();
  return logits;
}

function ownLogits(network: Network, { inputs, labels }: Examples): Float32Array {
  const activations = createActivations(network);
  const logits = new Float32Array(labels.length * 10);
  for (let i = 0; i < labels.length; i++) {
    activations[0]!.set(inputs.subarray(i * PIXELS, (i + 1) * PIXELS));
    logits.set(forward(network, activations), i * 10);
  }
  return logits;
}

Deno.test("the demo's models spread over 3 points, have one winner, and compute the same as ONNX", async () => {
  const sets = drawSets();
  const [train, test] = [examples(sets.train), examples(sets.test)];
  const models = await trainParticipants({ seed: 1, train, test });
  assert.deepEqual(models.map((model) => model.name), Object.keys(PARTICIPANTS));
  for (const { network, onnx, accuracy } of models) {
    const [own, onnxLogits] = [ownLogits(network, test), await runOnnx(onnx, test)];
    const difference = own.reduce((max, v, i) => Math.max(max, Math.abs(v - onnxLogits[i]!)), 0);
    assert(difference < 1e-4, `logits differ by ${difference}`);
    let correct = 0;
    for (let i = 0; i < test.labels.length; i++) {
      if (argmax(onnxLogits.subarray(i * 10, i * 10 + 10)) === test.labels[i]) correct++;
    }
    assert.equal(correct / test.labels.length, accuracy);
  }
  const scores = models.map((model) => model.accuracy as number).sort((a, b) => b - a);
  assert((scores[0] as number) - (scores.at(-1) as number) >= 0.03, `${scores}`);
  assert((scores[0] as number) - (scores[1] as number) >= 0.005, `${scores}`);
  const packed = models.map((model) => deflate(model.onnx, { level: 9, memLevel: 9 }).length);
  assert(
    Math.max(...packed) > 3 * 120_000,
    `the largest model must need several chunks: ${packed}`,
  );
});

Deno.test("trainParticipants gives the same bytes for the same seed, others for another", async () => {
  const train = examples(drawDigits({ count: 100, seed: 1 }));
  const [first, again, other] = await Promise.all(
    [4, 4, 5].map((seed) => trainParticipants({ seed, train, participants: TINY })),
  );
  assert.deepEqual(again, first);
  assert.notDeepEqual(other, first);
  assert.equal(first?.[0]?.accuracy, undefined);
});

Deno.test("trainParticipants trains a model alike, whichever others there are", async () => {
  const train = examples(drawDigits({ count: 100, seed: 1 }));
  const both = await trainParticipants({ seed: 4, train, participants: TINY });
  const alone = await trainParticipants({ seed: 4, train, participants: { mlp8: 8 } });
  assert.deepEqual(alone[0], both[1]);
});

Deno.test("trainParticipants reports every pass, with falling loss", async () => {
  const progress: Progress[] = [];
  const train = examples(drawDigits({ count: 300, seed: 1 }));
  await trainParticipants({
    seed: 1,
    train,
    participants: { linear: 0 },
    onProgress: (step) => progress.push(step),
  });
  assert.deepEqual(progress.map((step) => step.epoch), Array.from({ length: 80 }, (_, i) => i + 1));
  assert(progress.every((step) => step.name === "linear" && step.epochs === 80));
  assert(progress.at(-1)!.loss < progress[0]!.loss / 2, JSON.stringify(progress));
});

Deno.test("trainParticipants refuses sets whose labels do not fit the rows", async () => {
  const inputs = new Float32Array(PIXELS * 3);
  for (const labels of [new Uint8Array(0), new Uint8Array(5)]) {
    const train = { inputs, labels, shape: SHAPE, classes: 10 };
    await assert.rejects(
      trainParticipants({ seed: 1, train, participants: TINY }),
      { name: "RangeError", message: /labels do not fit 2352 values in rows of 784/ },
    );
  }
});

Deno.test("measureAccuracy counts rows whose largest logit is the label's", () => {
  const network = createNetwork([PIXELS, 10], seededRandom(1));
  network[0]!.weights.fill(0);
  network[0]!.bias[7] = 1;
  const rows = { inputs: new Float32Array(4 * PIXELS), shape: SHAPE, classes: 10 };
  assert.equal(measureAccuracy(network, { ...rows, labels: Uint8Array.of(7, 1, 7, 7) }), 0.75);
  network[0]!.bias[2] = 1; // a tie goes to the lower class
  assert.equal(measureAccuracy(network, { ...rows, labels: Uint8Array.of(7, 2, 7, 7) }), 0.25);
});

Deno.test("Trainer follows the gradient that finite differences show", () => {
  // The first step of Adam is rate * sign(gradient) for each parameter, so it shows the sign of every derivative.
  const { inputs, labels } = examples(drawDigits({ count: 1, seed: 9 }));
  const fresh = () => createNetwork([PIXELS, 4, 10], seededRandom(9));
  const [network, reference] = [fresh(), fresh()];
  const trainer = new Trainer(network);
  const loss = trainer.add(inputs, labels[0]!);
  assert(Math.abs(loss - lossOf(reference, inputs, labels[0]!)) < 1e-5);
  trainer.step({ rows: 1, rate: 0.01 });
  let checked = 0;
  for (const layer of [0, 1]) {
    for (const part of ["weights", "bias"] as const) {
      const [moved, values] = [network[layer]![part], reference[layer]![part]];
      for (let i = 0; i < values.length; i += values.length > 100 ? 31 : 1) {
        const start = values[i]!;
        values[i] = start + 0.01;
        const above = lossOf(reference, inputs, labels[0]!);
        values[i] = start - 0.01;
        const slope = above - lossOf(reference, inputs, labels[0]!);
        values[i] = start;
        if (Math.abs(slope) < 1e-5) continue;
        assert(
          Math.abs(moved[i]! - start + 0.01 * Math.sign(slope)) < 1e-4,
          `${layer} ${part} ${i}`,
        );
        checked++;
      }
    }
  }
  assert(checked > 40, `${checked} derivatives checked`);
});

function lossOf(network: Network, input: Float32Array, label: number): number {
  const activations = createActivations(network);
  activations[0]!.set(input);
  const logits = [...forward(network, activations)];
  const top = Math.max(...logits);
  const sum = logits.reduce((total, logit) => total + Math.exp(logit - top), 0);
  return Math.log(sum) + top - logits[label]!;
}

Deno.test("exportOnnx refuses layers that do not fit", () => {
  assert.throws(
    () => exportOnnx(createNetwork([9, 10], seededRandom(1)), SHAPE),
    /takes 9 inputs, but gets 784/,
  );
  const [first] = createNetwork([784, 8], seededRandom(1));
  const [second] = createNetwork([9, 10], seededRandom(1));
  assert.throws(() => exportOnnx([first!, second!], SHAPE), /takes 9 inputs, but gets 8/);
});

Deno.test("trainParticipants learns a table whose columns differ, and its models take the raw columns", async () => {
  const random = seededRandom(3);
  const [rows, inputs] = [300, new Float32Array(600)];
  const labels = Uint8Array.from({ length: rows }, (_, row) => {
    const label = random.integer(2);
    inputs.set([5e4 + 300 * (label + 0.2 * random.normal()), 1e-3 * random.normal()], 2 * row);
    return label;
  });
  const train = { inputs, labels, shape: [2], classes: 2 };
  const [plain] = await trainParticipants({
    seed: 1,
    train,
    test: train,
    participants: { linear: 0 },
  });
  const [scaled] = await trainParticipants({
    seed: 1,
    train,
    test: train,
    participants: { linear: 0 },
    standardize: true,
  });
  assert((scaled?.accuracy as number) > 0.95, `${scaled?.accuracy}`);
  assert((plain?.accuracy as number) < (scaled?.accuracy as number));
});
