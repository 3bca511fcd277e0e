/**
 * Sealed bytes (PROTOCOL.md section 3), which open with the beacon signature of their round and nothing else:
 *
 *     "DEML" | 0x01 | key box (160 bytes) | nonce (12) | AES-256-GCM of the plain bytes (as long as they are, + 16)
 *
 * Whoever has the signature can open them, at any time and in any place: opening takes no clock and no network. WebCrypto
 * holds plain and sealed bytes in memory at once, so the caller bounds them before: a payload by the competition's byte
 * limit, at most 1 MiB, a file of a test set by what the manifest states.
 */
import { concatBytes, utf8ToBytes } from "@noble/hashes/utils.js";
import { fromHex, toWord } from "../protocol/codec.ts";
import type { Hex } from "../protocol/types.ts";
import { InvalidSeal } from "./invalid_seal.ts";
import { KEY_BOX_BYTES, openKeyBox, sealKey } from "./key_box.ts";
import { checkG1 } from "./points.ts";

export { InvalidSeal };

const MAGIC = utf8ToBytes("DEML");
const VERSION = 1;
const KEY_BYTES = 32;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

const BOX_AT = MAGIC.length + 1;
const NONCE_AT = BOX_AT + KEY_BOX_BYTES;
const BODY_AT = NONCE_AT + NONCE_BYTES;

/** Bytes that sealing adds: 4 of magic, 1 of version, 160 of key box, 12 of nonce, 16 of tag. */
export const SEAL_BYTES: number = BODY_AT + TAG_BYTES;

/** Additional data of a test set: none, since it is sealed before its competition has a number. */
export const NO_CONTEXT: Uint8Array = new Uint8Array(0);

/** Whose payload it is, and where. */
export interface PayloadOwner {
  /** EIP-155 id of the chain. */
  chainId: number | bigint;
  /** Address of the DeML contract, 20 bytes. */
  contract: Hex;
  /** Number of the competition. */
  id: number;
  /** Address of the submission's author, 20 bytes. */
  author: Hex;
}

/**
 * Additional data of a payload, `abi.encode(chainId, contract, competitionId, author)`, 128 bytes: sealed bytes do not
 * open as anybody else's, in another competition, contract or chain.
 *
 * @throws {RangeError} for a number that is no whole one from 0 on, or an address of a wrong length
 * @throws {SyntaxError} for an address that is not hexadecimal
 */
export function payloadContext(of: PayloadOwner): Uint8Array {
  return concatBytes(
    numberWord("chain id", of.chainId),
    addressWord(of.contract),
    numberWord("number of a competition", of.id),
    addressWord(of.author),
  );
}

function numberWord(name: string, value: number | bigint): Uint8Array {
  if (typeof value === "bigint" || Number.isSafeInteger(value)) return toWord(BigInt(value));
  throw new RangeError(`the ${name} must be a whole number, not ${value}`);
}

function addressWord(address: Hex): Uint8Array {
  return concatBytes(new Uint8Array(12), fromHex(address, { length: 20 }));
}

/**
 * Seals bytes to a round of a beacon, under a fresh key and nonce: sealing the same bytes twice gives different ones.
 *
 * @param plain any number of bytes, 0 included
 * @param o.round the epoch's `unsealRound`
 * @param o.publicKey the network's, 96 bytes compressed
 * @param o.context {@linkcode payloadContext} of a payload, {@linkcode NO_CONTEXT} of a file of a test set
 * @returns {@linkcode SEAL_BYTES} more than `plain` has
 * @throws {RangeError} if the round is not a whole number from 1 on, or the public key no point that the protocol takes
 */
export async function seal(
  plain: Uint8Array,
  o: { round: number; publicKey: Hex; context: Uint8Array },
): Promise<Uint8Array> {
  const key = crypto.getRandomValues(new Uint8Array(KEY_BYTES));
  const nonce = crypto.getRandomValues(new Uint8Array(NONCE_BYTES));
  const box = sealKey(key, o);
  const body = await encrypt(plain, { key, nonce, context: o.context });
  return concatBytes(MAGIC, Uint8Array.of(VERSION), box, nonce, body);
}

