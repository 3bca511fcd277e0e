/** What the simulation found, as tables. Pure functions. */
import type { Earned } from "./earnings.ts";
import { familyOf, SHARES } from "./families/collusion.ts";
import { type Harm, shareKey, type Statistics, type Sums } from "./statistics.ts";
import { TOGETHER } from "./teams.ts";
import type { Table } from "./table.ts";

/** Gas price at which gas is set against fees, in wei: 0.5 gwei, the upper end of what Ethereum cost in 2026. */
export const GAS_PRICE = 500_000_000n;

/** By family: how competitions ended, and who was harmed. */
export function familyTable({ families }: Statistics): Table {
  return {
    name: "families",
    columns: [
      { title: "family" },
      ...["played", "final", "cancelled", "majority", "harmed", "other", "false", "void"].map(
        right,
      ),
      ...["penalised", "undecided", "robbed", "host paid", "team won", "team net"].map(right),
    ],
    rows: [...families].sort(([a], [b]) => a.localeCompare(b)).map(([name, sums]) => [
      name,
      ...[sums.competitions, sums.final, sums.cancelled, sums.minority.cases].map(String),
      String(harmed(sums.minority)),
      ...[sums.outside.cases, sums.outside.falseSettled, sums.outside.void].map(String),
      ...[sums.outside.penalised, sums.undecided, sums.robbed, sums.hostPaid].map(String),
      String(sums.teamWon),
      percent(sums.teamNet / sums.competitions),
    ]),
  };
}

function harmed({ falseSettled, void: voided, penalised }: Harm): number {
  return falseSettled + voided + penalised;
}

/** By share of a team among the miners, all its strategies together. */
export function shareTable({ shares }: Statistics): Table {
  return {
    name: "shares",
    columns: [
      right("share"),
      ...["played", "majority", "harmed", "other", "false", "void", "penalised"].map(right),
      ...["undecided", "cancelled", "miners lost", "robbed"].map(right),
    ],
    rows: SHARES.map((share) => {
      const all = [...shares].filter(([key]) => key.endsWith(` ${share} %`)).map(([, sums]) =>
        sums
      );
      const sum = (of: (sums: Sums) => number) => String(all.reduce((n, sums) => n + of(sums), 0));
      return [
        `${share} %`,
        sum(({ competitions }) => competitions),
        sum(({ minority }) => minority.cases),
        sum(({ minority }) => harmed(minority)),
        sum(({ outside }) => outside.cases),
        sum(({ outside }) => outside.falseSettled),
        sum(({ outside }) => outside.void),
        sum(({ outside }) => outside.penalised),
        sum(({ undecided }) => undecided),
        sum(({ cancelled }) => cancelled),
        sum(({ minersAtLoss }) => minersAtLoss),
        sum(({ robbed }) => robbed),
      ];
    }),
  };
}

/** What a team gains over honest work, by strategy and share: mean percent of the prize fund, and of how many. */
export function gainTable({ shares }: Statistics): Table {
  return {
    name: "gains",
    columns: [{ title: "strategy" }, ...SHARES.map((share) => right(`${share} %`))],
    rows: TOGETHER.map((strategy) => [
      strategy.name,
      ...SHARES.map((share) => {
        const sums = shares.get(shareKey({ family: familyOf(strategy), share }));
        if (sums === undefined) return "-";
        const mean = (sums.teamNet - sums.twinNet) / sums.competitions;
        return `${percent(mean)} (${sums.competitions})`;
      }),
    ]),
  };
}

/** What single miners earn for each evaluation that they are asked for, in fees. */
export function earningsTable({ earnings }: Statistics): Table {
  return {
    name: "earnings",
    columns: [
      { title: "bond" },
      { title: "strategy" },
      ...["asked", "made", "fees", "penalties", "net", "of honest work"].map(right),
    ],
    rows: earnings.rows().map((row) => [
      bondOf(row),
      row.strategy.name,
      row.asked.toLocaleString("en"),
      (row.made / row.asked).toFixed(2),
      (row.fees / row.asked).toFixed(3),
      (row.penalties / row.asked).toFixed(3),
      (row.net / row.asked).toFixed(3),
      `${((100 * row.net) / row.honest).toFixed(0)} %`,
    ]),
  };
}

function bondOf({ bond, group }: Earned): string {
  return `${bond.toLocaleString("en")} fees${group === "" ? "" : `, ${group}`}`;
}

/** Gas of honest work at one price, beside the fee, by bond: not in any other table. */
export function gasTable({ earnings }: Statistics): Table {
  return {
    name: "gas",
    columns: [
      { title: "bond" },
      ...["gas per evaluation", "its price, gwei", "fee, gwei", "share"].map(right),
    ],
    rows: earnings.rows().filter(({ strategy }) => strategy.honest).map((row) => {
      const gas = row.gas / row.asked;
      const price = (gas * Number(GAS_PRICE)) / 1e9;
      const fee = Number(row.fee) / 1e9;
      return [
        bondOf(row),
        Math.round(gas).toLocaleString("en"),
        Math.round(price).toLocaleString("en"),
        Math.round(fee).toLocaleString("en"),
        `${((100 * price) / fee).toFixed(1)} %`,
      ];
    }),
  };
}

/** What was tried out of turn; all of it was refused unless a violation says otherwise. */
export function intrusionTable({ intrusions }: Statistics): Table {
  return {
    name: "refused",
    columns: [{ title: "call" }, right("tried")],
    rows: [...intrusions].sort(([a], [b]) => a.localeCompare(b))
      .map(([what, count]) => [what, String(count)]),
  };
}

function right(title: string) {
  return { title, align: "right" as const };
}

function percent(value: number): string {
  const text = value.toFixed(1);
  return text === "-0.0" ? "0.0" : text;
}
