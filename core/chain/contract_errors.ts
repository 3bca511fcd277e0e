/** The contract's custom errors: found by their selectors, decoded by hand (their arguments are single words), worded. */
import { keccak_256 } from "@noble/hashes/sha3.js";
import { utf8ToBytes } from "@noble/hashes/utils.js";
import { abi } from "../protocol/abi.ts";
import { bits, fromHex, toHex, toWord, word } from "../protocol/codec.ts";
import type { Hex } from "../protocol/types.ts";
import type { Status } from "./types.ts";

const PREFIX = "DeML_";
const SELECTOR_LENGTH = 10;
const WORD_LENGTH = 64;
const STATUSES: readonly Status[] = ["open", "final", "cancelled"];

/** A custom error as the ABI describes it. */
export type AbiError = Extract<(typeof abi)[number], { type: "error" }>;

/** Name of a custom error of the contract. */
export type ContractErrorName = AbiError["name"];

/** A custom error as a call reverts with it. */
export interface ContractError {
  /** As the ABI has it, for example `DeML_TooLate`. */
  name: ContractErrorName;
  /** Arguments by name: addresses as text, everything else as integers. */
  args: Record<string, bigint | Hex>;
  /** One sentence. */
  message: string;
}

type Args = Record<string, bigint | Hex>;

let bySelector: Map<string, AbiError> | undefined;

/** Hashes the signatures when the first error is looked up. */
function errorsBySelector(): Map<string, AbiError> {
  bySelector ??= new Map(
    abi.filter((entry) => entry.type === "error").map((error) => {
      const signature = `${error.name}(${error.inputs.map(({ type }) => type).join(",")})`;
      return [toHex(keccak_256(utf8ToBytes(signature)).subarray(0, 4)), error];
    }),
  );
  return bySelector;
}

/** Decodes what a call reverted with; undefined if it is no custom error of the contract. */
export function decodeContractError(data: string): ContractError | undefined {
  const error = errorsBySelector().get(data.slice(0, SELECTOR_LENGTH).toLowerCase());
  if (error === undefined) return undefined;
  const words = data.slice(SELECTOR_LENGTH);
  if (words.length !== error.inputs.length * WORD_LENGTH || /[^0-9a-fA-F]/.test(words)) {
    return undefined;
  }
  const bytes = fromHex(`0x${words}`, { max: words.length / 2 });
  const args: Args = {};
  error.inputs.forEach(({ name, type }, i) => {
    const value = word(bytes, i);
    args[name] = type === "address" ? toHex(toWord(bits(value, 0, 160)).subarray(12)) : value;
  });
  return { name: error.name, args, message: describe(error.name, args) };
}

