/** What the contract must refuse, tried at the moments at which it would pay. */
import {
  packRows,
  saltOf,
  settleArguments,
  type SettleCall,
  settleCall,
} from "../../contracts/test/support/ballot.ts";
import { Reverted } from "../../contracts/test/support/chain.ts";
import { coder, type FunctionName } from "../../contracts/test/support/deml.ts";
import { signatureOf } from "../../contracts/test/support/world.ts";
import type { abi } from "../../core/protocol/abi.ts";
import {
  decodeScores,
  encodeScores,
  fromHex,
  MAX_SCORE,
  toHex,
} from "../../core/protocol/codec.ts";
import type { Hex } from "../../core/protocol/types.ts";
import { type AttemptRecord, ballotsOf, type Game, MEDDLER } from "./game.ts";

/** Names of the contract's errors. */
export type ErrorName = Extract<(typeof abi)[number], { type: "error" }>["name"];

/** A call that must not go through. */
export interface Intrusion {
  /** What it would be. */
  what: string;
  /** What the contract must answer. */
  error: ErrorName;
  /** Of the contract. */
  name: FunctionName;
  /** Of the function. */
  args: unknown[];
  /** The meddler by default. */
  from?: Hex;
}

/**
 * Sends it, and notes whether the error answered that must; if the call goes through, it is undone, so that the others
 * can go on.
 */
export async function intrude(game: Game, intrusion: Intrusion): Promise<void> {
  const { what, error: expected, name, args, from = MEDDLER } = intrusion;
  const { tried, accepted, misjudged } = game.intrusions;
  tried.set(what, (tried.get(what) ?? 0) + 1);
  const { chain } = game.competition.world;
  const snapshot = await chain.request("evm_snapshot", []);
  try {
    await game.competition.deml.send(name, args, { from });
  } catch (error) {
    if (!(error instanceof Reverted)) throw error;
    const answer = coder.parseError(error.data)?.name ?? `the bytes ${error.data.slice(0, 80)}`;
    if (answer !== expected) misjudged.push(`${what}: ${answer}, not ${expected}`);
    return;
  }
  await chain.request("evm_revert", [snapshot]);
  accepted.push(what);
}

/** The runner-up wants the competition to end now, before more is settled: names each round in turn. */
export async function tryFinalize(game: Game): Promise<void> {
  const { competition: c } = game;
  for (const [epoch, count] of c.counts.entries()) {
    for (let round = 0; round === 0 || 32 * round < count; round++) {
      await intrude(game, {
        what: "finalize before it is certain",
        error: isOpen(game, { epoch, round }) ? "DeML_TooEarly" : "DeML_NotYetCertain",
        name: "finalize",
        args: [c.id, epoch, round],
      });
    }
  }
  await tryPayments(game);
}

/** Whether a round exists and is not decided: finalize says when that will cancel. */
function isOpen({ competition, attempts }: Game, key: { epoch: number; round: number }): boolean {
  const decided = attempts.some(({ key: { epoch, round }, decided }) =>
    decided && epoch === key.epoch && round === key.round
  );
  return 32 * key.round < competition.counts[key.epoch]! && !decided;
}

async function tryPayments(game: Game): Promise<void> {
  const { competition: { id }, miners, authors } = game;
  const error = "DeML_WrongStatus";
  const [[miner], [author]] = [miners.keys().toArray(), authors.keys().toArray()];
  await intrude(game, { what: "claim before the end", error, name: "claim", args: [id, miner] });
  await intrude(game, { what: "prize before the end", error, name: "withdrawPrize", args: [id] });
  await intrude(game, { what: "refund before the end", error, name: "refund", args: [id, author] });
}

/** A signature of another round, and a submission after the end. */
export async function tryAfterEpoch(game: Game, epoch: number): Promise<void> {
  const { competition: c } = game;
  const round = c.unsealRound(epoch);
  const other = signatureOf(c.world.beacon, round + 1);
  await intrude(game, {
    what: "beacon of another round",
    error: "DeML_BeaconInvalid",
    name: "postBeacon",
    args: [round, other],
  });
  const [author] = game.authors.keys();
  await intrude(game, {
    what: "submission after its epoch",
    error: epoch === c.terms.epochs - 1 ? "DeML_TooLate" : "DeML_WrongEpoch",
    name: "submitModel",
    args: [c.id, epoch, 1, "0x01"],
    from: author!,
  });
}

