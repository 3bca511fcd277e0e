/** Trains the demo's models on the spot, in plain TypeScript. */
import type { Digits } from "./digits.ts";
import { exportOnnx } from "./export.ts";
import { argmax, createActivations, createNetwork, forward, scalePixels } from "./network.ts";
import type { Network } from "./network.ts";
import { seededRandom } from "./random.ts";
import type { Random } from "./random.ts";
import { Trainer } from "./trainer.ts";

/** The models of the demo: units of the hidden layer by name, 0 for none (softmax regression). */
export const PARTICIPANTS: Readonly<Record<string, number>> = {
  linear: 0,
  mlp8: 8,
  mlp16: 16,
  mlp32: 32,
  mlp128: 128,
};

/** How far training has come. */
export interface Progress {
  /** Name of the model. */
  name: string;
  /** Passes through the training set that are done. */
  epoch: number;
  /** Passes that there will be. */
  epochs: number;
  /** Mean cross-entropy in the last pass. */
  loss: number;
}

/** A trained model. */
export interface TrainedModel {
  /** Name, such as "mlp16". */
  name: string;
  /** The parameters. */
  network: Network;
  /** The same as an ONNX file. */
  onnx: Uint8Array;
  /** Share of the test set that it gets right, from 0 to 1, if a test set was given. */
  accuracy?: number;
}

/** Options of {@link trainParticipants}. */
export interface TrainOptions {
  /** 32-bit integer: the same seed gives the same models. */
  seed: number;
  /** What to learn from. */
  train: Digits;
  /** What to measure the accuracy on. */
  test?: Digits;
  /** Models to train, as in {@link PARTICIPANTS}, which is the default. */
  participants?: Readonly<Record<string, number>>;
  /** Called after each pass. */
  onProgress?: (progress: Progress) => void;
}

const CLASSES = 10;
const EPOCHS = 6;
const BATCH = 32;
/** Adam's step length at the start; it falls to 0 in a straight line. */
const RATE = 0.004;

/**
 * Trains one model after the other, each from its own random numbers. Between the passes it lets other work of the
 * process have its turn.
 *
 * @throws {RangeError} if a set is empty or its labels do not fit its images
 */
export async function trainParticipants(options: TrainOptions): Promise<TrainedModel[]> {
  const { seed, train, test, participants = PARTICIPANTS, onProgress } = options;
  const models: TrainedModel[] = [];
  for (const [name, hidden] of Object.entries(participants)) {
    const network = await trainNetwork(train, {
      hidden,
      random: seededRandom(seed, name),
      report: (epoch, loss) => onProgress?.({ name, epoch, epochs: EPOCHS, loss }),
    });
    const model: TrainedModel = { name, network, onnx: exportOnnx(network) };
    if (test !== undefined) model.accuracy = measureAccuracy(network, test);
    models.push(model);
  }
  return models;
}

/**
 * Share of the images that a network gets right, from 0 to 1.
 *
 * @throws {RangeError} if the set is empty or its labels do not fit its images
 */
export function measureAccuracy(network: Network, digits: Digits): number {
  const pixels = pixelsOf(digits);
  const activations = createActivations(network);
  let correct = 0;
  digits.labels.forEach((label, i) => {
    const image = digits.images.subarray(i * pixels, (i + 1) * pixels);
    scalePixels(image, activations[0] as Float32Array);
    if (argmax(forward(network, activations)) === label) correct++;
  });
  return correct / digits.labels.length;
}

async function trainNetwork(
  train: Digits,
  { hidden, random, report }: {
    hidden: number;
    random: Random;
    report: (epoch: number, loss: number) => void;
  },
): Promise<Network> {
  const pixels = pixelsOf(train);
  const sizes = hidden > 0 ? [pixels, hidden, CLASSES] : [pixels, CLASSES];
  const network = createNetwork(sizes, random);
  const trainer = new Trainer(network);
  const order = Uint32Array.from(train.labels, (_, i) => i);
  for (let epoch = 0; epoch < EPOCHS; epoch++) {
    shuffle(order, random);
    report(epoch + 1, trainEpoch(trainer, train, { epoch, order }));
    await new Promise((resolve) => setTimeout(resolve));
  }
  return network;
}

/** One pass through the images in the given order; returns their mean loss. */
function trainEpoch(
  trainer: Trainer,
  { images, labels }: Digits,
  { epoch, order }: { epoch: number; order: Uint32Array },
): number {
  const pixels = images.length / labels.length;
  let loss = 0;
  for (let start = 0; start < order.length; start += BATCH) {
    const rows = order.subarray(start, start + BATCH);
    for (const row of rows) {
      const image = images.subarray(row * pixels, (row + 1) * pixels);
      loss += trainer.add(image, labels[row] as number);
    }
    const done = (epoch + start / order.length) / EPOCHS;
    trainer.step({ images: rows.length, rate: RATE * (1 - done) });
  }
  return loss / order.length;
}

function pixelsOf({ images, labels }: Digits): number {
  const pixels = images.length / labels.length;
  if (Number.isSafeInteger(pixels) && pixels > 0) return pixels;
  throw new RangeError(`${labels.length} labels do not fit ${images.length} bytes of images.`);
}

/** Fisher and Yates 1938. */
function shuffle(order: Uint32Array, random: Random): void {
  for (let i = order.length - 1; i > 0; i--) {
    const j = random.integer(i + 1);
    [order[i], order[j]] = [order[j] as number, order[i] as number];
  }
}
