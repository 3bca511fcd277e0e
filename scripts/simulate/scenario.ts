/** A competition to be played: who takes part, with which models and intentions, under which terms and timing. */
import type { Terms } from "../../core/protocol/types.ts";
import type { Strategy } from "./strategies.ts";

/** A miner. */
export interface MinerPlan {
  /** How it behaves. */
  strategy: Strategy;
  /** Belongs to the hostile team, and is paid with it. */
  team: boolean;
}

/** A submission to be made. */
export interface ModelPlan {
  /** What an honest evaluation on the test set gives. */
  score: number;
  /** What it gives on the first rows of the training set, if that differs. */
  standIn?: number;
  /** Share of the honest evaluations that fail for a local reason: a model at the edge of the limits. */
  fails?: number;
  /** Epoch in which it is submitted; 0 if left out. */
  epoch?: number;
  /** Bytes of an earlier submission, by number, instead of bytes of its own. */
  copyOf?: number;
}

/** A participant. */
export interface AuthorPlan {
  /** In the order of their submission. */
  models: ModelPlan[];
  /** Belongs to the hostile team. */
  team: boolean;
}

/** What the host does with the test set. */
export type Host = "honest" | "withholds the test set" | "seals a false test set";

/** When and by whom things are done that anybody may do. */
export interface Timing {
  /** First attempt in which the beacon is known, at its start or in the last second for commits; 3: never. */
  beacon: { attempt: 0 | 1 | 2 | 3; late: boolean };
  /** As soon as possible, or in the last second. */
  settle: "early" | "late";
  /** First attempt that anybody settles. */
  settleFrom: 0 | 1 | 2;
}

/** Everything that decides how a competition goes. The same one gives the same result. */
export interface Scenario {
  /** What is tried; rows of the tables. */
  family: string;
  /** Of everything that is drawn. */
  seed: number;
  /** Share of the miners in the team, percent, where the family is about that. */
  share?: number;
  /** Rows of the earnings table to which its miners belong, if that is not those of all others with this bond. */
  group?: string;
  /** Terms that differ from the defaults; times are set by the referee. */
  terms: Partial<Terms>;
  /** Rows of the test set. */
  rows: number;
  /** In order of enrolment. */
  miners: MinerPlan[];
  /** Submissions are made author by author, model by model, in this order. */
  authors: AuthorPlan[];
  /** What the host does. */
  host: Host;
  /** Whether payloads and test set are really sealed and opened. */
  sealed: boolean;
  /** When the rest is done. */
  timing: Timing;
  /** Whether somebody tries, at every turn, what the contract must refuse. */
  meddling: boolean;
}

/** Nothing is delayed. */
export const PROMPT: Timing = {
  beacon: { attempt: 0, late: false },
  settle: "early",
  settleFrom: 0,
};
