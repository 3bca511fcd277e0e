/**
 * Content-addressable archives, version 1 (https://ipld.io/specs/transport/car/carv1/): a header, then
 * sections of one CID and its block. The writer streams a DAG depth-first from a store; the reader bounds
 * every length before it reads, since a CAR from a gateway is hostile until checked.
 */
import { CID } from "multiformats/cid";
import { blockKey, type Cid, DAG_PB, IDENTITY, MAX_BLOCK_BYTES } from "./cid.ts";
import type { BlockStore } from "./store.ts";
import { ByteReader, concat, toStream } from "./streams.ts";
import { decodeBlock, walkFile } from "./unixfs.ts";

/** A block as an archive carries it. */
export interface CarSection {
  /** What the block is said to be. */
  cid: Cid;
  /** Its bytes, not checked against `cid`. */
  block: Uint8Array;
}

/** What of a DAG goes into an archive. */
export interface CarOptions {
  /**
   * `block`: the root alone. `entity`: a file whole, a folder as its own blocks, without what it
   * lists. `all` (the default): everything below the root.
   */
  scope?: "block" | "entity" | "all";
  /** Whether a block comes again where the DAG repeats it (the default is once). */
  duplicates?: boolean;
  /** Bytes of a file whose blocks are wanted (scope `entity` only); `to` is excluded. */
  range?: { from: number; to: number };
  /** Blocks to send first: those that lead from the archive's root to `root`. */
  trail?: readonly Cid[];
}

/** Room for the CID in front of a section's block. */
const MAX_CID_BYTES = 100;
const MAX_HEADER_BYTES = 4096;
const MAX_DEPTH = 128;

/**
 * An archive of what lies below `root`, depth-first, one block in memory at a time. Its root is the first
 * CID of `trail`, or `root`.
 *
 * The stream fails with a {@linkcode RangeError} if a block is missing or the DAG is over 128 levels deep.
 */
export function writeCar(
  root: Cid,
  store: BlockStore,
  options: CarOptions = {},
): ReadableStream<Uint8Array> {
  return toStream(carBytes(root, store, options));
}

async function* carBytes(
  root: Cid,
  store: BlockStore,
  { duplicates = false, trail = [], ...options }: CarOptions,
): AsyncGenerator<Uint8Array> {
  yield carHeader(trail[0] ?? root);
  const sent = new Set<string>();
  for await (const { cid, block } of carSections(root, store, { duplicates, trail, ...options })) {
    if (cid.multihash.code === IDENTITY || sent.has(blockKey(cid))) continue;
    if (!duplicates) sent.add(blockKey(cid));
    yield withLength([cid.bytes, block]);
  }
}

async function* carSections(
  root: Cid,
  store: BlockStore,
  { trail = [], scope = "all", range, duplicates = false }: CarOptions,
): AsyncGenerator<CarSection> {
  for (const cid of trail) yield { cid, block: await loadBlock(cid, store) };
  const block = await loadBlock(root, store);
  // Without duplicates a part that comes again is not even walked: it could repeat without end.
  if (scope === "all") {
    return yield* walkAll(root, { store, walked: duplicates ? undefined : new Set() });
  }
  if (scope === "block" || root.code !== DAG_PB) return yield { cid: root, block };
  if (decodeBlock(root, block).type !== "file") return yield* walkShards(root, store);
  const get = (cid: Cid) => loadBlock(cid, store);
  yield* walkFile(root, get, { maxBytes: Infinity, once: !duplicates, ...range });
}

interface Walk {
  store: BlockStore;
  walked: Set<string> | undefined;
}

async function* walkAll(cid: Cid, walk: Walk, depth = 0): AsyncGenerator<CarSection> {
  if (walk.walked?.has(blockKey(cid))) return;
  walk.walked?.add(blockKey(cid));
  const block = await loadBlock(cid, walk.store);
  yield { cid, block };
  if (cid.code !== DAG_PB) return;
  checkDepth(cid, depth);
  const node = decodeBlock(cid, block);
  for (const link of node.type === "file" ? node.links : node.entries) {
    yield* walkAll(link.cid, walk, depth + 1);
  }
}

