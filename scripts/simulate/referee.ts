/** Plays a scenario on the contract from its creation to the last payment. */
import { signatureOf, type World } from "../../contracts/test/support/world.ts";
import { toHex } from "../../core/protocol/codec.ts";
import type { Hex } from "../../core/protocol/types.ts";
import { commitRound, revealRound, settleRound } from "./attempt.ts";
import { end, type Play } from "./ending.ts";
import { type AttemptRecord, type Game, openGame, SETTLER } from "./game.ts";
import { tryAfterEpoch, tryFinalize, tryLateSettle } from "./meddler.ts";
import { payloadOf, truthsOf } from "./payloads.ts";
import type { ModelPlan, Scenario } from "./scenario.ts";

const NEVER = 3;

/** Plays one competition. The same scenario gives the same one. */
export async function playScenario(world: World, scenario: Scenario): Promise<Play> {
  const game = await openGame(world, scenario);
  const { competition: c, agenda } = game;
  for (let epoch = 0; epoch < c.terms.epochs; epoch++) {
    agenda.at(c.epochStartsAt(epoch), () => submitAll(game, epoch));
    agenda.at(c.epochEndsAt(epoch), () => planEpoch(game, epoch));
  }
  await agenda.run();
  await truthsOf(game);
  return await end(game);
}

async function submitAll(game: Game, epoch: number): Promise<void> {
  for (const [author, { models, team }] of game.authors) {
    for (const model of models) {
      if ((model.epoch ?? 0) === epoch) await submit(game, { author, model, team });
    }
  }
  if (game.scenario.meddling) await tryFinalize(game);
}

async function submit(
  game: Game,
  { author, model, team }: { author: Hex; model: ModelPlan; team: boolean },
): Promise<void> {
  const { competition: c, submissions, ledger } = game;
  const epoch = model.epoch ?? 0;
  const payload = await payloadOf(game, { author, model });
  await ledger.note(author, c.submit(author, { epoch, data: toHex(payload) }));
  submissions.push({ number: submissions.length, author, model, team, payload, epoch });
}

/** At an epoch's end, when its submissions are known. */
function planEpoch(game: Game, epoch: number): void | Promise<void> {
  const { competition: c, agenda, scenario } = game;
  if (c.counts[epoch] === 0) return;
  const { beacon } = scenario.timing;
  if (beacon.attempt !== NEVER) {
    const { commitStartsAt, commitEndsAt } = c.windows({ epoch, attempt: beacon.attempt });
    const time = beacon.late ? commitEndsAt - 1 : commitStartsAt;
    agenda.at(time, () => openEpoch(game, { epoch, attempt: beacon.attempt }));
  }
  if (scenario.meddling) return tryAfterEpoch(game, epoch);
}

/** The beacon is posted, by somebody who has nothing to do with the competition. */
async function openEpoch(
  game: Game,
  { epoch, attempt }: { epoch: number; attempt: number },
): Promise<void> {
  const { competition: c } = game;
  const round = c.unsealRound(epoch);
  const args = [round, signatureOf(c.world.beacon, round)];
  await game.ledger.note(SETTLER, c.deml.send("postBeacon", args, { from: SETTLER }));
  const { rounds } = c.evaluation(epoch);
  await runAttempt(game, { epoch, attempt }, Array.from({ length: rounds }, (_, i) => i));
}

/** An attempt of all rounds that are not decided yet; what it leaves undecided goes to the next one. */
async function runAttempt(
  game: Game,
  key: { epoch: number; attempt: number },
  rounds: number[],
): Promise<void> {
  const { agenda, competition: c } = game;
  const { commitEndsAt, settleEndsAt } = c.windows(key);
  const records: AttemptRecord[] = [];
  for (const round of rounds) {
    records.push(await commitRound(game, { ...key, round }, await truthsOf(game)));
  }
  agenda.at(commitEndsAt, async () => {
    for (const record of records) {
      await revealRound(game, record);
      planSettle(game, record);
    }
  });
  agenda.at(settleEndsAt, async () => {
    if (game.scenario.meddling) {
      for (const record of records) await tryLateSettle(game, record);
      await meddleBetween(game, key);
    }
    const open = records.filter(({ decided }) => !decided).map(({ key }) => key.round);
    if (open.length === 0) return;
    if (key.attempt < 2) await runAttempt(game, { ...key, attempt: key.attempt + 1 }, open);
    else agenda.clear();
  });
}

function planSettle(game: Game, record: AttemptRecord): void {
  const { commitEndsAt, revealEndsAt, settleEndsAt } = game.competition.windows(record.key);
  const all = record.rows.size === record.committed.size;
  const early = all ? commitEndsAt : revealEndsAt;
  const time = game.scenario.timing.settle === "late" ? settleEndsAt - 1 : early;
  game.agenda.at(time, () => settleRound(game, record));
}

/** As long as something is open, nobody can end it. */
async function meddleBetween(
  game: Game,
  { epoch, attempt }: { epoch: number; attempt: number },
): Promise<void> {
  const { competition: c } = game;
  const undecided = game.attempts.some(({ key, decided }) =>
    key.epoch === epoch && key.attempt === attempt && !decided
  );
  const lastEpoch = c.counts.findLastIndex((count) => count > 0) === epoch;
  const certain = undecided ? attempt === 2 : lastEpoch;
  if (!certain) await tryFinalize(game);
}
