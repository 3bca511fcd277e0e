/**
 * The beacons' scheme and the key box once more, on mcl-wasm and Node's hashes: an oracle for tests that shares no code
 * with this folder.
 */
import { createHash, randomBytes } from "node:crypto";
import * as mcl from "mcl-wasm";

const DOMAIN = "BLS_SIG_BLS12381G1_XMD:SHA-256_SSWU_RO_NUL_";
/** The generator of G2, compressed (draft-irtf-cfrg-pairing-friendly-curves-11, 4.2.1). */
const G2_GENERATOR =
  "93e02b6052719f607dacd3a088274f65596bd0d09920b61ab5da61bbdc7f5049334cf11213945d57e5ac7d055d042b7e" +
  "024aa2b2f08f0a91260805272dc51051c6e47ad4fa403b02b4510b647ae3d1770bac0326a805bbefd48056c8c121bdb8";
/** Of the groups, 32 bytes. */
const ORDER = Buffer.from(
  "73eda753299d7d483339d80809a1d80553bda402fffe5bfeffffffff00000001",
  "hex",
);

await mcl.init(mcl.BLS12_381);
mcl.setETHserialization(true);
mcl.setMapToMode(mcl.IRTF);
mcl.verifyOrderG1(true);
mcl.verifyOrderG2(true);

const P = read(mcl.G2, Buffer.from(G2_GENERATOR, "hex"))!;

/** RFC 9380's hash to G1 with SHA-256 and simplified SWU, compressed. mcl itself knows one domain, with POP, only. */
export function hashToG1(message: Uint8Array, domain: string = DOMAIN): Uint8Array {
  return point(message, domain).serialize();
}

/** mcl's own hash to G1, for its only domain. */
export function hashToG1Pop(message: Uint8Array): Uint8Array {
  return mcl.hashAndMapToG1(message).serialize();
}

/** A round's signature, compressed. */
export function sign(secretKey: Uint8Array, round: number): Uint8Array {
  return mcl.mul(roundPoint(round), scalar(secretKey)).serialize();
}

/** Whether a compressed signature (48 bytes) is a network's for a round. */
export function verifies(publicKey: Uint8Array, round: number, signature: Uint8Array): boolean {
  const [key, opener] = [read(mcl.G2, publicKey), read(mcl.G1, signature)];
  return key !== undefined && opener !== undefined && isSigned(key, round, opener);
}

/** The same for a signature in EIP-2537 encoding (128 bytes). */
export function verifiesPadded(
  publicKey: Uint8Array,
  round: number,
  signature: Uint8Array,
): boolean {
  const [key, opener] = [read(mcl.G2, publicKey), readPadded(signature)];
  return key !== undefined && opener !== undefined && isSigned(key, round, opener);
}

/** A key box; with an `r` of the caller's choice a forged one, which opens where U = rP is not checked. */
export function sealKey(
  key: Uint8Array,
  o: { round: number; publicKey: Uint8Array; r?: Uint8Array },
): Uint8Array {
  const sigma = randomBytes(32);
  const r = o.r === undefined ? h3(sigma, key) : scalar(o.r);
  const shared = mcl.pow(mcl.pairing(roundPoint(o.round), read(mcl.G2, o.publicKey)!), r);
  return Buffer.concat([mcl.mul(P, r).serialize(), xor(sigma, h2(shared)), xor(key, h4(sigma))]);
}

/** What a key box holds, or undefined if the signature does not open it. */
export function openKeyBox(box: Uint8Array, signature: Uint8Array): Uint8Array | undefined {
  const U = read(mcl.G2, box.subarray(0, 96));
  if (box.length !== 160 || U === undefined) return undefined;
  const sigma = xor(box.subarray(96, 128), h2(mcl.pairing(read(mcl.G1, signature)!, U)));
  const key = xor(box.subarray(128), h4(sigma));
  return mcl.mul(P, h3(sigma, key)).isEqual(U) ? key : undefined;
}

function isSigned(key: mcl.G2, round: number, signature: mcl.G1): boolean {
  return mcl.pairing(signature, P).isEqual(mcl.pairing(roundPoint(round), key));
}

