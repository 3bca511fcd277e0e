/** Families that take long, played a few times only: default committees, long competitions, floods that force rounds. */
import { seededRandom } from "../../../core/protocol/testing/random.ts";
import {
  alone,
  author,
  goodScores,
  junk,
  mate,
  mixed,
  percentOf,
  scenario,
  shuffled,
  together,
} from "../casting.ts";
import { minRevealsRange } from "../../../core/protocol/terms.ts";
import { PRIZE_FUND } from "../game.ts";
import type { Scenario } from "../scenario.ts";
import { ALONE, lazy, type Strategy } from "../strategies.ts";
import { pushing, shopper } from "../teams.ts";
import type { Family } from "./miners.ts";

/** Two miners of each dishonest kind among honest ones, and two rounds, so that earnings can be compared. */
function earnings(quorum: number, bond?: "least"): Family {
  return (seed) => {
    const random = seededRandom(seed);
    const kinds = ALONE.filter((strategy) => !strategy.honest).flatMap((kind) => alone(kind, 2));
    const miners = Math.max(60, quorum);
    const scores = goodScores(random, { count: 40, rows: 100 });
    const least = 500n * ((PRIZE_FUND / 5n) / (100n * BigInt(quorum + 1)));
    return scenario(`earnings, ${quorum} seats`, seed, {
      terms: { quorum, maxPerParticipant: 8, ...(bond === "least" ? { bond: least } : {}) },
      rows: 100,
      miners: mixed(random, miners, kinds),
      authors: Array.from({ length: 5 }, (_, i) => author(scores.slice(8 * i, 8 * i + 8))),
      timing: { beacon: { attempt: 0, late: false }, settle: "early", settleFrom: 1 },
    });
  };
}

/** So many submissions and so small a test set that a lazy miner who has lost its bond guesses on for nothing. */
function longGuessing(seed: number): Scenario {
  const random = seededRandom(seed);
  const rows = 20;
  const authors = Array.from({ length: 164 }, () => author(scoresOf20(random.int(0, 1))));
  return scenario("lazy in a long competition", seed, {
    terms: { quorum: 7, maxPerParticipant: 8, buyInBps: 2_000 },
    group: "1,312 submissions, 20 rows",
    rows,
    miners: mixed(random, 7, alone(lazy, 2)),
    authors,
  });
}

function scoresOf20(rest: number): number[] {
  return Array.from({ length: 8 }, (_, i) => (i + rest) % 2 === 0 ? 90_000 : 95_000);
}

/** A team with 40 % of the miners puts its models into as many rounds as it likes, and shops among the committees. */
function shopping(rounds: number, minReveals: "default" | "least" = "default"): Family {
  return (seed) => {
    const random = seededRandom(seed);
    const quorum = 15;
    const [best, own] = goodScores(random, { count: 2, rows: 10_000 });
    const sybils = junk(random, { authors: 4 * (rounds - 1), each: 8 });
    const least = minReveals === "least" ? { minReveals: minRevealsRange(quorum).min } : {};
    const name = `shopping: ${rounds} round${rounds > 1 ? "s" : ""}, ${minReveals} minReveals`;
    return scenario(name, seed, {
      terms: { quorum, maxPerParticipant: 8, ...least },
      miners: mixed(random, 60, together(shopper, 24)),
      authors: [author([best!]), mate([{ score: own! }]), ...sybils],
    });
  };
}

/** The default committee of 100 from 300 miners, and a team that pushes. */
function hundred(share: number, strategy: Strategy): Family {
  return (seed) => {
    const random = seededRandom(seed);
    const [best, own, worst] = goodScores(random, { count: 3, rows: 10_000 });
    return scenario(`100 of 300, ${share} %: ${strategy.name}`, seed, {
      terms: { quorum: 100 },
      miners: mixed(random, 300, together(strategy, percentOf(300, share))),
      authors: shuffled(random, [author([best!]), mate([{ score: own! }]), author([worst!])]),
    });
  };
}

/** The families, and how often each is played. */
export const LARGE: { family: Family; times: number }[] = [
  { family: earnings(31), times: 3 },
  { family: earnings(100), times: 2 },
  { family: earnings(100, "least"), times: 2 },
  { family: earnings(256), times: 1 },
  { family: longGuessing, times: 2 },
  { family: shopping(1), times: 10 },
  { family: shopping(4), times: 10 },
  { family: shopping(4, "least"), times: 10 },
  { family: hundred(33, pushing), times: 1 },
  { family: hundred(45, shopper), times: 1 },
];