/** Scores are public now: a miner who has not committed would like to. */
export async function tryLateCommit(game: Game, { key, seated, committed }: AttemptRecord) {
  const { competition: c } = game;
  const from = seated.find((miner) => !committed.has(miner));
  if (from === undefined || committed.size === 0) return;
  const args = [c.roundId(key), `0x${"11".repeat(32)}`, "0x"];
  const what = "commit after the window";
  await intrude(game, { what, error: "DeML_TooLate", name: "commitScores", args, from });
}

/** Whoever copied a commitment reveals what its first owner has revealed. */
export async function tryCopiedReveal(
  game: Game,
  { record, miner }: { record: AttemptRecord; miner: Hex },
): Promise<void> {
  const [owner] = record.rows;
  if (owner === undefined) return;
  const roundId = game.competition.roundId(record.key);
  const scores = toHex(encodeScores(owner[1]));
  await intrude(game, {
    what: "reveal of a copied commitment",
    error: "DeML_WrongCommitment",
    name: "revealScores",
    args: [roundId, miner, saltOf(owner[0], roundId), scores],
    from: miner,
  });
}

/** Settling while somebody may still reveal. */
export async function tryEarlySettle(game: Game, record: AttemptRecord): Promise<void> {
  if (record.rows.size === 0 || record.rows.size === record.committed.size) return;
  const call = settleCall(game.competition.roundId(record.key), ballotsOf(record));
  const what = "settle before all could reveal";
  await settleWith(game, { what, error: "DeML_TooEarly", call });
}

/** Settling with another result than the reveals have, or without some of them. */
export async function tryWrongSettles(game: Game, record: AttemptRecord): Promise<void> {
  const call = settleCall(game.competition.roundId(record.key), ballotsOf(record));
  for (const wrong of [...wrongResults(call), ...wrongReveals(call, record)]) {
    await settleWith(game, wrong);
  }
}

interface WrongSettle extends Pick<Intrusion, "what" | "error"> {
  call: SettleCall;
}

function wrongResults(call: SettleCall): WrongSettle[] {
  const others = decodeScores(fromHex(call.medians, { max: 128 }))
    .map((score) => score === MAX_SCORE ? 0 : MAX_SCORE);
  const medians = toHex(encodeScores(others));
  const otherMask = (Number(call.settledMask) ^ 1) >>> 0;
  return [
    {
      what: "settle with other medians",
      error: "DeML_WrongMedian",
      call: { ...call, medians },
    },
    {
      what: "settle with another mask",
      error: "DeML_WrongMask",
      call: { ...call, settledMask: otherMask },
    },
    {
      what: "settle as if all were void",
      error: "DeML_WrongMedian",
      call: { ...call, medians, settledMask: 0 },
    },
  ];
}

function wrongReveals(call: SettleCall, record: AttemptRecord): WrongSettle[] {
  const ballots = ballotsOf(record);
  const dropped = ballots.find(({ silent }) => !silent);
  const [first] = call.miners;
  const fewer = settleCall(call.roundId, ballots.filter((ballot) => ballot !== dropped));
  const row = record.rows.get(first!)!;
  const same = {
    ...call,
    miners: call.miners.map(() => first!),
    scores: packRows(call.miners.map(() => row)),
  };
  return [
    { what: "settle without a reveal", error: "DeML_WrongLength", call: fewer },
    { what: "settle with one reveal for all", error: "DeML_NotAscending", call: same },
  ];
}

/** Settling an attempt that is over, after the reveals were public for so long. */
export async function tryLateSettle(game: Game, record: AttemptRecord): Promise<void> {
  if (record.decided || record.rows.size < game.competition.terms.minReveals) return;
  const call = settleCall(game.competition.roundId(record.key), ballotsOf(record));
  await settleWith(game, { what: "settle after the attempt", error: "DeML_TooLate", call });
}

/** Settling what is settled. */
export async function trySecondSettle(game: Game, record: AttemptRecord): Promise<void> {
  const call = settleCall(game.competition.roundId(record.key), ballotsOf(record));
  await settleWith(game, { what: "settle a second time", error: "DeML_RoundDecided", call });
}

function settleWith(game: Game, { what, error, call }: WrongSettle) {
  return intrude(game, { what, error, name: "settle", args: settleArguments(call) });
}
