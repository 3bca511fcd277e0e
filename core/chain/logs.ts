/** What happened in a round and to a beacon, read from the events whose blocks the state names. */
import { sha256 } from "@noble/hashes/sha2.js";
import { keccak_256 } from "@noble/hashes/sha3.js";
import { decodeScores, toHex } from "../protocol/codec.ts";
import { keptRandomness } from "../protocol/committee.ts";
import type { Hex } from "../protocol/types.ts";
import {
  dataBytes,
  dataNumber,
  dataSize,
  type Log,
  type LogQuery,
  readLogs,
  topicAddress,
} from "./log_query.ts";
import { compressG1 } from "./points.ts";
import { ChainUnreachable, type Provider } from "./provider.ts";
import type { PostedBeacon, Reveal, Round, Seat, Settlement } from "./types.ts";

const MAX_BOX = 512;
const SIGNATURE_BYTES = 128;
const SCORE_BYTES = 4;
/** How many blocks back the queries for reveals reach that go out together; nodes that take ranges allow the last. */
const REACHES = [1, 10, 100, 1_000] as const;

/** One attempt of a round. */
export interface RoundEventsKey {
  /** Address of the DeML contract. */
  contract: Hex;
  /** As `encodeRoundId` gives it. */
  roundId: bigint;
}

/** Which reveals to read. */
export interface RevealsKey extends RoundEventsKey {
  /** The round, its `attempt` being that of the roundId. */
  round: Pick<Round, "revealed" | "count" | "lastRevealBlock">;
  /** Seats of this roundId as `readSeats` has them. */
  seats?: readonly Seat[];
}

/**
 * Reads everything that was revealed in an attempt, in the order of the chain. One request asks for the last 1,000
 * blocks, in ranges of growing length; what lies further back, or in ranges that the node refuses, is found by ranges
 * that it takes, each ending at the block that the earliest reveal found so far names.
 *
 * @param key with `seats` each row is checked against its miner's digest, so that a lying node is found out here and not
 * by a settle that reverts
 * @throws {RangeError} if the events are not all that the contract has counted, or do not match the seats
 */
export async function readReveals(
  provider: Provider,
  { contract, roundId, round, seats }: RevealsKey,
): Promise<Reveal[]> {
  const query = { contract, roundId, count: round.count };
  if (round.revealed === 0) return [];
  let { logs, fromBlock, reach } = await readRecent(provider, { ...query, round });
  while (logs.length < round.revealed) {
    const block = logs[0] === undefined ? fromBlock : dataNumber(logs[0].data, 0);
    if (block >= fromBlock) {
      throw new RangeError(
        `${round.revealed} reveals are counted in round ${roundId}, but the chain node has ${logs.length} of them`,
      );
    }
    const missing = round.revealed - logs.length;
    fromBlock = Math.max(block - reach + 1, 0);
    const range = { fromBlock, toBlock: block, missing };
    logs = [...await readRevealLogs(provider, { ...query, ...range }), ...logs];
  }
  const reveals = logs.map((log) => decodeReveal(log, round.count));
  checkReveals(reveals, roundId, seats);
  return reveals;
}

/** The reveals of the last blocks, without a gap: from `fromBlock` on all are there. The node takes ranges of `reach`. */
async function readRecent(
  provider: Provider,
  { round, ...query }: RoundEventsKey & { count: number; round: RevealsKey["round"] },
): Promise<{ logs: Log[]; fromBlock: number; reach: number }> {
  const { lastRevealBlock: last, revealed: missing } = round;
  const answers = await Promise.allSettled(REACHES.map((reach, i) => {
    const [fromBlock, toBlock] = [Math.max(last - reach + 1, 0), last - (REACHES[i - 1] ?? 0)];
    return toBlock < 0
      ? Promise.resolve([])
      : readRevealLogs(provider, { ...query, fromBlock, toBlock, missing });
  }));
  const refused = answers.findIndex(({ status }) => status === "rejected");
  const good = refused < 0 ? answers : answers.slice(0, refused);
  const { reason } = (answers[refused] ?? {}) as { reason?: unknown };
  if (good.length === 0 || reason instanceof ChainUnreachable) throw reason;
  const logs = good.flatMap((answer) => answer.status === "fulfilled" ? [answer.value] : [])
    .reverse().flat();
  const reach = REACHES[good.length - 1]!;
  return { logs, fromBlock: Math.max(last - reach + 1, 0), reach };
}

function readRevealLogs(
  provider: Provider,
  { contract, roundId, count, missing, fromBlock, toBlock }: RoundEventsKey & {
    count: number;
    missing: number;
    fromBlock: number;
    toBlock: number;
  },
): Promise<Log[]> {
  return readLogs(provider, {
    contract,
    event: "ScoresRevealed",
    indexed: [roundId],
    fromBlock,
    toBlock,
    maxLogs: missing,
    maxBytes: dataSize(2, count * SCORE_BYTES),
  });
}

