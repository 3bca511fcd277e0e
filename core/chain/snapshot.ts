/** Reading one competition as a whole: paged views at one block, in a fixed number of requests. */
import { roundCount, unsealRound } from "../protocol/clock.ts";
import { callPage, callPageUpTo, callView, type View } from "./calls.ts";
import { readBlock, readChainId, readConstants } from "./constants.ts";
import type { Provider } from "./provider.ts";
import {
  decodeBeacon,
  decodeCompetition,
  decodeEpoch,
  decodeMiner,
  decodeRound,
  decodeRows,
  decodeSubmission,
  WIDTHS,
} from "./rows.ts";
import type {
  Block,
  Competition,
  CompetitionKey,
  Epoch,
  PostedBeacon,
  Round,
  Snapshot,
} from "./types.ts";

/** Rows of one page: about 7 million gas for submissions, the dearest, well below what nodes give a call. */
export const PAGE_ROWS = 1_000;
/** Most submissions, and most miners, that are believed: with more, the node lies or nobody could evaluate them. */
const MAX_ROWS = 100_000;
const MAX_EPOCHS = 64;

/** How to read. */
export interface PageOptions {
  /** Most rows of one page: 1000 unless a node gives its calls too little gas for that. */
  pageRows?: number;
}

/** A competition at a block. */
interface At extends CompetitionKey, Required<PageOptions> {
  block: Block;
}

/** A list that is read in pages. */
interface List<T> {
  name: View;
  width: number;
  decode(row: Uint8Array, index: number): T;
}

const SUBMISSIONS = {
  name: "submissionsPage",
  width: WIDTHS.submission,
  decode: decodeSubmission,
} as const;
const MINERS = { name: "minersPage", width: WIDTHS.miner, decode: decodeMiner } as const;
const EPOCHS = { name: "epochsPage", width: WIDTHS.epoch, decode: decodeEpoch } as const;

/**
 * Reads all that a miner's tick or the site needs of a competition, at one block, in three round trips: where the chain
 * is, the counters with the first pages, and the rest. They are three HTTP requests whatever the number of submissions,
 * miners and rounds; only the 100-call limit of one request adds to them (above 49 epochs, or many thousands of rows).
 *
 * @throws {RangeError} for answers that do not fit together, or a competition too large to be believed
 * @throws {Error} if the chain was reorganised meanwhile; reading again helps
 */
export async function readSnapshot(
  provider: Provider,
  { contract, id, pageRows = PAGE_ROWS }: CompetitionKey & PageOptions,
): Promise<Snapshot> {
  const [chainId, block, constants] = await Promise.all([
    readChainId(provider),
    readBlock(provider),
    readConstants(provider, contract),
  ]);
  const at = { contract, id, block, pageRows };
  const { competition, epochs, ...first } = await readHead(provider, at);
  checkCounts(competition, epochs);
  const [submissions, miners, rounds, beacons] = await Promise.all([
    readRest(provider, {
      ...at,
      list: SUBMISSIONS,
      first: first.submissions,
      total: competition.submissions,
    }),
    readRest(provider, { ...at, list: MINERS, first: first.miners, total: competition.miners }),
    Promise.all(epochs.map((epoch) => readRounds(provider, { ...at, epoch }))),
    Promise.all(
      epochs.map(({ number }) =>
        readBeacon(provider, { ...at, round: unsealRound(competition, number, constants) })
      ),
    ),
    checkBlock(provider, block),
  ]);
  const lists = { submissions, miners, epochs, rounds, beacons };
  return { chainId, contract, block, constants, competition, ...lists };
}

/** The counters, and with them the pages that are enough for most competitions. */
async function readHead(provider: Provider, at: At) {
  const [competition, epochs, submissions, miners] = await Promise.all([
    readCompetition(provider, at),
    readFirst(provider, { ...at, list: EPOCHS, rows: MAX_EPOCHS }),
    readFirst(provider, { ...at, list: SUBMISSIONS, rows: at.pageRows }),
    readFirst(provider, { ...at, list: MINERS, rows: at.pageRows }),
  ]);
  return { competition, epochs, submissions, miners };
}

