import assert from "node:assert/strict";
import { goodModel } from "./testing/models.ts";
import { Competition, type MinerChanges, World } from "./testing/world.ts";

/** HTTP requests of one tick: those for events alone, and all others. */
interface Counts {
  events: number;
  others: number;
}

/** The requests of the last miner's tick in each phase, by what it did. */
async function countRequests(
  { miners, submissions }: { miners: number; submissions: number },
): Promise<Record<string, Counts>> {
  await using world = await World.start();
  const names = Array.from({ length: miners }, (_, i) => `miner ${i}`);
  const payloads = Array.from({ length: submissions }, (_, i) => goodModel(i));
  const participants = Math.ceil(submissions / 3);
  const c = await Competition.ready(world, {
    miners: names,
    payloads,
    participants,
    quorum: miners,
  });
  const { commitStartsAt, commitEndsAt, revealEndsAt } = await c.windows();
  // Scores are shared, so that evaluating 30 models 12 times does not take the test's time.
  const changes: MinerChanges = { evaluate: () => Promise.resolve({ score: 96_000 }) };
  const counts: Record<string, Counts> = {};

  async function phase(name: string, time: number, others = names.slice(0, -1)): Promise<void> {
    await world.travelTo(time);
    for (const other of others) await (await world.miner(other, changes)).tick();
    const count = { events: 0, others: 0 };
    const rpcOptions = {
      fetch: (url: string, init: RequestInit) => {
        const calls = [JSON.parse(init.body as string)].flat() as { method: string }[];
        const events = calls.every(({ method }) => method === "eth_getLogs");
        count[events ? "events" : "others"]++;
        return fetch(url, init);
      },
    };
    const { outcomes } = await (await world.miner(names.at(-1)!, { ...changes, rpcOptions }))
      .tick();
    const kinds = outcomes.map(({ action, status }) => `${action} ${status}`);
    counts[`${name}: ${kinds}`] = count;
  }

  await phase("at the start", commitStartsAt + 3_000);
  await phase("idle", commitStartsAt + 3_100);
  await phase("reveal", commitEndsAt);
  await phase("the end", revealEndsAt + 3_000, []);
  return counts;
}

Deno.test("the HTTP requests of a tick do not grow with submissions and miners", async () => {
  const few = await countRequests({ miners: 3, submissions: 2 });
  const many = await countRequests({ miners: 12, submissions: 30 });
  // Chunks come in one batch for all submissions, reveals in one for all miners.
  assert.deepEqual(many, few);
});
