/** The same draws asked of the contract: isSeated of every miner, for rounds and attempts of a real competition. */
import { addressOf } from "../../contracts/test/support/chain.ts";
import { Competition } from "../../contracts/test/support/competition.ts";
import type { World } from "../../contracts/test/support/world.ts";
import { committee, committeeSeed } from "../../core/protocol/committee.ts";
import { randomness } from "../../core/seal/beacon.ts";
import { withDefaults } from "../../core/protocol/terms.ts";
import { type CommitteeSize, HOSTILE_SHARES, hostileMiners } from "./capture.ts";
import { PRIZE_FUND } from "./game.ts";

/** What the contract answered. */
export interface SeatsOnChain extends CommitteeSize {
  /** Committees that were asked for. */
  committees: number;
  /** Committees in which contract and core/ differ: must be 0. */
  different: number;
  /** Hostile seats as a share of all seats, for each of HOSTILE_SHARES, percent. */
  hostile: number[];
}

/** Asks for so many rounds, three attempts each, the beacon being posted. */
export async function seatsOnChain(
  world: World,
  { quorum, miners, rounds }: CommitteeSize & { rounds: number },
): Promise<SeatsOnChain> {
  const c = await fullCompetition(world, { quorum, miners });
  const { signature } = world.beacon.sign(c.unsealRound());
  const seatsAt = Array<number>(miners).fill(0);
  let different = 0;
  for (let i = 0; i < 3 * rounds; i++) {
    const roundId = c.roundId({ round: Math.floor(i / 3), attempt: i % 3 });
    const expected = committee(committeeSeed(randomness(signature), roundId), { miners, quorum });
    const seated: number[] = [];
    for (let index = 0; index < miners; index++) {
      if (await c.deml.view("isSeated", [roundId, minerAt(index)])) seated.push(index);
    }
    for (const index of seated) seatsAt[index]!++;
    if (seated.join() !== expected.join()) different++;
  }
  const hostile = HOSTILE_SHARES.map((share) => {
    const seats = seatsAt.slice(0, hostileMiners(miners, share));
    return (100 * seats.reduce((sum, count) => sum + count, 0)) / (3 * rounds * quorum);
  });
  return { quorum, miners, committees: 3 * rounds, different, hostile };
}

async function fullCompetition(world: World, size: CommitteeSize): Promise<Competition> {
  const { chain } = world;
  const registrationEndsAt = chain.now + 1;
  const c = await Competition.create(
    world,
    withDefaults({
      manifest: `0x${"5e".repeat(32)}`,
      prizeFund: PRIZE_FUND,
      registrationEndsAt,
      submissionEndsAt: registrationEndsAt + 1_000,
      quorum: size.quorum,
    }),
  );
  for (let index = 0; index < size.miners; index++) await c.enroll(minerAt(index));
  chain.travelTo(c.unsealAt());
  await c.postBeacon();
  return c;
}

function minerAt(index: number) {
  return addressOf(`drawn miner ${index}`);
}
