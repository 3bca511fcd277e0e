/** A competition that is being played: who is who on the chain, and what has happened so far. */
import { HOST } from "../../contracts/test/support/actors.ts";
import { Agenda } from "../../contracts/test/support/agenda.ts";
import type { Ballot } from "../../contracts/test/support/ballot.ts";
import { addressOf } from "../../contracts/test/support/chain.ts";
import { type AttemptKey, Competition } from "../../contracts/test/support/competition.ts";
import type { World } from "../../contracts/test/support/world.ts";
import { type Random, seededRandom } from "../../core/protocol/testing/random.ts";
import { withDefaults } from "../../core/protocol/terms.ts";
import type { Hex, Terms } from "../../core/protocol/types.ts";
import { Ledger } from "./ledger.ts";
import type { AuthorPlan, MinerPlan, ModelPlan, Scenario } from "./scenario.ts";

/** Prize fund of all competitions, 10 ETH. */
export const PRIZE_FUND = 10n ** 19n;
/** Settles and finalizes; does nothing else. */
export const SETTLER: Hex = addressOf("settler");
/** Tries what must be refused. */
export const MEDDLER: Hex = addressOf("meddler");

/** A complete submission. */
export interface Submitted {
  /** From 0 on, in order of completion. */
  number: number;
  /** Who submitted it. */
  author: Hex;
  /** As it was planned. */
  model: ModelPlan;
  /** Whether it is the hostile team's. */
  team: boolean;
  /** Its payload, as it is on the chain. */
  payload: Uint8Array;
  /** In which it was submitted. */
  epoch: number;
}

/** One attempt of one round, as far as the miners went. */
export interface AttemptRecord {
  /** Which attempt it is. */
  key: Required<AttemptKey>;
  /** Number of its first submission. */
  first: number;
  /** Submissions in it. */
  count: number;
  /** All with a seat. */
  seated: Hex[];
  /** Who committed; without scores where the bytes hide none. */
  committed: Map<Hex, number[] | undefined>;
  /** Who revealed. */
  rows: Map<Hex, number[]>;
  /** Whether it was settled. */
  decided: boolean;
}

/** Calls that must be refused. */
export interface Intrusions {
  /** By what was tried. */
  tried: Map<string, number>;
  /** Those that went through: there must be none. */
  accepted: string[];
  /** Those that another error answered than the one that must: there must be none. */
  misjudged: string[];
}

/** Everything about a competition while it is played. */
export interface Game {
  /** What is played. */
  scenario: Scenario;
  /** On the chain. */
  competition: Competition;
  /** In order of enrolment. */
  miners: Map<Hex, MinerPlan>;
  /** In order of registration. */
  authors: Map<Hex, AuthorPlan>;
  /** In order of completion. */
  submissions: Submitted[];
  /** What an honest evaluation of each submission gives, as far as that was asked. */
  truths: number[];
  /** In the order in which they began. */
  attempts: AttemptRecord[];
  /** Seated miners by roundId, as far as they were asked for. */
  committees: Map<bigint, Hex[]>;
  /** Evaluations that each miner really made. */
  work: Map<Hex, number>;
  /** Of everybody. */
  ledger: Ledger;
  /** Of the meddler and of copying miners. */
  intrusions: Intrusions;
  /** What is still to be done. */
  agenda: Agenda;
  /** Seeded by the scenario. */
  random: Random;
  /** Wei in the contract before the competition. */
  before: bigint;
}

/** Opens a competition, with all participants and miners in it. */
export async function openGame(world: World, scenario: Scenario): Promise<Game> {
  const before = await world.chain.balance(world.deml.address);
  const terms = termsAt(world.chain.now, scenario.terms);
  const competition = await Competition.create(world, terms);
  const game: Game = {
    scenario,
    competition,
    miners: named("miner", scenario.miners),
    authors: named("author", scenario.authors),
    submissions: [],
    truths: [],
    attempts: [],
    committees: new Map(),
    work: new Map(),
    ledger: new Ledger(),
    intrusions: { tried: new Map(), accepted: [], misjudged: [] },
    agenda: new Agenda(world.chain),
    random: seededRandom(scenario.seed),
    before,
  };
  game.ledger.of(HOST).paid += terms.prizeFund;
  for (const who of game.authors.keys()) {
    await game.ledger.note(who, competition.register(who), competition.buyIn);
  }
  for (const who of game.miners.keys()) {
    await game.ledger.note(who, competition.enroll(who), terms.bond);
  }
  return game;
}

/** The defaults of our tools, at these times. */
function termsAt(now: number, changes: Partial<Terms>): Terms {
  const registrationEndsAt = now + 1_000;
  return withDefaults({
    manifest: `0x${"5e".repeat(32)}`,
    prizeFund: PRIZE_FUND,
    registrationEndsAt,
    submissionEndsAt: registrationEndsAt + 1_000,
    commitSecs: 100,
    revealSecs: 50,
    ...changes,
  });
}

function named<T>(role: string, plans: readonly T[]): Map<Hex, T> {
  return new Map(plans.map((plan, i) => [addressOf(`${role} ${i}`), plan]));
}

/** What the contract was told in an attempt. */
export function ballotsOf({ committed, rows }: AttemptRecord): Ballot[] {
  return [...committed.keys()].map((miner) => ({
    miner,
    scores: rows.get(miner) ?? [],
    silent: !rows.has(miner),
  }));
}
