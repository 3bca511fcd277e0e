/** Snapshots for tests: a competition that has begun, changed as a test needs it. */
import type { Competition, Epoch, Result, Snapshot } from "../../../core/chain/types.ts";
import type { Hex } from "../../../core/protocol/types.ts";

/** Unix second at which the snapshots' registration ends; every epoch takes 1,000 s. */
export const START = 1_800_000_000;

/** An address whose digits are all the same. */
export function address(digit: string): Hex {
  return `0x${digit.repeat(40)}`;
}

/** A competition of two epochs with two participants and three miners. */
export function competition(changes: Partial<Competition> = {}): Competition {
  return {
    id: 0,
    host: address("f"),
    manifest: `0x${"ab".repeat(32)}`,
    prizeFund: 10n ** 19n,
    bond: 10n ** 17n,
    fee: 10n ** 12n,
    miningPoolBps: 2000,
    buyInBps: 1000,
    pricedSubmissions: 100,
    epochs: 2,
    maxPerParticipant: 3,
    registrationEndsAt: START,
    submissionEndsAt: START + 2000,
    commitSecs: 100,
    revealSecs: 50,
    byteLimit: 200_000,
    quorum: 3,
    minReveals: 3,
    status: "open",
    participants: 2,
    miners: 3,
    submissions: 0,
    rounds: 0,
    decided: 0,
    best: undefined,
    bestScore: 0,
    lastEpoch: undefined,
    fees: 0n,
    penalties: 0n,
    paid: false,
    ...changes,
  };
}

/** A snapshot with these results of submissions, all of epoch 0 and by the authors 0xaa.., 0xbb.., 0xaa.. and so on. */
export function snapshot(
  { results = [], epochs = [], ...changes }: Partial<Omit<Competition, "epochs">> & {
    results?: Result[];
    epochs?: Partial<Epoch>[];
  } = {},
): Snapshot {
  const terms = competition({ submissions: results.length, ...changes });
  return {
    chainId: 31_337,
    contract: address("c"),
    block: { number: 7, hash: `0x${"07".repeat(32)}`, timestamp: START },
    constants: { genesis: 0, period: 3, sealGap: 30, publicKey: "0x" },
    competition: terms,
    submissions: results.map((result, number) => ({
      number,
      author: address(number % 2 === 0 ? "a" : "b"),
      hash: `0x${"00".repeat(32)}`,
      size: 1000 + number,
      lastBlock: number + 1,
      upload: 1,
      epoch: 0,
      result,
    })),
    miners: [],
    epochs: [0, 1].map((number) => ({
      number,
      first: 0,
      count: 0,
      decided: 0,
      startsAt: 0,
      previous: undefined,
      ...epochs[number],
    })),
    rounds: [[], []],
    beacons: [undefined, undefined],
  };
}
