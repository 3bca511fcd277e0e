/** What each function costs as a competition grows: submissions by miners, played to the end. */
import { type Random, seededRandom } from "../../../core/protocol/testing/random.ts";
import type { Hex } from "../../../core/protocol/types.ts";
import { ROUND_SIZE } from "../../../core/protocol/codec.ts";
import { ALICE, EVE, HOST, miners as minersNamed, payoutOf } from "./actors.ts";
import type { Ballot } from "./ballot.ts";
import { addressOf } from "./chain.ts";
import { Competition } from "./competition.ts";
import { defaultTerms, termsArgument } from "./defaults.ts";
import type { Outcome } from "./deml.ts";
import { openWorld } from "./world.ts";

/** A size of a competition. */
export interface Size {
  /** Models of 1,000 random bytes, each by another author. */
  submissions: number;
  /** All of whom have a seat. */
  miners: number;
}

/** Gas of a competition of some size. */
export interface GridCell extends Size {
  /** Mean of all calls of a function; of `settle` and `revealMany` in the fullest round. */
  functions: Record<string, number>;
  /** Gas divided by the evaluations (submissions x miners). */
  perEvaluation: {
    /** Commit, settle and claim, and each miner's own reveal. */
    self: number;
    /** The same with one revealMany for each round. */
    many: number;
    /** Everything but enrolment, each miner revealing for itself: beacon, finalize and prize, but no submissions. */
    ending: number;
    /** The same with creation, registrations and submissions. */
    all: number;
  };
}

/** Plays a competition in which one evaluation in twenty dissents, and measures it. */
export async function measureSize({ submissions, miners: count }: Size): Promise<GridCell> {
  const world = await openWorld();
  const gas = new Ledger();
  const miners = minersNamed(count);
  const authors = Array.from({ length: submissions }, (_, i) => addressOf(`author ${i}`));
  const random = seededRandom(4);
  await Competition.create(world); // The first one of a contract writes a word that later ones only change.
  const terms = defaultTerms(world.chain.now, { quorum: count });
  const value = terms.prizeFund;
  await gas.pay("create", world.deml.send("create", [termsArgument(terms)], { from: HOST, value }));
  const c = await Competition.create(world, { quorum: count });
  for (const author of authors) await gas.pay("register", c.register(author));
  for (const miner of miners) {
    await world.chain.setBalance(payoutOf(miner), 1n);
    await gas.pay("enroll", c.enroll(miner));
  }
  world.chain.travelTo(c.terms.registrationEndsAt);
  for (const author of authors) {
    await gas.pay("submitModel", c.submit(author, { data: random.hex(1_000) }));
  }
  world.chain.travelTo(c.unsealAt());
  await gas.pay("postBeacon", c.postBeacon());
  const rounds: Ballot[][] = [];
  for (let first = 0; first < submissions; first += ROUND_SIZE) {
    rounds.push(randomBallots(random, miners, Math.min(ROUND_SIZE, submissions - first)));
  }
  for (const [round, ballots] of rounds.entries()) {
    const box = 12 + 4 * ballots[0]!.scores.length + 16;
    for (const ballot of ballots) {
      await gas.pay("commitScores", c.commit(ballot, { round }, random.hex(box)));
    }
  }
  world.chain.travelTo(c.windows().commitEndsAt);
  for (const [round, ballots] of rounds.entries()) {
    await gas.pay("revealMany", world.chain.undoing(() => c.revealMany(ballots, { round })));
    for (const ballot of ballots) await gas.pay("revealScores", c.reveal(ballot, { round }));
    await gas.pay("settle", c.settle(ballots, { round }));
  }
  await gas.pay("finalize", c.finalize());
  for (const miner of miners) {
    await gas.pay("claim", c.deml.send("claim", [c.id, miner], { from: miner }));
  }
  await gas.pay("withdrawPrize", c.deml.send("withdrawPrize", [c.id], { from: EVE }));
  await gas.pay("refund", cancelled(world));
  return summarize(gas, { submissions, miners: count });
}

/** Scores that look like real ones: 17 bits, and one evaluation in twenty dissents. */
export function randomBallots(random: Random, miners: Hex[], count: number): Ballot[] {
  const honest = Array.from({ length: count }, () => random.int(50_000, 100_000));
  return miners.map((miner) => ({
    miner,
    scores: honest.map((score) => random.int(1, 20) === 1 ? random.int(0, 100_000) : score),
  }));
}

async function cancelled(world: Competition["world"]): Promise<Outcome> {
  const c = await Competition.create(world);
  await c.register(ALICE);
  world.chain.travelTo(c.terms.registrationEndsAt);
  await c.finalize();
  return c.deml.send("refund", [c.id, ALICE], { from: EVE });
}

/** Gas by function. */
class Ledger {
  readonly calls = new Map<string, number[]>();

  async pay(name: string, call: Promise<Outcome>): Promise<void> {
    const { gasUsed } = await call;
    this.calls.set(name, [...this.calls.get(name) ?? [], gasUsed]);
  }

  total(...names: string[]): number {
    return names.flatMap((name) => this.calls.get(name) ?? []).reduce((a, b) => a + b, 0);
  }
}

/** Calls that handle a whole round: their first one is of the fullest. */
const OF_A_ROUND = ["settle", "revealMany"];

function summarize(gas: Ledger, size: Size): GridCell {
  const evaluations = size.submissions * size.miners;
  const each = (...names: string[]) => Math.round(gas.total(...names) * 10 / evaluations) / 10;
  const work = ["commitScores", "revealScores", "settle", "claim"];
  const ending = [...work, "postBeacon", "finalize", "withdrawPrize"];
  return {
    ...size,
    functions: Object.fromEntries(
      [...gas.calls].map(([name, calls]) => [
        name,
        OF_A_ROUND.includes(name) ? calls[0]! : Math.round(gas.total(name) / calls.length),
      ]),
    ),
    perEvaluation: {
      self: each(...work),
      many: each("commitScores", "revealMany", "settle", "claim"),
      ending: each(...ending),
      all: each(...ending, "create", "register", "submitModel"),
    },
  };
}
