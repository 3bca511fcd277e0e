/** What a hostile team would have had from honest work: the same people, models and committees, by core's money rules. */
import { bookRound, type Books, payouts } from "../../core/protocol/money.ts";
import type { Hex } from "../../core/protocol/types.ts";
import { type AttemptRecord, type Game, SETTLER } from "./game.ts";

/** Net of the team in wei, had each of its miners evaluated, committed and revealed. */
export function honestTeamNet(game: Game): bigint {
  const { authors, miners, submissions, truths } = game;
  const { terms, buyIn } = game.competition;
  const books = honestBooks(game);
  const status = books === undefined || Math.max(...truths) === 0 ? "cancelled" : "final";
  const paid = payouts({
    terms,
    status,
    participants: authors.size,
    miners: [...miners.keys()],
    books: books ?? new Map(),
  });
  let net = 0n;
  for (const [miner, { team }] of miners) if (team) net += paid.claims.get(miner)! - terms.bond;
  for (const { team } of authors.values()) if (team) net += paid.refund - buyIn;
  const best = submissions[truths.indexOf(Math.max(...truths))]!;
  return status === "final" && best.team ? net + paid.pot : net;
}

/** Undefined if too few would have revealed in all attempts of a round, which cancels. */
function honestBooks(game: Game): Books | undefined {
  let books: Books = new Map();
  for (const attempts of Map.groupBy(game.attempts, ({ first }) => first).values()) {
    const rows = attempts.map((record) => honestRows(game, record))
      .find(({ size }) => size >= game.competition.terms.minReveals);
    if (rows === undefined) return undefined;
    ({ books } = bookRound(books, { rows, silent: [], settler: SETTLER }));
  }
  return books;
}

/** The team's miners tell the truth; all others say what they said, if they are honest. */
function honestRows({ miners, truths }: Game, { seated, first, count, committed }: AttemptRecord) {
  const truth = truths.slice(first, first + count);
  const rows = seated.map((miner): [Hex, number[] | undefined] => {
    const { strategy, team } = miners.get(miner)!;
    return [miner, team ? truth : strategy.honest ? committed.get(miner) : undefined];
  });
  return new Map(rows.filter((row): row is [Hex, number[]] => row[1] !== undefined));
}
