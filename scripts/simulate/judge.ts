/**
 * Audits a competition: counts again what the miners revealed, without the code of the contract or of core/, and says
 * where an honest party was wronged.
 */
import { HOST } from "../../contracts/test/support/actors.ts";
import { ABSTAIN } from "../../core/protocol/codec.ts";
import type { Hex } from "../../core/protocol/types.ts";
import type { Booked, Play, Result } from "./ending.ts";
import { type AttemptRecord, SETTLER } from "./game.ts";
import { honestTeamNet } from "./twin.ts";

/** How the evaluations of a submission compare with the truth, and what became of it. */
export interface Case {
  /** Evaluations that give the true score. */
  honest: number;
  /** Evaluations that give another one. */
  hostile: number;
  /** Evaluations that abstain. */
  abstaining: number;
  /** Fewer hostile and abstaining evaluations than honest ones: where invariant I7 promises something. */
  minority: boolean;
  /** What the contract made of it. */
  outcome: "true" | "false" | "void" | "undecided";
  /** Honest miners who revealed and were penalised over it. */
  penalised: number;
}

/** What the audit of a competition found. */
export interface Audit {
  /** By submission. */
  cases: Case[];
  /** Everything was decided, and each submission had its honest majority. */
  minority: boolean;
  /** Honest miners who got less than their bond back. */
  minersAtLoss: number;
  /** An honest author's submission was the best, and another one won. */
  robbed: boolean;
  /** What a cancelled competition cost its host, wei. */
  hostLoss: bigint;
  /** What the hostile team gained or lost, wei. */
  teamNet: bigint;
  /** What honest work would have given the same team. */
  twinNet: bigint;
  /** A submission of the team won. */
  teamWon: boolean;
  /** Everything paid in was paid out, to the wei. */
  conserved: boolean;
  /** Faults of the contract: results, books or payments that are not as counted again. There must be none. */
  faults: string[];
}

/** Audits a competition. */
export function judge(play: Play): Audit {
  const cases = play.submissions.map((_, i) => judgeCase(play, i));
  const minority = cases.every((one) => one.minority && one.outcome !== "undecided");
  const honest = [...play.miners].filter(([, { strategy }]) => strategy.honest);
  const best = bestOf(play.truths);
  const { best: won } = play;
  return {
    cases,
    minority,
    minersAtLoss: honest.filter(([miner]) => play.ledger.net(miner) < 0n).length,
    robbed: won !== undefined && won !== best && !play.submissions[best]!.team,
    hostLoss: play.status === "cancelled" ? -play.ledger.net(HOST) : 0n,
    teamNet: teamNet(play),
    twinNet: honestTeamNet(play),
    teamWon: won !== undefined && play.submissions[won]!.team,
    conserved: isConserved(play),
    faults: [...resultFaults(play), ...bookFaults(play), ...moneyFaults(play)],
  };
}

/** Number of the highest score, ties to the lower number. */
function bestOf(scores: readonly number[]): number {
  return scores.indexOf(Math.max(...scores));
}

function judgeCase(play: Play, number: number): Case {
  const truth = play.truths[number]!;
  const result = play.results[number]!;
  const rows = evaluationsOf(play, number);
  const values = [...rows.values()];
  const honest = values.filter((score) => score === truth).length;
  const abstaining = values.filter((score) => score === ABSTAIN).length;
  const hostile = values.length - honest - abstaining;
  return {
    honest,
    hostile,
    abstaining,
    minority: hostile + abstaining < honest,
    outcome: typeof result === "string" ? result : result.score === truth ? "true" : "false",
    penalised: typeof result === "string"
      ? 0
      : [...rows].filter(([miner, score]) =>
        play.miners.get(miner)!.strategy.honest && score !== ABSTAIN && score !== result.score
      ).length,
  };
}

/** The evaluations of a submission in the attempt that decided its round. */
function evaluationsOf(play: Play, number: number): Map<Hex, number> {
  const record = play.attempts.find(({ decided, first, count }) =>
    decided && number >= first && number < first + count
  );
  const rows = record === undefined ? [] : [...record.rows];
  return new Map(rows.map(([miner, row]) => [miner, row[number - record!.first]!]));
}

function teamNet({ miners, authors, ledger }: Play): bigint {
  const members = [...miners, ...authors].filter(([, { team }]) => team);
  return members.reduce((sum, [who]) => sum + ledger.net(who), 0n);
}

/** More than half equal and no abstentions, counted one by one. */
function* resultFaults(play: Play): Generator<string> {
  for (const [number, result] of play.results.entries()) {
    const rows = [...evaluationsOf(play, number).values()];
    const expected: Result = rows.length === 0 ? "undecided" : count(rows);
    if (JSON.stringify(result) !== JSON.stringify(expected)) {
      yield `submission ${number} is ${JSON.stringify(result)}, not ${JSON.stringify(expected)}`;
    }
  }
}

function count(rows: readonly number[]): Result {
  for (const score of new Set(rows)) {
    const agreeing = rows.filter((other) => other === score).length;
    if (score !== ABSTAIN && 2 * agreeing > rows.length) return { score, agreeing };
  }
  return "void";
}

function* bookFaults(play: Play): Generator<string> {
  const books = countBooks(play);
  for (const [who, { fees, dissents }] of play.accounts) {
    const counted = books.get(who) ?? { fees: 0, dissents: 0 };
    if (fees !== counted.fees || dissents !== counted.dissents) {
      yield `${who} has ${fees} fees and ${dissents} dissents, not ${counted.fees} and ${counted.dissents}`;
    }
  }
}

function countBooks(play: Play): Map<Hex, Booked> {
  const books = new Map<Hex, Booked>();
  const add = (who: Hex, fees: number, dissents: number) => {
    const before = books.get(who) ?? { fees: 0, dissents: 0 };
    books.set(who, { fees: before.fees + fees, dissents: before.dissents + dissents });
  };
  for (const record of play.attempts.filter(({ decided }) => decided)) {
    const weight = record.count < 5 ? Math.floor(5 / record.count) : 1;
    for (const [j, result] of resultsOf(play, record).entries()) {
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

function resultsOf({ results }: Play, { first, count }: AttemptRecord): Result[] {
  return results.slice(first, first + count);
}

function isConserved({ ledger, left }: Play): boolean {
  const { paid, received } = ledger.totals();
  return paid === received && left === 0n;
}

/** All is paid out, to whom it belongs, and nothing went through that must be refused. */
function* moneyFaults(play: Play): Generator<string> {
  const { ledger, left, misdirected, intrusions } = play;
  const { paid, received } = ledger.totals();
  if (!isConserved(play)) yield `${paid} wei were paid in, ${received} out, ${left} are left`;
  for (const who of misdirected) yield `the payment of ${who} went elsewhere`;
  for (const what of intrusions.accepted) yield `accepted: ${what}`;
}
