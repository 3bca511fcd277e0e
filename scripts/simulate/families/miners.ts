/** Families in which miners misbehave, each by itself. */
import { type Random, seededRandom } from "../../../core/protocol/testing/random.ts";
import { alone, committeeSize, honestAuthors, mixed, percentOf, scenario } from "../casting.ts";
import type { MinerPlan, Scenario } from "../scenario.ts";
import * as strategies from "../strategies.ts";

/** Makes one competition of a family from a seed. */
export type Family = (seed: number) => Scenario;

/** One kind of miner among honest ones, up to a share of them in percent. */
function among(
  family: string,
  strategy: (random: Random) => strategies.Strategy,
  { upTo, rows = [10_000] }: { upTo: number; rows?: number[] },
): Family {
  return (seed) => {
    const random = seededRandom(seed);
    const { quorum, miners } = committeeSize(random);
    const count = Math.max(1, percentOf(miners, random.int(5, upTo)));
    const others = Array.from({ length: count }, (): MinerPlan => ({
      strategy: strategy(random),
      team: false,
    }));
    const testRows = random.pick(rows);
    return scenario(family, seed, {
      terms: { quorum },
      rows: testRows,
      miners: mixed(random, miners, others),
      authors: honestAuthors(random, testRows),
      meddling: seed % 2 === 0,
    });
  };
}

const SHORTCUTS = strategies.ALONE.filter((strategy) => !strategy.honest);

/** Everybody honest; now and then an evaluation fails on somebody's machine. */
function honestOnly(seed: number): Scenario {
  const random = seededRandom(seed);
  const { quorum, miners } = committeeSize(random);
  const authors = honestAuthors(random, 10_000);
  for (const { models } of authors) for (const model of models) model.fails = 0.03;
  return scenario("honest", seed, {
    terms: { quorum },
    miners: alone(strategies.honest, miners),
    authors,
    meddling: true,
  });
}

/** The families. */
export const MINERS: Family[] = [
  honestOnly,
  among("lazy", (random) => random.pick([strategies.lazy, strategies.zero]), {
    upTo: 30,
    rows: [20, 100, 1_000, 10_000],
  }),
  among("garbage commitments", () => strategies.garbage, { upTo: 30 }),
  among(
    "copying",
    (random) => random.pick([strategies.copyingCommitment, strategies.copyingScores]),
    { upTo: 30 },
  ),
  among("random scores", () => strategies.randomScores, { upTo: 30 }),
  among("selective reveal", () => strategies.selective, { upTo: 30, rows: [20, 100] }),
  among("abstaining", () => strategies.abstaining, { upTo: 60 }),
  among("absent", () => strategies.absent, { upTo: 60 }),
  among("all kinds", (random) => random.pick(SHORTCUTS), { upTo: 45, rows: [20, 1_000] }),
];
