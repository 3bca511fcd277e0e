/** Sums over competitions, and a list of everything that should not have happened. */
import { Earnings } from "./earnings.ts";
import type { Play } from "./ending.ts";
import { PRIZE_FUND } from "./game.ts";
import type { Audit, Case } from "./judge.ts";

/** What happened to submissions, on one side of the condition of I7. */
export interface Harm {
  /** Submissions. */
  cases: number;
  /** Of these, settled with another score than the true one. */
  falseSettled: number;
  /** Of these, void. */
  void: number;
  /** Honest miners, once for each submission over which they were penalised. */
  penalised: number;
}

/** Sums over the competitions of one family. */
export interface Sums {
  /** Played. */
  competitions: number;
  /** Ended with a winner. */
  final: number;
  /** Ended without. */
  cancelled: number;
  /** Fewer hostile and abstaining evaluations than honest ones. */
  minority: Harm;
  /** Decided otherwise. */
  outside: Harm;
  /** Submissions that no attempt decided. */
  undecided: number;
  /** Competitions in which an honest miner got less than its bond back. */
  minersAtLoss: number;
  /** Competitions in which the best submission was an honest author's, and another one won. */
  robbed: number;
  /** Competitions that were cancelled although their host had paid for evaluations. */
  hostPaid: number;
  /** What these hosts lost together, percent of a prize fund. */
  hostLoss: number;
  /** Competitions that the hostile team won. */
  teamWon: number;
  /** What the teams gained together, percent of a prize fund. */
  teamNet: number;
  /** What honest work would have given them. */
  twinNet: number;
}

/** Everything that was found. */
export class Statistics {
  /** By name. */
  readonly families: Map<string, Sums> = new Map();
  /** Families of teams, by {@linkcode shareKey}. */
  readonly shares: Map<string, Sums> = new Map();
  /** Of miners by themselves. */
  readonly earnings: Earnings = new Earnings();
  /** Competitions played on the chain. */
  played = 0;
  /** Refused calls that were tried, by what they were. */
  readonly intrusions: Map<string, number> = new Map();
  /** What no competition may show, with its family and seed. */
  readonly violations: string[] = [];
  /** Competitions whose money is not conserved to the wei. */
  unconserved = 0;
  /** In competitions that were decided and had an honest majority for every submission. */
  honestLosses = 0;
  /** Teams in such competitions that gained more than honest work would have given them. */
  teamsBeatingHonest = 0;

  /** Adds a competition. */
  add(play: Play, audit: Audit): void {
    const { scenario } = play;
    this.played++;
    addTo(entry(this.families, scenario.family), { play, audit });
    if (scenario.share !== undefined) {
      addTo(entry(this.shares, shareKey({ ...scenario, share: scenario.share })), { play, audit });
    }
    if (play.miners.size > 0 && ![...play.miners.values()].some(({ team }) => team)) {
      this.earnings.add(play);
    }
    for (const [what, count] of play.intrusions.tried) {
      this.intrusions.set(what, (this.intrusions.get(what) ?? 0) + count);
    }
    this.#check(play, audit);
  }

  /** Sums over all families. */
  total(): Sums {
    const total = noSums();
    for (const sums of this.families.values()) merge(total, sums);
    return total;
  }

  #check({ scenario }: Play, audit: Audit): void {
    const report = (what: string) =>
      this.violations.push(`${scenario.family}, seed ${scenario.seed}: ${what}`);
    if (!audit.conserved) this.unconserved++;
    for (const fault of audit.faults) report(fault);
    audit.cases.forEach((one, number) => {
      for (const wrong of wrongs(one)) report(`submission ${number} ${wrong} (${describe(one)})`);
    });
    if (audit.penalisedInMinority > 0) {
      report(`${audit.penalisedInMinority} penalties of honest miners that they do not owe`);
    }
    if (!audit.minority) return;
    for (const loss of losses(audit)) {
      this.honestLosses++;
      report(loss);
    }
    if (audit.teamNet > audit.twinNet) {
      this.teamsBeatingHonest++;
      report(`the team gained ${audit.teamNet} wei, and by honest work ${audit.twinNet}`);
    }
  }
}

/** Key of a family of teams with one share of the miners, percent. */
export function shareKey({ family, share }: { family: string; share: number }): string {
  return `${family} ${share} %`;
}

/** What I7 rules out for a submission with an honest majority. */
function* wrongs({ minority, outcome }: Case): Generator<string> {
  if (!minority) return;
  if (outcome === "false") yield "settled false";
  if (outcome === "void") yield "went void";
}

function* losses({ minersAtLoss, robbed, hostLoss }: Audit): Generator<string> {
  if (minersAtLoss > 0) yield `${minersAtLoss} honest miners lost money`;
  if (robbed) yield "the best submission did not win";
  if (hostLoss > 0n) yield `the host of a cancelled competition lost ${hostLoss} wei`;
}

function describe({ honest, hostile, abstaining }: Case): string {
  return `${honest} honest, ${hostile} hostile, ${abstaining} abstaining evaluations`;
}

function entry(map: Map<string, Sums>, key: string): Sums {
  let sums = map.get(key);
  if (sums === undefined) map.set(key, sums = noSums());
  return sums;
}

function noHarm(): Harm {
  return { cases: 0, falseSettled: 0, void: 0, penalised: 0 };
}

function noSums(): Sums {
  const counts = { competitions: 0, final: 0, cancelled: 0, undecided: 0, minersAtLoss: 0 };
  const money = { robbed: 0, hostPaid: 0, hostLoss: 0, teamWon: 0, teamNet: 0, twinNet: 0 };
  return { ...counts, ...money, minority: noHarm(), outside: noHarm() };
}

function addTo(sums: Sums, { play, audit }: { play: Play; audit: Audit }): void {
  sums.competitions++;
  sums[play.status]++;
  sums.minority.penalised += audit.penalisedInMinority;
  for (const one of audit.cases) {
    if (one.outcome === "undecided") sums.undecided++;
    else addCase(one.minority ? sums.minority : sums.outside, one);
  }
  if (audit.minersAtLoss > 0) sums.minersAtLoss++;
  if (audit.robbed) sums.robbed++;
  if (audit.hostLoss > 0n) sums.hostPaid++;
  if (audit.hostLoss > 0n) sums.hostLoss += percentOfPrize(audit.hostLoss);
  if (audit.teamWon) sums.teamWon++;
  sums.teamNet += percentOfPrize(audit.teamNet);
  sums.twinNet += percentOfPrize(audit.twinNet);
}

function addCase(harm: Harm, { outcome, owing }: Case): void {
  harm.cases++;
  if (outcome === "false") harm.falseSettled++;
  if (outcome === "void") harm.void++;
  harm.penalised += owing.length;
}

function merge(into: Sums, from: Sums): void {
  for (const key of Object.keys(from) as (keyof Sums)[]) {
    if (key === "minority" || key === "outside") mergeHarm(into[key], from[key]);
    else into[key] += from[key];
  }
}

function mergeHarm(into: Harm, from: Harm): void {
  for (const key of Object.keys(from) as (keyof Harm)[]) into[key] += from[key];
}

function percentOfPrize(wei: bigint): number {
  return Number((wei * 1_000_000n) / PRIZE_FUND) / 10_000;
}
