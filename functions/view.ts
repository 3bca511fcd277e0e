/** What a tick reads of the chain before it plans. */
import { readAccount, readCompetitions, readSeats, readSnapshot } from "../core/chain/reader.ts";
import type { Provider } from "../core/chain/rpc.ts";
import type { Competition, Hex } from "../core/chain/types.ts";
import type { View } from "./actions.ts";
import { roundsToWatch } from "./plan.ts";

/** Competitions of one request, as the contract's page gives them. */
const PAGE = 1_000;

/** Whose work, and where. */
export interface WorkKey {
  /** Address of the DeML contract. */
  contract: Hex;
  /** Address of the miner. */
  miner: Hex;
  /** Numbers of competitions. */
  wanted: "all" | readonly number[];
  /** Competitions in which there will never be anything to do. Those found here are added. */
  over: Set<number>;
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
 * in. Two requests, however many there are (one more for each thousand).
 */
export async function findWork(provider: Provider, key: WorkKey): Promise<Work> {
  const { contract, miner: who, wanted, over, enrolls, wallTime } = key;
  const all = await readAll(provider, contract);
  const candidates = all.filter(({ id }) =>
    !over.has(id) && (wanted === "all" || wanted.includes(id))
  );
  const accounts = await Promise.all(
    candidates.map(({ id }) => readAccount(provider, { contract, id, who })),
  );
  const open = candidates.filter(({ id, status, registrationEndsAt }, i) => {
    // Fees of a settler that is no miner stay: they are for whoever calls `claim`.
    if (accounts[i]?.index !== undefined) return true;
    const closed = status !== "open" || registrationEndsAt <= wallTime;
    if (closed) over.add(id);
    // One that the operator names is looked at anyway: its plan says why there is nothing to do.
    return !closed && (enrolls || wanted !== "all");
  });
  return {
    ids: open.map(({ id }) => id),
    missing: wanted === "all" ? [] : wanted.filter((id) => id >= all.length),
  };
}

async function readAll(provider: Provider, contract: Hex): Promise<Competition[]> {
  const all: Competition[] = [];
  while (true) {
    const page = await readCompetitions(provider, { contract, from: all.length, count: PAGE });
    all.push(...page);
    if (page.length < PAGE) return all;
  }
}

/** A competition, and the time to plan it for. */
export interface Sight {
  /** What the chain said. */
  view: View;
  /** Unix second. */
  now: number;
}

/**
 * Reads one competition: its snapshot, and the seats that its plan needs, at one block.
 *
 * The time is that of the block or of the wall clock, whichever is later: a chain that makes blocks only when somebody
 * sends (such as a development node) stands still in between. A wall clock that is fast only makes calls fail in
 * simulation.
 */
export async function readView(
  provider: Provider,
  { contract, miner, id, wallTime }: Pick<WorkKey, "contract" | "miner" | "wallTime"> & {
    id: number;
  },
): Promise<Sight> {
  const snapshot = await readSnapshot(provider, { contract, id });
  const { block, competition } = snapshot;
  const now = Math.max(block.timestamp, wallTime);
  const roundIds = roundsToWatch(snapshot, now);
  const seats = await readSeats(provider, {
    contract,
    roundIds,
    miners: competition.miners,
    block,
  });
  return { view: { snapshot, seats, miner }, now };
}
