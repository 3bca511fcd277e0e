import assert from "node:assert/strict";
import * as ort from "onnxruntime-web/wasm";
import { deflate } from "pako";
import { drawDigits, drawSets, PIXELS } from "./digits.ts";
import type { Digits } from "./digits.ts";
import { exportOnnx } from "./export.ts";
import { argmax, createActivations, createNetwork, forward, scalePixels } from "./network.ts";
import type { Network } from "./network.ts";
import { seededRandom } from "./random.ts";
import { measureAccuracy, PARTICIPANTS, trainParticipants } from "./train.ts";
import type { Progress } from "./train.ts";
import { Trainer } from "./trainer.ts";

ort.env.wasm.numThreads = 1;
ort.env.wasm.wasmBinary = Deno.readFileSync(
  new URL(import.meta.resolve("onnxruntime-web/ort-wasm-simd-threaded.wasm")),
).buffer;

const TINY = { linear: 0, mlp8: 8 };

/** Logits by onnxruntime, in batches of 100 rows: `rows * 10` numbers. */
async function runOnnx(onnx: Uint8Array, { images, labels }: Digits): Promise<Float32Array> {
  const session = await ort.InferenceSession.create(onnx);
  const logits = new Float32Array(labels.length * 10);
  for (let start = 0; start < labels.length; start += 100) {
    const rows = Math.min(100, labels.length - start);
    const input = new Float32Array(rows * PIXELS);
    scalePixels(images.subarray(start * PIXELS), input);
    const feeds = { image: new ort.Tensor("float32", input, [rows, 1, 28, 28]) };
    const output = (await session.run(feeds))["logits"];
    assert(output);
    assert.deepEqual(output.dims, [rows, 10]);
    logits.set(output.data as Float32Array, start * 10);
  }
  await session.release();
  return logits;
}

function ownLogits(network: Network, { images, labels }: Digits): Float32Array {
  const activations = createActivations(network);
  const logits = new Float32Array(labels.length * 10);
  labels.forEach((_, i) => {
    scalePixels(images.subarray(i * PIXELS), activations[0] as Float32Array);
    logits.set(forward(network, activations), i * 10);
  });
  return logits;
}

Deno.test("the demo's models spread over 3 points, have one winner, and compute the same as ONNX", async () => {
  const { train, test } = drawSets();
  const models = await trainParticipants({ seed: 1, train, test });
  assert.deepEqual(models.map((model) => model.name), Object.keys(PARTICIPANTS));
  for (const { network, onnx, accuracy } of models) {
    const [own, onnxLogits] = [ownLogits(network, test), await runOnnx(onnx, test)];
    const difference = own.reduce((max, v, i) => Math.max(max, Math.abs(v - onnxLogits[i]!)), 0);
    assert(difference < 1e-4, `logits differ by ${difference}`);
    let correct = 0;
    test.labels.forEach((label, i) => {
      if (argmax(onnxLogits.subarray(i * 10, i * 10 + 10)) === label) correct++;
    });
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
  const train = drawDigits({ count: 100, seed: 1 });
  const [first, again, other] = await Promise.all(
    [4, 4, 5].map((seed) => trainParticipants({ seed, train, participants: TINY })),
  );
  assert.deepEqual(again, first);
  assert.notDeepEqual(other, first);
  assert.equal(first?.[0]?.accuracy, undefined);
});

Deno.test("trainParticipants trains a model alike, whichever others there are", async () => {
  const train = drawDigits({ count: 100, seed: 1 });
  const both = await trainParticipants({ seed: 4, train, participants: TINY });
  const alone = await trainParticipants({ seed: 4, train, participants: { mlp8: 8 } });
  assert.deepEqual(alone[0], both[1]);
});

Deno.test("trainParticipants reports every pass, with falling loss", async () => {
  const progress: Progress[] = [];
  const train = drawDigits({ count: 300, seed: 1 });
  await trainParticipants({
    seed: 1,
    train,
    participants: { linear: 0 },
    onProgress: (step) => progress.push(step),
  });
  assert.deepEqual(progress.map((step) => step.epoch), [1, 2, 3, 4, 5, 6]);
  assert(progress.every((step) => step.name === "linear" && step.epochs === 6));
  assert(progress[5]!.loss < progress[0]!.loss / 2, JSON.stringify(progress));
});

Deno.test("trainParticipants refuses sets whose labels do not fit the images", async () => {
  const images = new Uint8Array(PIXELS * 3);
  for (const labels of [new Uint8Array(0), new Uint8Array(5)]) {
    await assert.rejects(
      trainParticipants({ seed: 1, train: { images, labels }, participants: TINY }),
      { name: "RangeError", message: /labels do not fit 2352 bytes/ },
    );
  }
});

Deno.test("measureAccuracy counts rows whose largest logit is the label's", () => {
  const network = createNetwork([PIXELS, 10], seededRandom(1));
  network[0]!.weights.fill(0);
  network[0]!.bias[7] = 1;
  const images = new Uint8Array(4 * PIXELS);
  assert.equal(measureAccuracy(network, { images, labels: Uint8Array.of(7, 1, 7, 7) }), 0.75);
  network[0]!.bias[2] = 1; // a tie goes to the lower class
  assert.equal(measureAccuracy(network, { images, labels: Uint8Array.of(7, 2, 7, 7) }), 0.25);
});

Deno.test("Trainer follows the gradient that finite differences show", () => {
  // The first step of Adam is rate * sign(gradient) for each parameter, so it shows the sign of every derivative.
  const { images, labels } = drawDigits({ count: 1, seed: 9 });
  const fresh = () => createNetwork([PIXELS, 4, 10], seededRandom(9));
  const [network, reference] = [fresh(), fresh()];
  const trainer = new Trainer(network);
  const loss = trainer.add(images, labels[0]!);
  assert(Math.abs(loss - lossOf(reference, images, labels[0]!)) < 1e-5);
  trainer.step({ images: 1, rate: 0.01 });
  let checked = 0;
  for (const layer of [0, 1]) {
    for (const part of ["weights", "bias"] as const) {
      const [moved, values] = [network[layer]![part], reference[layer]![part]];
      for (let i = 0; i < values.length; i += values.length > 100 ? 31 : 1) {
        const start = values[i]!;
        values[i] = start + 0.01;
        const above = lossOf(reference, images, labels[0]!);
        values[i] = start - 0.01;
        const slope = above - lossOf(reference, images, labels[0]!);
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

function lossOf(network: Network, image: Uint8Array, label: number): number {
  const activations = createActivations(network);
  scalePixels(image, activations[0]!);
  const logits = [...forward(network, activations)];
  const top = Math.max(...logits);
  const sum = logits.reduce((total, logit) => total + Math.exp(logit - top), 0);
  return Math.log(sum) + top - logits[label]!;
}

Deno.test("exportOnnx refuses layers that do not fit", () => {
  assert.throws(
    () => exportOnnx(createNetwork([9, 10], seededRandom(1))),
    /takes 9 inputs, but gets 784/,
  );
  const [first] = createNetwork([784, 8], seededRandom(1));
  const [second] = createNetwork([9, 10], seededRandom(1));
  assert.throws(() => exportOnnx([first!, second!]), /takes 9 inputs, but gets 8/);
});
