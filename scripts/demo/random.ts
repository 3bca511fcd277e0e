/** Seeded random numbers: the same seed draws and trains the same every time. */

/** A stream of random numbers. */
export interface Random {
  /** A float from 0 (included) to 1 (excluded). */
  next(): number;
  /** A float from `low` to `high`. */
  between(low: number, high: number): number;
  /** An integer from 0 to `limit` - 1. */
  integer(limit: number): number;
  /** A float of the normal distribution with mean 0 and deviation 1. */
  normal(): number;
}

/**
 * Random numbers for a seed, by sfc32 (Chris Doty-Humphrey, PractRand). Nothing secret may come from it.
 *
 * @param seed 32-bit integer
 * @param stream name of what the numbers are for: each name gives a stream of its own
 */
export function seededRandom(seed: number, stream = ""): Random {
  const next = sfc32(seed, fnv1a(stream));
  return {
    next,
    between: (low, high) => low + (high - low) * next(),
    integer: (limit) => Math.floor(next() * limit),
    // Box and Muller 1958; 1 - next() is never 0.
    normal: () => Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next()),
  };
}

function sfc32(seed: number, stream: number): () => number {
  let [a, b, c, counter] = [0, stream | 0, seed | 0, 1];
  function next(): number {
    const sum = (a + b + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = ((c << 21) | (c >>> 11)) + sum | 0;
    return (sum >>> 0) / 2 ** 32;
  }
  // The author's own seeding: twelve rounds mix seed and stream into the whole state.
  for (let round = 0; round < 12; round++) next();
  return next;
}

/** FNV-1a over UTF-16 units: a number for a name. */
function fnv1a(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return hash;
}
