/** Who must get what at the end of a competition, to the wei: the rules of PROTOCOL.md section 6 written out once more. */
import { HOST } from "../../contracts/test/support/actors.ts";
import type { Hex } from "../../core/protocol/types.ts";
import { countBooks, countEnding } from "./counting.ts";
import type { Booked } from "./ending.ts";
import type { Game } from "./game.ts";

/** What every miner, author, host and settler must have received in the end, in wei; a miner's under its own address. */
export function duesOf(game: Game): Map<Hex, bigint> {
  const { prizeFund, bond, buyInBps } = game.competition.terms;
  const { status, best } = countEnding(game);
  const books = countBooks(game);
  const fee = feeOf(game, { books, cancelled: status === "cancelled" });
  const buyIn = prizeFund * BigInt(buyInBps) / 10_000n;
  const dues = new Map<Hex, bigint>();
  let pot = prizeFund;
  for (const [who, { fees }] of books) {
    dues.set(who, BigInt(fees) * fee);
    pot -= BigInt(fees) * fee;
  }
  for (const miner of game.miners.keys()) {
    const fine = BigInt(books.get(miner)?.dissents ?? 0) * (bond / 10n);
    const lost = fine > bond ? bond : fine;
    dues.set(miner, (dues.get(miner) ?? 0n) + bond - lost);
    pot += lost;
  }
  for (const author of game.authors.keys()) {
    dues.set(author, status === "cancelled" ? buyIn : 0n);
    if (status === "final") pot += buyIn;
  }
  return dues.set(best === undefined ? HOST : game.submissions[best]!.author, pot);
}

/** A fee's worth: less than planned where a cancelled competition's mining pool does not suffice. */
function feeOf(
  { competition }: Game,
  { books, cancelled }: { books: ReadonlyMap<Hex, Booked>; cancelled: boolean },
): bigint {
  const { prizeFund, miningPoolBps, pricedSubmissions, quorum } = competition.terms;
  const pool = prizeFund * BigInt(miningPoolBps) / 10_000n;
  const fee = pool / (BigInt(pricedSubmissions) * BigInt(quorum + 1));
  const count = [...books.values()].reduce((sum, { fees }) => sum + BigInt(fees), 0n);
  return cancelled && count * fee > pool ? pool / count : fee;
}
