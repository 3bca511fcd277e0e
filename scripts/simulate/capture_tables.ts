/** Captured committees as tables: drawn beside exact. Pure functions. */
import { minRevealsRange } from "../../core/protocol/terms.ts";
import {
  anyOf,
  COMMITTEES,
  type CommitteeSize,
  drawnTail,
  exactTail,
  HOSTILE_SHARES,
  hostileMiners,
  thresholds,
} from "./capture.ts";
import type { Findings } from "./expectations.ts";
import type { Table } from "./table.ts";

/** Rounds of floods in the table. */
const ROUNDS = [1, 4, 16, 64];
/** Hostile shares of the miners in that table, percent. */
const FLOOD_SHARES = [25, 30, 33, 36, 40, 45];
/** Smaller chances are no chances. */
const LEAST = 5e-7;

/** Drawn and exact chances that one attempt of a round is captured, tied or stopped, and the exact one of three. */
export function captureTable({ histograms }: Findings): Table {
  return {
    name: "capture",
    columns: [
      { title: "seats" },
      right("hostile"),
      ...["settles lies", "exact", "voids", "exact", "stops", "exact"].map(right),
      right("lies in any of 3"),
      right("stops all 3"),
    ],
    rows: COMMITTEES.flatMap((size, i) =>
      HOSTILE_SHARES.map((share, s) => [
        `${size.quorum} of ${size.miners.toLocaleString("en")}`,
        `${share} %`,
        ...captureCells(size, { share, histogram: histograms[i]![s]! }),
      ])
    ),
  };
}

function captureCells(
  size: CommitteeSize,
  { share, histogram }: { share: number; histogram: number[] },
): string[] {
  const { settle, void: voids, block } = thresholds(size.quorum);
  const exact = (from: number) =>
    exactTail({ ...size, hostile: hostileMiners(size.miners, share) }, from);
  const pairs = [settle, voids, block].flatMap((from) => [
    percent(drawnTail(histogram, from)),
    percent(exact(from)),
  ]);
  return [...pairs, percent(anyOf(3, exact(settle))), percent(exact(block) ** 3)];
}

/**
 * Exact chances that a team captures at least one committee, or cancels, if it floods the competition with so many
 * rounds and has a submission in each: in three attempts, stopping what it does not capture where it can.
 */
export function floodTable(): Table {
  const size = { quorum: 100, miners: 1_000 };
  const { min, max } = minRevealsRange(size.quorum);
  return {
    name: "floods",
    columns: [
      { title: "minReveals" },
      right("hostile"),
      ...ROUNDS.map((rounds) => right(`captures 1 of ${rounds}`)),
      ...ROUNDS.map((rounds) => right(`stops 1 of ${rounds}`)),
    ],
    rows: [max, min].flatMap((minReveals) =>
      FLOOD_SHARES.map((share) => {
        const { settle, block } = thresholds(size.quorum, minReveals);
        const hostile = hostileMiners(size.miners, share);
        const lies = exactTail({ ...size, hostile }, settle);
        const stops = exactTail({ ...size, hostile }, block);
        return [
          `${minReveals} (${minReveals === max ? "default" : "least"})`,
          `${share} %`,
          ...ROUNDS.map((rounds) => percent(anyOf(rounds, withRetries({ lies, stops })))),
          ...ROUNDS.map((rounds) => percent(anyOf(rounds, stops ** 3))),
        ];
      })
    ),
  };
}

/** A round goes on to its next attempt where it was stopped and not captured. */
function withRetries({ lies, stops }: { lies: number; stops: number }): number {
  const retry = stops - lies;
  return lies * (1 + retry + retry ** 2);
}

/** Seats as the contract itself gives them. */
export function seatsTable({ onChain }: Findings): Table {
  return {
    name: "seats",
    columns: [
      { title: "seats" },
      ...["committees", "other than core's"].map(right),
      ...HOSTILE_SHARES.map((share) => right(`seats of ${share} %`)),
    ],
    rows: onChain.map(({ quorum, miners, committees, different, hostile }) => [
      `${quorum} of ${miners.toLocaleString("en")}`,
      String(committees),
      String(different),
      ...hostile.map((seats) => `${seats.toFixed(1)} %`),
    ]),
  };
}

function percent(chance: number): string {
  if (chance < LEAST) return "0";
  const value = 100 * chance;
  return `${value >= 10 ? value.toFixed(1) : value.toPrecision(2)} %`;
}

function right(title: string) {
  return { title, align: "right" as const };
}
