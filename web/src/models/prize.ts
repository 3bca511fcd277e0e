/** What is at stake, from a snapshot's books (PROTOCOL.md section 6). */
import type { Competition } from "../../../core/chain/types.ts";
import { buyIn } from "../../../core/protocol/terms.ts";

/** Wei that the winner would get if the competition ended now: prize fund + buy-ins - fees + penalties. */
export function pot(competition: Competition): bigint {
  const { prizeFund, participants, fees, fee, penalties } = competition;
  return prizeFund + BigInt(participants) * buyIn(competition) - fees * fee + penalties;
}
