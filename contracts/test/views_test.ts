import assert from "node:assert/strict";
import { getBytes } from "ethers";
import { ABSTAIN } from "../../core/protocol/codec.ts";
import type { Hex } from "../../core/protocol/types.ts";
import { ALICE, EVE, HOST, miners as minersNamed } from "./support/actors.ts";
import { unanimous } from "./support/ballot.ts";
import { Competition } from "./support/competition.ts";
import { DeML, type FunctionName } from "./support/deml.ts";
import {
  cancelled,
  committed,
  created,
  enrolled,
  final,
  MINERS,
  POOR,
  SCORES,
  settled,
  settling,
  submitted,
  unsealed,
  worthless,
} from "./support/phases.ts";
import { expectRevert, plain } from "./support/revert.ts";
import { type Cases, describe } from "./support/tree.ts";
import { CLOCK, world } from "./support/world.ts";

const [FIRST, SECOND, THIRD] = MINERS as [Hex, Hex, Hex];
const MANY = minersNamed(12);
const HUGE = 2n ** 256n - 1n;

/** A view that refuses competitions which do not exist. */
function refusesUnknown(name: FunctionName, args: (id: bigint) => unknown[]): Cases {
  return {
    "it reverts with DeML_NoCompetition for an unknown one": async () => {
      const { deml } = await world();
      const count = await deml.view("competitionCount");
      for (const id of [count, 2n ** 200n]) {
        await expectRevert(deml.view(name, args(id)), "DeML_NoCompetition", [id, count]);
      }
    },
  };
}

/** Whether all fields of a struct are 0. */
async function isEmpty(deml: DeML, name: FunctionName, args: unknown[]): Promise<boolean> {
  const fields = plain(await deml.view(name, args)) as unknown[];
  return fields.every((value) => typeof value === "boolean" ? !value : BigInt(value as Hex) === 0n);
}

