import { InvalidModel } from "../model/invalid.ts";
import type { Signature } from "../model/admission/signature.ts";
import { WRONG } from "./metrics.ts";
import type { ArrayValue } from "./runtime.ts";

/** Where a batch's predictions go. */
export interface Batch {
  /** Index of the batch's first row, in the data set and in the predictions. */
  start: number;
  /** Number of its rows. */
  rows: number;
}

/**
 * Takes one batch's output: checks type and shape, and writes a prediction for each row.
 *
 * @throws {InvalidModel} `output-type` or `output-shape`
 */
export type Taker = (output: ArrayValue, batch: Batch) => void;

/** Predicted classes of a data set, and how to fill them from a model's output. */
export function classPredictions(
  { rows, classes, kind }: { rows: number; classes: number; kind: Signature["kind"] },
): { predicted: Int32Array; take: Taker } {
  const predicted = new Int32Array(rows);
  if (kind === "label") {
    return {
      predicted,
      take: (output, batch) => {
        checkOutput(output, "int64", [[batch.rows]]);
        takeLabels(output.data as BigInt64Array, { predicted, classes, batch });
      },
    };
  }
  if (kind === "binary") {
    return {
      predicted,
      take: (output, { start, rows }) => {
        checkOutput(output, "float32", [[rows, 1]]);
        predicted.set(Int32Array.from(output.data as Float32Array, likelier), start);
      },
    };
  }
  return {
    predicted,
    take: (output, batch) => {
      checkOutput(output, "float32", [[batch.rows, classes]]);
      takeLargest(output.data as Float32Array, { predicted, classes, batch });
    },
  };
}

/** Predicted values of a data set, and how to fill them from a model's output. */
export function valuePredictions(rows: number): { predicted: Float64Array; take: Taker } {
  const predicted = new Float64Array(rows);
  return {
    predicted,
    take: (output, { start, rows }) => {
      checkOutput(output, "float32", [[rows], [rows, 1]]);
      predicted.set(output.data as Float32Array, start);
    },
  };
}

interface Taking {
  predicted: Int32Array;
  classes: number;
  batch: Batch;
}

/** The largest score wins, of equal ones the lowest class; a row with one that is not finite is wrong. */
function takeLargest(scores: Float32Array, { predicted, classes, batch }: Taking): void {
  for (let row = 0, at = 0; row < batch.rows; row++) {
    let best = 0;
    let largest = -Infinity;
    let finite = 0;
    for (let i = 0; i < classes; i++) {
      const score = scores[at++]!;
      finite += score - score; // 0, or NaN for an infinity or NaN.
      if (score > largest) {
        largest = score;
        best = i;
      }
    }
    predicted[batch.start + row] = finite === 0 ? best : WRONG;
  }
}

/** The class of two that a probability of class 1 speaks for: 1 above 0.5, else 0; wrong if it is not finite. */
function likelier(probability: number): number {
  if (!Number.isFinite(probability)) return WRONG;
  return probability > 0.5 ? 1 : 0;
}

function takeLabels(labels: BigInt64Array, { predicted, classes, batch }: Taking): void {
  // Low and high halves of each int64: many times as fast as bigints.
  const halves = new Int32Array(labels.buffer, labels.byteOffset, 2 * batch.rows);
  for (let row = 0; row < batch.rows; row++) {
    const label = halves[2 * row]!;
    const inside = halves[2 * row + 1] === 0 && label >= 0 && label < classes;
    predicted[batch.start + row] = inside ? label : WRONG;
  }
}

function checkOutput(
  { type, dims }: ArrayValue,
  expected: string,
  shapes: readonly (readonly number[])[],
): void {
  if (type !== expected) {
    throw new InvalidModel("output-type", `model: expected ${expected} outputs, got ${type}`);
  }
  const fits = shapes.some((shape) =>
    shape.length === dims.length && shape.every((size, i) => size === dims[i])
  );
  if (!fits) {
    const wanted = shapes.map((shape) => `[${shape}]`).join(" or ");
    throw new InvalidModel("output-shape", `model: expected outputs ${wanted}, got [${dims}]`);
  }
}
