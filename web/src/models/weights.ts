/** The choice between the precisions of a model's weights: how large each is, and which is taken unless the user says otherwise. */
import type { Manifest } from "../../../core/dataset/manifest.ts";
import type { Candidate } from "../work/prepare.ts";
import { SEAL_BYTES } from "./seal.ts";

/** A candidate as the competition sees it. */
export interface Choice extends Candidate {
  /** Bytes that go onto the chain: packed, and sealed where models are. */
  bytes: number;
  /** These as a share of the competition's limit. */
  share: number;
  /** Whether the competition takes so many. */
  fits: boolean;
}

/** How much of its score a model may lose for fewer bytes: 0.1 points. */
const TOLERANCE = 100;

/** Stands for the score of a candidate that miners refuse: less than any. */
export const INVALID = -1;

/** The candidates under a competition's limit. */
export function choicesOf(
  candidates: readonly Candidate[],
  { byteLimit, mode }: { byteLimit: number; mode: Manifest["mode"] },
): Choice[] {
  return candidates.map((candidate) => {
    const bytes = candidate.packed.length + (mode === "sealed" ? SEAL_BYTES : 0);
    return { ...candidate, bytes, share: bytes / byteLimit, fits: bytes <= byteLimit };
  });
}

/**
 * The choice that is made for the user: with all scores the smallest that fits and is within 0.1 points of the most exact
 * one's (without that one's, of the best one's); before that int8, or else the most exact that fits.
 *
 * One that is INVALID is taken only where all that fit are.
 *
 * @param scores one for each choice, from 0 to 100,000, or {@linkcode INVALID}; undefined where there is none
 * @param options `settled`: whether no more scores will come
 * @returns its index; undefined if none fits
 */
export function preselected(
  choices: readonly Choice[],
  scores: readonly (number | undefined)[],
  { settled }: { settled: boolean },
): number | undefined {
  const allowed = choices.map((choice, index) => ({ ...choice, index, score: scores[index] }))
    .filter(({ fits }) => fits);
  const sound = allowed.filter(({ score }) => score !== INVALID);
  const fitting = sound.length > 0 ? sound : allowed;
  const scored = fitting.filter(({ score }) => score !== undefined);
  if (settled && scored.length > 0) {
    const best = Math.max(...scored.map(({ score }) => score!));
    const goal = scores[0] === undefined || scores[0] === INVALID ? best : scores[0];
    // Without one that is good enough, the best there is.
    const least = Math.min(goal - TOLERANCE, best);
    return scored.filter(({ score }) => score! >= least)
      .reduce((a, b) => b.bytes < a.bytes ? b : a).index;
  }
  return (fitting.find(({ precision }) => precision === "int8") ?? fitting[0])?.index;
}

/** In which order to score: the most exact one, which the others are compared with, int8, then the others that fit. */
export function scoringOrder(choices: readonly Choice[]): number[] {
  const int8 = choices.findIndex(({ precision }) => precision === "int8");
  const first = [0, ...int8 > 0 && choices[int8]!.fits ? [int8] : []];
  const others = [...choices.keys()].filter((i) => choices[i]!.fits && !first.includes(i));
  return [...first, ...others];
}
