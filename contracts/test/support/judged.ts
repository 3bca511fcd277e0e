/** Rounds as the tests of settling judge them: five miners, and what the contract makes of their rows. */
import type { Hex, Terms } from "../../../core/protocol/types.ts";
import { miners } from "./actors.ts";
import type { Ballot } from "./ballot.ts";
import type { Competition } from "./competition.ts";
import { authors, settled } from "./phases.ts";

/** Five miners. */
export const FIVE: Hex[] = miners(5);
/** Five seats, three of which decide. */
export const FIVE_SEATS = { quorum: 5, minReveals: 3 };

/** A miner's part: its scores, or that it commits only, or that it stays away. */
export type Part = number[] | "silent" | "absent";

/** A settled round of these parts, one for each of the five miners. */
export async function decided(parts: Part[], changes: Partial<Terms> = {}): Promise<Competition> {
  const count = (parts.find((part) => typeof part !== "string") as number[]).length;
  const ballots = parts.flatMap((part, i): Ballot[] => {
    const miner = FIVE[i]!;
    if (part === "absent") return [];
    return part === "silent"
      ? [{ miner, scores: row(count), silent: true }]
      : [{ miner, scores: part }];
  });
  const setup = authors(count);
  const terms = { ...setup.terms, ...FIVE_SEATS, ...changes };
  return await settled({ ...setup, terms, miners: FIVE, ballots });
}

/** The same score on `count` submissions. */
export function row(count: number, score = 50_000): number[] {
  return Array.from({ length: count }, () => score);
}

/** The result word of each submission. */
export async function results(c: Competition): Promise<bigint[]> {
  const rows: bigint[] = [...await c.deml.view("submissionsPage", [c.id, 0, 1_000])];
  return rows.filter((_, i) => i % 3 === 2);
}

/** A result word: `agreeing * 2^17 + median`. */
export function result(agreeing: number, median: number): bigint {
  return BigInt(agreeing * 2 ** 17 + median);
}

/** What the competition has booked: number of fees, and penalties in wei. */
export async function totals(c: Competition): Promise<{ fees: bigint; penalties: bigint }> {
  const { fees, penalties } = await c.deml.view("competition", [c.id]);
  return { fees, penalties };
}

/** Fees and dissents of each account. */
export function books(
  c: Competition,
  people: readonly Hex[],
): Promise<[fees: number, dissents: number][]> {
  return Promise.all(people.map(async (who): Promise<[number, number]> => {
    const { fees, dissents } = await c.deml.view("account", [c.id, who]);
    return [Number(fees), Number(dissents)];
  }));
}