/** Sentences for the errors that people meet. */
const SENTENCES: Partial<Record<ContractErrorName, (args: Args) => string>> = {
  DeML_NoCompetition: ({ id, count }) =>
    `there is no competition ${id}: there are ${count}, counted from 0`,
  DeML_WrongStatus: ({ actual, expected }) =>
    `the competition is ${status(actual)}, and this works only while it is ${status(expected)}`,
  DeML_TooEarly: ({ time: at, startsAt }) =>
    `too early: it is ${time(at)}, and this works from ${time(startsAt)} on`,
  DeML_TooLate: ({ time: at, endsAt }) =>
    `too late: it is ${time(at)}, and this worked until ${time(endsAt)}`,
  DeML_WrongPayment: ({ actual, expected }) =>
    `the payment must be exactly ${expected} wei, not ${actual} wei`,
  DeML_NotYetCertain: ({ id, epoch, round }) =>
    `competition ${id} cannot end yet: round ${round} of epoch ${epoch} does not exist, or is decided`,
  DeML_HostBarred: ({ host }) => `the host ${host} may neither register nor enroll`,
  DeML_AlreadyRegistered: ({ participant }) => `${participant} is registered already`,
  DeML_AlreadyEnrolled: ({ miner }) => `${miner} is enrolled already`,
  DeML_NotParticipant: ({ who }) => `${who} is no participant of this competition: register first`,
  DeML_NotMiner: ({ who }) => `${who} is not enrolled as a miner of this competition`,
  DeML_PayoutZero: () => "the payout address must not be zero",
  DeML_NotEnoughMiners: ({ actual, min }) =>
    `only ${actual} miners are enrolled, fewer than the ${min} without which nothing can be decided`,
  DeML_SubmissionsUsedUp: ({ used, max }) => `all submissions are used up: ${used} of ${max}`,
  DeML_SizeOutOfRange: ({ size, min, max }) =>
    `a payload must have ${min} to ${max} bytes here, not ${size}`,
  DeML_ChunkOutOfRange: ({ length, min, max }) =>
    `a chunk must have ${min} to ${max} bytes here, not ${length}`,
  DeML_WrongOffset: ({ actual, expected }) =>
    `the upload goes on at byte ${expected}, not at ${actual}`,
  DeML_WrongEpoch: ({ actual, expected }) =>
    `epoch ${actual} takes no submissions now: the running one is ${expected}; an upload that crosses an epoch's end starts again`,
  DeML_BeaconAlreadyPosted: ({ round }) =>
    `beacon ${round} is known already, so the epoch takes no more submissions`,
  DeML_BeaconInvalid: ({ round }) => `this is not the signature of beacon ${round}`,
  DeML_BeaconMissing: ({ round }) => `beacon ${round} has not been posted yet`,
  DeML_NoRound: ({ roundId }) => `round ${roundId} does not exist, or is not at this attempt`,
  DeML_RoundDecided: ({ roundId }) => `round ${roundId} is decided already`,
  DeML_EarlierEpochUndecided: ({ epoch }) => `epoch ${epoch} has rounds that are not decided yet`,
  DeML_NoSeat: ({ miner, place, quorum }) =>
    `${miner} has no seat in this attempt: it drew place ${place}, and those below ${quorum} have one`,
  DeML_AlreadyCommitted: ({ miner, roundId }) =>
    `${miner} has committed in round ${roundId} already`,
  DeML_NotCommitted: ({ miner, roundId }) => `${miner} has not committed in round ${roundId}`,
  DeML_AlreadyRevealed: ({ miner, roundId }) => `${miner} has revealed in round ${roundId} already`,
  DeML_WrongCommitment: ({ miner }) =>
    `salt and scores are not those that ${miner} has committed to`,
  DeML_WrongScores: ({ miner }) => `the scores are not those that ${miner} has revealed`,
  DeML_NotEnoughReveals: ({ actual, min }) =>
    `only ${actual} miners have revealed, fewer than the ${min} without which nothing is decided`,
  DeML_NothingOwed: ({ id, who }) => `competition ${id} owes ${who} nothing (any more)`,
  DeML_PaymentFailed: ({ to, amount }) => `${to} did not accept the payment of ${amount} wei`,
};

function describe(name: ContractErrorName, args: Args): string {
  const sentence = SENTENCES[name]?.(args);
  if (sentence !== undefined) return sentence;
  const { min, max, ...rest } = args;
  const [value] = Object.values(rest);
  if (name.endsWith("OutOfRange") && value !== undefined) {
    return `${
      term(name.slice(0, -"OutOfRange".length))
    } must be from ${min} to ${max}, not ${value}`;
  }
  const list = Object.entries(args).map(([key, arg]) => `${key}: ${arg}`).join(", ");
  return `the contract refused: ${name.slice(PREFIX.length)}(${list})`;
}

/** `DeML_PricedSubmissions` -> `pricedSubmissions`. */
function term(name: string): string {
  const bare = name.slice(PREFIX.length);
  return bare[0]!.toLowerCase() + bare.slice(1);
}

function status(value: bigint | Hex | undefined): string {
  return STATUSES[Number(value)] ?? `in status ${value}`;
}

/** A Unix second as text, as far as dates reach. */
function time(value: bigint | Hex | undefined): string {
  const date = new Date(Number(value) * 1_000);
  if (Number.isNaN(date.getTime())) return `second ${value}`;
  return `${date.toISOString().slice(0, 19).replace("T", " ")} UTC`;
}
