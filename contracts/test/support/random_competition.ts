/** Whole competitions of random people, terms and deeds, played on the chain and by the rules of core/ side by side. */
import { ABSTAIN, ROUND_SIZE, toHex } from "../../../core/protocol/codec.ts";
import { EMPTY_UPLOAD, nextUploadHash } from "../../../core/protocol/commitment.ts";
import { committee, committeeSeed } from "../../../core/protocol/committee.ts";
import { bookRound, type Books } from "../../../core/protocol/money.ts";
import type { Standing, Verdict } from "../../../core/protocol/ranking.ts";
import { minRevealsRange } from "../../../core/protocol/terms.ts";
import type { Random } from "../../../core/protocol/testing/random.ts";
import type { Hex, Terms } from "../../../core/protocol/types.ts";
import { randomness } from "../../../core/seal/beacon.ts";
import { EVE, HOST } from "./actors.ts";
import type { Ballot } from "./ballot.ts";
import { Agenda } from "./agenda.ts";
import { addressOf } from "./chain.ts";
import { type AttemptKey, Competition } from "./competition.ts";
import type { World } from "./world.ts";

/** A competition that was played to its end, and what core/ says about it. */
export interface Played {
  /** On the chain. */
  competition: Competition;
  /** In the order of their registration. */
  participants: Hex[];
  /** In the order of their enrolment. */
  miners: Hex[];
  /** Running hash of each submission's chunks. */
  hashes: Hex[];
  /** Of each submission; undefined where its round stayed undecided. */
  verdicts: (Verdict | undefined)[];
  /** Fees and dissents of everybody. */
  books: Books;
  /** How it ended. */
  status: "final" | "cancelled";
  /** For each attempt in which somebody could commit: the roundId and the miners that core/ seats. */
  committees: { roundId: bigint; seated: Hex[] }[];
}

/** Plays one competition. The same random source gives the same one. */
export async function playCompetition(world: World, random: Random): Promise<Played> {
  const game = await open(world, random);
  const { agenda, play } = game;
  const c = play.competition;
  planSubmissions(game);
  for (let epoch = 0; epoch < c.terms.epochs; epoch++) {
    agenda.at(c.epochEndsAt(epoch), () => planEpoch(game, epoch));
  }
  await agenda.run();
  if (game.cancelled) return play;
  if (world.chain.now < c.terms.submissionEndsAt) world.chain.travelTo(c.terms.submissionEndsAt);
  await c.finalize();
  const scored = play.verdicts.some((verdict) => verdict!.agreeing > 0 && verdict!.median > 0);
  play.status = scored ? "final" : "cancelled";
  return play;
}

/** The submissions as the leaderboard ranks them. */
export function standings(verdicts: Played["verdicts"]): Standing[] {
  return verdicts.map((verdict, number): Standing => {
    if (verdict === undefined) return { number, result: { state: "pending" } };
    const { median: score, agreeing } = verdict;
    return {
      number,
      result: agreeing > 0 ? { state: "settled", score, agreeing } : { state: "void" },
    };
  });
}

/** A competition while it is played. */
interface Game {
  play: Played;
  agenda: Agenda;
  random: Random;
  /** Percentage of miners who do their work: in most competitions nearly all, in some so few that rounds fail. */
  diligence: number;
  cancelled: boolean;
}

async function open(world: World, random: Random): Promise<Game> {
  const competition = await Competition.create(world, randomTerms(random, world.chain.now));
  const participants = people("participant", random.int(1, 8));
  for (const participant of participants) await competition.register(participant);
  const miners = people("miner", random.int(3, 9));
  for (const miner of miners) await competition.enroll(miner);
  const play: Played = {
    competition,
    participants,
    miners,
    hashes: [],
    verdicts: [],
    books: new Map(),
    status: "cancelled",
    committees: [],
  };
  const diligence = random.pick([95, 95, 95, 60]);
  return { play, agenda: new Agenda(world.chain), random, diligence, cancelled: false };
}

