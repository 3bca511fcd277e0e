/**
 * The three metrics of PROTOCOL.md section 7, as integer scores from 0 to 100,000. Predictions and
 * labels stand in data set order; a prediction of `WRONG` counts as wrong whatever the label.
 */

/** The prediction of a row that has none: an output that is not finite, or a label outside the classes. */
export const WRONG: number = -1;

/** The highest score: 100 %. */
export const MAX_SCORE = 100_000;

/** `floor(100000 * correct / rows)` in integers. */
export function accuracy(labels: Int32Array, predicted: Int32Array): number {
  checkRows(labels, predicted);
  let correct = 0;
  for (let row = 0; row < labels.length; row++) {
    if (predicted[row] === labels[row]) correct++;
  }
  // At most 100000 * 10^7 = 10^12: the remainder is exact, and so is the division of what it leaves.
  const scaled = MAX_SCORE * correct;
  return (scaled - (scaled % labels.length)) / labels.length;
}

/**
 * The sum over classes of `floor(2 * 10^9 * tp / (2 tp + fp + fn))` (0 for 0/0), divided by
 * `10^4 * classes`, in integers. A wrong row is a false negative of its class and no false positive.
 */
export function macroF1(
  labels: Int32Array,
  predicted: Int32Array,
  { classes }: { classes: number },
): number {
  checkRows(labels, predicted);
  const hits = new Float64Array(classes);
  /** Rows of the class plus rows predicted as it: 2 tp + fp + fn. */
  const both = new Float64Array(classes);
  for (let row = 0; row < labels.length; row++) {
    const label = labels[row]!;
    const guess = predicted[row]!;
    both[label]!++;
    if (guess === WRONG) continue;
    both[guess]!++;
    if (guess === label) hits[label]!++;
  }
  let sum = 0n;
  for (let i = 0; i < classes; i++) {
    if (both[i] !== 0) sum += (2_000_000_000n * BigInt(hits[i]!)) / BigInt(both[i]!);
  }
  return Number(sum / (10_000n * BigInt(classes)));
}

/**
 * `floor(100000 * (1 - ssRes / ssTot))`, clamped to 0..100000; sums in float64, in data set order, the
 * mean being the sum of the labels divided by their number. 0 if anything is not finite or all labels
 * are equal.
 */
export function r2(labels: Float64Array, predicted: Float64Array): number {
  checkRows(labels, predicted);
  let total = 0;
  for (const label of labels) total += label;
  const mean = total / labels.length;
  let ssRes = 0;
  let ssTot = 0;
  for (let row = 0; row < labels.length; row++) {
    const label = labels[row]!;
    const residual = label - predicted[row]!;
    const spread = label - mean;
    ssRes += residual * residual; // Not `** 2`: engines may round powers differently.
    ssTot += spread * spread;
  }
  if (!Number.isFinite(ssRes) || !Number.isFinite(ssTot) || ssTot === 0) return 0;
  const share = Math.min(1, Math.max(0, 1 - ssRes / ssTot));
  return Math.floor(share * MAX_SCORE);
}

function checkRows(labels: ArrayLike<number>, predicted: ArrayLike<number>): void {
  if (labels.length === 0 || labels.length !== predicted.length) {
    throw new RangeError(
      `metric: expected a prediction for each of 1 or more labels, got ${predicted.length} for ${labels.length}`,
    );
  }
}
