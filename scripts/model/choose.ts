import type { Candidate } from "../../core/model/packing/candidates.ts";

/** A candidate that has been tried. */
export interface Tried extends Omit<Candidate, "onnx"> {
  /** The ONNX file. */
  onnx: Uint8Array;
  /** Its score, 0 to 100,000; undefined if there was no data to score it on, or it is INVALID. */
  score: number | undefined;
}

/** How much of its score a model may lose for fewer bytes: 0.1 points. */
export const TOLERANCE = 100;

/**
 * The smallest candidate whose score is within 0.1 points of the float32 model's; without scores int8, or the most exact
 * one below it that there is.
 *
 * @throws {RangeError} if there are no candidates
 */
export function choose(tried: readonly Tried[]): Tried {
  const [exact] = tried;
  if (exact === undefined) throw new RangeError("candidates: expected at least one, got none");
  const least = exact.score;
  if (least === undefined) {
    return tried.find(({ precision }) => precision === "int8") ?? tried.at(-1) as Tried;
  }
  return tried.filter(({ score }) => score !== undefined && score >= least - TOLERANCE)
    .reduce((a, b) => b.packed.length < a.packed.length ? b : a);
}
