/** Gradients of a network by backpropagation, and steps along them by Adam. */
import { argmax, createActivations, forward } from "./network.ts";
import type { Layer, Network } from "./network.ts";

/** Trains one network: add the rows of a batch, then take a step. */
export class Trainer {
  readonly #network: Network;
  readonly #activations: Float32Array[];
  /** Derivatives of the loss by the activations. */
  readonly #deltas: Float32Array[];
  /** Derivatives by the parameters, summed up over the batch. */
  readonly #gradients: Layer[];
  readonly #states: AdamState[];
  #steps = 0;

  /** Trains `network` in place. */
  constructor(network: Network) {
    this.#network = network;
    this.#activations = createActivations(network);
    this.#deltas = createActivations(network);
    this.#gradients = network.map((layer) => ({
      ...layer,
      weights: new Float32Array(layer.weights.length),
      bias: new Float32Array(layer.bias.length),
    }));
    this.#states = network.flatMap((layer, i) => {
      const gradient = this.#gradients[i] as Layer;
      return [adamState(layer.weights, gradient.weights), adamState(layer.bias, gradient.bias)];
    });
  }

  /** Adds one row with its class to the batch; returns its cross-entropy. */
  add(input: Float32Array, label: number): number {
    this.#activations[0]?.set(input);
    const logits = forward(this.#network, this.#activations);
    const delta = this.#deltas[this.#network.length] as Float32Array;
    softmax(logits, delta);
    const loss = -Math.log(Math.max(delta[label] as number, Number.MIN_VALUE));
    delta[label] = (delta[label] as number) - 1;
    for (let i = this.#network.length - 1; i >= 0; i--) {
      const input = this.#activations[i] as Float32Array;
      const output = this.#deltas[i + 1] as Float32Array;
      addGradient(this.#gradients[i] as Layer, input, output);
      if (i > 0) {
        passBack(this.#network[i] as Layer, {
          input,
          output,
          before: this.#deltas[i] as Float32Array,
        });
      }
    }
    return loss;
  }

  /** Takes one step of length `rate` along the mean gradient of the batch, and starts the next batch. */
  step({ rows, rate }: { rows: number; rate: number }): void {
    this.#steps++;
    for (const state of this.#states) adam(state, { scale: 1 / rows, rate, step: this.#steps });
  }
}

/** Adds the derivatives by a layer's parameters, given its input and the derivatives by its output. */
function addGradient(
  { weights, bias, outputs }: Layer,
  input: Float32Array,
  delta: Float32Array,
): void {
  for (let j = 0; j < outputs; j++) bias[j] = (bias[j] as number) + (delta[j] as number);
  for (let i = 0; i < input.length; i++) {
    const x = input[i] as number;
    if (x === 0) continue;
    const row = i * outputs;
    for (let j = 0; j < outputs; j++) {
      weights[row + j] = (weights[row + j] as number) + x * (delta[j] as number);
    }
  }
}

/** Derivatives by a layer's input, through the ReLU that made it: nothing passes where that gave 0. */
function passBack(
  { weights, outputs }: Layer,
  { input, output, before }: Record<"input" | "output" | "before", Float32Array>,
): void {
  for (let i = 0; i < input.length; i++) {
    let sum = 0;
    const row = i * outputs;
    for (let j = 0; j < outputs; j++) sum += (output[j] as number) * (weights[row + j] as number);
    before[i] = input[i] === 0 ? 0 : sum;
  }
}

function softmax(logits: Float32Array, probabilities: Float32Array): void {
  const top = logits[argmax(logits)] as number;
  let sum = 0;
  for (let i = 0; i < logits.length; i++) {
    const value = Math.exp((logits[i] as number) - top);
    probabilities[i] = value;
    sum += value;
  }
  for (let i = 0; i < logits.length; i++) probabilities[i] = (probabilities[i] as number) / sum;
}

interface AdamState {
  values: Float32Array;
  gradient: Float32Array;
  mean: Float32Array;
  square: Float32Array;
}

function adamState(values: Float32Array, gradient: Float32Array): AdamState {
  const { length } = values;
  return { values, gradient, mean: new Float32Array(length), square: new Float32Array(length) };
}

/** One step of Adam with its usual constants (Kingma and Ba 2015, algorithm 1); sets the gradient back to 0. */
function adam(
  { values, gradient, mean, square }: AdamState,
  { scale, rate, step }: { scale: number; rate: number; step: number },
): void {
  const meanRate = rate / (1 - 0.9 ** step);
  const squareScale = 1 / (1 - 0.999 ** step);
  for (let i = 0; i < values.length; i++) {
    const g = (gradient[i] as number) * scale;
    const m = 0.9 * (mean[i] as number) + 0.1 * g;
    const s = 0.999 * (square[i] as number) + 0.001 * g * g;
    mean[i] = m;
    square[i] = s;
    gradient[i] = 0;
    values[i] = (values[i] as number) - meanRate * m / (Math.sqrt(s * squareScale) + 1e-8);
  }
}
