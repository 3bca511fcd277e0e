/** Words for the precisions of weights and what is known of them. */
import type { Precision } from "../../../core/model/packing/weights.ts";
import type { Basis } from "../models/public_rows.ts";
import type { ScoringProgress } from "../models/scoring.ts";
import { formatInteger } from "./format.ts";

/** A precision's name: those of few bits are only digits. */
export function nameOf(precision: Precision): string {
  return /^\d+$/.test(precision) ? `${precision}-bit` : precision;
}

/** A share as "48 %"; a small one as "<1 %", one just above the whole not as "100 %". */
export function formatShare(share: number): string {
  const percent = share > 1 ? Math.max(101, Math.round(share * 100)) : Math.floor(share * 100);
  return percent === 0 ? "<1 %" : `${formatInteger(percent)} %`;
}

/** What scores are taken on. */
export function basisText({ part, rows, of }: Basis): string {
  const what = part === "test" ? "test set" : "training set";
  const share = rows === of
    ? `all ${formatInteger(of)} rows`
    : `${formatInteger(rows)} of ${formatInteger(of)} rows, evenly spread`;
  return `the ${what} (${share})`;
}

/** What scoring is doing; undefined while it does nothing. */
export function scoringText(progress: ScoringProgress): string | undefined {
  switch (progress.phase) {
    case "loading":
      return progress.what === "data"
        ? "Loading the public data"
        : "Loading the runtime that miners use";
    case "running":
      return `Scoring, ${progress.done + 1} of ${progress.of}`;
    default:
      return undefined;
  }
}
