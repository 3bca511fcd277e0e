/** What each kind of miner earns for an evaluation that it was asked for, beside honest miners of the same competitions. */
import type { Hex } from "../../core/protocol/types.ts";
import type { Play } from "./ending.ts";
import type { Strategy } from "./strategies.ts";

/** Sums over miners of one strategy under one bond; amounts in fees of their competitions. */
export interface Earned {
  /** How these miners behave. */
  strategy: Strategy;
  /** Bond, in whole fees. */
  bond: number;
  /** Of the scenario. */
  group: string;
  /** What one fee is worth, wei. */
  fee: bigint;
  /** Seats times submissions, in decided rounds. */
  asked: number;
  /** Evaluations really made, in all attempts. */
  made: number;
  /** Fees earned. */
  fees: number;
  /** What was taken from their stakes. */
  penalties: number;
  /** Fees less penalties. */
  net: number;
  /** What honest miners of the same competitions would have earned for as many. */
  honest: number;
  /** Gas of all transactions but enrolment. */
  gas: number;
}

/** Earnings so far, by bond and strategy. */
export class Earnings {
  readonly #rows = new Map<string, Earned>();

  /** Adds the miners of a competition that act by themselves. */
  add(play: Play): void {
    const asked = askedOf(play);
    const bond = Math.floor(Number(play.competition.terms.bond / play.competition.fee));
    const honest = honestMean(play, asked);
    for (const [miner, { strategy, team }] of play.miners) {
      if (team || (asked.get(miner) ?? 0) === 0) continue;
      const row = this.#row(play, { strategy, bond });
      const money = moneyOf(play, miner);
      row.asked += asked.get(miner)!;
      row.made += play.work.get(miner) ?? 0;
      row.fees += money.fees;
      row.penalties += money.penalties;
      row.net += money.fees - money.penalties;
      row.honest += honest * asked.get(miner)!;
      row.gas += play.ledger.of(miner).gas;
    }
  }

  /** By group and bond, then by what they earned. */
  rows(): Earned[] {
    return [...this.#rows.values()].sort((a, b) =>
      a.group.localeCompare(b.group) || a.bond - b.bond || b.net / b.honest - a.net / a.honest
    );
  }

  /** Those that earn what honest work earns or more, though they neither work nor share. */
  beatingHonest(): Earned[] {
    return this.rows().filter(({ strategy, net, honest }) => {
      if (strategy.honest) return false;
      return strategy.shares ? net > honest + 1e-6 : net >= honest;
    });
  }

  #row({ competition, scenario }: Play, { strategy, bond }: { strategy: Strategy; bond: number }) {
    const { group = "" } = scenario;
    const key = `${group} ${bond} ${strategy.name}`;
    let row = this.#rows.get(key);
    if (row === undefined) {
      const sums = { asked: 0, made: 0, fees: 0, penalties: 0, net: 0, honest: 0, gas: 0 };
      row = { strategy, bond, group, fee: competition.fee, ...sums };
      this.#rows.set(key, row);
    }
    return row;
  }
}

/** Evaluations that each miner was asked for. */
function askedOf({ attempts }: Play): Map<Hex, number> {
  const asked = new Map<Hex, number>();
  for (const { decided, seated, count } of attempts) {
    if (!decided) continue;
    for (const miner of seated) asked.set(miner, (asked.get(miner) ?? 0) + count);
  }
  return asked;
}

/** Net of honest miners for each evaluation that they were asked for, in fees. */
function honestMean(play: Play, asked: ReadonlyMap<Hex, number>): number {
  let [net, count] = [0, 0];
  for (const [miner, { strategy }] of play.miners) {
    if (!strategy.honest) continue;
    const { fees, penalties } = moneyOf(play, miner);
    net += fees - penalties;
    count += asked.get(miner) ?? 0;
  }
  return count === 0 ? 0 : net / count;
}

/** What a miner was paid and lost, in whole fees as they are worth when nothing is cancelled. */
function moneyOf({ accounts, competition: c, ledger }: Play, miner: Hex) {
  const { fees } = accounts.get(miner)!;
  const lost = (fees === 0 ? 0 : fees) - Number(ledger.net(miner)) / Number(c.fee);
  return { fees, penalties: Math.max(0, Math.round(lost * 1e6) / 1e6) };
}
