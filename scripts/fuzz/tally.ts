/** What a campaign found. */
import type { Result } from "./supervisor.ts";

/** A problem, and the first model that showed it. */
export interface Problem {
  /** Number of the model. */
  readonly index: number;
  /** What must not be. */
  readonly problem: string;
  /** Where the model came from and what was changed. */
  readonly story: readonly string[];
  /** How many models showed the like. */
  count: number;
}

/** The last line of `--json`. */
export interface Summary {
  runs: number;
  admitted: number;
  scored: number;
  /** How many models were INVALID, by code. */
  invalid: Record<string, number>;
  /** Most time in relation to what was counted. */
  times: number;
  problems: { index: number; problem: string; story: readonly string[]; count: number }[];
}

/** Counts results; problems of one kind count as one. */
export class Tally {
  readonly #invalid = new Map<string, number>();
  readonly #problems = new Map<string, Problem>();
  #runs = 0;
  #admitted = 0;
  #scored = 0;
  #times = 0;

  /** Counts one, or only its problems if it ran before. @returns its problems that were not seen before */
  add({ again = false, ...result }: Result): Problem[] {
    if (!again) this.#count(result);
    const { index, problems, story } = result;
    return problems.flatMap((problem) => {
      const key = keyOf(problem, story);
      const known = this.#problems.get(key);
      if (known !== undefined) {
        known.count++;
        return [];
      }
      const found = { index, problem, story, count: 1 };
      this.#problems.set(key, found);
      return [found];
    });
  }

  #count({ verdict, admitted, times }: Result): void {
    this.#runs++;
    if (admitted) this.#admitted++;
    if (verdict === "score") this.#scored++;
    else if (verdict !== "local") this.#invalid.set(verdict, (this.#invalid.get(verdict) ?? 0) + 1);
    this.#times = Math.max(this.#times, times);
  }

  /** Models so far. */
  get runs(): number {
    return this.#runs;
  }

  /** All so far. */
  summary(): Summary {
    return {
      runs: this.#runs,
      admitted: this.#admitted,
      scored: this.#scored,
      invalid: Object.fromEntries([...this.#invalid].sort()),
      times: Math.round(this.#times * 100) / 100,
      problems: [...this.#problems.values()].map((problem) => ({ ...problem })),
    };
  }
}

/** Problems of one kind: numbers apart, the same message; of times and memory, which have numbers alone, the same origin. */
function keyOf(problem: string, [origin = ""]: readonly string[]): string {
  const kind = problem.replaceAll(/\d+(\.\d+)?|0x[0-9a-f]+/g, "#").slice(0, 200);
  return /^(time|memory|slow|disagreement)/.test(problem) ? `${kind} ${origin}` : kind;
}
