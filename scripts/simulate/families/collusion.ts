/** Families in which a team of miners wants its own submission to win: by share of the miners, and by what it does. */
import { seededRandom } from "../../../core/protocol/testing/random.ts";
import {
  alone,
  author,
  committeeSize,
  goodScores,
  mate,
  percentOf,
  scenario,
  shuffled,
  together,
} from "../casting.ts";
import { absent, honest, type Strategy } from "../strategies.ts";
import { TOGETHER } from "../teams.ts";
import type { Family } from "./miners.ts";

/** Percent of the miners. */
export const SHARES = [10, 20, 30, 40, 50, 60, 70];

/** Name of a family of teams. */
export function familyOf(strategy: Strategy): string {
  return `team: ${strategy.name}`;
}

/** Its model is neither the best nor the worst; in one of four competitions a fifth of the others stay away. */
function colluding(strategy: Strategy, share: number): Family {
  return (seed) => {
    const random = seededRandom(seed);
    const { quorum, miners } = committeeSize(random);
    const team = together(strategy, percentOf(miners, share));
    const others = miners - team.length;
    const missing = random.int(1, 4) === 1 ? percentOf(others, 20) : 0;
    const [best, own, worst] = goodScores(random, { count: 3, rows: 10_000 });
    return scenario(familyOf(strategy), seed, {
      share,
      terms: { quorum },
      miners: shuffled(random, [
        ...team,
        ...alone(absent, missing),
        ...alone(honest, others - missing),
      ]),
      authors: shuffled(random, [author([best!]), mate([{ score: own! }]), author([worst!])]),
    });
  };
}

/** The families. */
export const COLLUSION: Family[] = SHARES.flatMap((share) =>
  TOGETHER.map((strategy) => colluding(strategy, share))
);
