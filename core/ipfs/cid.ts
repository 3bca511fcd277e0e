/**
 * Content identifiers: the hash of a block with the codec to read it by.
 * Formats: CID, multihash and multicodec specifications of multiformats.io.
 */
import { base32 } from "multiformats/bases/base32";
import { equals } from "multiformats/bytes";
import { CID } from "multiformats/cid";
import { create as createMultihash } from "multiformats/hashes/digest";

/** A content identifier, as far as it matters here; `CID` of the library multiformats is one. */
export interface Cid {
  /** Version 0 is always dag-pb and sha2-256. */
  readonly version: 0 | 1;
  /** Multicodec of the block. */
  readonly code: number;
  /** The hash: function, length and digest, and the three encoded in `bytes`. */
  readonly multihash: {
    readonly code: number;
    readonly size: number;
    readonly digest: Uint8Array<ArrayBuffer>;
    readonly bytes: Uint8Array<ArrayBuffer>;
  };
  /** The binary form. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** The same in version 1. */
  toV1(): Cid;
  /** The text form. */
  toString(): string;
}

/** Multicodec of a block that is nothing but bytes. */
export const RAW = 0x55;
/** Multicodec of a block with data and links (files over one block, folders). */
export const DAG_PB = 0x70;
/** Multihash code of sha2-256. */
export const SHA2_256 = 0x12;
/** Multihash code of "the digest is the data itself". */
export const IDENTITY = 0x00;

/** The largest block that IPFS peers exchange, in bytes (2 MiB, Bitswap and trustless gateways alike). */
export const MAX_BLOCK_BYTES = 2 * 1024 * 1024;

/** Longest text that is looked at: an identity CID with 128 bytes of data takes 216 characters. */
const MAX_CID_TEXT = 256;

/**
 * Reads a CID in base32, base36 or base58btc (version 0 included).
 *
 * @throws {SyntaxError} if the text is not a CID.
 */
export function parseCid(text: string): Cid {
  if (text.length > MAX_CID_TEXT) {
    throw new SyntaxError(`Expected a CID, got a text of ${text.length} characters`);
  }
  let cid: Cid;
  try {
    cid = CID.parse(text);
  } catch (cause) {
    throw new SyntaxError(`Expected a CID such as bafy... or Qm..., got "${text}"`, { cause });
  }
  const { code, size } = cid.multihash;
  if (code === SHA2_256 && size !== 32) {
    throw new SyntaxError(`The sha2-256 digest in ${text} has ${size} bytes instead of 32`);
  }
  return cid;
}

/** Writes a CID in its canonical form: version 1 in base32 (a version 0 CID is raised). */
export function formatCid(cid: Cid): string {
  return cid.toV1().toString();
}

/** The sha2-256 digest (32 bytes) of some bytes. */
export async function sha256(bytes: Uint8Array): Promise<Uint8Array<ArrayBuffer>> {
  // The cast only drops shared memory from the type, which crypto.subtle refuses at run time.
  return new Uint8Array(await crypto.subtle.digest("SHA-256", bytes as Uint8Array<ArrayBuffer>));
}

/** The CID (version 1, raw, sha2-256) of one block of bytes. */
export async function rawCid(block: Uint8Array): Promise<Cid> {
  return CID.createV1(RAW, createMultihash(SHA2_256, await sha256(block)));
}

/**
 * The CID (version 1, raw) of the block with this sha2-256 digest, given as 0x and 64 hex digits:
 * the contract stores nothing but the digest of a manifest (PROTOCOL.md section 2).
 *
 * @throws {SyntaxError} if the text is not a 32-byte digest.
 */
export function cidFromDigest(digest: string): Cid {
  if (!/^0x[0-9a-f]{64}$/i.test(digest)) {
    throw new SyntaxError(
      `Expected a sha2-256 digest (0x and 64 hex digits), got "${digest.slice(0, 80)}"`,
    );
  }
  const bytes = Uint8Array.from(
    { length: 32 },
    (_, i) => parseInt(digest.substr(2 + 2 * i, 2), 16),
  );
  return CID.createV1(RAW, createMultihash(SHA2_256, bytes));
}

/**
 * The sha2-256 digest (0x and 64 hex digits) of a one-block file: the way back of {@linkcode cidFromDigest}.
 *
 * @throws {TypeError} if the CID cannot be rebuilt from its digest alone.
 */
export function digestFromCid(cid: Cid): `0x${string}` {
  if (cid.version !== 1 || cid.code !== RAW || cid.multihash.code !== SHA2_256) {
    throw new TypeError(
      `Expected the CID of a single raw block (version 1, sha2-256), got ${cid}; ` +
        "keep the file under one block (1 MiB)",
    );
  }
  const hex = Array.from(cid.multihash.digest, (byte) => byte.toString(16).padStart(2, "0"));
  return `0x${hex.join("")}`;
}

/** Under what a block is stored: its multihash in base32, the same for every codec and version. */
export function blockKey(cid: Cid): string {
  return base32.encode(cid.multihash.bytes);
}

/** Whether two CIDs name the same bytes, whatever codec and version they give. */
export function sameBlock(a: Cid, b: Cid): boolean {
  return equals(a.multihash.bytes, b.multihash.bytes);
}

/**
 * Whether a block is what its CID says.
 *
 * @throws {TypeError} if the CID's hash function is neither sha2-256 nor identity.
 */
export async function verifyBlock(cid: Cid, block: Uint8Array): Promise<boolean> {
  checkHash(cid);
  const { code, digest } = cid.multihash;
  return equals(digest, code === IDENTITY ? block : await sha256(block));
}

/**
 * Refuses hash functions that cannot be checked here.
 *
 * @throws {TypeError} if the CID's hash function is neither sha2-256 nor identity.
 */
export function checkHash(cid: Cid): void {
  const { code } = cid.multihash;
  if (code === SHA2_256 || code === IDENTITY) return;
  throw new TypeError(
    `Expected a sha2-256 CID, got hash function 0x${
      code.toString(16)
    } in ${cid}; add the file again`,
  );
}
