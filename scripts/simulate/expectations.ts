/** What must come out, and the summary for programs. */
import { COMMITTEES, deviation, drawnTail, exactTail, type Histogram } from "./capture.ts";
import { HOSTILE_SHARES, hostileMiners, thresholds } from "./capture.ts";
import type { SeatsOnChain } from "./seats_on_chain.ts";
import { familyOf, SHARES } from "./families/collusion.ts";
import { shareKey, type Statistics } from "./statistics.ts";
import { TOGETHER } from "./teams.ts";

/** Standard errors beyond which drawn committees are not what they should be: once in millions of comparisons. */
const MAX_DEVIATION = 5.5;

/** Everything that was found. */
export interface Findings {
  /** Of the competitions. */
  statistics: Statistics;
  /** For each of COMMITTEES and HOSTILE_SHARES. */
  histograms: Histogram[][];
  /** Committees drawn for each of COMMITTEES. */
  draws: number;
  /** Committees as the contract gives them. */
  onChain: SeatsOnChain[];
}

/** What `--json` prints. "Minority": fewer hostile and abstaining evaluations of a submission than honest ones. */
export interface Summary {
  /** Nothing below is as it must not be. */
  ok: boolean;
  /** Played on the chain. */
  competitions: number;
  /** Submissions with an honest majority. */
  minority: number;
  /** Of these, false scores that settled. */
  falseSettledInMinority: number;
  /** Of these, void ones. */
  honestVoidInMinority: number;
  /** Honest miners, once for each of these submissions over which they were penalised. */
  honestPenalisedInMinority: number;
  /** Honest parties that lost in competitions where all submissions had an honest majority. */
  honestLosses: number;
  /** Strategies of single miners that earn as much as honest work, sharing results apart. */
  strategiesBeatingHonest: string[];
  /** Teams that gained more than by honest work in competitions where all submissions had an honest majority. */
  teamsBeatingHonest: number;
  /** Strategies of teams that gain over honest work otherwise, from which share of the miners on, and in how many. */
  teamsBeatingHonestOutside: string[];
  /** Submissions without an honest majority, and what became of them. */
  outside: number;
  /** Of these, false scores that settled. */
  falseSettledOutside: number;
  /** Calls that the contract must refuse, and those that it did not. */
  intrusions: number;
  /** Of these, calls that went through. */
  intrusionsAccepted: number;
  /** Money in all competitions, to the wei. */
  conserved: boolean;
  /** Other things that no competition may show. */
  violations: number;
  /** Committees asked of the contract, and those that core/ draws otherwise. */
  committeesOnChain: number;
  /** Of these, drawn otherwise by core/. */
  committeesDifferent: number;
  /** Greatest distance of drawn capture from the hypergeometric chance, in standard errors. */
  captureDeviation: number;
  /** Wall-clock time of the run. */
  seconds: number;
}

/** Sums everything up. */
export function summarize(findings: Findings, seconds: number): Summary {
  const { statistics, onChain } = findings;
  const { minority, outside } = statistics.total();
  const accepted = statistics.violations.filter((line) => line.includes(": accepted: "));
  const beating = statistics.earnings.beatingHonest().map(({ strategy }) => strategy.name);
  const facts = {
    competitions: statistics.played,
    minority: minority.cases,
    falseSettledInMinority: minority.falseSettled,
    honestVoidInMinority: minority.void,
    honestPenalisedInMinority: minority.penalised,
    honestLosses: statistics.honestLosses,
    strategiesBeatingHonest: beating,
    teamsBeatingHonest: statistics.teamsBeatingHonest,
    teamsBeatingHonestOutside: teamsGaining(statistics),
    outside: outside.cases,
    falseSettledOutside: outside.falseSettled,
    intrusions: [...statistics.intrusions.values()].reduce((sum, count) => sum + count, 0),
    intrusionsAccepted: accepted.length,
    conserved: statistics.unconserved === 0,
    violations: statistics.violations.length,
    committeesOnChain: onChain.reduce((sum, { committees }) => sum + committees, 0),
    committeesDifferent: onChain.reduce((sum, { different }) => sum + different, 0),
    captureDeviation: Number(greatestDeviation(findings).toFixed(2)),
  };
  const failures = expectations(facts);
  return { ok: failures.length === 0, ...facts, seconds: Math.round(seconds * 10) / 10 };
}

/** The expectations that a summary fails, each in a sentence. */
export function expectations(facts: Omit<Summary, "ok" | "seconds">): string[] {
  const failures: string[] = [];
  const expect = (holds: boolean, sentence: string) => holds || failures.push(sentence);
  expect(facts.competitions > 0 && facts.minority > 0, "something must have been played");
  expect(
    facts.falseSettledInMinority === 0,
    "no false score may settle against an honest majority",
  );
  expect(facts.honestVoidInMinority === 0, "nothing with an honest majority may go void");
  expect(facts.honestPenalisedInMinority === 0, "no honest miner in a majority may be penalised");
  expect(facts.honestLosses === 0, "where all have an honest majority, nobody honest may lose");
  expect(facts.strategiesBeatingHonest.length === 0, "no dishonest miner may earn what work earns");
  expect(facts.teamsBeatingHonest === 0, "no team may gain more than honestly against a majority");
  expect(facts.intrusionsAccepted === 0, "the contract must refuse what is out of turn");
  expect(facts.conserved, "money must be conserved to the wei");
  expect(facts.violations === 0, "results, books and payments must be as counted again");
  expect(facts.committeesDifferent === 0, "contract and core/ must draw the same committees");
  expect(facts.captureDeviation < MAX_DEVIATION, "committees must be drawn without bias");
  return failures;
}

function teamsGaining({ shares }: Statistics): string[] {
  return TOGETHER.flatMap((strategy) => {
    const from = SHARES.find((share) => {
      const sums = shares.get(shareKey({ family: familyOf(strategy), share }));
      return sums !== undefined && sums.teamNet > sums.twinNet;
    });
    if (from === undefined) return [];
    const { competitions } = shares.get(shareKey({ family: familyOf(strategy), share: from }))!;
    return [`${strategy.name}: from ${from} % (n = ${competitions})`];
  });
}

function greatestDeviation({ histograms, draws }: Findings): number {
  let greatest = 0;
  for (const [i, size] of COMMITTEES.entries()) {
    for (const [s, share] of HOSTILE_SHARES.entries()) {
      const hostile = hostileMiners(size.miners, share);
      for (const from of Object.values(thresholds(size.quorum))) {
        const drawn = drawnTail(histograms[i]![s]!, from);
        const exact = exactTail({ ...size, hostile }, from);
        greatest = Math.max(greatest, deviation(drawn, { exact, draws }));
      }
    }
  }
  return greatest;
}
