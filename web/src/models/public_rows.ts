/** The public rows that a model is scored on before it is submitted. */
import type { Rows } from "../../../core/dataset/dataset.ts";
import { featureCount, type Manifest } from "../../../core/dataset/manifest.ts";
import { bytesOf } from "../../../core/dataset/test_set.ts";
import { BATCH_ROWS } from "../../../core/evaluate/task.ts";

/** What scores are taken on. */
export interface Basis {
  /** The test set of an open competition, the training set of a sealed one. */
  part: "test" | "train";
  /** Rows that are used. */
  rows: number;
  /** Rows that there are. */
  of: number;
  /** Bytes of its files. */
  bytes: number;
}

/** More rows than this would take long, and tell little more. */
const MAX_ROWS = 10_000;

/** What models of a competition can be scored on; undefined if nothing is public. */
export function basisOf(manifest: Manifest): Basis | undefined {
  const part = manifest.mode === "open" ? "test" : "train";
  const source = manifest[part];
  if (source === undefined) return undefined;
  const of = source.rows;
  // A model with a fixed batch runs full batches only, and was admitted for the rows of the test set.
  const whole = part === "test" ? of : of - of % BATCH_ROWS || of;
  return { part, rows: Math.min(whole, MAX_ROWS), of, bytes: bytesOf(source) };
}

/** As many rows as the basis says, evenly spread over all of them, in their order. */
export function takeRows(
  { values, labels }: Rows,
  { basis, manifest }: { basis: Basis; manifest: Manifest },
): Rows {
  const { rows } = basis;
  const of = labels.length;
  if (rows >= of) return { values, labels };
  const features = featureCount(manifest);
  const taken = {
    values: blank(values, rows * features),
    labels: blank(labels, rows),
  };
  for (let row = 0; row < rows; row++) {
    const from = Math.floor(row * of / rows);
    taken.values.set(values.subarray(from * features, (from + 1) * features), row * features);
    taken.labels[row] = labels[from]!;
  }
  return taken;
}

function blank<T extends Uint8Array | Int32Array | Float64Array>(like: T, length: number): T {
  return new (like.constructor as new (length: number) => T)(length);
}
