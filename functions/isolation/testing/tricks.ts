/** What tests have Workers and processes do: the first byte of a model says it; none of them begins a zlib stream. */

/** What tricky Workers know. */
export const TRICKS = { hang: 1, grow: 2, throws: 3, prints: 4, asks: 5, sleeps: 6 } as const;

/** A payload that makes a tricky Worker do it. */
export function trick(name: keyof typeof TRICKS): Uint8Array {
  return Uint8Array.of(TRICKS[name], 0);
}

/** What a bad process knows. */
export const FAULTS = {
  dies: 1,
  garbage: 2,
  oversized: 3,
  cutOff: 4,
  otherModel: 5,
  tooGood: 6,
  both: 7,
  longText: 8,
  unknown: 9,
  noProgress: 10,
  beyondTheEnd: 11,
  loud: 12,
  retires: 13,
  silent: 14,
  asks: 15,
  chatty: 16,
} as const;
