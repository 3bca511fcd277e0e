/** Reading the contract: competitions, seats and people. All numbers come checked and bounded. */
import type { Hex } from "../protocol/types.ts";
import { word } from "../protocol/codec.ts";
import { callPage, callPageUpTo, callView, type ViewCall } from "./calls.ts";
import { readNumber } from "./constants.ts";
import type { Provider } from "./provider.ts";
import {
  decodeAccountFields,
  decodeCompetition,
  decodeParticipant,
  decodeRows,
  decodeSeat,
  WIDTHS,
} from "./rows.ts";
import { PAGE_ROWS, type PageOptions } from "./snapshot.ts";
import type { Account, Block, Competition, CompetitionKey, Participant, Seat } from "./types.ts";

export { readBlock, readChainId, readConstants } from "./constants.ts";
export { type PageOptions, readSnapshot } from "./snapshot.ts";

/** A participant, miner or settler of a competition. */
export interface PersonKey extends CompetitionKey {
  /** Its address. */
  who: Hex;
  /** Block to read at; the latest if left out. */
  block?: Pick<Block, "number">;
}

/** Which seats to read. */
export interface SeatsKey extends PageOptions {
  /** Address of the DeML contract. */
  contract: Hex;
  /** As `encodeRoundId` gives them; each of an existing competition. */
  roundIds: readonly bigint[];
  /** Number of enrolled miners (`competition.miners`). */
  miners: number;
  /** Block to read at; the latest if left out. */
  block?: Pick<Block, "number">;
}

/**
 * Reads competitions in the order of their numbers, at the latest block, in one HTTP request.
 *
 * @param page first number, and the most rows: 1000 unless it is less
 */
export async function readCompetitions(
  provider: Provider,
  { contract, from = 0, count = PAGE_ROWS }: { contract: Hex; from?: number; count?: number },
): Promise<Competition[]> {
  const rows = Math.min(count, PAGE_ROWS);
  const width = WIDTHS.competition;
  const call = { contract, name: "competitionsPage", args: [from, rows], width, rows } as const;
  const page = await callPageUpTo(provider, call);
  return decodeRows(page, { width, decode: (row, i) => decodeCompetition(row, from + i) });
}

/** Reads how many competitions there are. */
export function readCompetitionCount(provider: Provider, contract: Hex): Promise<number> {
  return readNumber(provider, { contract, name: "competitionCount" });
}

/**
 * Reads the seats of all miners in several roundIds, in one HTTP request (of up to 100 pages of 1000 seats).
 *
 * @returns by roundId the seats in the order of the miners' indices; those without a commitment are "none"
 */
export async function readSeats(
  provider: Provider,
  { roundIds, ...key }: SeatsKey,
): Promise<Map<bigint, Seat[]>> {
  const seats = await Promise.all(
    roundIds.map((roundId) => readSeatsOf(provider, { ...key, roundId })),
  );
  return new Map(roundIds.map((roundId, i) => [roundId, seats[i]!]));
}

async function readSeatsOf(
  provider: Provider,
  { miners, roundId, pageRows = PAGE_ROWS, ...at }: Omit<SeatsKey, "roundIds"> & {
    roundId: bigint;
  },
): Promise<Seat[]> {
  const pages = Array.from({ length: Math.ceil(miners / pageRows) }, async (_, i) => {
    const from = i * pageRows;
    const rows = Math.min(miners - from, pageRows);
    const args = [roundId, from, rows];
    const call = { ...at, name: "seatsPage", args, width: WIDTHS.seat, rows } as const;
    return decodeRows(await callPage(provider, call), { width: WIDTHS.seat, decode: decodeSeat });
  });
  return (await Promise.all(pages)).flat();
}

/** Reads what a miner or settler has in a competition; undefined for nothing, or once claimed. */
export async function readAccount(
  provider: Provider,
  { contract, id, who, block }: PersonKey,
): Promise<Account | undefined> {
  const call = { contract, name: "account", args: [id, who], words: 4, block } as const;
  return decodeAccountFields(await callView(provider, call));
}

/** Reads a participant and its unfinished upload. Anybody else is answered as not registered. */
export async function readParticipant(
  provider: Provider,
  { contract, id, who, block }: PersonKey,
): Promise<Participant> {
  const call = { contract, name: "participant", args: [id, who], words: 8, block } as const;
  return decodeParticipant(await callView(provider, call));
}

/** Reads what `claim` would pay now, in wei: the stake left and the fees. */
export function readOwed(
  provider: Provider,
  { contract, id, who, block }: PersonKey,
): Promise<bigint> {
  return readAmount(provider, { contract, name: "owed", args: [id, who], block });
}

/** Reads what `withdrawPrize` (final, or if it ended now) or the host's `refund` (cancelled) pays, in wei. */
export function readPot(
  provider: Provider,
  { contract, id, block }: Omit<PersonKey, "who">,
): Promise<bigint> {
  return readAmount(provider, { contract, name: "pot", args: [id], block });
}

async function readAmount(provider: Provider, call: ViewCall): Promise<bigint> {
  return word(await callView(provider, { ...call, words: 1 }), 0);
}
