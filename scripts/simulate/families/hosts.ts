/** Families in which the host misbehaves, or in which things are done at the worst moment. */
import { seededRandom } from "../../../core/protocol/testing/random.ts";
import {
  alone,
  author,
  committeeSize,
  goodScores,
  honestAuthors,
  mate,
  mixed,
  percentOf,
  scenario,
  together,
} from "../casting.ts";
import { PROMPT, type Scenario, type Timing } from "../scenario.ts";
import { copyingScores, honest } from "../strategies.ts";
import { pushing } from "../teams.ts";
import type { Family } from "./miners.ts";

/** Nobody but the host's friends, if any, can evaluate. */
function withholding(seed: number): Scenario {
  const random = seededRandom(seed);
  const { quorum, miners } = committeeSize(random);
  const friends = together(pushing, percentOf(miners, random.pick([0, 20, 40, 60])));
  const [best, second] = goodScores(random, { count: 2, rows: 10_000 });
  return scenario("host withholds the test set", seed, {
    terms: { quorum },
    miners: mixed(random, miners, friends),
    authors: [author([best!]), mate([{ score: second! }])],
    host: "withholds the test set",
  });
}

/** The test set never opens: the first rows of the training set decide, which a friend's model has learnt by heart. */
function falseTestSet(seed: number): Scenario {
  const random = seededRandom(seed);
  const { quorum, miners } = committeeSize(random);
  const [best, second] = goodScores(random, { count: 2, rows: 10_000 });
  const friend = mate([{ score: 40_000, standIn: 100_000 }]);
  const honestly = [author([best!]), author([second!])];
  return scenario(friendly(seed) ? "false test set, friend" : "false test set", seed, {
    terms: { quorum },
    sealed: true,
    miners: alone(honest, miners),
    authors: friendly(seed) ? [friend, ...honestly] : honestly,
    host: "seals a false test set",
  });
}

function friendly(seed: number): boolean {
  return seed % 2 === 1;
}

/** A few miners copy what earlier attempts made public, and everything is tried that must be refused. */
function timed(family: string, timing: Partial<Timing>): Family {
  return (seed) => {
    const random = seededRandom(seed);
    const { quorum, miners } = committeeSize(random);
    const epochs = random.int(1, 3);
    const authors = honestAuthors(random, 10_000);
    for (const { models } of authors) {
      for (const model of models) model.epoch = random.int(0, epochs - 1);
    }
    return scenario(family, seed, {
      terms: { quorum, epochs },
      miners: mixed(random, miners, alone(copyingScores, 1)),
      authors,
      timing: { ...PROMPT, ...timing },
      meddling: true,
    });
  };
}

/** The families. */
export const HOSTS: Family[] = [
  withholding,
  falseTestSet,
  timed("beacon in the last second", { beacon: { attempt: 0, late: true } }),
  timed("beacon in the last attempt", { beacon: { attempt: 2, late: false } }),
  timed("beacon never posted", { beacon: { attempt: 3, late: false } }),
  timed("settled in the last second", { settle: "late" }),
  timed("settled in the last attempt", { settle: "late", settleFrom: 2 }),
  timed("finalize races", {}),
];