/** @throws {RangeError} for a row of another length or a score above 100001 */
function decodeReveal({ indexed, data }: Log, count: number): Reveal {
  const scores = dataBytes(data, 1);
  if (decodeScores(scores).length !== count) {
    throw new RangeError(`expected ${count} scores of a miner, not ${scores.length / SCORE_BYTES}`);
  }
  return { miner: topicAddress(indexed[1]), scores };
}

function checkReveals(
  reveals: readonly Reveal[],
  roundId: bigint,
  seats: readonly Seat[] | undefined,
): void {
  if (new Set(reveals.map(({ miner }) => miner)).size !== reveals.length) {
    throw new RangeError(`the chain node has a miner reveal twice in round ${roundId}`);
  }
  if (seats === undefined) return;
  const digests = new Map(seats.map((seat) => [seat.miner, seat]));
  for (const { miner, scores } of reveals) {
    const seat = digests.get(miner);
    if (seat?.state === "revealed" && digestOf(scores) === seat.digest) continue;
    throw new RangeError(
      `the scores of ${miner} in round ${roundId} are not those that the contract has recorded`,
    );
  }
}

/** Low 192 bits of keccak256. */
function digestOf(scores: Uint8Array): Hex {
  return toHex(keccak_256(scores).subarray(8));
}

/**
 * Reads the box that a miner committed in a seat.
 *
 * @param key `seat` as `readSeats` has it for this roundId
 * @throws {RangeError} if the seat has no commitment, or its event is not where the contract says
 */
export async function readBox(
  provider: Provider,
  { contract, roundId, seat }: RoundEventsKey & { seat: Seat },
): Promise<Uint8Array> {
  if (seat.state === "none") {
    throw new RangeError(`${seat.miner} has not committed in round ${roundId}`);
  }
  const { data } = await readOne(provider, {
    contract,
    event: "ScoresCommitted",
    indexed: [roundId, seat.miner],
    block: seat.commitBlock,
    maxBytes: dataSize(2, MAX_BOX),
  });
  return dataBytes(data, 1);
}

/**
 * Reads how a round was settled.
 *
 * @param key `round` as the snapshot has it, decided; the roundId is that of its last attempt
 * @throws {RangeError} if it is not decided, or its event is not where the contract says
 */
export async function readSettlement(
  provider: Provider,
  { contract, roundId, round }: RoundEventsKey & {
    round: Pick<Round, "decided" | "settleBlock" | "count" | "revealed">;
  },
): Promise<Settlement> {
  if (!round.decided) throw new RangeError(`round ${roundId} is not decided`);
  const { data, indexed } = await readOne(provider, {
    contract,
    event: "RoundSettled",
    indexed: [roundId],
    block: round.settleBlock,
    maxBytes: dataSize(3, round.count * SCORE_BYTES),
  });
  const medians = decodeScores(dataBytes(data, 1));
  const settledMask = dataNumber(data, 2);
  const revealed = dataNumber(data, 0);
  if (medians.length === round.count && revealed === round.revealed && settledMask < 2 ** 32) {
    return { settler: topicAddress(indexed[1]), revealed, medians, settledMask };
  }
  throw new RangeError(`the settlement of round ${roundId} does not fit what the contract records`);
}

/**
 * Reads the signature of a posted beacon, compressed (48 bytes), and checks that it has the randomness that the contract
 * keeps of it.
 *
 * @throws {RangeError} if it does not
 */
export async function readBeaconSignature(
  provider: Provider,
  { contract, beacon }: { contract: Hex; beacon: PostedBeacon },
): Promise<Uint8Array> {
  const { data } = await readOne(provider, {
    contract,
    event: "BeaconPosted",
    indexed: [beacon.round],
    block: beacon.block,
    maxBytes: dataSize(1, SIGNATURE_BYTES),
  });
  const signature = compressG1(dataBytes(data, 0));
  if (keptRandomness(BigInt(toHex(sha256(signature)))) === BigInt(beacon.randomness)) {
    return signature;
  }
  throw new RangeError(`the signature of beacon ${beacon.round} has other randomness than posted`);
}

/** The event that the state names the block of: there is exactly one. */
async function readOne(
  provider: Provider,
  { block, ...query }:
    & Pick<LogQuery, "contract" | "event" | "indexed" | "maxBytes">
    & { block: number },
): Promise<Log> {
  const [log] = await readLogs(provider, {
    ...query,
    fromBlock: block,
    toBlock: block,
    maxLogs: 1,
  });
  if (log !== undefined) return log;
  throw new RangeError(
    `the chain node has no ${query.event} in block ${block}, where the contract has it`,
  );
}
