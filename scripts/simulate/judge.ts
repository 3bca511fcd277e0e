/**
 * Audits a competition: counts results, books and payments again (counting.ts, dues.ts), compares them with what the
 * contract says and with balances of the chain, and says where an honest party was wronged. That much shares no code
 * with the contract, and of core/ only the number that abstains. What a team would have had from honest work (twin.ts),
 * which is compared with what it got, comes from core/protocol/money.
 */
import { HOST } from "../../contracts/test/support/actors.ts";
import { ABSTAIN } from "../../core/protocol/codec.ts";
import type { Hex } from "../../core/protocol/types.ts";
import { countBooks, countEnding, countResults, evaluationsOf } from "./counting.ts";
import { duesOf } from "./dues.ts";
import type { Play } from "./ending.ts";
import { SETTLER } from "./game.ts";
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
  /** Honest miners who owe a penalty over it: outside that condition only. */
  owing: Hex[];
}

/** What the audit of a competition found. */
export interface Audit {
  /** By submission. */
  cases: Case[];
  /** Everything was decided, and each submission had its honest majority. */
  minority: boolean;
  /** Penalties that the contract booked on honest miners beyond those that they owe: over submissions with a majority. */
  penalisedInMinority: number;
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
  /** Everything paid in was held by the contract until the end, and then paid out, to the wei. */
  conserved: boolean;
  /** Faults of the contract: results, books or payments that are not as counted again. There must be none. */
  faults: string[];
}

/** Audits a competition. */
export function judge(play: Play): Audit {
  const cases = play.submissions.map((_, i) => judgeCase(play, i));
  const minority = cases.every((one) => one.minority && one.outcome !== "undecided");
  const best = bestOf(play.truths);
  const { best: won } = play;
  return {
    cases,
    minority,
    penalisedInMinority: penalisedInMinority(play, cases),
    minersAtLoss: honestMiners(play).filter((miner) => play.ledger.net(miner) < 0n).length,
    robbed: won !== undefined && won !== best && !play.submissions[best]!.team,
    hostLoss: play.status === "cancelled" ? -play.ledger.net(HOST) : 0n,
    teamNet: teamNet(play),
    twinNet: honestTeamNet(play),
    teamWon: won !== undefined && play.submissions[won]!.team,
    conserved: isConserved(play),
    faults: [
      ...resultFaults(play),
      ...bookFaults(play),
      ...moneyFaults(play),
      ...intrusionFaults(play),
    ],
  };
}

function honestMiners({ miners }: Play): Hex[] {
  return [...miners].filter(([, { strategy }]) => strategy.honest).map(([miner]) => miner);
}

/** Number of the highest score, ties to the lower number. */
function bestOf(scores: readonly number[]): number {
  return scores.indexOf(Math.max(...scores));
}

function judgeCase(play: Play, number: number): Case {
  const truth = play.truths[number]!;
  const result = play.results[number]!;
  const values = [...evaluationsOf(play, number).values()];
  const honest = values.filter((score) => score === truth).length;
  const abstaining = values.filter((score) => score === ABSTAIN).length;
  const hostile = values.length - honest - abstaining;
  const minority = hostile + abstaining < honest;
  return {
    honest,
    hostile,
    abstaining,
    minority,
    outcome: typeof result === "string" ? result : result.score === truth ? "true" : "false",
    owing: minority ? [] : owing(play, number),
  };
}

/** Honest miners who revealed another score than the one that settled. */
function owing(play: Play, number: number): Hex[] {
  const result = countResults(play)[number]!;
  if (typeof result === "string") return [];
  const evaluations = evaluationsOf(play, number);
  return honestMiners(play).filter((miner) => {
    const score = evaluations.get(miner) ?? ABSTAIN;
    return score !== ABSTAIN && score !== result.score;
  });
}

/** From the dissents that the contract booked. An honest miner always reveals, so all it owes is what {@linkcode owing} finds. */
function penalisedInMinority(play: Play, cases: readonly Case[]): number {
  return honestMiners(play).reduce((sum, miner) => {
    const owed = cases.filter(({ owing }) => owing.includes(miner)).length;
    return sum + Math.max(0, play.accounts.get(miner)!.dissents - owed);
  }, 0);
}

function teamNet({ miners, authors, ledger }: Play): bigint {
  const members = [...miners, ...authors].filter(([, { team }]) => team);
  return members.reduce((sum, [who]) => sum + ledger.net(who), 0n);
}

function* resultFaults(play: Play): Generator<string> {
  for (const [number, expected] of countResults(play).entries()) {
    const result = play.results[number];
    if (JSON.stringify(result) !== JSON.stringify(expected)) {
      yield `submission ${number} is ${JSON.stringify(result)}, not ${JSON.stringify(expected)}`;
    }
  }
  const { status, best } = countEnding(play);
  if (play.status !== status) yield `ended ${play.status}, not ${status}`;
  else if (play.best !== best) yield `submission ${play.best} won, not submission ${best}`;
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

function isConserved({ ledger, held, left }: Play): boolean {
  const { paid, received } = ledger.totals();
  return held === paid && received === paid && left === 0n;
}

/** Everybody got what is due, nobody more, and nothing is left. */
function* moneyFaults(play: Play): Generator<string> {
  const { ledger, held, left, mistold } = play;
  const dues = duesOf(play);
  for (const who of new Set([...dues.keys(), ...ledger.addresses()])) {
    const [due, { received }] = [dues.get(who) ?? 0n, ledger.of(who)];
    if (received !== due) yield `${nameOf(play, who)} was paid ${received} wei, not ${due}`;
  }
  if (!isConserved(play)) {
    const { paid, received } = ledger.totals();
    yield `${paid} wei were paid in, ${held} held, ${received} paid out, and ${left} are left`;
  }
  for (const who of mistold) yield `the event of the payment of ${nameOf(play, who)} is wrong`;
}

function nameOf({ best, submissions, miners }: Play, who: Hex): string {
  if (who === HOST) return "the host";
  if (who === SETTLER) return "the settler";
  if (best !== undefined && submissions[best]!.author === who) return "the winner";
  return `${miners.has(who) ? "miner" : "author"} ${who}`;
}

/** Nothing went through that must be refused, nor was it refused for another reason. */
function* intrusionFaults({ intrusions }: Play): Generator<string> {
  for (const what of intrusions.accepted) yield `accepted: ${what}`;
  for (const what of intrusions.misjudged) yield `refused for another reason: ${what}`;
}