describe(import.meta.url, {
  "when competitionCount is asked": {
    "it counts the competitions": async () => {
      const { deml } = await world();
      const before = await deml.view("competitionCount");
      await created();
      assert.equal(await deml.view("competitionCount"), before + 1n);
    },
  },
  "when competition is asked": {
    ...refusesUnknown("competition", (id) => [id]),
    "it keeps competitions apart": async () => {
      const first = await enrolled();
      const second = await created();
      assert.equal((await first.deml.view("competition", [first.id])).miners, 3n);
      assert.equal((await first.deml.view("competition", [second.id])).miners, 0n);
    },
  },
  "when participant is asked": {
    "it is empty for those who are none": async () => {
      const c = await enrolled();
      for (const args of [[c.id, EVE], [c.id, FIRST], [c.id + 1n, ALICE], [HUGE, ALICE]]) {
        assert.ok(await isEmpty(c.deml, "participant", args));
      }
    },
  },
  "when account is asked": {
    "it is empty for those who have none": async () => {
      const c = await enrolled();
      for (const args of [[c.id, EVE], [c.id, ALICE], [c.id + 1n, FIRST], [HUGE, FIRST]]) {
        assert.ok(await isEmpty(c.deml, "account", args));
      }
    },
  },
  "when submission is asked": {
    "it is empty where there is none": async () => {
      const c = await submitted();
      for (const args of [[c.id, 2], [c.id + 1n, 0], [HUGE, HUGE]]) {
        assert.ok(await isEmpty(c.deml, "submission", args));
      }
    },
  },
  "when epoch is asked": {
    "it is empty where there are no submissions": async () => {
      const c = await submitted();
      for (const args of [[c.id, 1], [c.id + 1n, 0], [HUGE, HUGE]]) {
        assert.ok(await isEmpty(c.deml, "epoch", args));
      }
    },
  },
  "when round is asked": {
    "it is empty before the first commit": async () => {
      const c = await unsealed();
      assert.ok(await isEmpty(c.deml, "round", [c.roundId()]));
    },
    "it is the last attempt with commits, whatever attempt is named": async () => {
      const c = await committed();
      await c.commitAll(unanimous([SECOND], SCORES), { attempt: 2 });
      for (const attempt of [0n, 1n, 2n, 255n]) {
        const round = await c.deml.view("round", [c.roundId() + attempt]);
        assert.deepEqual([round.attempt, round.committed], [3n, 1n]);
      }
    },
  },
  "when seat is asked": {
    "it is the miner's commitment": async () => {
      const c = await committed();
      assert.equal((await c.deml.view("seat", [c.roundId(), FIRST])).state, 1n);
    },
    "it is empty after enrolment": async () => {
      const c = await enrolled();
      assert.ok(await isEmpty(c.deml, "seat", [c.roundId(), FIRST]));
    },
    "it is empty for others, and for any other roundId": async () => {
      const c = await committed();
      const roundId = c.roundId();
      assert.ok(await isEmpty(c.deml, "seat", [roundId, EVE]));
      for (const other of [1n, 2n, 1n << 8n, 1n << 40n, 1n << 48n, 1n << 255n]) {
        assert.ok(await isEmpty(c.deml, "seat", [roundId + other, FIRST]));
      }
    },
  },
  "when beacon is asked": {
    "it is 0 where none is posted": async () => {
      const { deml } = await world();
      for (const round of [0n, 5n, HUGE]) {
        assert.ok(await isEmpty(deml, "beacon", [round]));
      }
    },
  },
  "when isSeated is asked": {
    ...refusesUnknown("isSeated", (id) => [id << 48n, FIRST]),
    "it reverts with DeML_NotMiner for those who are none": async () => {
      for (const miners of [MINERS, MANY]) {
        const c = await unsealed({ miners });
        for (const who of [EVE, ALICE, HOST]) {
          const call = c.deml.view("isSeated", [c.roundId(), who]);
          await expectRevert(call, "DeML_NotMiner", [who]);
        }
      }
    },
    "it is true for all where there are no more miners than seats": async () => {
      const c = await submitted();
      for (const miner of MINERS) {
        assert.equal(await c.deml.view("isSeated", [c.roundId(), miner]), true);
      }
    },
    "it reverts with DeML_BeaconMissing where seats are drawn and the beacon is not posted":
      async () => {
        const c = await submitted({ miners: MANY });
        const call = c.deml.view("isSeated", [c.roundId(), MANY[0]]);
        await expectRevert(call, "DeML_BeaconMissing", [c.unsealRound()]);
      },
    "it is true for as many as there are seats where seats are drawn": async () => {
      const c = await unsealed({ miners: MANY });
      for (const attempt of [0, 1, 2]) {
        const answers = await Promise.all(
          MANY.map((miner) => c.deml.view("isSeated", [c.roundId({ attempt }), miner])),
        );
        assert.equal(answers.filter((seated) => seated).length, 3);
      }
    },
  },
  "when unsealRound is asked": {
    ...refusesUnknown("unsealRound", (id) => [id, 0]),
    "it is the first round at or after the epoch's end and the seal gap (I12)": async () => {
      const { chain } = await world();
      // Seven ends in a row: a beacon every seven seconds, at one of them exactly.
      const rounds = [];
      for (let i = 0; i < 7; i++) {
        const registrationEndsAt = chain.now + 10;
        const submissionEndsAt = registrationEndsAt + 100 + i;
        const terms = { registrationEndsAt, submissionEndsAt };
        const c = await Competition.create(await world(), terms);
        const round = Number(await c.deml.view("unsealRound", [c.id, 0]));
        const time = CLOCK.genesis + (round - 1) * CLOCK.period;
        const least = submissionEndsAt + CLOCK.sealGap;
        assert.ok(time >= least && time < least + CLOCK.period, `${time - least}`);
        rounds.push(time - least);
      }
      assert.deepEqual(rounds.toSorted(), [0, 1, 2, 3, 4, 5, 6]);
    },
    "it is round 1 for an epoch that ends before the beacon starts": async () => {
      const { chain, deml, beacon } = await world();
      const key = getBytes(await deml.view("beaconKey"));
      const [registrationEndsAt, submissionEndsAt] = [chain.now + 10, chain.now + 110];
      const least = submissionEndsAt + CLOCK.sealGap;
      for (const [genesis, round] of [[least + 1_000, 1n], [least, 1n], [least - 1, 2n]] as const) {
        const later = await DeML.deploy(chain, { ...CLOCK, genesis, key });
        const terms = { registrationEndsAt, submissionEndsAt };
        const c = await Competition.create({ chain, beacon, deml: later }, terms);
        assert.equal(await later.view("unsealRound", [c.id, 0]), round);
      }
    },
    "it is the epoch's own": async () => {
      const c = await created({ terms: { epochs: 3 } });
      for (const [epoch, end] of [333, 667, 1_001].entries()) {
        const least = c.terms.registrationEndsAt + end + CLOCK.sealGap;
        const round = await c.deml.view("unsealRound", [c.id, epoch]);
        const time = CLOCK.genesis + (Number(round) - 1) * CLOCK.period;
        assert.ok(time >= least && time < least + CLOCK.period);
      }
    },
  },
  "when owed is asked": {
    ...refusesUnknown("owed", (id) => [id, FIRST]),
    "it is 0 for those who have nothing": async () => {
      const c = await settled();
      for (const who of [ALICE, HOST]) assert.equal(await c.deml.view("owed", [c.id, who]), 0n);
    },
    "it is stake and fees so far while the competition is open": async () => {
      const ballots = [
        { miner: FIRST, scores: SCORES },
        { miner: SECOND, scores: SCORES },
        { miner: THIRD, scores: [1, ABSTAIN] },
      ];
      const c = await settled({ ballots });
      const { bond, fee } = await c.deml.view("competition", [c.id]);
      assert.equal(await c.deml.view("owed", [c.id, FIRST]), bond + 4n * fee);
      assert.equal(await c.deml.view("owed", [c.id, THIRD]), bond - bond / 10n);
      assert.equal(await c.deml.view("owed", [c.id, EVE]), 4n * fee);
    },
    "it is less once a competition is cancelled whose fees exceed the mining pool": async () => {
      const c = await settled({
        terms: POOR,
        participants: [ALICE],
        ballots: unanimous(MINERS, [0]),
      });
      const { fee } = await c.deml.view("competition", [c.id]);
      assert.equal(await c.deml.view("owed", [c.id, EVE]), 5n * fee);
      await c.finalize();
      // Four fees' worth for twenty.
      assert.equal(await c.deml.view("owed", [c.id, EVE]), 5n * (fee * 4n / 20n));
    },
  },
  "when pot is asked": {
    ...refusesUnknown("pot", (id) => [id]),
    "it is prize fund, buy-ins and penalties without the fees while open and when Final":
      async () => {
        const ballots = [...unanimous([FIRST, SECOND], SCORES), { miner: THIRD, scores: [1, 1] }];
        const c = await settling({ ballots });
        const { prizeFund, fee, bond } = await c.deml.view("competition", [c.id]);
        assert.equal(await c.deml.view("pot", [c.id]), prizeFund + 2n * c.buyIn);
        await c.settle(ballots);
        const pot = prizeFund + 2n * c.buyIn - 12n * fee + 2n * (bond / 10n);
        assert.equal(await c.deml.view("pot", [c.id]), pot);
        await c.finalize();
        assert.equal(await c.deml.view("pot", [c.id]), pot);
      },
    "it is what is left to the host once cancelled": async () => {
      const c = await worthless();
      const { prizeFund, fee } = await c.deml.view("competition", [c.id]);
      assert.equal(await c.deml.view("pot", [c.id]), prizeFund - 20n * fee);
      await c.deml.send("refund", [c.id, ALICE], { from: EVE });
      assert.equal(await c.deml.view("pot", [c.id]), prizeFund - 20n * fee);
    },
    "it is 0 once paid": async () => {
      const won = await final();
      await won.deml.send("withdrawPrize", [won.id], { from: EVE });
      assert.equal(await won.deml.view("pot", [won.id]), 0n);
      const c = await cancelled();
      await c.deml.send("refund", [c.id, HOST], { from: EVE });
      assert.equal(await c.deml.view("pot", [c.id]), 0n);
    },
  },
  "when a constant is asked": {
    "it is that of the deployment for GENESIS, PERIOD, SEAL_GAP and beaconKey": async () => {
      const { deml, beacon } = await world();
      const { genesis, period, sealGap } = CLOCK;
      const names = ["GENESIS", "PERIOD", "SEAL_GAP"] as const;
      const values = await Promise.all(names.map((name) => deml.view(name)));
      assert.deepEqual(values, [genesis, period, sealGap].map(BigInt));
      assert.equal((await deml.view("beaconKey")).length, 2 + 2 * 256);
      assert.equal(beacon.network.period, period);
    },
  },
});
