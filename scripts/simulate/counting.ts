/** What a competition must have come to, counted again from what its miners revealed. */
import { ABSTAIN } from "../../core/protocol/codec.ts";
import type { Hex } from "../../core/protocol/types.ts";
import type { Booked, Play, Result } from "./ending.ts";
import { type AttemptRecord, type Game, SETTLER } from "./game.ts";

/** How a competition must have ended. */
export type Ending = Pick<Play, "status" | "best">;

/** The evaluations of a submission in the attempt that decided its round. */
export function evaluationsOf({ attempts }: Game, number: number): Map<Hex, number> {
  const record = attempts.find(({ decided, first, count }) =>
    decided && number >= first && number < first + count
  );
  const rows = record === undefined ? [] : [...record.rows];
  return new Map(rows.map(([miner, row]) => [miner, row[number - record!.first]!]));
}

/** Of each submission: more than half equal and no abstentions, counted one by one. */
export function countResults(game: Game): Result[] {
  return game.submissions.map((_, number) => {
    const scores = [...evaluationsOf(game, number).values()];
    return scores.length === 0 ? "undecided" : count(scores);
  });
}

function count(scores: readonly number[]): Result {
  for (const score of new Set(scores)) {
    const agreeing = scores.filter((other) => other === score).length;
    if (score !== ABSTAIN && 2 * agreeing > scores.length) return { score, agreeing };
  }
  return "void";
}

/** Fees and dissents of everybody who has any. */
export function countBooks(game: Game): Map<Hex, Booked> {
  const books = new Map<Hex, Booked>();
  const add = (who: Hex, fees: number, dissents: number) => {
    const before = books.get(who) ?? { fees: 0, dissents: 0 };
    books.set(who, { fees: before.fees + fees, dissents: before.dissents + dissents });
  };
  const results = countResults(game);
  for (const record of game.attempts.filter(({ decided }) => decided)) {
    const weight = record.count < 5 ? Math.floor(5 / record.count) : 1;
    for (const [j, result] of resultsOf(results, record).entries()) {
      if (typeof result === "string") continue;
      add(SETTLER, weight, 0);
      for (const miner of record.committed.keys()) {
        const score = record.rows.get(miner)?.[j];
        if (score === result.score) add(miner, weight, 0);
        else if (score !== ABSTAIN) add(miner, 0, 1);
      }
    }
  }
  return books;
}

function resultsOf(results: readonly Result[], { first, count }: AttemptRecord): Result[] {
  return results.slice(first, first + count);
}

/** Final if everything is decided and something is worth more than 0; the highest score wins, ties to the lower number. */
export function countEnding(game: Game): Ending {
  const results = countResults(game);
  let [best, most] = [-1, 0];
  for (const [number, result] of results.entries()) {
    if (typeof result !== "string" && result.score > most) [best, most] = [number, result.score];
  }
  const cancelled = best < 0 || results.includes("undecided");
  return cancelled ? { status: "cancelled", best: undefined } : { status: "final", best };
}
