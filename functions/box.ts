/**
 * The box that a miner puts beside its commitment: its own scores, for itself alone. The chain is the memory of a
 * miner without storage; what it cannot read back, it cannot reveal.
 *
 * Format: 12-byte nonce | AES-256-GCM(packed scores) with its 16-byte tag; additional data `roundId | miner` (32 + 20
 * bytes). At most 156 of the 512 bytes that the contract takes.
 *
 * The nonce is the start of `HMAC-SHA256(nonceKey, packed scores)`. One key serves one miner in one roundId, where the
 * contract takes one commitment, but a miner may try twice: its first transaction lingers, it evaluates again and may
 * get another row (an abstention more or less). A nonce from the plaintext makes equal rows equal boxes, so that a
 * second try tells an onlooker nothing, and gives different rows different nonces, as GCM needs. (A counter would
 * need storage; a random nonce would be as safe and make every retry another transaction.)
 */
import { hmac } from "@noble/hashes/hmac.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { concatBytes } from "@noble/hashes/utils.js";
import { decodeScores, encodeScores, fromHex, toWord } from "../core/protocol/codec.ts";
import { type RoundContext, roundSecrets } from "./secrets.ts";

const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** The longest box that the contract takes. */
export const MAX_BOX_BYTES = 512;

/**
 * Closes a box.
 *
 * @param scores of all submissions of the round, 0..100001
 * @throws {RangeError} for a wrong score, number of scores, secret or context
 */
export async function sealBox(
  scores: readonly number[],
  { secret, ...context }: RoundContext & { secret: Uint8Array },
): Promise<Uint8Array<ArrayBuffer>> {
  const packed = new Uint8Array(encodeScores(scores));
  const { boxKey, nonceKey } = roundSecrets(secret, context);
  const nonce = hmac(sha256, nonceKey, packed).slice(0, NONCE_BYTES);
  const body = await crypto.subtle.encrypt(
    parameters(nonce, context),
    await aesKey(boxKey),
    packed,
  );
  return concatBytes(nonce, new Uint8Array(body));
}

/**
 * Opens a box of the same miner, roundId and secret.
 *
 * @param box as the chain's event has it
 * @throws {RangeError} if it does not open: it is damaged, or was closed for another round, miner or secret
 */
export async function openBox(
  box: Uint8Array,
  { secret, ...context }: RoundContext & { secret: Uint8Array },
): Promise<number[]> {
  const least = NONCE_BYTES + TAG_BYTES + 4;
  if (box.length < least || box.length > MAX_BOX_BYTES) {
    throw new RangeError(`a box has ${least} to ${MAX_BOX_BYTES} bytes, not ${box.length}`);
  }
  const { boxKey } = roundSecrets(secret, context);
  const nonce = box.slice(0, NONCE_BYTES);
  const body = box.slice(NONCE_BYTES);
  let packed: ArrayBuffer;
  try {
    packed = await crypto.subtle.decrypt(parameters(nonce, context), await aesKey(boxKey), body);
  } catch (cause) {
    throw new RangeError(
      `the box of round ${context.roundId} does not open for ${context.miner}: expected the secret that closed it; ` +
        "set DEML_SECRET as it was when the scores were committed",
      { cause },
    );
  }
  return decodeScores(new Uint8Array(packed));
}

function parameters(
  iv: Uint8Array<ArrayBuffer>,
  { roundId, miner }: Pick<RoundContext, "roundId" | "miner">,
): AesGcmParams {
  const additionalData = concatBytes(toWord(roundId), fromHex(miner, { length: 20 }));
  return { name: "AES-GCM", iv, additionalData, tagLength: 8 * TAG_BYTES };
}

function aesKey(key: Uint8Array<ArrayBuffer>): Promise<CryptoKey> {
  return crypto.subtle.importKey("raw", key, "AES-GCM", false, ["encrypt", "decrypt"]);
}
