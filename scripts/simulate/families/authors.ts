/** Families in which participants misbehave, alone or with miners. */
import { seededRandom } from "../../../core/protocol/testing/random.ts";
import { MAX_SCORE } from "../../../core/protocol/codec.ts";
import {
  alone,
  author,
  committeeSize,
  goodScores,
  honestAuthors,
  junk,
  mate,
  mixed,
  percentOf,
  scenario,
  shuffled,
  together,
} from "../casting.ts";
import type { Scenario } from "../scenario.ts";
import { absent, honest, zero } from "../strategies.ts";
import { pushing } from "../teams.ts";
import type { Family } from "./miners.ts";

/** A model at the edge of the limits, on which this share of the honest evaluations fails. */
function poison(seed: number): Scenario {
  const random = seededRandom(seed);
  const { quorum, miners } = committeeSize(random);
  const fails = random.pick([0.2, 0.4, 0.6, 0.8, 1]);
  const poisoned = mate([{ score: MAX_SCORE - 1_000, fails }]);
  return scenario("poison model", seed, {
    terms: { quorum },
    miners: alone(honest, miners),
    authors: shuffled(random, [poisoned, ...honestAuthors(random, 10_000)]),
  });
}

/** The same by a team whose miners call its poisoned model perfect. */
function poisonAndPush(seed: number): Scenario {
  const random = seededRandom(seed);
  const { quorum, miners } = committeeSize(random);
  const poisoned = mate([{ score: 50_000, fails: random.pick([0.3, 0.6, 1]) }]);
  return scenario("poison model and push", seed, {
    terms: { quorum },
    miners: mixed(random, miners, together(pushing, percentOf(miners, 30))),
    authors: [poisoned, ...honestAuthors(random, 10_000)],
  });
}

/** Sybil participants fill the phase with junk before anybody else comes, one of them with a fair model. */
function slotHog(seed: number): Scenario {
  const random = seededRandom(seed);
  const { quorum, miners } = committeeSize(random);
  const [best, second, live] = goodScores(random, { count: 3, rows: 10_000 });
  const hogs = [mate([{ score: live! }]), ...junk(random, { authors: 34, each: 3 })];
  return scenario("slot hog: 34 Sybils", seed, {
    terms: { quorum },
    miners: alone(honest, miners),
    authors: [...hogs, author([best!, second!])],
  });
}

/** Sybil participants come with junk at the end; some miners bet that everything is junk. */
function flood(seed: number): Scenario {
  const random = seededRandom(seed);
  const { quorum, miners } = committeeSize(random);
  const lazy = alone(zero, percentOf(miners, 20));
  const sybils = junk(random, { authors: random.int(5, 12), each: 8 });
  return scenario("junk flood", seed, {
    terms: { quorum, maxPerParticipant: 8 },
    miners: mixed(random, miners, lazy),
    authors: [...honestAuthors(random, 10_000), ...sybils],
  });
}

/** The flood's author mines as well, honestly, to get the fees for its own junk. */
function feeFarming(seed: number): Scenario {
  const random = seededRandom(seed);
  const { quorum, miners } = committeeSize(random);
  const [best, second] = goodScores(random, { count: 2, rows: 10_000 });
  return scenario("fee farming with own junk", seed, {
    terms: { quorum, maxPerParticipant: 8 },
    miners: mixed(random, miners, together(honest, percentOf(miners, 40))),
    authors: [author([best!, second!]), ...junk(random, { authors: 4, each: 8 })],
  });
}

/** Sybil miners enrol and never come: at no cost to them. */
function absentSybils(seed: number): Scenario {
  const random = seededRandom(seed);
  const { quorum, miners } = committeeSize(random);
  return scenario("Sybil miners stay away", seed, {
    terms: { quorum },
    miners: mixed(random, miners, together(absent, percentOf(miners, random.int(20, 60)))),
    authors: honestAuthors(random, 10_000),
  });
}

/** Open mode: copies of a public model made after it, and a perfect score claimed as early as possible. */
function tieFarming(seed: number): Scenario {
  const random = seededRandom(seed);
  const { quorum, miners } = committeeSize(random);
  const [best, second] = goodScores(random, { count: 2, rows: 10_000 });
  const copies = Array.from({ length: 3 }, () => ({ score: best!, copyOf: 0 }));
  return scenario("tie farming: copies after", seed, {
    terms: { quorum },
    miners: alone(honest, miners),
    authors: [author([best!, second!]), mate(copies)],
  });
}

/** Open mode: the copy is mined before the transaction that it copies. */
function copyInFront(seed: number): Scenario {
  const random = seededRandom(seed);
  const { quorum, miners } = committeeSize(random);
  const [best, second] = goodScores(random, { count: 2, rows: 10_000 });
  return scenario("open: copy in front", seed, {
    terms: { quorum },
    miners: alone(honest, miners),
    authors: [mate([{ score: best! }]), author([best!, second!])],
  });
}

/** Sealed mode: the same copies open for nobody. */
function sealedCopy(seed: number): Scenario {
  const random = seededRandom(seed);
  const { quorum, miners } = committeeSize(random);
  const [best, second] = goodScores(random, { count: 2, rows: 10_000 });
  return scenario("sealed: copied payloads", seed, {
    terms: { quorum },
    sealed: true,
    miners: alone(honest, miners),
    authors: [
      author([second!, best!]),
      mate([{ score: best!, copyOf: 1 }, { score: second!, copyOf: 0 }]),
    ],
    meddling: true,
  });
}

/** The families. */
export const AUTHORS: Family[] = [
  poison,
  poisonAndPush,
  slotHog,
  flood,
  feeFarming,
  absentSybils,
  tieFarming,
  copyInFront,
  sealedCopy,
];