function people(role: string, count: number): Hex[] {
  return Array.from({ length: count }, (_, i) => addressOf(`${role} ${i}`));
}

/** Any terms that creation takes; often with a mining pool that is soon used up. */
function randomTerms(random: Random, now: number): Partial<Terms> {
  const quorum = random.int(2, 7);
  const { min, max } = minRevealsRange(quorum);
  const pricedSubmissions = random.pick([1, 2, 3, 10, 100]);
  const registrationEndsAt = now + random.int(1, 500);
  return {
    prizeFund: 10n ** 18n + BigInt(random.hex(7)),
    // Buy-ins as large as the prize fund cover the fees of eight submissions.
    buyInBps: 10_000,
    miningPoolBps: random.int(1, Math.min(5_000, 250 * pricedSubmissions)),
    pricedSubmissions,
    maxPerParticipant: 8,
    quorum,
    minReveals: random.int(min, max),
    epochs: random.int(1, 3),
    registrationEndsAt,
    submissionEndsAt: registrationEndsAt + random.int(100, 1_000),
    commitSecs: random.int(10, 300),
    revealSecs: random.int(10, 300),
  };
}

/** 1 to 40 submissions, as many as the buy-ins allow, at random seconds. */
function planSubmissions({ play, agenda, random }: Game): void {
  const { competition: c, participants, miners } = play;
  if (miners.length < c.terms.minReveals) return;
  const authors = shuffle(random, participants.flatMap((author): Hex[] => Array(8).fill(author)));
  for (const author of authors.slice(0, random.int(1, 40))) {
    const epoch = random.int(0, c.terms.epochs - 1);
    const time = random.int(c.epochStartsAt(epoch), c.epochEndsAt(epoch) - 1);
    agenda.at(time, async () => {
      play.hashes.push(await upload(c, random, { author, epoch }));
      play.verdicts.push(undefined);
    });
  }
}

function shuffle<T>(random: Random, items: T[]): T[] {
  for (let i = items.length - 1; i > 0; i--) {
    const j = random.int(0, i);
    [items[i], items[j]] = [items[j]!, items[i]!];
  }
  return items;
}

/** One model in one to three chunks. */
async function upload(
  c: Competition,
  random: Random,
  { author, epoch }: { author: Hex; epoch: number },
): Promise<Hex> {
  const chunks = Array.from({ length: random.int(1, 3) }, () => random.bytes(random.int(1, 40)));
  const size = chunks.reduce((sum, chunk) => sum + chunk.length, 0);
  let [hash, offset] = [EMPTY_UPLOAD, 0];
  for (const chunk of chunks) {
    if (offset === 0) await c.upload(author, { epoch, size, data: toHex(chunk) });
    else await c.append(author, { offset, data: toHex(chunk) });
    hash = nextUploadHash(hash, chunk);
    offset += chunk.length;
  }
  return hash;
}

/** At an epoch's end, when its submissions are known. */
function planEpoch(game: Game, epoch: number): void {
  const c = game.play.competition;
  if (c.counts[epoch] === 0) return;
  const { startsAt, rounds } = c.evaluation(epoch);
  game.agenda.at(startsAt, async () => {
    await c.postBeacon(epoch);
    planAttempt(game, { epoch, attempt: 0 }, Array.from({ length: rounds }, (_, round) => round));
  });
}

/** An attempt of all rounds of an epoch that are not decided yet. */
function planAttempt(
  game: Game,
  { epoch, attempt }: { epoch: number; attempt: number },
  rounds: number[],
): void {
  const { agenda, random, play } = game;
  const windows = play.competition.windows({ epoch, attempt });
  const { commitStartsAt, commitEndsAt, revealEndsAt, settleEndsAt } = windows;
  const keys = shuffle(random, rounds.map((round) => ({ epoch, round, attempt })));
  const open = new Set(rounds);
  for (const key of keys) {
    agenda.at(random.int(commitStartsAt, commitEndsAt - 1), async () => {
      const ballots = await commitRound(game, key);
      if (ballots.length === 0) return;
      agenda.at(random.int(commitEndsAt, revealEndsAt - 1), () => revealRound(game, key, ballots));
      agenda.at(random.int(revealEndsAt, settleEndsAt - 1), async () => {
        if (await settleRound(game, key, ballots)) open.delete(key.round);
      });
    });
  }
  agenda.at(settleEndsAt, async () => {
    if (open.size === 0) return;
    if (attempt < 2) return planAttempt(game, { epoch, attempt: attempt + 1 }, [...open]);
    await cancel(game, { epoch, round: Math.min(...open) });
  });
}

