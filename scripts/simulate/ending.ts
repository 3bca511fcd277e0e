/** The end of a competition: finalize, all payments, and what the contract says in the end. */
import { STATUS } from "../../contracts/test/support/deml.ts";
import { unpackStruct } from "../../contracts/test/support/layout.ts";
import type { Hex } from "../../core/protocol/types.ts";
import { type Game, SETTLER } from "./game.ts";
import { payAll } from "./paying.ts";

/** What the contract says about a submission. */
export type Result = "undecided" | "void" | { score: number; agreeing: number };

/** Fees and dissents that the contract has booked. */
export interface Booked {
  /** Fees earned. */
  fees: number;
  /** Dissenting evaluations of settled submissions. */
  dissents: number;
}

/** A competition that was played to its end. */
export interface Play extends Game {
  /** How it ended. */
  status: "final" | "cancelled";
  /** By submission. */
  results: Result[];
  /** Number of the submission that won. */
  best: number | undefined;
  /** Of all miners and the settler. */
  accounts: Map<Hex, Booked>;
  /** Wei of the competition in the contract before anybody is paid. */
  held: bigint;
  /** The same when everybody is paid. */
  left: bigint;
  /** Whose payments the contract's events do not tell as the balances do: there must be none. */
  mistold: Hex[];
}

/** Ends a competition and pays everybody. */
export async function end(game: Game): Promise<Play> {
  const { competition: c } = game;
  await finalize(game);
  const results = await readResults(game);
  const accounts = await readAccounts(game);
  const { status: code, best } = await c.deml.view("competition", [c.id]);
  const status = Number(code) === STATUS.final ? "final" : "cancelled";
  const inContract = async () => await c.world.chain.balance(c.deml.address) - game.before;
  const held = await inContract();
  const mistold = await payAll(game, status);
  return {
    ...game,
    status,
    results,
    best: status === "final" ? Number(best) : undefined,
    accounts,
    held,
    left: await inContract(),
    mistold,
  };
}

/** As early as it is certain how it ends. */
async function finalize(game: Game): Promise<void> {
  const { competition: c } = game;
  const { chain } = c.world;
  const undecided = firstUndecided(game);
  const time = undecided === undefined
    ? c.terms.submissionEndsAt
    : c.evaluationEndsAt(undecided.epoch);
  if (chain.now < time) chain.travelTo(time);
  const { epoch = 0, round = 0 } = undecided ?? {};
  const args = [c.id, epoch, round];
  await game.ledger.note(SETTLER, c.deml.send("finalize", args, { from: SETTLER }));
}

function firstUndecided({ competition: c, attempts }: Game) {
  for (const [epoch, count] of c.counts.entries()) {
    for (let round = 0; 32 * round < count; round++) {
      const decided = attempts.some(({ key, decided }) =>
        decided && key.epoch === epoch && key.round === round
      );
      if (!decided) return { epoch, round };
    }
  }
}

async function readResults({ competition: c, submissions }: Game): Promise<Result[]> {
  const words: bigint[] = [...await c.deml.view("submissionsPage", [c.id, 0, submissions.length])];
  return submissions.map((_, i): Result => {
    const word = words[3 * i + 2]!;
    if (word === 2n ** 256n - 1n) return "undecided";
    const [agreeing, score] = [Number(word >> 17n), Number(word & 0x1ffffn)];
    return agreeing === 0 ? "void" : { score, agreeing };
  });
}

async function readAccounts({ competition: c, miners }: Game): Promise<Map<Hex, Booked>> {
  const rows: bigint[] = [...await c.deml.view("minersPage", [c.id, 0, miners.size])];
  const accounts = new Map([...miners.keys()].map((miner, i): [Hex, Booked] => {
    const { fees, dissents } = unpackStruct("account", [rows[2 * i + 1]!]);
    return [miner, { fees: Number(fees), dissents: Number(dissents) }];
  }));
  const { fees } = await c.deml.view("account", [c.id, SETTLER]);
  return accounts.set(SETTLER, { fees: Number(fees), dissents: 0 });
}