async function readCompetition(
  provider: Provider,
  { contract, id, block }: At,
): Promise<Competition> {
  const page = await callPageUpTo(provider, {
    contract,
    block,
    name: "competitionsPage",
    args: [id, 1],
    width: WIDTHS.competition,
    rows: 1,
  });
  if (page.length === 0) throw new RangeError(`there is no competition ${id} at ${contract}`);
  return decodeCompetition(page, id);
}

async function readFirst<T>(
  provider: Provider,
  { id, list, rows, ...at }: At & { list: List<T>; rows: number },
): Promise<T[]> {
  const call = { ...at, name: list.name, width: list.width, rows, args: [id, 0, rows] };
  return decodeRows(await callPageUpTo(provider, call), list);
}

/** All rows of a list whose first page is there. */
async function readRest<T>(
  provider: Provider,
  { id, list, first, total, pageRows, ...at }: At & { list: List<T>; first: T[]; total: number },
): Promise<T[]> {
  if (first.length !== Math.min(total, pageRows)) {
    throw new RangeError(`${list.name} gave ${first.length} of ${total} rows`);
  }
  const starts = range(Math.ceil(total / pageRows)).slice(1).map((page) => page * pageRows);
  const pages = await Promise.all(starts.map(async (from) => {
    const rows = Math.min(total - from, pageRows);
    const call = { ...at, name: list.name, width: list.width, rows, args: [id, from, rows] };
    const decode = (row: Uint8Array, i: number) => list.decode(row, from + i);
    return decodeRows(await callPage(provider, call), { width: list.width, decode });
  }));
  return first.concat(...pages);
}

async function readRounds(
  provider: Provider,
  { id, epoch, ...at }: At & { epoch: Epoch },
): Promise<Round[]> {
  // Asked for also where there are none, so that the requests do not depend on the submissions.
  const rows = roundCount(epoch.count);
  const page = await callPage(provider, {
    ...at,
    name: "roundsPage",
    args: [id, epoch.number, 0, rows],
    width: WIDTHS.round,
    rows,
  });
  return decodeRows(page, {
    width: WIDTHS.round,
    decode: (row, number) => decodeRound(row, { epoch: epoch.number, number }),
  });
}

async function readBeacon(
  provider: Provider,
  { contract, block, round }: At & { round: number },
): Promise<PostedBeacon | undefined> {
  const call = { contract, block, name: "beacon", args: [round], words: 2 } as const;
  return decodeBeacon(await callView(provider, call), round);
}

/** Everything was read by the block's number: it must still be the same block. */
async function checkBlock(provider: Provider, block: Block): Promise<void> {
  if ((await readBlock(provider, block)).hash === block.hash) return;
  throw new Error(
    `the chain was reorganised at block ${block.number} while it was read: try again`,
  );
}

/** Counters that do not fit together come from a node that lies or is broken. */
function checkCounts(competition: Competition, epochs: readonly Epoch[]): void {
  const { id, submissions, miners, rounds, decided } = competition;
  if (submissions > MAX_ROWS || miners > MAX_ROWS) {
    throw new RangeError(
      `competition ${id} has ${submissions} submissions and ${miners} miners, more than the ${MAX_ROWS} that are read`,
    );
  }
  let first = 0;
  for (const epoch of epochs) {
    if (epoch.count > 0 && epoch.first !== first) throw misfit(id, `epoch ${epoch.number}`);
    first += epoch.count;
  }
  if (epochs.length !== competition.epochs) throw misfit(id, "epochs");
  if (first !== submissions) throw misfit(id, "submissions");
  if (sum(epochs, ({ count }) => roundCount(count)) !== rounds) throw misfit(id, "rounds");
  if (sum(epochs, (epoch) => epoch.decided) !== decided) throw misfit(id, "decided rounds");
}

function misfit(id: number, what: string): RangeError {
  return new RangeError(
    `the chain node's answers about the ${what} of competition ${id} do not fit together`,
  );
}

function sum<T>(items: readonly T[], value: (item: T) => number): number {
  return items.reduce((total, item) => total + value(item), 0);
}

function range(count: number): number[] {
  return Array.from({ length: count }, (_, i) => i);
}
