/** Shortest measurement, in ms: shorter work is repeated, so that a clock tick or a pause weighs little. */
const SAMPLE_MS = 150;
/** Uncounted work before: until the engine has compiled what runs and the allocator has settled. */
const WARM_UP_MS = 500;
const ROUNDS = 5;

/** The same work done two ways. */
export interface Pair {
  /** What is measured. */
  ours: () => Promise<unknown>;
  /** What it is measured against. */
  bare: () => Promise<unknown>;
}

/**
 * How many times as long as `bare` `ours` takes: the median of 5 ratios, each of two measurements
 * right after one another, so that a busy machine slows both.
 */
export async function comparePairs({ ours, bare }: Pair): Promise<number> {
  const shorter = Math.min(await warmUp(ours), await warmUp(bare));
  const repeats = Math.max(1, Math.ceil(SAMPLE_MS / shorter));
  const ratios: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    // Alternating who comes first: the second finds a warmer cache.
    if (round % 2 === 0) {
      const mine = await time(ours, repeats);
      ratios.push(mine / await time(bare, repeats));
    } else {
      const base = await time(bare, repeats);
      ratios.push(await time(ours, repeats) / base);
    }
  }
  return ratios.sort((a, b) => a - b)[(ROUNDS - 1) / 2] as number;
}

/** Duration of the last run. */
async function warmUp(work: () => Promise<unknown>): Promise<number> {
  const end = performance.now() + WARM_UP_MS;
  let last: number;
  do last = await time(work, 1); while (performance.now() < end);
  return last;
}

async function time(work: () => Promise<unknown>, repeats: number): Promise<number> {
  const start = performance.now();
  for (let i = 0; i < repeats; i++) await work();
  return performance.now() - start;
}
