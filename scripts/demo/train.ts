/** Trains the demo's models on the spot, in plain TypeScript. */
import { exportOnnx } from "./export.ts";
import { argmax, createActivations, createNetwork, foldScaling, forward } from "./network.ts";
import type { Network } from "./network.ts";
import { seededRandom } from "./random.ts";
import type { Random } from "./random.ts";
import { Trainer } from "./trainer.ts";

/** Rows to learn from or to measure on. */
export interface Examples {
  /** `rows * features` numbers, row after row. */
  inputs: Float32Array;
  /** The class of each row, from 0. */
  labels: ArrayLike<number>;
  /** Shape of a row, such as [1, 28, 28]. */
  shape: readonly number[];
  /** Number of classes. */
  classes: number;
}

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
  train: Examples;
  /** What to measure the accuracy on. */
  test?: Examples;
  /** Models to train, as in {@link PARTICIPANTS}, which is the default. */
  participants?: Readonly<Record<string, number>>;
  /** Whether features are brought to mean 0 and deviation 1 first, for tables whose columns differ; the model includes it. */
  standardize?: boolean;
  /** Called after each pass. */
  onProgress?: (progress: Progress) => void;
}

/** Passes through a large training set. */
const EPOCHS = 6;
/** A small one gets so many passes that training sees this many rows. */
const LEAST_ROWS = 24_000;
const BATCH = 32;
/** Adam's step length at the start; it falls to 0 in a straight line. */
const RATE = 0.004;

/**
 * Trains one model after the other, each from its own random numbers. Between the passes it lets other work of the
 * process have its turn.
 *
 * @throws {RangeError} if a set is empty or its labels do not fit its rows
 */
export async function trainParticipants(options: TrainOptions): Promise<TrainedModel[]> {
  const { seed, train, test, participants = PARTICIPANTS, standardize = false, onProgress } =
    options;
  const scaling = standardize ? measureScaling(train) : undefined;
  const rows = scaling === undefined ? train : applyScaling(train, scaling);
  const models: TrainedModel[] = [];
  for (const [name, hidden] of Object.entries(participants)) {
    const network = await trainNetwork(rows, {
      hidden,
      random: seededRandom(seed, name),
      report: (step) => onProgress?.({ name, ...step }),
    });
    if (scaling !== undefined) foldScaling(network, scaling);
    const model: TrainedModel = { name, network, onnx: exportOnnx(network, train.shape) };
    if (test !== undefined) model.accuracy = measureAccuracy(network, test);
    models.push(model);
  }
  return models;
}

/**
 * Share of the rows that a network gets right, from 0 to 1.
 *
 * @throws {RangeError} if the set is empty or its labels do not fit its rows
 */
export function measureAccuracy(network: Network, examples: Examples): number {
  const features = featuresOf(examples);
  const activations = createActivations(network);
  let correct = 0;
  for (let row = 0; row < examples.labels.length; row++) {
    activations[0]?.set(examples.inputs.subarray(row * features, (row + 1) * features));
    if (argmax(forward(network, activations)) === examples.labels[row]) correct++;
  }
  return correct / examples.labels.length;
}

async function trainNetwork(
  train: Examples,
  { hidden, random, report }: {
    hidden: number;
    random: Random;
    report: (step: Omit<Progress, "name">) => void;
  },
): Promise<Network> {
  const features = featuresOf(train);
  const sizes = hidden > 0 ? [features, hidden, train.classes] : [features, train.classes];
  const network = createNetwork(sizes, random);
  const trainer = new Trainer(network);
  const order = Uint32Array.from(train.labels, (_, row) => row);
  const epochs = Math.max(EPOCHS, Math.ceil(LEAST_ROWS / order.length));
  for (let epoch = 0; epoch < epochs; epoch++) {
    shuffle(order, random);
    report({
      epoch: epoch + 1,
      epochs,
      loss: trainEpoch(trainer, train, { epoch, epochs, order }),
    });
    await new Promise((resolve) => setTimeout(resolve));
  }
  return network;
}

/** One pass through the rows in the given order; returns their mean loss. */
function trainEpoch(
  trainer: Trainer,
  { inputs, labels }: Examples,
  { epoch, epochs, order }: { epoch: number; epochs: number; order: Uint32Array },
): number {
  const features = inputs.length / labels.length;
  let loss = 0;
  for (let start = 0; start < order.length; start += BATCH) {
    const rows = order.subarray(start, start + BATCH);
    for (const row of rows) {
      const input = inputs.subarray(row * features, (row + 1) * features);
      loss += trainer.add(input, labels[row] as number);
    }
    const done = (epoch + start / order.length) / epochs;
    trainer.step({ rows: rows.length, rate: RATE * (1 - done) });
  }
  return loss / order.length;
}

function featuresOf({ inputs, labels, shape }: Examples): number {
  const features = shape.reduce((product, dim) => product * dim, 1);
  if (labels.length > 0 && inputs.length === labels.length * features) return features;
  throw new RangeError(
    `${labels.length} labels do not fit ${inputs.length} values in rows of ${features}.`,
  );
}

/** Mean and deviation of each feature; the deviation of a constant one is 1. */
interface Scaling {
  means: Float64Array;
  deviations: Float64Array;
}

function measureScaling(examples: Examples): Scaling {
  const features = featuresOf(examples);
  const rows = examples.labels.length;
  const means = new Float64Array(features);
  const deviations = new Float64Array(features);
  examples.inputs.forEach((value, i) => means[i % features]! += value / rows);
  examples.inputs.forEach((value, i) => {
    deviations[i % features]! += (value - means[i % features]!) ** 2 / rows;
  });
  return { means, deviations: deviations.map((variance) => Math.sqrt(variance) || 1) };
}

function applyScaling(examples: Examples, { means, deviations }: Scaling): Examples {
  const inputs = examples.inputs.map((value, i) => {
    const feature = i % means.length;
    return (value - (means[feature] as number)) / (deviations[feature] as number);
  });
  return { ...examples, inputs };
}

/** Fisher and Yates 1938. */
function shuffle(order: Uint32Array, random: Random): void {
  for (let i = order.length - 1; i > 0; i--) {
    const j = random.integer(i + 1);
    [order[i], order[j]] = [order[j] as number, order[i] as number];
  }
}