async function cancel(game: Game, key: AttemptKey): Promise<void> {
  await game.play.competition.finalize(key);
  game.agenda.clear();
  game.cancelled = true;
}

async function commitRound(game: Game, key: Required<AttemptKey>): Promise<Ballot[]> {
  const { play, random, diligence } = game;
  const { competition: c } = play;
  const seated = seatedMiners(play, key);
  play.committees.push({ roundId: c.roundId(key), seated });
  const count = Math.min(ROUND_SIZE, c.counts[key.epoch]! - ROUND_SIZE * key.round);
  const truth = Array.from({ length: count }, () => random.pick([0, random.int(0, 100_000)]));
  const ballots = seated.flatMap((miner): Ballot[] => {
    if (random.int(1, 100) > diligence) return [];
    const scores = opinion(random, truth);
    return [{ miner, scores, silent: random.int(1, 100) > diligence }];
  });
  for (const ballot of ballots) await c.commit(ballot, key, random.hex(random.int(0, 60)));
  return ballots;
}

/** Most miners tell the truth, some are wrong here or there, some about everything, some abstain. */
function opinion(random: Random, truth: number[]): number[] {
  const honesty = random.pick([100, 100, 90, 0]);
  return truth.map((score) => {
    if (random.int(1, 100) <= honesty) return score;
    return random.pick([ABSTAIN, random.int(0, 100_000), 0]);
  });
}

function seatedMiners({ competition: c, miners }: Played, key: Required<AttemptKey>): Hex[] {
  const { signature } = c.world.beacon.sign(c.unsealRound(key.epoch));
  const seed = committeeSeed(randomness(signature), c.roundId(key));
  const draw = { miners: miners.length, quorum: c.terms.quorum };
  return committee(seed, draw).map((index) => miners[index]!);
}

/** Some reveal by themselves, somebody does it for all the others and names them again. */
async function revealRound(
  { play, random }: Game,
  key: Required<AttemptKey>,
  ballots: Ballot[],
): Promise<void> {
  const c = play.competition;
  const open = shuffle(random, ballots.filter(({ silent }) => !silent));
  for (const ballot of open.slice(0, random.int(0, open.length))) {
    await c.reveal(ballot, key, random.pick([ballot.miner, EVE]));
  }
  await c.revealMany(open, key);
}

/** @returns whether the round is decided */
async function settleRound(
  { play, random, diligence }: Game,
  key: Required<AttemptKey>,
  ballots: Ballot[],
): Promise<boolean> {
  const { competition: c, miners, participants } = play;
  const revealed = ballots.filter(({ silent }) => !silent);
  const enough = revealed.length >= c.terms.minReveals;
  if (!enough || random.int(1, 100) > diligence) return false;
  const settler = random.pick([...miners, participants[0]!, HOST, EVE]);
  await c.settle(ballots, key, settler);
  const { books, decided } = bookRound(play.books, {
    rows: new Map(revealed.map(({ miner, scores }) => [miner, scores])),
    silent: ballots.filter(({ silent }) => silent).map(({ miner }) => miner),
    settler,
  });
  play.books = books;
  const first = c.counts.slice(0, key.epoch).reduce((sum, count) => sum + count, 0);
  decided.verdicts.forEach((verdict, i) => {
    play.verdicts[first + ROUND_SIZE * key.round + i] = verdict;
  });
  return true;
}
