/** What an upload costs, before anything of it is on the chain: later chunks cannot be simulated before earlier ones. */

/** Gas of a transaction by itself, and of a byte of calldata at the floor price (EIP-7623). */
const BASE = 21_000;
const FLOOR_ZERO = 10;
const FLOOR_NONZERO = 40;
/** The same at the standard price (EIP-2028), with 8 for the byte in the log (EIP-150) and a bit for hashing it. */
const STANDARD_ZERO = 4 + 9;
const STANDARD_NONZERO = 16 + 9;
/** Storage that the contract reads and writes for a chunk, and for the one that completes a submission. */
const CHUNK_STORAGE = 45_000;
const LAST_STORAGE = 175_000;

/** Greatest gas that a chunk's transaction uses; a test compares it with the contract. */
export function chunkGas(data: Uint8Array, { last }: { last: boolean }): number {
  let zeros = 0;
  for (const byte of data) if (byte === 0) zeros++;
  const rest = data.length - zeros;
  const storage = last ? LAST_STORAGE : CHUNK_STORAGE;
  return BASE + HEAD_GAS + Math.max(
    zeros * FLOOR_ZERO + rest * FLOOR_NONZERO,
    zeros * STANDARD_ZERO + rest * STANDARD_NONZERO + storage,
  );
}

/** Selector, arguments and padding: 6 words, mostly zeros. */
const HEAD_GAS = 3_000;
