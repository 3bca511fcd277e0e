/**
 * UnixFS: what the blocks of files and folders mean (https://specs.ipfs.tech/unixfs/), and the depth-first
 * walk over a file that reader, CAR writer and gateway share. Blocks may come from a hostile host, so
 * that every size and count is bounded; these errors are facts about the CID, not about who sent it.
 */
import { decode } from "@ipld/dag-pb";
import { UnixFS } from "ipfs-unixfs";
import { blockKey, checkHash, type Cid, DAG_PB, IDENTITY, RAW } from "./cid.ts";

/** A file or a part of one. */
export interface FileNode {
  /** Tells it from a folder. */
  type: "file";
  /** Its own bytes, which come first. */
  data: Uint8Array;
  /** What follows them. */
  links: FileLink[];
  /** Bytes of the whole, links included. */
  size: number;
}

/** A part of a file. */
export interface FileLink {
  /** Its node or leaf. */
  cid: Cid;
  /** Bytes of the file that it adds. */
  size: number;
}

/** A folder, or a shard of a large one (HAMT). */
export interface FolderNode {
  /** Tells it from a file. */
  type: "folder" | "shard";
  /** What it lists; in a shard also further shards, whose names are a bare prefix. */
  entries: { name: string; cid: Cid }[];
  /** Characters in front of each name: 0, or those of a shard's slot number. */
  prefix: number;
}

/** What the walk tells about the block it asks for. */
export interface BlockRequest {
  /** Byte of the file at which the block starts. */
  offset: number;
  /** Up to four blocks that come next, as far as they are known. */
  ahead: Cid[];
  /** The nodes above the block, from the root down. */
  path: Cid[];
}

/** Delivers a block that has been checked against its CID, or throws. */
export type GetBlock = (cid: Cid, request: BlockRequest) => Promise<Uint8Array>;

/** One block of a file, in the file's order. */
export interface Visit {
  /** The block's CID. */
  cid: Cid;
  /** The whole block. */
  block: Uint8Array;
  /** The bytes of the file (of the asked range) that the block itself carries; often empty in inner nodes. */
  data: Uint8Array;
  /** Bytes of the whole file. */
  fileSize: number;
}

/** Limits and range of a walk, in bytes of the file. */
export interface WalkOptions {
  /** Largest file that is walked at all. */
  maxBytes: number;
  /** First byte wanted (0). */
  from?: number;
  /** The byte after the last one wanted (all). */
  to?: number;
  /** Leaves out parts that repeat an earlier one (their sizes still count). */
  once?: boolean;
}

/** How many blocks a walk announces in {@linkcode BlockRequest.ahead}. */
export const READ_AHEAD = 4;
const MAX_DEPTH = 32;
const MAX_SHARDS = 4096;

/**
 * Decodes a block.
 *
 * @throws {TypeError} if the codec is neither raw nor dag-pb.
 * @throws {SyntaxError} if the block is malformed, or neither a file nor a folder.
 */
export function decodeBlock(cid: Cid, block: Uint8Array): FileNode | FolderNode {
  if (cid.code === RAW) return { type: "file", data: block, links: [], size: block.length };
  if (cid.code !== DAG_PB) {
    throw new TypeError(
      `Expected a file or folder, got ${cid} of codec 0x${cid.code.toString(16)}`,
    );
  }
  try {
    return decodeNode(block);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new SyntaxError(`Block ${cid} is not a UnixFS file or folder: ${why}`, { cause });
  }
}

function decodeNode(block: Uint8Array): FileNode | FolderNode {
  const { Data, Links } = decode(block);
  if (Data === undefined) throw new SyntaxError("it has no data field");
  const unixfs = UnixFS.unmarshal(Data);
  if (unixfs.type === "directory" || unixfs.type === "hamt-sharded-directory") {
    const entries = Links.map((link) => ({ name: link.Name ?? "", cid: link.Hash }));
    if (unixfs.type === "directory") return { type: "folder", entries, prefix: 0 };
    // Shard names carry as many hex digits as the largest slot number takes.
    return { type: "shard", entries, prefix: ((unixfs.fanout ?? 256n) - 1n).toString(16).length };
  }
  if (unixfs.type !== "file" && unixfs.type !== "raw") {
    throw new SyntaxError(`it is a ${unixfs.type}`);
  }
  if (unixfs.blockSizes.length !== Links.length) {
    throw new SyntaxError(`it states ${unixfs.blockSizes.length} sizes for ${Links.length} links`);
  }
  const size = unixfs.fileSize();
  if (size > BigInt(Number.MAX_SAFE_INTEGER)) throw new SyntaxError(`it states ${size} bytes`);
  const links = Links.map((link, i) => ({ cid: link.Hash, size: Number(unixfs.blockSizes[i]) }));
  return { type: "file", data: unixfs.data ?? new Uint8Array(0), links, size: Number(size) };
}