/** A point from its compressed form: of the right length, canonical, on the curve, in the subgroup and not infinity. */
function read<T extends mcl.G1 | mcl.G2>(Group: new () => T, bytes: Uint8Array): T | undefined {
  const value = new Group();
  if (bytes.length !== (value instanceof mcl.G1 ? 48 : 96)) return undefined;
  try {
    value.deserialize(bytes);
  } catch {
    return undefined;
  }
  return value.isZero() ? undefined : value;
}

function readPadded(bytes: Uint8Array): mcl.G1 | undefined {
  const [x, y] = [readElement(bytes.subarray(0, 64)), readElement(bytes.subarray(64))];
  if (bytes.length !== 128 || x === undefined || y === undefined) return undefined;
  const value = new mcl.G1();
  const one = new mcl.Fp();
  one.setInt(1);
  value.setX(x);
  value.setY(y);
  value.setZ(one);
  return value.isValid() && value.isValidOrder() ? value : undefined;
}

function readElement(bytes: Uint8Array): mcl.Fp | undefined {
  const value = new mcl.Fp();
  try {
    value.deserialize(bytes.subarray(16));
  } catch {
    return undefined;
  }
  return bytes.subarray(0, 16).every((byte) => byte === 0) ? value : undefined;
}

function roundPoint(round: number): mcl.G1 {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64BE(BigInt(round));
  return point(sha256(bytes), DOMAIN);
}

/** hash_to_curve: clearing the cofactor is linear, so that it may be done to both points before they are added. */
function point(message: Uint8Array, domain: string): mcl.G1 {
  const uniform = expandMessage(message, domain);
  return mcl.add(fieldElement(uniform.subarray(0, 64)), fieldElement(uniform.subarray(64)));
}

function fieldElement(bytes: Uint8Array): mcl.G1 {
  const value = new mcl.Fp();
  value.setBigEndianMod(bytes);
  return value.mapToG1();
}

/** expand_message_xmd of RFC 9380, 5.3.1, to 128 bytes. */
function expandMessage(message: Uint8Array, domain: string): Uint8Array {
  const suffix = Buffer.from(`${domain}${String.fromCharCode(domain.length)}`, "latin1");
  const first = sha256(Buffer.alloc(64), message, Uint8Array.of(0, 128, 0), suffix);
  const blocks = [sha256(first, Uint8Array.of(1), suffix)];
  for (let i = 2; i <= 4; i++) {
    blocks.push(sha256(xor(first, blocks.at(-1)!), Uint8Array.of(i), suffix));
  }
  return Buffer.concat(blocks);
}

/** Of the twelve coefficients from the highest to the lowest; mcl prints them from the lowest on. */
function h2(value: mcl.GT): Uint8Array {
  const coefficients = value.getStr(16).split(" ").reverse();
  const text = coefficients.map((coefficient) => coefficient.padStart(96, "0")).join("");
  return sha256(Buffer.from("IBE-H2"), Buffer.from(text, "hex"));
}

function h3(sigma: Uint8Array, key: Uint8Array): mcl.Fr {
  const digest = sha256(Buffer.from("IBE-H3"), sigma, key);
  for (let i = 1; i < 65_535; i++) {
    const bytes = Buffer.from(sha256(Uint8Array.of(i % 256, Math.floor(i / 256)), digest));
    bytes[0]! >>= 1;
    if (bytes.compare(ORDER) < 0) return scalar(bytes);
  }
  throw new RangeError("no scalar among 65,534");
}

function h4(sigma: Uint8Array): Uint8Array {
  return sha256(Buffer.from("IBE-H4"), sigma);
}

function scalar(bytes: Uint8Array): mcl.Fr {
  const value = new mcl.Fr();
  value.deserialize(bytes);
  return value;
}

function sha256(...parts: Uint8Array[]): Uint8Array {
  return createHash("sha256").update(Buffer.concat(parts)).digest();
}

function xor(a: Uint8Array, b: Uint8Array): Uint8Array {
  return Uint8Array.from(a, (byte, i) => byte ^ b[i]!);
}
