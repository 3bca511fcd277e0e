/**
 * The contract's events by exact block: a query with `fromBlock` = `toBlock` is what every node takes, also those that
 * refuse ranges, and state names the block of every event that matters.
 */
import { fromHex, toHex, toWord, word } from "../protocol/codec.ts";
import type { Hex } from "../protocol/types.ts";
import { fromQuantity, toQuantity } from "./calls.ts";
import { isRecord } from "./json_rpc.ts";
import type { Provider } from "./provider.ts";

const WORD_BYTES = 32;

/** First topics of the events that are read; a test compares them with the ABI. */
export const TOPICS = {
  BeaconPosted: "0xf37c9f4a54109bdc5106cb8ff465956c6e8b9e0f1c79ea18105eb8141d2a5f27",
  ModelChunk: "0x5c70139e3382fbfe90fa9e21e79230710d157b4e6ea3a3e181d6ef4efc48fd07",
  RoundSettled: "0x70f1c9a148143a35b9ea4c195499bd4cc37b3975f302e92dcb414e6783f0e873",
  ScoresCommitted: "0xa0e3701cae6b4f69612e7c0ffbfdffee8862f0bb0fec45362b86bd0bbab7c395",
  ScoresRevealed: "0x3c5c16bac2764c534845c8adb8c83520e039f97a167c6f41eacbc325650606a3",
} as const;

/** Which events to read. */
export interface LogQuery {
  /** Address of the DeML contract. */
  contract: Hex;
  /** Name of the event. */
  event: keyof typeof TOPICS;
  /** Its indexed arguments in order, integers or addresses; those left out at the end may be anything. */
  indexed: readonly (bigint | number | Hex)[];
  /** First block. */
  fromBlock: number;
  /** Last block: the first for an exact-block query. */
  toBlock: number;
  /** Most logs that may come. */
  maxLogs: number;
  /** Most bytes that a log's data may have. */
  maxBytes: number;
}

/** An event as the chain has it. */
export interface Log {
  /** Block that it lies in. */
  block: number;
  /** Place among the block's logs. */
  index: number;
  /** Topics after the first: the indexed arguments as words. */
  indexed: Hex[];
  /** ABI encoding of the other arguments. */
  data: Uint8Array;
}

/**
 * Reads events in the order of the chain.
 *
 * @throws {RangeError} for logs that were not asked for, or more or larger ones than there can be
 */
export async function readLogs(provider: Provider, query: LogQuery): Promise<Log[]> {
  const topics = [TOPICS[query.event], ...query.indexed.map(toTopic)];
  const answer = await provider.request({
    method: "eth_getLogs",
    params: [{
      address: query.contract,
      topics,
      fromBlock: toQuantity(query.fromBlock),
      toBlock: toQuantity(query.toBlock),
    }],
  });
  if (!Array.isArray(answer) || answer.length > query.maxLogs) {
    const what = Array.isArray(answer) ? `${answer.length} logs` : "no list";
    throw new RangeError(`expected at most ${query.maxLogs} ${query.event} logs, not ${what}`);
  }
  const logs = answer.map((log) => readLog(log, { ...query, topics }));
  return logs.sort((a, b) => a.block - b.block || a.index - b.index);
}

function toTopic(value: bigint | number | Hex): Hex {
  return toHex(toWord(BigInt(value)));
}

function readLog(log: unknown, query: LogQuery & { topics: readonly Hex[] }): Log {
  if (!isRecord(log)) throw new RangeError(`expected a log from the chain node, not ${typeof log}`);
  const block = fromQuantity(log.blockNumber, "block of a log");
  const topics = readTopics(log.topics);
  const asked = block >= query.fromBlock && block <= query.toBlock && log.removed !== true &&
    String(log.address).toLowerCase() === query.contract.toLowerCase() &&
    query.topics.every((topic, i) => topics[i] === topic);
  if (!asked) throw new RangeError(`the chain node gave a log that was not asked for`);
  return {
    block,
    index: fromQuantity(log.logIndex, "index of a log"),
    indexed: topics.slice(1),
    data: fromHex(log.data as string, { max: query.maxBytes }),
  };
}

/** At most four topics, in lower case. */
function readTopics(topics: unknown): Hex[] {
  if (!Array.isArray(topics) || topics.length > 4) {
    throw new RangeError("expected a log with at most four topics from the chain node");
  }
  return topics.map((topic) => toHex(fromHex(topic, { length: WORD_BYTES })));
}

/** The address in a topic. @throws {RangeError} if it is none */
export function topicAddress(topic: Hex | undefined): Hex {
  if (topic !== undefined && /^0x0{24}[0-9a-f]{40}$/.test(topic)) return `0x${topic.slice(26)}`;
  throw new RangeError(`expected an address as a topic, not ${topic}`);
}

/** A number in a log's data. @throws {RangeError} if it is above 2^53 - 1 or not there */
export function dataNumber(data: Uint8Array, index: number): number {
  const value = word(data, index);
  if (value <= BigInt(Number.MAX_SAFE_INTEGER)) return Number(value);
  throw new RangeError(`expected a number up to 2^53 - 1 in a log, not ${value}`);
}

/** `bytes` in a log's data, whose offset lies at word `index`. @throws {RangeError} if they reach past its end */
export function dataBytes(data: Uint8Array, index: number): Uint8Array {
  const at = dataNumber(data, index);
  const length = at % WORD_BYTES === 0 ? dataNumber(data, at / WORD_BYTES) : NaN;
  const start = at + WORD_BYTES;
  if (start + length <= data.length) return data.subarray(start, start + length);
  throw new RangeError(`expected bytes at ${at} of a log, but it has ${data.length} bytes`);
}

/** Bytes of a log's data: `words` of fixed length, the offset of its bytes among them, and `bytes` with their length. */
export function dataSize(words: number, bytes: number): number {
  return (words + 1 + Math.ceil(bytes / WORD_BYTES)) * WORD_BYTES;
}