/** A folder's own blocks: one, or its shards. */
async function* walkShards(cid: Cid, store: BlockStore, depth = 0): AsyncGenerator<CarSection> {
  const block = await loadBlock(cid, store);
  yield { cid, block };
  checkDepth(cid, depth);
  const node = decodeBlock(cid, block);
  if (node.type !== "shard") return;
  for (const { name, cid: below } of node.entries) {
    if (name.length === node.prefix) yield* walkShards(below, store, depth + 1);
  }
}

function checkDepth(cid: Cid, depth: number): void {
  if (depth < MAX_DEPTH) return;
  throw new RangeError(`Block ${cid} lies over ${MAX_DEPTH} levels deep; archive a part of it`);
}

/**
 * A block of the store, or the data of an identity CID.
 *
 * @throws {RangeError} if the store does not have it.
 */
export async function loadBlock(cid: Cid, store: BlockStore): Promise<Uint8Array> {
  if (cid.multihash.code === IDENTITY) return cid.multihash.digest;
  const block = await store.get(cid);
  if (block === undefined) throw new RangeError(`Block ${cid} is not in the store; add it first`);
  return block;
}

/** The header in DAG-CBOR: `{ roots: [root], version: 1 }`. */
function carHeader(root: Cid): Uint8Array {
  const text = new TextEncoder();
  const head = [0xa2, 0x65, ...text.encode("roots"), 0x81, 0xd8, 0x2a];
  // Tag 42 holds a byte string: a zero (the identity multibase), then the CID.
  const size = root.bytes.length + 1;
  const length = size < 24 ? [0x40 + size] : [0x58 + (size > 255 ? 1 : 0), ...bigEndian(size)];
  const tail = [0x67, ...text.encode("version"), 0x01];
  return withLength([Uint8Array.from([...head, ...length, 0]), root.bytes, Uint8Array.from(tail)]);
}

function bigEndian(size: number): number[] {
  return size > 255 ? [size >> 8, size & 255] : [size];
}

/** The parts joined, after their length as an unsigned LEB128. */
function withLength(parts: Uint8Array[]): Uint8Array {
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  const prefix: number[] = [];
  let left = length;
  for (; left > 127; left = Math.floor(left / 128)) prefix.push(left % 128 + 128);
  prefix.push(left);
  return concat([Uint8Array.from(prefix), ...parts], prefix.length + length);
}

/**
 * Reads an archive section by section: at most one block in memory, in a buffer of its own. The
 * header's roots are not looked at; whoever reads knows what is wanted.
 *
 * @throws {RangeError} as soon as a length over 2 MiB (4096 bytes for the header) is announced.
 * @throws {SyntaxError} if a section has no CID.
 * @throws {Error} if the archive ends within a section.
 */
export async function* readCar(
  next: () => Promise<Uint8Array | undefined>,
): AsyncGenerator<CarSection> {
  const reader = new ByteReader(next);
  const header = await readLength(reader, MAX_HEADER_BYTES);
  if (header === undefined) throw new Error("the CAR ends before its header");
  await reader.exactly(header);
  for (;;) {
    const length = await readLength(reader, MAX_BLOCK_BYTES + MAX_CID_BYTES);
    if (length === undefined) return;
    yield decodeSection(await reader.exactly(length));
  }
}

/** A length (unsigned LEB128) of 1 to `max`, or undefined at the end of the archive. */
async function readLength(reader: ByteReader, max: number): Promise<number | undefined> {
  let length = 0;
  for (let unit = 1;; unit *= 128) {
    const byte = await reader.byte();
    if (byte === undefined && unit === 1) return undefined;
    if (byte === undefined) throw new Error("the CAR was cut within a length");
    length += byte % 128 * unit;
    // Checked at each byte: a length that never ends must not run into the infinite.
    if (length > max || unit > max) {
      throw new RangeError(`the CAR announces a length over ${max} bytes`);
    }
    if (byte < 128) break;
  }
  if (length === 0) throw new SyntaxError("the CAR announces an empty section");
  return length;
}

function decodeSection(section: Uint8Array): CarSection {
  try {
    const [cid, block] = CID.decodeFirst(section);
    return { cid, block };
  } catch (cause) {
    throw new SyntaxError("the CAR has a section without a CID", { cause });
  }
}
