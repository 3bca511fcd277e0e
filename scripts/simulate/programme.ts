/** Which competitions are played, by seed. */
import { seededRandom } from "../../core/protocol/testing/random.ts";
import { shuffled } from "./casting.ts";
import { AUTHORS } from "./families/authors.ts";
import { COLLUSION } from "./families/collusion.ts";
import { HOSTS } from "./families/hosts.ts";
import { LARGE } from "./families/large.ts";
import { type Family, MINERS } from "./families/miners.ts";
import type { Scenario } from "./scenario.ts";

/** All but the large ones; those without a team's shares twice as often. */
const CYCLE: Family[] = [
  ...MINERS,
  ...MINERS,
  ...AUTHORS,
  ...AUTHORS,
  ...HOSTS,
  ...HOSTS,
  ...COLLUSION,
];

/** What a team gains varies much from one competition to the next: so many more of each strategy and share. */
const MORE_TEAMS = 8;

/** What is played unless it must be quick. */
const MORE: { family: Family; times: number }[] = [
  ...LARGE,
  ...COLLUSION.map((family) => ({ family, times: MORE_TEAMS })),
];

/** So many scenarios, evenly from all families, in an order that any beginning is a fair mixture; then {@linkcode MORE}. */
export function* programme(
  { competitions, seed, large }: { competitions: number; seed: number; large: boolean },
): Generator<Scenario> {
  const order = shuffled(seededRandom(seed), CYCLE);
  const base = seed * 100_000;
  for (let i = 0; i < competitions; i++) yield order[i % order.length]!(base + i);
  if (!large) return;
  let next = base + competitions;
  for (const { family, times } of MORE) {
    for (let i = 0; i < times; i++) yield family(next++);
  }
}

/** How many that are. */
export function programmeLength(
  { competitions, large }: { competitions: number; large: boolean },
): number {
  return competitions + (large ? MORE.reduce((sum, { times }) => sum + times, 0) : 0);
}
