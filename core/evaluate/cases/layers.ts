/** Recurrent layers as cases. */
import { type CaseOptions, given, type OperatorCase, type Sheet } from "./case.ts";

const STEPS = 5;
const FEATURES = 6;
/** Size of a layer's state. */
export const HIDDEN = 7;
/** Gates of each layer. */
const GATES: Readonly<Record<Layer, number>> = { LSTM: 4, GRU: 3, RNN: 1 };
/** Name of a recurrent operator. */
export type Layer = "LSTM" | "GRU" | "RNN";

/** What may differ from a plain forward layer without bias. */
export interface LayerOptions {
  /** Attributes besides `hidden_size`. */
  attributes?: Parameters<Sheet["op"]>[2];
  /** 2 for a bidirectional layer. */
  directions?: number;
  /** What to give besides the input and the weights: bias, initial state, peepholes. */
  extras?: (g: Sheet) => string[];
  /** Of the case. */
  options?: CaseOptions;
}

/** A case of one layer over five steps; all of its outputs count. */
export function layer(
  type: Layer,
  { attributes = {}, directions = 1, extras = () => [], options }: LayerOptions = {},
): () => OperatorCase {
  const rows = GATES[type] * HIDDEN;
  return given([STEPS, FEATURES], (g) => {
    const steps = g.op("Transpose", [g.x], { perm: [1, 0, 2] });
    const weights = g.wave([directions, rows, FEATURES], 0.6);
    const recurrence = g.wave([directions, rows, HIDDEN], 0.4);
    return g.many(type, [steps, weights, recurrence, ...extras(g)], {
      outputs: type === "LSTM" ? 3 : 2,
      attributes: { hidden_size: HIDDEN, ...attributes },
    });
  }, options);
}

/** Adds a bias. */
export function bias(type: Layer, directions = 1): (g: Sheet) => string[] {
  return (g) => [g.wave([directions, 2 * GATES[type] * HIDDEN], 0.3)];
}

/** Initial state for every row of the batch, whatever its size. */
export function state(g: Sheet, directions = 1): string {
  const batch = g.op("Shape", [g.x], { end: 1 });
  const shape = g.op("Concat", [g.ints(directions), batch, g.ints(HIDDEN)], { axis: 0 });
  return g.op("Expand", [g.wave([directions, 1, HIDDEN]), shape]);
}
