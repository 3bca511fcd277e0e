/** What a team can make of the committees of a round: all three are public as soon as the beacon is. Pure functions. */

/** A round, from one of its attempts on. */
export interface Prospect {
  /** From which on it is open: 0, 1 or 2. */
  attempt: number;
  /** Seats of the team in each of the three. */
  attempts: readonly number[];
  /** Seats in each. */
  seats: number;
  /** Reveals without which an attempt has no effect. */
  minReveals: number;
}

/** The first attempt in which most of the seats are the team's, if it can stop all attempts before that one. */
export function captureAt(prospect: Prospect): number | undefined {
  const { attempt, attempts, seats } = prospect;
  for (let i = attempt; i < attempts.length; i++) {
    if (2 * attempts[i]! > seats) return i;
    if (!stops(prospect, i)) return undefined;
  }
}

/** Whether the team can stop all attempts that are left, and so cancel. */
export function stopsAll(prospect: Prospect): boolean {
  const { attempt, attempts } = prospect;
  return attempts.every((_, i) => i < attempt || stops(prospect, i));
}

/** Whether too few are left when the team stays away, even if all others reveal. */
function stops({ attempts, seats, minReveals }: Prospect, attempt: number): boolean {
  return seats - attempts[attempt]! < minReveals;
}
