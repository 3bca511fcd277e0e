/** What miners say about a round, and the calls that follow from it. */
import { concat, keccak256, toUtf8Bytes } from "ethers";
import { encodeScores, toHex } from "../../../core/protocol/codec.ts";
import { consensus } from "../../../core/protocol/ranking.ts";
import type { Hex } from "../../../core/protocol/types.ts";

/** One miner's part in a round. */
export interface Ballot {
  /** Who speaks. */
  miner: Hex;
  /** One score for each submission of the round. */
  scores: readonly number[];
  /** Commits and does not reveal. */
  silent?: boolean;
}

/** The arguments of `settle`. */
export interface SettleCall {
  /** The attempt that is settled. */
  roundId: bigint;
  /** All who revealed, ascending. */
  miners: Hex[];
  /** Their packed rows. */
  scores: Hex;
  /** All who committed only, ascending. */
  silent: Hex[];
  /** The packed lower medians. */
  medians: Hex;
  /** Bit j: submission j is settled. */
  settledMask: number | bigint;
}

/** A miner's salt for a round: fixed, so that gas is the same in every run. */
export function saltOf(miner: Hex, roundId: bigint): Hex {
  return keccak256(toUtf8Bytes(`salt of ${miner} for ${roundId}`)) as Hex;
}

/** The only `settle` that the contract takes for these ballots. */
export function settleCall(roundId: bigint, ballots: readonly Ballot[]): SettleCall {
  const sorted = ballots.toSorted((a, b) => (a.miner < b.miner ? -1 : 1));
  const revealed = sorted.filter(({ silent }) => !silent);
  const { verdicts, settledMask } = consensus(revealed.map(({ scores }) => scores));
  return {
    roundId,
    miners: revealed.map(({ miner }) => miner),
    scores: packRows(revealed.map(({ scores }) => scores)),
    silent: sorted.filter(({ silent }) => silent).map(({ miner }) => miner),
    medians: toHex(encodeScores(verdicts.map(({ median }) => median))),
    settledMask,
  };
}

/** The call's arguments in the contract's order. */
export function settleArguments(call: SettleCall): unknown[] {
  const { roundId, miners, scores, silent, medians, settledMask } = call;
  return [roundId, miners, scores, silent, medians, settledMask];
}

/** Score rows, one after the other. */
export function packRows(rows: readonly (readonly number[])[]): Hex {
  return concat(rows.map((row) => encodeScores(row))) as Hex;
}

/** The same scores from each of these miners. */
export function unanimous(miners: readonly Hex[], scores: readonly number[]): Ballot[] {
  return miners.map((miner) => ({ miner, scores }));
}
