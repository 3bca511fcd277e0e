/** All payments of a competition that has ended. What arrived is read from the chain's balances, gas being free there. */
import { HOST, payoutOf } from "../../contracts/test/support/actors.ts";
import { Reverted } from "../../contracts/test/support/chain.ts";
import { coder, type FunctionName } from "../../contracts/test/support/deml.ts";
import type { Hex } from "../../core/protocol/types.ts";
import { type Game, SETTLER } from "./game.ts";

/**
 * Asks for every payment that there may be, and notes in the ledger by how much each balance grew.
 *
 * @returns whose payments the contract's events do not tell as the balances do: there must be none
 */
export async function payAll(game: Game, status: "final" | "cancelled"): Promise<Hex[]> {
  const receivers = receiversOf(game);
  const before = await balances(game, receivers);
  const told = new Map<string, bigint>();
  for (const { name, args } of requests(game, status)) await pay(game, { name, args, told });
  const after = await balances(game, receivers);
  return [...receivers].filter(([who, to]) => {
    const gain = after.get(who)! - before.get(who)!;
    game.ledger.of(who).received += gain;
    return gain !== (told.get(to) ?? 0n);
  }).map(([who]) => who);
}

/** Where everybody's money goes: to each an address that nobody else's does. */
function receiversOf({ miners, authors }: Game): Map<Hex, Hex> {
  const others = [HOST, SETTLER, ...authors.keys()];
  return new Map([
    ...[...miners.keys()].map((miner): [Hex, Hex] => [miner, payoutOf(miner)]),
    ...others.map((who): [Hex, Hex] => [who, who]),
  ]);
}

async function balances({ competition }: Game, receivers: ReadonlyMap<Hex, Hex>) {
  const { chain } = competition.world;
  const all = [...receivers].map(async ([who, to]): Promise<[Hex, bigint]> => {
    return [who, await chain.balance(to)];
  });
  return new Map(await Promise.all(all));
}

interface Request {
  name: FunctionName;
  args: unknown[];
}

function requests({ competition: { id }, miners, authors }: Game, status: string): Request[] {
  const claims = [...miners.keys(), SETTLER].map((who): Request => ({
    name: "claim",
    args: [id, who],
  }));
  if (status === "final") return [...claims, { name: "withdrawPrize", args: [id] }];
  const refunds = [HOST, ...authors.keys()].map((who): Request => ({
    name: "refund",
    args: [id, who],
  }));
  return [...claims, ...refunds];
}

/** The judge knows whether the contract is right if it owes nothing. */
async function pay(
  { competition: { deml } }: Game,
  { name, args, told }: Request & { told: Map<string, bigint> },
): Promise<void> {
  try {
    const { events } = await deml.send(name, args, { from: SETTLER });
    for (const { args: { to, winner, who, amount } } of events) {
      const receiver = String(to ?? winner ?? who).toLowerCase();
      told.set(receiver, (told.get(receiver) ?? 0n) + amount);
    }
  } catch (error) {
    if (!(error instanceof Reverted)) throw error;
    if (coder.parseError(error.data)?.name !== "DeML_NothingOwed") throw error;
  }
}
