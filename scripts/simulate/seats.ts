/** Who has a seat, and what a team makes of its own. */
import type { AttemptKey } from "../../contracts/test/support/competition.ts";
import { ROUND_SIZE } from "../../core/protocol/codec.ts";
import { committee, committeeSeed } from "../../core/protocol/committee.ts";
import type { Hex } from "../../core/protocol/types.ts";
import { randomness } from "../../core/seal/beacon.ts";
import type { AttemptRecord, Game } from "./game.ts";
import { captureAt, type Prospect } from "./shopping.ts";
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
    return { seats: 1, attempts: [1, 1, 1], own, best: -1, winning: false, ahead: false };
  }
  const top = truths.indexOf(Math.max(...truths));
  return {
    seats: teamSeats(game, seated),
    attempts: prospectOf(game, record.key).attempts,
    own: submissions.slice(first, first + count).map(({ team }) => team),
    best: Math.max(-1, ...truths.filter((_, i) => submissions[i]!.team)),
    winning: submissions[top]!.team,
    ahead: isAhead(game, record),
  };
}

function teamSeats({ miners }: Game, seated: readonly Hex[]): number {
  return seated.filter((miner) => miners.get(miner)!.team).length;
}

function prospectOf(game: Game, key: Required<AttemptKey>): Prospect {
  const { quorum, minReveals } = game.competition.terms;
  const attempts = [0, 1, 2].map((attempt) =>
    teamSeats(game, seatedMiners(game, { ...key, attempt }))
  );
  return { attempt: key.attempt, attempts, seats: Math.min(quorum, game.miners.size), minReveals };
}

/** Whether another round is the team's, or will be in an earlier attempt than this one; in the same, the first counts. */
function isAhead(game: Game, { key }: AttemptRecord): boolean {
  const { counts } = game.competition;
  const rounds = Math.ceil(counts[key.epoch]! / ROUND_SIZE);
  const here = capturedIn(game, key) ?? Infinity;
  for (let round = 0; round < rounds; round++) {
    if (round === key.round) continue;
    const there = capturedIn(game, { ...key, round }) ?? Infinity;
    if (there < here || (there === here && there < Infinity && round < key.round)) return true;
  }
  return false;
}

/** The attempt in which a round with a submission of the team is, or will be, the team's. */
function capturedIn(game: Game, key: Required<AttemptKey>): number | undefined {
  if (!hasOwn(game, key)) return undefined;
  const decided = game.attempts.find(({ decided, key: { epoch, round } }) =>
    decided && epoch === key.epoch && round === key.round
  );
  if (decided === undefined) return captureAt(prospectOf(game, key));
  const captured = 2 * teamSeats(game, decided.seated) > decided.seated.length;
  return captured ? decided.key.attempt : undefined;
}

function hasOwn({ submissions }: Game, { epoch, round }: Required<AttemptKey>): boolean {
  const first = submissions.findIndex((submission) => submission.epoch === epoch);
  const from = first + ROUND_SIZE * round;
  return submissions.slice(from, from + ROUND_SIZE).some(({ team }) => team);
}
