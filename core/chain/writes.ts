/** The contract's calls as transactions, encoded. What sends them is a {@linkcode Sender}. */
import { Interface } from "ethers/abi";
import { concatBytes } from "@noble/hashes/utils.js";
import { abi } from "../protocol/abi.ts";
import { decodeScores, encodeScores } from "../protocol/codec.ts";
import { consensus } from "../protocol/ranking.ts";
import type { Hex, Terms } from "../protocol/types.ts";
import type { Call, CompetitionKey, Reveal } from "./types.ts";

export { estimateGas, Reverted, waitForReceipt, type WaitOptions, walletSender } from "./sender.ts";

/** A function of the contract that changes state, as the ABI describes it. */
export type AbiCall = Exclude<
  Extract<(typeof abi)[number], { type: "function" }>,
  { stateMutability: "view" }
>;

/** Name of a call that changes state. */
export type CallName = AbiCall["name"];

/** What an argument is given as, by its Solidity type. */
export type CallValue<T extends string> = T extends "bytes" ? Uint8Array
  : T extends `${string}[]` ? readonly Hex[]
  : T extends "address" | "bytes32" ? Hex
  : T extends "tuple" ? Omit<Terms, "prizeFund">
  : bigint | number;

/** What a list of arguments is given as. */
export type CallValues<I extends readonly { type: string }[]> = {
  [K in keyof I]: CallValue<I[K]["type"]>;
};

/** Arguments of a call, in order. */
export type CallArgs<N extends CallName> = CallValues<Extract<AbiCall, { name: N }>["inputs"]>;

const contractInterface = new Interface(abi);

/** Encodes a call that changes state. @throws {TypeError} for an argument that does not fit its type */
export function encodeCall<N extends CallName>(name: N, args: CallArgs<N>): Hex {
  return contractInterface.encodeFunctionData(name, args as readonly unknown[]) as Hex;
}

function call<N extends CallName>(
  to: Hex,
  { name, args, value = 0n }: { name: N; args: CallArgs<N>; value?: bigint },
): Call {
  return { to, data: encodeCall(name, args), value };
}

/** Which competition. */
export type Id = Pick<CompetitionKey, "id">;

/** `create`, paying the prize fund. */
export function createCall(contract: Hex, terms: Terms): Call {
  return call(contract, { name: "create", args: [terms], value: terms.prizeFund });
}

/** `register`, paying the buy-in. */
export function registerCall(contract: Hex, { id, buyIn }: Id & { buyIn: bigint }): Call {
  return call(contract, { name: "register", args: [id], value: buyIn });
}

/** `enroll`, paying the bond; stake and fees go to `payout`. */
export function enrollCall(
  contract: Hex,
  { id, payout, bond }: Id & { payout: Hex; bond: bigint },
): Call {
  return call(contract, { name: "enroll", args: [id, payout], value: bond });
}

/** `submitModel`: starts an upload of `size` bytes, `data` being the first of them. */
export function submitModelCall(
  contract: Hex,
  { id, epoch, size, data }: Id & { epoch: number; size: number; data: Uint8Array },
): Call {
  return call(contract, { name: "submitModel", args: [id, epoch, size, data] });
}

/** `appendModel`: continues an upload after its first `offset` bytes. */
export function appendModelCall(
  contract: Hex,
  { id, offset, data }: Id & { offset: number; data: Uint8Array },
): Call {
  return call(contract, { name: "appendModel", args: [id, offset, data] });
}

/** `postBeacon`. `signature` is a point of G1 in EIP-2537 encoding (128 bytes). */
export function postBeaconCall(
  contract: Hex,
  { round, signature }: { round: number; signature: Uint8Array },
): Call {
  return call(contract, { name: "postBeacon", args: [round, signature] });
}

/** `commitScores`. */
export function commitScoresCall(
  contract: Hex,
  { roundId, commitment, box }: { roundId: bigint; commitment: Hex; box: Uint8Array },
): Call {
  return call(contract, { name: "commitScores", args: [roundId, commitment, box] });
}

/** `revealScores`. `scores` are packed. */
export function revealScoresCall(
  contract: Hex,
  { roundId, miner, salt, scores }: { roundId: bigint; salt: Hex } & Reveal,
): Call {
  return call(contract, { name: "revealScores", args: [roundId, miner, salt, scores] });
}

/** `revealMany`. */
export function revealManyCall(
  contract: Hex,
  { roundId, reveals }: { roundId: bigint; reveals: readonly (Reveal & { salt: Hex })[] },
): Call {
  const miners = reveals.map(({ miner }) => miner);
  const salts = reveals.map(({ salt }) => salt);
  const scores = concatBytes(...reveals.map((reveal) => reveal.scores));
  return call(contract, { name: "revealMany", args: [roundId, miners, salts, scores] });
}

/**
 * `settle`, with addresses in the contract's order and medians and mask worked out.
 *
 * @param round all who revealed, with their packed scores, and all who committed only, in any order
 * @throws {RangeError} for no reveals, or rows of different lengths
 */
export function settleCall(
  contract: Hex,
  { roundId, reveals, silent }: {
    roundId: bigint;
    reveals: readonly Reveal[];
    silent: readonly Hex[];
  },
): Call {
  const rows = reveals.toSorted((a, b) => compare(a.miner, b.miner));
  const { verdicts, settledMask } = consensus(rows.map(({ scores }) => decodeScores(scores)));
  const args = [
    roundId,
    rows.map(({ miner }) => miner),
    concatBytes(...rows.map(({ scores }) => scores)),
    silent.toSorted(compare),
    encodeScores(verdicts.map(({ median }) => median)),
    settledMask,
  ] as const;
  return call(contract, { name: "settle", args });
}

/** Addresses as the contract compares them. */
function compare(a: Hex, b: Hex): number {
  const [x, y] = [BigInt(a), BigInt(b)];
  return x < y ? -1 : Number(x > y);
}

/** `finalize`. `epoch` and `round` name an undecided round that cancels; left out where it ends otherwise. */
export function finalizeCall(
  contract: Hex,
  { id, epoch = 0, round = 0 }: Id & { epoch?: number; round?: number },
): Call {
  return call(contract, { name: "finalize", args: [id, epoch, round] });
}

/** `claim` for a miner or settler. */
export function claimCall(contract: Hex, { id, who }: Id & { who: Hex }): Call {
  return call(contract, { name: "claim", args: [id, who] });
}

/** `withdrawPrize` for the winner. */
export function withdrawPrizeCall(contract: Hex, { id }: Id): Call {
  return call(contract, { name: "withdrawPrize", args: [id] });
}

/** `refund` for a participant or the host. */
export function refundCall(contract: Hex, { id, who }: Id & { who: Hex }): Call {
  return call(contract, { name: "refund", args: [id, who] });
}

/** Bytes of one chunk by default: a transaction of it stays below the 128 KiB that nodes pass on. */
export const CHUNK_BYTES = 120_000;

/**
 * Cuts a payload into chunks for `submitModel` and `appendModel`.
 *
 * @param max bytes of one chunk
 * @throws {RangeError} for an empty payload, or chunks without bytes
 */
export function splitChunks(payload: Uint8Array, max = CHUNK_BYTES): Uint8Array[] {
  if (payload.length === 0 || !(Number.isInteger(max) && max >= 1)) {
    throw new RangeError(
      `expected a payload and chunks of at least 1 byte, not ${payload.length} and ${max}`,
    );
  }
  return Array.from(
    { length: Math.ceil(payload.length / max) },
    (_, i) => payload.subarray(i * max, (i + 1) * max),
  );
}
