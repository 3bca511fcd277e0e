/** Payloads of submissions, put together from their `ModelChunk` events (PROTOCOL.md section 4). */
import { concatBytes } from "@noble/hashes/utils.js";
import { EMPTY_UPLOAD, nextUploadHash } from "../protocol/commitment.ts";
import type { Hex } from "../protocol/types.ts";
import { dataBytes, dataNumber, dataSize, type Log, readLogs } from "./log_query.ts";
import type { Provider } from "./provider.ts";
import type { CompetitionKey, Submission } from "./types.ts";

/** Blocks that one payload may be spread over, 1 MiB in pieces of 4 KiB: nobody can make reading last for ever. */
const MAX_BLOCKS = 256;
/** Payload bytes that are asked for at once: about 17 MB as hexadecimal text. */
const MAX_GROUP_BYTES = 8 * 2 ** 20;

/** What identifies a payload and its chunks. */
export type PayloadKey = Pick<Submission, "author" | "upload" | "size" | "lastBlock" | "hash">;

/** How far reading payloads has come. */
export interface PayloadProgress {
  /** Payloads complete or given up. */
  done: number;
  /** Payloads asked for. */
  total: number;
}

/** Payloads that were read, by number of the submission, and why others were not. */
export interface Payloads {
  /** Complete and with the right hash. */
  payloads: Map<number, Uint8Array>;
  /** For each of the others: what went wrong. It says nothing about the submission itself. */
  failures: Map<number, Error>;
}

/**
 * Reads one payload.
 *
 * @throws {RangeError} if the chunks do not make up the payload that the contract has recorded
 * @throws {Error} as the provider does
 */
export async function readPayload(
  provider: Provider,
  { contract, id, submission }: CompetitionKey & { submission: PayloadKey },
): Promise<Uint8Array> {
  const walk = new Walk(submission);
  while (!walk.done) walk.take(await readChunks(provider, { contract, id, walk }));
  return walk.payload();
}

/**
 * Reads the payloads of many submissions, the last chunks of all of them at once, then those before, and so on: the
 * number of requests follows the payload with the most chunks, and the bytes (8 MiB at once), not the submissions.
 * A payload that cannot be read stops no other.
 *
 * @param key `signal` ends reading: what is not complete by then fails with its reason
 */
export async function readPayloads(
  provider: Provider,
  { submissions, onProgress, signal, ...key }: CompetitionKey & {
    submissions: readonly Submission[];
    onProgress?: (progress: PayloadProgress) => void;
    signal?: AbortSignal;
  },
): Promise<Payloads> {
  const result: Payloads = { payloads: new Map(), failures: new Map() };
  for (const group of bySize(submissions)) {
    let open = group.map((submission) => ({ submission, walk: new Walk(submission) }));
    while (open.length > 0) {
      await Promise.all(
        open.map(({ submission, walk }) =>
          readLevel(provider, { ...key, submission, walk, result, signal })
        ),
      );
      open = open.filter(({ submission: { number } }) =>
        !result.payloads.has(number) && !result.failures.has(number)
      );
      const done = result.payloads.size + result.failures.size;
      onProgress?.({ done, total: submissions.length });
    }
  }
  return result;
}

/** One step of one payload. */
async function readLevel(
  provider: Provider,
  { submission, walk, result, signal, ...key }: CompetitionKey & {
    submission: Submission;
    walk: Walk;
    result: Payloads;
    signal: AbortSignal | undefined;
  },
): Promise<void> {
  try {
    signal?.throwIfAborted();
    walk.take(await readChunks(provider, { ...key, walk }));
    if (walk.done) result.payloads.set(submission.number, walk.payload());
  } catch (error) {
    result.failures.set(submission.number, error as Error);
  }
}

function bySize(submissions: readonly Submission[]): Submission[][] {
  const groups: Submission[][] = [];
  let bytes = Infinity;
  for (const submission of submissions) {
    if (bytes + submission.size > MAX_GROUP_BYTES) {
      groups.push([]);
      bytes = 0;
    }
    groups.at(-1)!.push(submission);
    bytes += submission.size;
  }
  return groups;
}

function readChunks(
  provider: Provider,
  { contract, id, walk }: { contract: Hex; id: number; walk: Walk },
): Promise<Log[]> {
  return readLogs(provider, {
    contract,
    event: "ModelChunk",
    indexed: [id, walk.key.author, walk.key.upload],
    fromBlock: walk.block,
    toBlock: walk.block,
    maxLogs: walk.missing,
    maxBytes: dataSize(3, walk.missing),
  });
}

/** The way back through an upload's chunks, from the last one to the first. */
class Walk {
  readonly key: PayloadKey;
  /** The next block to ask for. */
  block: number;
  /** Bytes before those that have come. */
  missing: number;
  /** Chunks from the last to the first. */
  #chunks: Uint8Array[] = [];
  #blocks = 0;

  constructor(key: PayloadKey) {
    this.key = key;
    this.block = key.lastBlock;
    this.missing = key.size;
  }

  get done(): boolean {
    return this.missing === 0;
  }

  /** Takes a block's chunks in the order of the chain. @throws {RangeError} if they do not join the later ones */
  take(logs: readonly Log[]): void {
    let previous = 0;
    for (const { data } of logs.toReversed()) {
      const [offset, chunk] = [dataNumber(data, 0), dataBytes(data, 2)];
      if (chunk.length === 0 || offset + chunk.length !== this.missing) {
        throw this.#broken(`has a chunk at ${offset} that does not end at ${this.missing}`);
      }
      this.#chunks.push(chunk);
      this.missing = offset;
      previous = dataNumber(data, 1);
    }
    if (logs.length === 0) throw this.#broken("has no chunks");
    if (!this.done && (previous === 0 || previous >= this.block)) {
      throw this.#broken(`names block ${previous} for the chunk before`);
    }
    this.block = previous;
    if (++this.#blocks >= MAX_BLOCKS && !this.done) {
      throw this.#broken(`is the last of ${MAX_BLOCKS} that are read for one payload`);
    }
  }

  /** All bytes. @throws {RangeError} if their running hash is not the submission's */
  payload(): Uint8Array {
    const chunks = this.#chunks.toReversed();
    const hash = chunks.reduce(nextUploadHash, EMPTY_UPLOAD);
    if (hash !== this.key.hash) {
      throw new RangeError(
        `the chunks of ${this.#name()} have the hash ${hash}, but the contract recorded ${this.key.hash}`,
      );
    }
    return concatBytes(...chunks);
  }

  #broken(what: string): RangeError {
    return new RangeError(`block ${this.block} ${what}, of ${this.#name()}`);
  }

  #name(): string {
    return `upload ${this.key.upload} of ${this.key.author}`;
  }
}
