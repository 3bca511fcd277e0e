/** Verdicts as a table by operator. */
import type { Verdict } from "./judge.ts";

/** Counts of one operator. */
export interface Tally {
  /** Name of the operator. */
  readonly operator: string;
  /** Cases by what became of them. */
  readonly counts: Readonly<Record<Verdict["result"], number>>;
}

/** Counts by operator, in the order of their names. */
export function tally(verdicts: readonly Verdict[]): Tally[] {
  const found = new Map<string, Record<Verdict["result"], number>>();
  for (const { operator, result } of verdicts) {
    const none = { pass: 0, wrong: 0, shape: 0, variant: 0, operator: 0, unread: 0 };
    const counts = found.get(operator) ?? none;
    counts[result]++;
    found.set(operator, counts);
  }
  return [...found].map(([operator, counts]) => ({ operator, counts }))
    .sort((a, b) => a.operator < b.operator ? -1 : 1);
}

/** How many of the admitted cases pass, and how many cases there are. */
export function totals(
  verdicts: readonly Verdict[],
): { cases: number; admitted: number; passed: number } {
  const of = (...results: Verdict["result"][]) =>
    verdicts.filter(({ result }) => results.includes(result)).length;
  return { cases: verdicts.length, admitted: of("pass", "wrong", "shape"), passed: of("pass") };
}
