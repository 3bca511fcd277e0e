/** What a tick reads of the chain before it plans. */
import {
  readAccount,
  readCompetitionCount,
  readCompetitions,
  readSeats,
  readSnapshot,
} from "../core/chain/reader.ts";
import type { Provider } from "../core/chain/rpc.ts";
import type { Account, Competition, Hex } from "../core/chain/types.ts";
import type { View } from "./actions.ts";
import { roundsToWatch } from "./plan.ts";

/** Competitions of one request, as the contract's page gives them. */
const PAGE = 1_000;
/** Competitions that a tick can look through. */
const MAX_COMPETITIONS = 100_000;
/** Competitions whose accounts are asked for at once: a few POSTs of 100 calls. */
const ACCOUNTS_AT_ONCE = 500;
/** Seconds and blocks, whichever is more, that the wall clock may be ahead of the latest block. */
const MAX_AHEAD_SECS = 120;
const MAX_AHEAD_BLOCKS = 10;

/** Whose work, and where. */
export interface WorkKey {
  /** Address of the DeML contract. */
  contract: Hex;
  /** Address of the miner. */
  miner: Hex;
  /** Numbers of competitions. */
  wanted: "all" | readonly number[];
  /** Whether the miner enrols by itself. */
  enrolls: boolean;
  /** Unix second of the wall clock; 0 to go by the chain's blocks alone. */
  wallTime: number;
}

/** Competitions to look at. */
export interface Work {
  /** Numbers of those that may need something. */
  ids: number[];
  /** Wanted ones that do not exist. */
  missing: number[];
}

/**
 * The competitions that may need something: those of the miner that are not paid out yet, and those that it could enrol
 * in. Three requests, and one more for each thousand competitions and each hundred accounts. Nothing of it is
 * remembered: what a node got wrong once, it may get right at the next tick.
 *
 * @throws {RangeError} if there are more competitions than can be looked through
 */
export async function findWork(provider: Provider, key: WorkKey): Promise<Work> {
  const { contract, wanted, enrolls, wallTime } = key;
  const count = await readCompetitionCount(provider, contract);
  const candidates = wanted === "all"
    ? await readAll(provider, { contract, count })
    : await readNamed(provider, { contract, ids: wanted.filter((id) => id < count) });
  const accounts = await readAccounts(provider, { ...key, competitions: candidates });
  const open = candidates.filter(({ status, registrationEndsAt }, i) => {
    // Fees of a settler that is no miner stay: they are for whoever calls `claim`.
    if (accounts[i]?.index !== undefined) return true;
    const closed = status !== "open" || registrationEndsAt <= wallTime;
    // One that the operator names is looked at anyway: its plan says why there is nothing to do.
    return !closed && (enrolls || wanted !== "all");
  });
  return {
    ids: open.map(({ id }) => id),
    missing: wanted === "all" ? [] : wanted.filter((id) => id >= count),
  };
}

async function readAll(
  provider: Provider,
  { contract, count }: { contract: Hex; count: number },
): Promise<Competition[]> {
  if (count > MAX_COMPETITIONS) {
    throw new RangeError(
      `expected at most ${MAX_COMPETITIONS} competitions, not ${count}: name some in DEML_COMPETITIONS`,
    );
  }
  const all: Competition[] = [];
  for (let from = 0; from < count; from += PAGE) {
    all.push(...await readCompetitions(provider, { contract, from, count: PAGE }));
  }
  return all;
}

async function readNamed(
  provider: Provider,
  { contract, ids }: { contract: Hex; ids: readonly number[] },
): Promise<Competition[]> {
  const found = await Promise.all(
    ids.map((id) => readCompetitions(provider, { contract, from: id, count: 1 })),
  );
  return found.flat();
}

async function readAccounts(
  provider: Provider,
  { contract, miner: who, competitions }: Pick<WorkKey, "contract" | "miner"> & {
    competitions: readonly Competition[];
  },
): Promise<(Account | undefined)[]> {
  const accounts: (Account | undefined)[] = [];
  for (let from = 0; from < competitions.length; from += ACCOUNTS_AT_ONCE) {
    const some = competitions.slice(from, from + ACCOUNTS_AT_ONCE);
    const read = some.map(({ id }) => readAccount(provider, { contract, id, who }));
    accounts.push(...await Promise.all(read));
  }
  return accounts;
}

/** A competition, and the time to plan it for. */
export interface Sight {
  /** What the chain said. */
  view: View;
  /** Unix second. */
  now: number;
  /** What is wrong with the wall clock, or with the chain; undefined if they agree. */
  clockError: string | undefined;
}

/**
 * Reads one competition: its snapshot, and the seats that its plan needs, at one block.
 *
 * The time is that of the block or of the wall clock, whichever is later: a chain that makes blocks only when somebody
 * sends (such as a development node) stands still in between. A wall clock that is far ahead does not count: a miner
 * that takes a window for over would miss it.
 */
export async function readView(
  provider: Provider,
  { contract, miner, id, wallTime, blockSecs }:
    & Pick<WorkKey, "contract" | "miner" | "wallTime">
    & { id: number; blockSecs: number },
): Promise<Sight> {
  const snapshot = await readSnapshot(provider, { contract, id });
  const { block, competition } = snapshot;
  const most = Math.max(MAX_AHEAD_SECS, MAX_AHEAD_BLOCKS * blockSecs);
  const fast = wallTime - block.timestamp > most;
  const now = fast ? block.timestamp : Math.max(block.timestamp, wallTime);
  const roundIds = roundsToWatch(snapshot, now);
  const seats = await readSeats(provider, {
    contract,
    roundIds,
    miners: competition.miners,
    block,
  });
  const clockError = fast
    ? `this machine's clock is more than ${most} s ahead of the chain's latest block: set the clock, or see whether the node is behind`
    : undefined;
  return { view: { snapshot, seats, miner }, now, clockError };
}
