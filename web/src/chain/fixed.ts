/**
 * What neither a contract nor a competition can ever change. A node that tells it differently at another time, or than
 * the wallet's node does, lies; and what it lies about decides when a model can be opened, and what is paid for.
 */
import type { Provider } from "../../../core/chain/provider.ts";
import { readChainId, readCompetitions, readConstants } from "../../../core/chain/reader.ts";
import type { Snapshot } from "../../../core/chain/types.ts";

/** The part of a snapshot that what is fixed lies in. */
export type Fixed = Pick<Snapshot, "chainId" | "constants" | "competition">;

/** What is fixed, in words, and where it lies. */
const FACTS: [name: string, of: (fixed: Fixed) => unknown][] = [
  ["chain", ({ chainId }) => chainId],
  ["beacon's key", ({ constants }) => constants.publicKey],
  ["beacon's start", ({ constants }) => constants.genesis],
  ["beacon's period", ({ constants }) => constants.period],
  ["time from deadline to beacon", ({ constants }) => constants.sealGap],
  ["host", ({ competition }) => competition.host],
  ["manifest", ({ competition }) => competition.manifest],
  ["end of registration", ({ competition }) => competition.registrationEndsAt],
  ["end of submissions", ({ competition }) => competition.submissionEndsAt],
  ["number of epochs", ({ competition }) => competition.epochs],
  ["prize fund", ({ competition }) => competition.prizeFund],
  ["share of the miners", ({ competition }) => competition.miningPoolBps],
  ["buy-in", ({ competition }) => competition.buyInBps],
  ["submissions for a buy-in", ({ competition }) => competition.maxPerParticipant],
  ["priced submissions", ({ competition }) => competition.pricedSubmissions],
  ["byte limit", ({ competition }) => competition.byteLimit],
  ["fee", ({ competition }) => competition.fee],
  ["bond", ({ competition }) => competition.bond],
  ["quorum", ({ competition }) => competition.quorum],
  ["least number of reveals", ({ competition }) => competition.minReveals],
  ["time to evaluate", ({ competition }) => competition.commitSecs],
  ["time to reveal", ({ competition }) => competition.revealSecs],
];

/** In words, the first fact that two views of the same competition tell differently; undefined if there is none. */
export function differenceOf(one: Fixed, other: Fixed): string | undefined {
  return FACTS.find(([, of]) => of(one) !== of(other))?.[0];
}

/**
 * Asks a wallet's own node for what is fixed: before money or a model depends on it, two nodes must tell the same.
 *
 * @throws {Error} naming what they tell differently, or why the wallet cannot be asked
 */
export async function confirmWithWallet(snapshot: Snapshot, wallet: Provider): Promise<void> {
  const difference = differenceOf(snapshot, await readFixed(wallet, snapshot));
  if (difference === undefined) return;
  throw new Error(
    `your wallet's chain node tells of another ${difference} than this page's: one of the two is wrong, so nothing is sent`,
  );
}

async function readFixed(wallet: Provider, { contract, competition: { id } }: Snapshot) {
  try {
    const [chainId, constants, [competition]] = await Promise.all([
      readChainId(wallet),
      readConstants(wallet, contract),
      readCompetitions(wallet, { contract, from: id, count: 1 }),
    ]);
    if (competition === undefined) throw new RangeError("its node does not know this competition");
    return { chainId, constants, competition };
  } catch (cause) {
    const { message = String(cause) } = cause as Partial<Error>;
    throw new Error(
      `your wallet could not confirm what this page's chain node says, so nothing is sent: ${message}`,
      { cause },
    );
  }
}
