/** Small fully connected networks: softmax regression (no hidden layer) and perceptrons with ReLU between layers. */
import type { Random } from "./random.ts";

/** A fully connected layer: `output = input * weights + bias`. */
export interface Layer {
  /** Number of inputs. */
  readonly inputs: number;
  /** Number of outputs. */
  readonly outputs: number;
  /** `inputs * outputs` numbers, the outputs of one input side by side. */
  readonly weights: Float32Array;
  /** One number for each output. */
  readonly bias: Float32Array;
}

/** Layers in order, ReLU between them; the last one gives the logits. */
export type Network = readonly Layer[];

/** A network with random weights (He et al. 2015, deviation sqrt(2 / inputs)) and no bias, for sizes such as [784, 16, 10]. */
export function createNetwork(sizes: readonly number[], random: Random): Network {
  return sizes.slice(1).map((outputs, i) => {
    const inputs = sizes[i] as number;
    const scale = Math.sqrt(2 / inputs);
    const weights = Float32Array.from({ length: inputs * outputs }, () => scale * random.normal());
    return { inputs, outputs, weights, bias: new Float32Array(outputs) };
  });
}

/** Room for the values of one row: the input and the output of each layer. */
export function createActivations(network: Network): Float32Array[] {
  const inputs = network[0]?.inputs ?? 0;
  return [inputs, ...network.map((layer) => layer.outputs)].map((size) => new Float32Array(size));
}

/**
 * Computes one row: `activations[0]` is the input, `activations[i + 1]` becomes the output of layer i.
 *
 * @returns the logits, which are the last of the activations
 */
export function forward(network: Network, activations: readonly Float32Array[]): Float32Array {
  network.forEach((layer, i) => {
    const output = activations[i + 1] as Float32Array;
    multiply(layer, activations[i] as Float32Array, output);
    if (i + 1 === network.length) return;
    for (let j = 0; j < output.length; j++) if ((output[j] as number) < 0) output[j] = 0;
  });
  return activations[network.length] as Float32Array;
}

/** Adds the rows of the weights where the input is not 0: most pixels are paper. */
function multiply({ weights, bias, outputs }: Layer, input: Float32Array, output: Float32Array) {
  output.set(bias);
  for (let i = 0; i < input.length; i++) {
    const x = input[i] as number;
    if (x === 0) continue;
    const row = i * outputs;
    for (let j = 0; j < outputs; j++) {
      output[j] = (output[j] as number) + x * (weights[row + j] as number);
    }
  }
}

/** Index of the largest value, the lowest one of equals. */
export function argmax(values: ArrayLike<number>): number {
  let best = 0;
  for (let i = 1; i < values.length; i++) {
    if ((values[i] as number) > (values[best] as number)) best = i;
  }
  return best;
}

/**
 * Lets a network that was trained on `(input - means) / deviations` take the input itself, by moving the first layer's
 * weights and bias; changes it in place.
 */
export function foldScaling(
  network: Network,
  { means, deviations }: { means: Float64Array; deviations: Float64Array },
): void {
  const first = network[0];
  if (first === undefined) return;
  const { weights, bias, inputs, outputs } = first;
  for (let i = 0; i < inputs; i++) {
    for (let j = 0; j < outputs; j++) {
      const weight = (weights[i * outputs + j] as number) / (deviations[i] as number);
      weights[i * outputs + j] = weight;
      bias[j] = (bias[j] as number) - weight * (means[i] as number);
    }
  }
}
