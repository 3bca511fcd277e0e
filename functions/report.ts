/** What a tick did, for people, status pages and the demo. */
import type { Hex } from "../core/chain/types.ts";
import type { Action, Skip } from "./actions.ts";

/**
 * What became of an action: it is mined; somebody else had done it; there was a reason to leave it for now; it failed;
 * or, in a dry run, it would be sent.
 */
export type Status = "done" | "first" | "declined" | "failed" | "planned";

/** An action and what became of it. */
export interface Outcome {
  /** Number of the competition. */
  competition: number;
  /** What was to be done. */
  action: Action["kind"];
  /** Round and attempt, where it is about one. */
  roundId?: bigint;
  /** What became of it. */
  status: Status;
  /** Why, unless it is done. */
  reason?: string;
  /** Of the transaction. */
  hash?: Hex;
  /** Gas that it took, or would take. */
  gas?: number;
  /** What it cost or would cost in fees for gas, in wei. */
  cost?: bigint;
  /** In a dry run: the most that it can earn, in wei. */
  earns?: bigint;
}

/** What a tick did. */
export interface TickReport {
  /** Time in ms. */
  startedAt: number;
  /** Time in ms. */
  endedAt: number;
  /** Address of the miner. */
  miner: Hex;
  /** Wei that it has for gas and bonds. */
  balance: bigint;
  /** Competitions that were looked at. */
  competitions: number[];
  /** All actions that were planned, in order. */
  outcomes: Outcome[];
  /** What was not to be done, and why, as the last plan of each competition has it. */
  skipped: (Skip & { competition: number })[];
  /** What could not be read or planned; the other competitions were not affected. */
  errors: string[];
  /** Whether this process can evaluate nothing more and is to be started again; `errors` says why. */
  exhausted: boolean;
  /** Whether the miner has committed what it has not revealed yet. */
  unrevealed: boolean;
}

/** Whether everything went as it should. */
export function isSound({ outcomes, errors }: TickReport): boolean {
  return errors.length === 0 && outcomes.every(({ status }) => status !== "failed");
}

/** A report, or a part of one, with all its texts changed. */
export function mapTexts<T>(value: T, change: (text: string) => string): T {
  if (typeof value === "string") return change(value) as T;
  if (Array.isArray(value)) return value.map((part) => mapTexts(part, change)) as T;
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).map(([name, part]) => [name, mapTexts(part, change)]);
  return Object.fromEntries(entries) as T;
}

/** For JSON: amounts and round ids as text. */
export function plain(value: unknown): unknown {
  return JSON.parse(
    JSON.stringify(value, (_, part) => typeof part === "bigint" ? part.toString() : part),
  );
}
