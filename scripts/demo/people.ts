/** The people of a demo: a host, authors with their models, and miners with their own keys. */
import { fromHex } from "../../core/protocol/codec.ts";
import type { Hex } from "../../core/protocol/types.ts";
import { createDataSource, type DataSource } from "../../functions/data.ts";
import type { Evaluate } from "../../functions/evaluate.ts";
import { createMiner } from "../../functions/miner.ts";
import { memoryScores, type ScoreCache } from "../../functions/scores_cache.ts";
import { MemoryStore } from "../../core/ipfs/store.ts";
import { type Author, type DemoMiner, TICK_SECS } from "./competition.ts";
import type { DemoModel } from "./models.ts";
import type { World } from "./world.ts";

const GIVEN_NAMES = ["Ada", "Blaise", "Chien", "Daphne", "Emmy", "Fei", "Grace", "Hedy", "Ida"];
/** From so many miners on, one lies and one is absent. */
const LEAST_WITH_FAULTS = 7;
/** Up to so many miners each evaluates every model for itself; more of them share the scores of one. */
export const MAX_INDEPENDENT = 10;

/** Gives each model an author. */
export function makeAuthors(world: World, models: DemoModel[]): Promise<Author[]> {
  return Promise.all(models.map(async (model, i) => {
    const name = GIVEN_NAMES[i] ?? `author ${i + 1}`;
    return { person: await world.person(name), model };
  }));
}

/**
 * Makes miners that work through their real ticks, and share what evaluates. From 7 on, the last but one is absent and
 * the last one lies.
 */
export async function makeMiners(
  world: World,
  count: number,
  { bond, evaluate: honest }: { bond: bigint; evaluate: Evaluate },
): Promise<DemoMiner[]> {
  const shared = count > MAX_INDEPENDENT ? memoryScores() : undefined;
  const data = createDataSource({
    gateways: [world.gatewayUrl],
    store: new MemoryStore(),
    maxBytes: 2 ** 28,
  });
  return await Promise.all(Array.from({ length: count }, async (_, i) => {
    const role = roleOf(i, count);
    const person = await world.person(`miner ${i + 1}${role === "honest" ? "" : ` (${role})`}`);
    const options = role === "lying"
      ? { evaluate: lying(honest), scores: memoryScores() }
      : { evaluate: honest, scores: shared ?? memoryScores() };
    return { person, role, miner: makeMiner(world, { ...options, person, data, bond }) };
  }));
}

function roleOf(index: number, count: number): DemoMiner["role"] {
  if (count < LEAST_WITH_FAULTS) return "honest";
  if (index === count - 1) return "lying";
  return index === count - 2 ? "absent" : "honest";
}

/** An evaluation whose outcome is changed before it is committed. */
function lying(evaluate: Evaluate): Evaluate {
  return async (packed, dataset, options) => {
    const outcome = await evaluate(packed, dataset, options);
    const score = "score" in outcome ? outcome.score : 0;
    return { score: (score + 12_345) % 100_001 };
  };
}

function makeMiner(
  world: World,
  { person, data, evaluate, scores, bond }: {
    person: DemoMiner["person"];
    data: DataSource;
    evaluate: Evaluate;
    scores: ScoreCache;
    bond: bigint;
  },
) {
  return createMiner({
    provider: world.provider,
    sender: person.sender,
    contract: world.contract,
    secret: fromHex(person.privateKey, { length: 32 }),
    data,
    evaluate,
    scores,
    relays: [world.relayUrl],
    maxBond: bond,
    everySecs: TICK_SECS,
    deadlineSecs: TICK_SECS,
    clock: () => 0, // The chain's clock is moved: its blocks tell the time.
  });
}

/** Finds names by address. */
export function nameBook(people: { name: string; address: Hex }[]): (address: Hex) => string {
  const names = new Map(people.map(({ name, address }) => [address, name]));
  return (address) => names.get(address) ?? address;
}
