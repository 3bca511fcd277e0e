/** One attempt of one round on the contract: commits, reveals, settling. */
import type { AttemptKey } from "../../contracts/test/support/competition.ts";
import { ABSTAIN, ROUND_SIZE } from "../../core/protocol/codec.ts";
import type { Hex } from "../../core/protocol/types.ts";
import { type AttemptRecord, ballotsOf, type Game, SETTLER } from "./game.ts";
import {
  tryCopiedReveal,
  tryEarlySettle,
  tryLateCommit,
  trySecondSettle,
  tryWrongSettles,
} from "./meddler.ts";
import type { MinerPlan } from "./scenario.ts";
import { seatedMiners, teamView } from "./seats.ts";
import type { CommitView } from "./strategies.ts";

/** Starts an attempt: everybody with a seat may commit. `truths` has the true score of each submission. */
export async function commitRound(
  game: Game,
  key: Required<AttemptKey>,
  truths: readonly number[],
): Promise<AttemptRecord> {
  const record = startRecord(game, key);
  for (const miner of record.seated.toSorted(honestFirst(game))) {
    const plan = game.miners.get(miner)!;
    if (plan.strategy.honest && !hasTestSet(game, plan)) continue;
    const commit = plan.strategy.commit(commitView(game, { record, truths, miner }));
    if (commit === "stays away") continue;
    const scores = "scores" in commit ? commit.scores : undefined;
    await game.ledger.note(miner, sendCommit(game, { record, miner, commit }));
    record.committed.set(miner, scores);
  }
  game.attempts.push(record);
  return record;
}

function startRecord(game: Game, key: Required<AttemptKey>): AttemptRecord {
  const { counts } = game.competition;
  const before = counts.slice(0, key.epoch).reduce((sum, count) => sum + count, 0);
  return {
    key,
    first: before + ROUND_SIZE * key.round,
    count: Math.min(ROUND_SIZE, counts[key.epoch]! - ROUND_SIZE * key.round),
    seated: seatedMiners(game, key),
    committed: new Map(),
    rows: new Map(),
    decided: false,
  };
}

/** The worst case for the honest: everybody else acts after them. */
function honestFirst({ miners }: Game): (a: Hex, b: Hex) => number {
  const late = (miner: Hex) => miners.get(miner)!.strategy.honest ? 0 : 1;
  return (a, b) => late(a) - late(b);
}

function hasTestSet({ scenario }: Game, { team }: MinerPlan): boolean {
  return team || scenario.host !== "withholds the test set";
}

/** A round in which a miner acts. */
interface Turn {
  record: AttemptRecord;
  truths: readonly number[];
  miner: Hex;
}

function commitView(game: Game, { record, truths, miner }: Turn): CommitView {
  const { scenario, competition: { terms } } = game;
  const truth = truths.slice(record.first, record.first + record.count);
  return {
    attempt: record.key.attempt,
    seats: record.seated.length,
    minReveals: terms.minReveals,
    rows: scenario.rows,
    count: record.count,
    evaluate: () => evaluate(game, { record, truths, miner }),
    ask: () => truth,
    commitments: commitmentsOf(game, record),
    published: publishedRows(game, record),
    team: teamView(game, record, miner),
    random: game.random,
  };
}

/** Honest miners fail on models at the edge of the limits; whoever attacks has a big machine. */
function evaluate(game: Game, { record, truths, miner }: Turn): number[] {
  const plan = game.miners.get(miner)!;
  game.work.set(miner, (game.work.get(miner) ?? 0) + record.count);
  return Array.from({ length: record.count }, (_, j) => {
    const { fails = 0 } = game.submissions[record.first + j]!.model;
    const failed = plan.strategy.honest && game.random.int(1, 1_000) <= 1_000 * fails;
    return failed || !hasTestSet(game, plan) ? ABSTAIN : truths[record.first + j]!;
  });
}

function commitmentsOf({ competition: c }: Game, { key, committed }: AttemptRecord): Hex[] {
  return [...committed].flatMap(([miner, scores]) =>
    scores === undefined ? [] : [c.commitment({ miner, scores }, key)]
  );
}

function publishedRows({ attempts }: Game, { key }: AttemptRecord): number[][] {
  return attempts.filter(({ key: { epoch, round } }) => epoch === key.epoch && round === key.round)
    .flatMap(({ rows }) => [...rows.values()]);
}

function sendCommit(
  { competition: c }: Game,
  { record: { key }, miner, commit }: {
    record: AttemptRecord;
    miner: Hex;
    commit: { scores: number[] } | { commitment: Hex };
  },
) {
  if ("scores" in commit) return c.commit({ miner, scores: commit.scores }, key);
  const args = [c.roundId(key), commit.commitment, "0x"];
  return c.deml.send("commitScores", args, { from: miner });
}

/** The reveal window: the honest first, the others when they have seen that. */
export async function revealRound(game: Game, record: AttemptRecord): Promise<void> {
  const { competition: c, scenario } = game;
  if (scenario.meddling) await tryLateCommit(game, record);
  for (const [miner, scores] of record.committed) {
    const { strategy } = game.miners.get(miner)!;
    if (scores === undefined) await tryCopiedReveal(game, { record, miner });
    else if (strategy.reveals?.(revealView(game, { record, miner, scores })) ?? true) {
      await game.ledger.note(miner, c.reveal({ miner, scores }, record.key));
      record.rows.set(miner, scores);
    }
  }
  if (scenario.meddling) await tryEarlySettle(game, record);
}

function revealView(
  game: Game,
  { record, miner, scores }: { record: AttemptRecord; miner: Hex; scores: number[] },
) {
  return {
    scores,
    revealed: [...record.rows.values()],
    minReveals: game.competition.terms.minReveals,
    team: teamView(game, record, miner),
  };
}

/** Settles the attempt if it can be. */
export async function settleRound(game: Game, record: AttemptRecord): Promise<void> {
  const { competition: c, scenario } = game;
  if (record.rows.size < c.terms.minReveals) return;
  if (record.key.attempt < scenario.timing.settleFrom) return;
  if (scenario.meddling) await tryWrongSettles(game, record);
  await game.ledger.note(SETTLER, c.settle(ballotsOf(record), record.key, SETTLER));
  record.decided = true;
  if (scenario.meddling) await trySecondSettle(game, record);
}
