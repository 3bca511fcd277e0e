/** What is submitted, and what an honest evaluation of it gives: sealed and opened for real where the scenario says so. */
import { CHAIN_ID } from "../../contracts/test/support/competition.ts";
import { InvalidSeal, NO_CONTEXT, payloadContext, seal, unseal } from "../../core/seal/sealed.ts";
import type { Hex } from "../../core/protocol/types.ts";
import type { Game, Submitted } from "./game.ts";
import type { ModelPlan } from "./scenario.ts";

/** The payload of an author's next submission. Its "model" is no more than a name: scores come from the scenario. */
export async function payloadOf(
  game: Game,
  { author, model }: { author: Hex; model: ModelPlan },
): Promise<Uint8Array> {
  if (model.copyOf !== undefined) return game.submissions[model.copyOf]!.payload;
  const plain = new TextEncoder().encode(`model ${game.submissions.length}`);
  if (!game.scenario.sealed) return plain;
  return await seal(plain, { ...sealing(game, model.epoch), context: contextOf(game, author) });
}

/** What an honest evaluation of each submission gives, once its beacon is known. */
export async function truthsOf(game: Game): Promise<number[]> {
  // Opening sealed bytes takes long, and gives the same every time.
  if (game.truths.length !== game.submissions.length) game.truths = await trueScores(game);
  return game.truths;
}

async function trueScores(game: Game): Promise<number[]> {
  const standIn = game.scenario.host === "seals a false test set" && !await testSetOpens(game);
  return await Promise.all(game.submissions.map(async (submission) => {
    const model = original(game, submission.model);
    const opens = !game.scenario.sealed || await payloadOpens(game, submission);
    return opens ? standIn ? model.standIn ?? model.score : model.score : 0;
  }));
}

function original(game: Game, model: ModelPlan): ModelPlan {
  return model.copyOf === undefined ? model : original(game, game.submissions[model.copyOf]!.model);
}

async function payloadOpens(game: Game, { author, payload, epoch }: Submitted): Promise<boolean> {
  return await opens(payload, {
    signature: signatureFor(game, epoch),
    context: contextOf(game, author),
  });
}

/** The false test set is sealed to another round than its competition's: well-formed, and never opens. */
async function testSetOpens(game: Game): Promise<boolean> {
  const { round, publicKey } = sealing(game, 0);
  const rows = new TextEncoder().encode("test set");
  const sealed = await seal(rows, { round: round + 1, publicKey, context: NO_CONTEXT });
  return await opens(sealed, { signature: signatureFor(game, 0), context: NO_CONTEXT });
}

async function opens(
  sealed: Uint8Array,
  key: { signature: Uint8Array; context: Uint8Array },
): Promise<boolean> {
  try {
    await unseal(sealed, key);
    return true;
  } catch (error) {
    if (error instanceof InvalidSeal) return false;
    throw error;
  }
}

function sealing({ competition: c }: Game, epoch = 0): { round: number; publicKey: Hex } {
  return { round: c.unsealRound(epoch), publicKey: c.world.beacon.network.publicKey };
}

function signatureFor({ competition: c }: Game, epoch: number): Uint8Array {
  return c.world.beacon.sign(c.unsealRound(epoch)).signature;
}

function contextOf({ competition: c }: Game, author: Hex): Uint8Array {
  return payloadContext({
    chainId: CHAIN_ID,
    contract: c.deml.address,
    id: Number(c.id),
    author,
  });
}
