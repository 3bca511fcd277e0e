/** Competitions as a miner reads them, for the tests of its plans. */
import type { Hex, Miner, PostedBeacon, Round, Seat, Snapshot } from "../../core/chain/types.ts";
import { evaluations, roundCount, unsealRound } from "../../core/protocol/clock.ts";
import { encodeRoundId } from "../../core/protocol/codec.ts";
import { committeeSeed, isSeated } from "../../core/protocol/committee.ts";
import { withDefaults } from "../../core/protocol/terms.ts";
import type { View } from "../actions.ts";

/** Start of registration's end, submissions' end, and the clock that they go by. */
export const REGISTRATION_ENDS = 1_000_000;
export const SUBMISSION_ENDS = 1_100_000;
const CLOCK = { genesis: 0, period: 3, sealGap: 900 };

/** An address that tells who it is. */
export function addressOf(index: number): Hex {
  return `0x${(0xa0000 + index).toString(16).padStart(40, "0")}`;
}

/** What a test says of a competition; the rest follows, or is as usual. */
export interface Situation {
  /** Submissions of each epoch. */
  counts?: number[];
  /** Number of miners. */
  miners?: number;
  quorum?: number;
  participants?: number;
  status?: Snapshot["competition"]["status"];
  /** Whether the beacons of all epochs are posted. */
  beacons?: boolean;
  bestScore?: number;
  commitSecs?: number;
  revealSecs?: number;
}

const RANDOMNESS: Hex = `0x${"17".repeat(27)}${"00".repeat(5)}`;

/** A snapshot in which nobody has committed yet. */
export function snapshotOf(situation: Situation = {}): Snapshot {
  const { counts = [2], miners = 3, quorum = 3, beacons = true, bestScore = 0 } = situation;
  const terms = withDefaults({
    manifest: `0x${"ab".repeat(32)}`,
    prizeFund: 10n ** 18n,
    registrationEndsAt: REGISTRATION_ENDS,
    submissionEndsAt: SUBMISSION_ENDS,
    epochs: counts.length,
    quorum,
    commitSecs: situation.commitSecs ?? 3_600,
    revealSecs: situation.revealSecs ?? 3_600,
  });
  const when = evaluations(terms, counts, CLOCK);
  const submissions = counts.reduce((sum, count) => sum + count, 0);
  const epochs = counts.map((count, number) => ({
    number,
    first: counts.slice(0, number).reduce((sum, before) => sum + before, 0),
    count,
    decided: 0,
    startsAt: when[number]?.startsAt ?? 0,
    previous: previousOf(counts, number),
  }));
  return {
    chainId: 31_337,
    contract: addressOf(999),
    block: { number: 100, hash: `0x${"cc".repeat(32)}`, timestamp: 0 },
    constants: { ...CLOCK, publicKey: `0x${"dd".repeat(96)}` },
    competition: {
      ...terms,
      id: 7,
      host: addressOf(500),
      fee: 10n ** 12n,
      status: situation.status ?? "open",
      participants: situation.participants ?? 2,
      miners,
      submissions,
      rounds: counts.reduce((sum, count) => sum + roundCount(count), 0),
      decided: 0,
      best: undefined,
      bestScore,
      lastEpoch: undefined,
      fees: 0n,
      penalties: 0n,
      paid: false,
    },
    submissions: [],
    miners: Array.from({ length: miners }, (_, index) => minerAt(index)),
    epochs,
    rounds: counts.map((count, epoch) =>
      Array.from({ length: roundCount(count) }, (_, number) => emptyRound(epoch, number))
    ),
    beacons: counts.map((_, epoch): PostedBeacon | undefined =>
      beacons
        ? { round: unsealRound(terms, epoch, CLOCK), randomness: RANDOMNESS, block: 90 }
        : undefined
    ),
  };
}

function previousOf(counts: number[], number: number): number | undefined {
  const before = counts.slice(0, number).findLastIndex((count) => count > 0);
  return before < 0 ? undefined : before;
}

function minerAt(index: number): Miner {
  const address = addressOf(index);
  return { index, address, account: { payout: address, index, fees: 0, dissents: 0 } };
}

function emptyRound(epoch: number, number: number): Round {
  return {
    epoch,
    number,
    attempt: undefined,
    decided: false,
    count: 0,
    committed: 0,
    revealed: 0,
    drawnFrom: 0,
    commitEndsAt: 0,
    revealSecs: 0,
    lastRevealBlock: 0,
    settleBlock: 0,
  };
}

/** Who has committed and revealed in an attempt, by index of the miner. */
export interface Seats {
  epoch?: number;
  round?: number;
  attempt?: number;
  committed?: number[];
  revealed?: number[];
}

/** A view with these seats taken; the counters of the rounds follow. */
export function viewOf(snapshot: Snapshot, me: number, taken: Seats[] = []): View {
  const seats = new Map<bigint, Seat[]>();
  const rounds = structuredClone(snapshot.rounds);
  for (const { epoch = 0, round = 0, attempt = 0, committed = [], revealed = [] } of taken) {
    const roundId = encodeRoundId({ competition: 7, epoch, round, attempt });
    const counters = rounds[epoch]![round]!;
    counters.attempt = attempt;
    counters.count = snapshot.epochs[epoch]!.count;
    counters.committed = new Set([...committed, ...revealed]).size;
    counters.revealed = revealed.length;
    const states = snapshot.miners.map(({ index }) =>
      revealed.includes(index) ? "revealed" : committed.includes(index) ? "committed" : "none"
    );
    seats.set(roundId, snapshot.miners.map(({ address }, i) => seatOf(address, states[i]!)));
  }
  return { snapshot: { ...snapshot, rounds }, seats, miner: addressOf(me) };
}

function seatOf(miner: Hex, state: Seat["state"]): Seat {
  return { miner, state, digest: `0x${"ee".repeat(24)}`, commitBlock: state === "none" ? 0 : 95 };
}

/** The miners that have seats in an attempt, by index. */
export function seatedIn(snapshot: Snapshot, attempt: number): number[] {
  const roundId = encodeRoundId({ competition: 7, epoch: 0, round: 0, attempt });
  const seed = committeeSeed(BigInt(RANDOMNESS), roundId);
  return snapshot.miners.map(({ index }) => index)
    .filter((index) => isSeated(seed, index, snapshot.competition));
}
