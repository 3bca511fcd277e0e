/** Who has a seat, and what a team makes of its own. */
import type { AttemptKey } from "../../contracts/test/support/competition.ts";
import { ROUND_SIZE } from "../../core/protocol/codec.ts";
import { committee, committeeSeed } from "../../core/protocol/committee.ts";
import type { Hex } from "../../core/protocol/types.ts";
import { randomness } from "../../core/seal/beacon.ts";
import type { AttemptRecord, Game } from "./game.ts";
import type { TeamView } from "./strategies.ts";

/** All miners with a seat in an attempt, in the order of their enrolment. */
export function seatedMiners(game: Game, key: Required<AttemptKey>): Hex[] {
  const { competition: c, miners, committees } = game;
  const roundId = c.roundId(key);
  const known = committees.get(roundId);
  if (known !== undefined) return known;
  const { signature } = c.world.beacon.sign(c.unsealRound(key.epoch));
  const seed = committeeSeed(randomness(signature), roundId);
  const all = [...miners.keys()];
  const seated = committee(seed, { miners: all.length, quorum: c.terms.quorum })
    .map((i) => all[i]!);
  committees.set(roundId, seated);
  return seated;
}

/** What a miner's team knows in an attempt of a round. */
export function teamView(game: Game, record: AttemptRecord, miner: Hex): TeamView {
  const { truths, submissions, miners } = game;
  const { first, count, seated } = record;
  if (!miners.get(miner)!.team) {
    const own = Array<boolean>(count).fill(false);
    return { seats: 1, own, best: -1, winning: false, ahead: false };
  }
  const top = truths.indexOf(Math.max(...truths));
  return {
    seats: teamSeats(game, seated),
    own: submissions.slice(first, first + count).map(({ team }) => team),
    best: Math.max(-1, ...truths.filter((_, i) => submissions[i]!.team)),
    winning: submissions[top]!.team,
    ahead: isAhead(game, record),
  };
}

function teamSeats({ miners }: Game, seated: readonly Hex[]): number {
  return seated.filter((miner) => miners.get(miner)!.team).length;
}

/** Whether a round other than the record's is the team's, or will be in this attempt. */
function isAhead(game: Game, { key }: AttemptRecord): boolean {
  const { counts } = game.competition;
  const rounds = Math.ceil(counts[key.epoch]! / ROUND_SIZE);
  for (let round = 0; round < rounds; round++) {
    if (round === key.round || !hasOwn(game, { ...key, round })) continue;
    const decided = game.attempts.find(({ decided, key: other }) =>
      decided && other.epoch === key.epoch && other.round === round
    );
    const seated = decided?.seated ?? seatedMiners(game, { ...key, round });
    if (2 * teamSeats(game, seated) > seated.length) return true;
  }
  return false;
}

function hasOwn({ submissions }: Game, { epoch, round }: Required<AttemptKey>): boolean {
  const first = submissions.findIndex((submission) => submission.epoch === epoch);
  const from = first + ROUND_SIZE * round;
  return submissions.slice(from, from + ROUND_SIZE).some(({ team }) => team);
}