/**
 * Opens sealed bytes. Deterministic: they open to the same bytes, or are refused, everywhere.
 *
 * @param o.signature the VERIFIED beacon signature of the epoch's `unsealRound`, 48 bytes compressed
 * @param o.context what they must have been sealed with
 * @throws {InvalidSeal} if they do not open
 * @throws {RangeError} if the signature is none, which is the caller's mistake and says nothing about the sealed bytes
 * @throws whatever WebCrypto throws when it fails for a reason of its own
 */
export async function unseal(
  sealed: Uint8Array,
  o: { signature: Uint8Array; context: Uint8Array },
): Promise<Uint8Array> {
  // First of all, so that a caller's mistake never depends on the bytes.
  checkG1(o.signature);
  checkHead(sealed);
  const key = openKeyBox(sealed.subarray(BOX_AT, NONCE_AT), o.signature);
  const nonce = sealed.subarray(NONCE_AT, BODY_AT);
  return await decrypt(sealed.subarray(BODY_AT), { key, nonce, context: o.context });
}

/** Whether bytes have magic, version and length of sealed ones: a cheap check for tools, which opening repeats. */
export function isSealed(bytes: Uint8Array): boolean {
  return headFault(bytes) === undefined;
}

function checkHead(sealed: Uint8Array): void {
  const fault = headFault(sealed);
  if (fault !== undefined) throw new InvalidSeal(fault);
}

function headFault(bytes: Uint8Array): string | undefined {
  if (bytes.length < SEAL_BYTES) {
    return `sealed bytes are at least ${SEAL_BYTES}, not ${bytes.length}`;
  }
  if (MAGIC.some((byte, i) => bytes[i] !== byte)) return 'sealed bytes begin with "DEML"';
  const version = bytes[MAGIC.length];
  if (version !== VERSION) return `sealed bytes have version ${VERSION}, not ${version}`;
}

/** What AES-256-GCM takes besides the bytes. */
interface Cipher {
  key: Uint8Array;
  nonce: Uint8Array;
  context: Uint8Array;
}

async function encrypt(plain: Uint8Array, cipher: Cipher): Promise<Uint8Array> {
  const body = await crypto.subtle.encrypt(
    parameters(cipher),
    await importKey(cipher),
    plain as BufferSource,
  );
  return new Uint8Array(body);
}

/**
 * WebCrypto has one error for wrong bytes and for its own failures, such as a lack of memory. So what it does not decrypt is
 * sealed again, which needs no tag: bytes are refused only if their tag is shown to be another one.
 */
async function decrypt(body: Uint8Array, cipher: Cipher): Promise<Uint8Array> {
  const opened = await tryDecrypt(body, cipher);
  if (opened !== undefined) return opened;
  const at = body.length - TAG_BYTES;
  // Counter mode: the same key stream opens and seals.
  const plain = (await encrypt(body.subarray(0, at), cipher)).subarray(0, at);
  const again = await encrypt(plain, cipher);
  if (again.subarray(at).every((byte, i) => byte === body[at + i])) return plain;
  throw new InvalidSeal(
    "the body does not open: it was altered, or sealed for another author, competition, contract or chain",
  );
}

/** The plain bytes, or undefined where WebCrypto says what it says of a body that is not authentic. */
async function tryDecrypt(body: Uint8Array, cipher: Cipher): Promise<Uint8Array | undefined> {
  const key = await importKey(cipher);
  try {
    const plain = await crypto.subtle.decrypt(parameters(cipher), key, body as BufferSource);
    return new Uint8Array(plain);
  } catch (error) {
    if (error instanceof DOMException && error.name === "OperationError") return undefined;
    throw error;
  }
}

function parameters({ nonce, context }: Cipher): AesGcmParams {
  return {
    name: "AES-GCM",
    iv: nonce as BufferSource,
    additionalData: context as BufferSource,
    tagLength: 8 * TAG_BYTES,
  };
}

function importKey({ key }: Cipher): Promise<CryptoKey> {
  return crypto.subtle.importKey("raw", key as BufferSource, "AES-GCM", false, [
    "encrypt",
    "decrypt",
  ]);
}