/**
 * Visits the blocks of a file depth-first, each as often as it occurs; with a range only those that the
 * range needs. At most 32 levels, and no more blocks than 4096 and one per KiB, so that a small DAG that
 * repeats itself cannot keep the walk busy for ever.
 *
 * @throws {RangeError} if the file is over `maxBytes`, too deep or split too finely.
 * @throws {SyntaxError} if a block is malformed, states wrong sizes or is a folder.
 * @throws {TypeError} if a block has another codec or hash function.
 */
export async function* walkFile(
  root: Cid,
  get: GetBlock,
  { maxBytes, from = 0, to = Infinity, once = false }: WalkOptions,
): AsyncGenerator<Visit> {
  const seen = once ? new Set<string>() : undefined;
  const stack = [{ cid: root, links: [{ cid: root, size: -1 }], next: 0 }];
  let [offset, blocks, fileSize] = [0, 0, -1];
  for (let frame = stack.at(-1); frame !== undefined; frame = stack.at(-1)) {
    const link = frame.links[frame.next++];
    if (link === undefined) {
      stack.pop();
      continue;
    }
    const end = offset + link.size;
    const outside = link.size >= 0 && (offset >= to || from > 0 && end <= from);
    // A part that the range cuts may lack blocks which its next occurrence needs.
    const whole = offset >= from && end <= to;
    if (outside || whole && seen?.has(blockKey(link.cid))) {
      offset = end;
      continue;
    }
    if (whole) seen?.add(blockKey(link.cid));
    const ahead = frame.links.slice(frame.next, frame.next + READ_AHEAD).map((next) => next.cid);
    const path = stack.slice(1).map((above) => above.cid);
    const block = await getChecked(link.cid, get, { offset, ahead, path });
    const node = decodeFile(link, block);
    if (fileSize < 0) fileSize = checkFileSize(root, node.size, maxBytes);
    if (++blocks > 4096 + fileSize / 1024 || stack.length > MAX_DEPTH) {
      throw new RangeError(
        `File ${root} of ${fileSize} bytes takes over ${
          blocks - 1
        } blocks or ${MAX_DEPTH} levels; ` +
          "add it again in larger chunks",
      );
    }
    const data = node.data.subarray(Math.max(0, from - offset), Math.max(0, to - offset));
    yield { cid: link.cid, block, data, fileSize };
    offset += node.data.length;
    if (node.links.length > 0) stack.push({ cid: link.cid, links: node.links, next: 0 });
  }
}

function decodeFile({ cid, size }: FileLink, block: Uint8Array): FileNode {
  const node = decodeBlock(cid, block);
  if (node.type !== "file") throw new SyntaxError(`Expected a file, got ${cid}, which is a folder`);
  if (size >= 0 && node.size !== size) {
    throw new SyntaxError(`Block ${cid} has ${node.size} bytes where its parent states ${size}`);
  }
  return node;
}

function checkFileSize(root: Cid, size: number, maxBytes: number): number {
  if (size <= maxBytes) return size;
  throw new RangeError(`File ${root} has ${size} bytes, more than the ${maxBytes} allowed`);
}

/**
 * Finds what lies at a path below a folder: its CID and the blocks on the way (root first, without the
 * last one), or undefined if there is no such entry.
 *
 * @throws {SyntaxError} if a block is malformed.
 * @throws {RangeError} if a sharded folder on the way has over 4096 shards.
 */
export async function resolvePath(
  root: Cid,
  names: readonly string[],
  get: GetBlock,
): Promise<{ cid: Cid; trail: Cid[]; roots: Cid[] } | undefined> {
  let cid = root;
  const trail: Cid[] = [];
  const roots = [root];
  for (const name of names) {
    const found = await findEntry({ cid, name, get, shards: { left: MAX_SHARDS } });
    if (found === undefined) return undefined;
    trail.push(...found.slice(0, -1));
    cid = found.at(-1)!;
    roots.push(cid);
  }
  return { cid, trail, roots };
}

interface Search {
  cid: Cid;
  name: string;
  get: GetBlock;
  shards: { left: number };
}

/** The blocks from a folder down to one of its entries; shards are searched one after the other. */
async function findEntry(search: Search): Promise<Cid[] | undefined> {
  const { cid, name, get, shards } = search;
  const node = decodeBlock(cid, await getChecked(cid, get, { offset: 0, ahead: [], path: [] }));
  if (node.type === "file") return undefined;
  const direct = node.entries.find((entry) => entry.name.slice(node.prefix) === name);
  if (direct !== undefined && direct.name.length > node.prefix) return [cid, direct.cid];
  for (const entry of node.prefix === 0 ? [] : node.entries) {
    if (entry.name.length !== node.prefix) continue;
    if (--shards.left < 0) {
      throw new RangeError(`Folder ${cid} has over ${MAX_SHARDS} shards; name the file's own CID`);
    }
    const below = await findEntry({ ...search, cid: entry.cid });
    if (below !== undefined) return [cid, ...below];
  }
  return undefined;
}

/** Identity CIDs carry their block themselves. */
function getChecked(cid: Cid, get: GetBlock, request: BlockRequest): Promise<Uint8Array> {
  checkHash(cid);
  if (cid.multihash.code === IDENTITY) return Promise.resolve(cid.multihash.digest);
  return get(cid, request);
}
