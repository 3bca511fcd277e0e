/** A model that was checked, and which precision of its weights is to be submitted. */
import { computed, type ReadonlySignal, signal } from "@preact/signals";
import type { Manifest } from "../../../core/dataset/manifest.ts";
import type { Inspection } from "../work/prepare.ts";
import type { Scoring } from "./scoring.ts";
import { type Choice, INVALID, preselected } from "./weights.ts";

/** What was found in the files, without what the user does with it. */
export interface CheckedModel {
  /** Name of the model's file. */
  name: string;
  /** Bytes of all files. */
  size: number;
  /** Whether it goes onto the chain as it is, or sealed. */
  mode: Manifest["mode"];
  /** What it is made of. */
  inspection: Inspection;
  /** The precisions of its weights. */
  choices: readonly Choice[];
}

/** The choice between the precisions. */
export interface Selection {
  /** Between what. */
  readonly model: CheckedModel;
  /** How good they are. */
  readonly scoring: Scoring;
  /** Index of what is chosen: by the user, else by us; undefined if none fits. */
  readonly chosen: ReadonlySignal<number | undefined>;
  /** Chooses; one that does not fit is left alone. */
  choose(index: number): void;
}

/** The choice for a model that was checked. */
export function createSelection(model: CheckedModel, scoring: Scoring): Selection {
  const { choices } = model;
  const own = signal<number>();
  return {
    model,
    scoring,
    chosen: computed(() => {
      if (own.value !== undefined) return own.value;
      const scores = scoring.scores.value.map((found) =>
        found.state === "scored" ? found.score : found.state === "invalid" ? INVALID : undefined
      );
      return preselected(choices, scores, { settled: scoring.progress.value.phase === "done" });
    }),
    choose(index) {
      if (choices[index]?.fits === true) own.value = index;
    },
  };
}
