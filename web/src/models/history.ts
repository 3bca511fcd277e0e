/** How the best score grew, in the order of submission. */
import type { Snapshot } from "../../../core/chain/types.ts";
import type { Hex } from "../../../core/protocol/types.ts";

/** A scored submission in the history. */
export interface Point {
  /** Number of the submission, from 0. */
  number: number;
  /** Its author. */
  author: Hex;
  /** Epoch, from 0. */
  epoch: number;
  /** Percentage times 1,000. */
  score: number;
  /** Best score up to and with this submission. */
  best: number;
  /** Whether it was better than all before it. */
  record: boolean;
}

/** The scored submissions in order; pending and void ones are left out. */
export function historyPoints({ submissions }: Snapshot): Point[] {
  let best = -1;
  return submissions.flatMap(({ number, author, epoch, result }) => {
    if (result.state !== "settled") return [];
    const record = result.score > best;
    best = Math.max(best, result.score);
    return [{ number, author, epoch, score: result.score, best, record }];
  });
}
