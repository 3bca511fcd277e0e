/** The leaderboard: a snapshot's submissions in the order of the protocol, ready to show. */
import type { Snapshot, Submission } from "../../../core/chain/types.ts";
import type { Hex } from "../../../core/protocol/types.ts";
import { leaderboard } from "../../../core/protocol/ranking.ts";

/** One row. */
export interface Row {
  /** Place from 1; undefined while there is no score. Equal scores have places one after the other: no ties. */
  place: number | undefined;
  /** Number of the submission, from 0. */
  number: number;
  /** Its author. */
  author: Hex;
  /** Whether the connected account is the author. */
  mine: boolean;
  /** Percentage times 1,000; undefined while there is none. */
  score: number | undefined;
  /** Evaluations that agree; undefined while there is no score. */
  agreeing: number | undefined;
  /** Evaluations asked for. */
  quorum: number;
  /** Payload on the chain, in bytes: the packed model, sealed in a sealed competition. */
  size: number;
  /** Epoch, from 0. */
  epoch: number;
  /** "sealed" while nobody can evaluate it yet; otherwise whether its round is decided, and how. */
  state: Submission["result"]["state"] | "sealed";
}

/**
 * The rows: scored submissions by place, then those without a score by number.
 *
 * @param sealed whether submissions are sealed still
 */
export function leaderboardRows(
  { submissions, competition }: Snapshot,
  { account, sealed = false }: { account?: Hex | undefined; sealed?: boolean } = {},
): Row[] {
  return leaderboard(submissions).map(({ number, author, size, epoch, result }, index) => {
    const settled = result.state === "settled" ? result : undefined;
    return {
      place: settled && index + 1,
      number,
      author,
      mine: author === account,
      score: settled?.score,
      agreeing: settled?.agreeing,
      quorum: competition.quorum,
      size,
      epoch,
      state: sealed && result.state === "pending" ? "sealed" : result.state,
    };
  });
}
