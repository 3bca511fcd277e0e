/** What families of scenarios are put together from: people, models and terms. */
import { MAX_SCORE } from "../../core/protocol/codec.ts";
import type { Random } from "../../core/protocol/testing/random.ts";
import type { AuthorPlan, MinerPlan, ModelPlan, Scenario } from "./scenario.ts";
import { PROMPT } from "./scenario.ts";
import { honest, LIKELY, type Strategy } from "./strategies.ts";

/** Everything of a scenario that a family leaves as it is. */
export function scenario(
  family: string,
  seed: number,
  parts: Partial<Scenario> & Pick<Scenario, "miners" | "authors" | "terms">,
): Scenario {
  return {
    family,
    seed,
    rows: 10_000,
    host: "honest",
    sealed: false,
    timing: PROMPT,
    meddling: false,
    ...parts,
  };
}

/** So many seats, and miners for them: as many, or up to twice as many. */
export function committeeSize(random: Random): { quorum: number; miners: number } {
  const quorum = random.pick([7, 9, 11, 15]);
  return { quorum, miners: random.pick([quorum, random.int(quorum, 2 * quorum)]) };
}

/** Miners by themselves. */
export function alone(strategy: Strategy, count: number): MinerPlan[] {
  return Array.from({ length: count }, () => ({ strategy, team: false }));
}

/** Miners of the hostile team. */
export function together(strategy: Strategy, count: number): MinerPlan[] {
  return Array.from({ length: count }, () => ({ strategy, team: true }));
}

/** Honest miners and others, `count` in all, in the order in which they happen to enrol. */
export function mixed(random: Random, count: number, others: MinerPlan[]): MinerPlan[] {
  return shuffled(random, [...others, ...alone(honest, count - others.length)]);
}

/** So many percent of a number, rounded. */
export function percentOf(count: number, percent: number): number {
  return Math.round((count * percent) / 100);
}

/** Scores of good models, all different where the test set has rows enough, best first. */
export function goodScores(
  random: Random,
  { count, rows }: { count: number; rows: number },
): number[] {
  const [min, max] = [Math.ceil(LIKELY.min * rows), Math.floor(LIKELY.max * rows)];
  const correct = new Set<number>();
  const wanted = Math.min(count, max - min + 1);
  while (correct.size < wanted) correct.add(random.int(min, max));
  const scores = [...correct].map((hits) => Math.floor((MAX_SCORE * hits) / rows));
  while (scores.length < count) scores.push(random.pick(scores));
  return scores.sort((a, b) => b - a);
}

/** An author of one model for each score. */
export function author(scores: readonly number[], more: Omit<ModelPlan, "score"> = {}): AuthorPlan {
  return { team: false, models: scores.map((score) => ({ score, ...more })) };
}

/** An author of the hostile team. */
export function mate(models: ModelPlan[]): AuthorPlan {
  return { team: true, models };
}

/** Two to four honest authors with one or two models each. */
export function honestAuthors(random: Random, rows: number): AuthorPlan[] {
  const sizes = Array.from({ length: random.int(2, 4) }, () => random.int(1, 2));
  const count = sizes.reduce((sum, size) => sum + size, 0);
  const scores = shuffled(random, goodScores(random, { count, rows }));
  return sizes.map((size) => author(scores.splice(0, size)));
}

/** Sybil participants of the team with so much junk: wrong almost everywhere, or invalid. */
export function junk(
  random: Random,
  { authors, each }: { authors: number; each: number },
): AuthorPlan[] {
  return Array.from(
    { length: authors },
    () => mate(Array.from({ length: each }, () => ({ score: random.pick([0, 0, 0, 10_000]) }))),
  );
}

/** In another order; the items given stay as they are. */
export function shuffled<T>(random: Random, items: readonly T[]): T[] {
  const order = [...items];
  for (let i = order.length - 1; i > 0; i--) {
    const j = random.int(0, i);
    [order[i], order[j]] = [order[j]!, order[i]!];
  }
  return order;
}
