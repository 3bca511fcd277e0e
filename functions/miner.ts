/** A miner: a key, a competition contract and a way to run ticks. */
import type { Provider } from "../core/chain/rpc.ts";
import type { Hex, Sender } from "../core/chain/types.ts";
import type { DataSource } from "./data.ts";
import type { Evaluate } from "./evaluate.ts";
import { type Log, noLog } from "./log.ts";
import type { TickReport } from "./report.ts";
import { memoryScores, type ScoreCache } from "./scores_cache.ts";
import { runTick } from "./tick.ts";

/** What a miner is made of. Several miners of one process may share all but `sender`, `secret` and `payout`. */
export interface MinerParts {
  /** Connection to the chain. */
  provider: Provider;
  /** The miner's key. */
  sender: Sender;
  /** Address of the DeML contract. */
  contract: Hex;
  /** What its salts and boxes derive from, at least 32 bytes that nobody else knows. */
  secret: Uint8Array;
  /** Manifests and data sets. */
  data: DataSource;
  /** Scores packed models. */
  evaluate: Evaluate;
  /** Base addresses of drand relays, preferred first. */
  relays: readonly string[];
  /** Finished scores; a memory of its own unless told. Only miners with the same `evaluate` may share one. */
  scores?: ScoreCache;
  /** Address that gets stake and fees; the sender's own unless told. */
  payout?: Hex | undefined;
  /** Numbers of the competitions to work on; all unless told. */
  competitions?: "all" | readonly number[];
  /** Greatest bond in wei to enroll with by itself; never enrols unless told. */
  maxBond?: bigint | undefined;
  /** Seconds between two ticks; 300 unless told. */
  everySecs?: number;
  /** Longest duration of a tick in seconds; 240 unless told. */
  deadlineSecs?: number;
  /** Seconds until a transaction is mined; 12 unless told. */
  blockSecs?: number;
  /** Unix second of the wall clock. `() => 0` goes by the chain's blocks alone, as for a chain whose clock is moved. */
  clock?: () => number;
  /** Time in ms; `Date.now` unless told. */
  millis?: () => number;
  /** Whether to plan and estimate, and send nothing. */
  dryRun?: boolean;
  /** Hears what happens. */
  log?: Log;
  /** To reach relays; `globalThis.fetch` unless told. */
  fetch?: typeof globalThis.fetch;
}

/** A miner that is ready to work. */
export interface Miner {
  /** Its address. */
  readonly address: Hex;
  /**
   * Runs one tick; never two at once: a call during a tick gives that tick's report.
   *
   * @throws {ChainUnreachable} if no chain node answers
   * @throws {RangeError} if there is no DeML contract at the address
   */
  tick(): Promise<TickReport>;
}

/** Makes a miner. Nothing happens before its first tick. */
export function createMiner(parts: MinerParts): Miner {
  const { sender, everySecs = 300, deadlineSecs = 240 } = parts;
  const tickParts = {
    ...parts,
    payout: parts.payout ?? sender.address,
    scores: parts.scores ?? memoryScores(),
    wanted: parts.competitions ?? "all",
    blockSecs: parts.blockSecs ?? 12,
    clock: parts.clock ?? wallClock,
    millis: parts.millis ?? Date.now,
    dryRun: parts.dryRun ?? false,
    log: parts.log ?? noLog(),
    fetch: parts.fetch ?? globalThis.fetch.bind(globalThis),
    deadlineSecs,
    policy: {
      everySecs,
      blockSecs: parts.blockSecs ?? 12,
      maxBond: parts.maxBond,
    },
  };
  let running: Promise<TickReport> | undefined;
  return {
    address: sender.address,
    tick() {
      running ??= runTick(tickParts).finally(() => running = undefined);
      return running;
    },
  };
}

function wallClock(): number {
  return Math.floor(Date.now() / 1000);
}
