/**
 * Calls of the contract's views, encoded by hand: their arguments are single words, and pages are rows of words, so that
 * reading needs no ABI coder (which would be the greater part of a site's first load, and slower by far).
 */
import { concatBytes } from "@noble/hashes/utils.js";
import { fromHex, toHex, toWord, word } from "../protocol/codec.ts";
import type { Hex } from "../protocol/types.ts";
import type { Provider } from "./provider.ts";
import type { Block } from "./types.ts";

const WORD_BYTES = 32;

/** Selectors of the views; a test compares them with the ABI. */
export const SELECTORS = {
  account: "0xa6f5092e",
  beacon: "0x1d21c669",
  beaconKey: "0x573465b3",
  competitionCount: "0xa1681770",
  competitionsPage: "0x758282a4",
  epochsPage: "0x6ad61614",
  GENESIS: "0xb7dec1b7",
  isSeated: "0x67bc736f",
  minersPage: "0x3741b43e",
  owed: "0x1755ccfc",
  participant: "0xb8612eab",
  PERIOD: "0xb4d1d795",
  pot: "0xc1eecdc6",
  roundsPage: "0x6eea2cc0",
  SEAL_GAP: "0x9971f0df",
  seatsPage: "0x41ab49d2",
  submissionsPage: "0x24d29586",
} as const;

/** Name of a view that can be called. */
export type View = keyof typeof SELECTORS;

/** One call of a view. */
export interface ViewCall {
  /** Address of the DeML contract. */
  contract: Hex;
  /** Name of the view. */
  name: View;
  /** Its arguments: unsigned integers, or addresses of 20 bytes. */
  args?: readonly (bigint | number | Hex)[];
  /** Block to read at; the latest if left out. */
  block?: Pick<Block, "number"> | undefined;
}

/**
 * Calls a view and gives the words of its answer.
 *
 * @param words how many words the answer has
 * @throws {RangeError} for any other length, which is what an address without this contract answers
 */
export async function callView(
  provider: Provider,
  { words, ...call }: ViewCall & { words: number },
): Promise<Uint8Array> {
  return readAnswer(await ethCall(provider, call), call, { length: words * WORD_BYTES });
}

/** Which rows a page view is asked for. */
export interface PageCall extends ViewCall {
  /** Words of one row. */
  width: number;
  /** Rows that must come. */
  rows: number;
}

/**
 * Calls a view that gives a page and strips offset and length: rows of `width` words one after the other.
 *
 * @throws {RangeError} for an answer of another number of rows
 */
export async function callPage(provider: Provider, page: PageCall): Promise<Uint8Array> {
  const { width, rows, ...call } = page;
  const length = (2 + width * rows) * WORD_BYTES;
  const bytes = readAnswer(await ethCall(provider, call), call, { length });
  return stripArray(bytes, call.name);
}

/**
 * As {@linkcode callPage}, for a page whose number of rows is not known before.
 *
 * @param rows the most rows that may come
 */
export async function callPageUpTo(provider: Provider, page: PageCall): Promise<Uint8Array> {
  const { width, rows, ...call } = page;
  const max = (2 + width * rows) * WORD_BYTES;
  const bytes = readAnswer(await ethCall(provider, call), call, { max });
  const words = stripArray(bytes, call.name);
  if (words.length % (width * WORD_BYTES) === 0) return words;
  throw new RangeError(
    `expected rows of ${width} words from ${call.name}, not ${words.length} bytes`,
  );
}

function ethCall(
  provider: Provider,
  { contract, name, args = [], block }: ViewCall,
): Promise<unknown> {
  const data = toHex(concatBytes(fromHex(SELECTORS[name], { length: 4 }), ...args.map(toArgument)));
  return provider.request({
    method: "eth_call",
    params: [{ to: contract, data }, blockTag(block)],
  });
}

function toArgument(value: bigint | number | Hex): Uint8Array {
  if (typeof value !== "string") return toWord(BigInt(value));
  return concatBytes(new Uint8Array(12), fromHex(value, { length: 20 }));
}

/** A block as JSON-RPC names it. */
export function blockTag(block: Pick<Block, "number"> | undefined): string {
  return block === undefined ? "latest" : toQuantity(block.number);
}

/** A number as JSON-RPC writes it: hexadecimal without leading zeros. */
export function toQuantity(value: number | bigint): string {
  return `0x${value.toString(16)}`;
}

/**
 * Reads a number as JSON-RPC writes it.
 *
 * @param what says in an error what it is
 * @throws {RangeError} for anything else, or more than 2^53 - 1
 */
export function fromQuantity(value: unknown, what: string): number {
  const number = typeof value === "string" && /^0x[0-9a-fA-F]{1,14}$/.test(value)
    ? Number(value)
    : NaN;
  if (Number.isSafeInteger(number)) return number;
  throw new RangeError(
    `expected the ${what} as a hexadecimal number from the chain node, not ${excerpt(value)}`,
  );
}

/** A quantity of JSON-RPC that may be above 2^53, such as wei. @throws {RangeError} for anything else */
export function fromAmount(value: unknown, what: string): bigint {
  if (typeof value === "string" && /^0x[0-9a-fA-F]{1,64}$/.test(value)) return BigInt(value);
  throw new RangeError(
    `expected the ${what} as a hexadecimal number from the chain node, not ${excerpt(value)}`,
  );
}

function readAnswer(
  answer: unknown,
  { contract, name }: ViewCall,
  bound: { length: number } | { max: number },
): Uint8Array {
  if (answer === "0x") {
    throw new RangeError(
      `no DeML contract answers at ${contract}: is it the right address, and the right chain?`,
    );
  }
  try {
    return fromHex(answer as string, bound);
  } catch (cause) {
    throw new RangeError(`${name} of ${contract}: ${(cause as Error).message}`, { cause });
  }
}

/** An answer that is one array of words, without its offset (32) and length. */
function stripArray(bytes: Uint8Array, name: View): Uint8Array {
  const words = bytes.length / WORD_BYTES - 2;
  if (words >= 0 && word(bytes, 0) === 32n && word(bytes, 1) === BigInt(words)) {
    return bytes.subarray(2 * WORD_BYTES);
  }
  throw new RangeError(`expected an array of words from ${name}, not ${bytes.length} other bytes`);
}

function excerpt(value: unknown): string {
  return String(JSON.stringify(value)).slice(0, 80);
}
