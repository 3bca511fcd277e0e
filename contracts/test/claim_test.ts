import assert from "node:assert/strict";
import type { Hex } from "../../core/protocol/types.ts";
import { ALICE, BOB, EVE, HOST, payoutOf } from "./support/actors.ts";
import { unanimous } from "./support/ballot.ts";
import type { Competition } from "./support/competition.ts";
import { type Outcome, STATUS } from "./support/deml.ts";
import { existingOnly } from "./support/guards.ts";
import {
  authors,
  cancelled,
  enrolled,
  final,
  MINERS,
  POOR,
  SCORES,
  settled,
  settling,
  worthless,
} from "./support/phases.ts";
import { freshAddress, makeReentering, makeRefusing, reentry } from "./support/receivers.ts";
import { expectRevert, plain } from "./support/revert.ts";
import { describe } from "./support/tree.ts";

const [FIRST, SECOND, THIRD] = MINERS as [Hex, Hex, Hex];

function claim(c: Competition, who: Hex, from: Hex = EVE): Promise<Outcome> {
  return c.deml.send("claim", [c.id, who], { from });
}

/** What `to` gets when somebody claims for `who`. */
async function gain(c: Competition, who: Hex, to: Hex): Promise<bigint> {
  const before = await c.world.chain.balance(to);
  await claim(c, who);
  return await c.world.chain.balance(to) - before;
}

/** Final; the miners' payouts are addresses that nobody else uses. */
async function finalWith(payouts: Hex[]): Promise<Competition> {
  const c = await enrolled({ miners: [] });
  for (const [i, miner] of MINERS.entries()) await c.enroll(miner, payouts[i]!);
  c.world.chain.travelTo(c.terms.registrationEndsAt);
  for (const author of [ALICE, BOB]) await c.submit(author);
  c.world.chain.travelTo(c.unsealAt());
  await c.postBeacon();
  await c.evaluate(unanimous(MINERS, SCORES));
  await c.finalize();
  return c;
}

describe(import.meta.url, {
  ...existingOnly((deml, id) => deml.send("claim", [id, FIRST], { from: EVE })),
  "given an open competition": {
    "it reverts with DeML_WrongStatus (I2)": async () => {
      for (const c of [await enrolled(), await settling(), await settled()]) {
        const values = [STATUS.open, STATUS.final];
        await expectRevert(claim(c, FIRST), "DeML_WrongStatus", values);
      }
    },
  },
  "when nothing is owed": {
    "it reverts with DeML_NothingOwed to host, participants and strangers": async () => {
      const c = await cancelled();
      for (const who of [HOST, ALICE, addressZero()]) {
        await expectRevert(claim(c, who), "DeML_NothingOwed", [c.id, who]);
      }
    },
  },
  "when all was claimed": {
    "it reverts with DeML_NothingOwed (I9)": async () => {
      const c = await final();
      for (const who of [FIRST, EVE]) {
        await claim(c, who);
        await expectRevert(claim(c, who), "DeML_NothingOwed", [c.id, who]);
      }
    },
  },
  "when the stake is used up and no fee earned": {
    "it reverts with DeML_NothingOwed": async () => {
      const rows = MINERS.map((miner, i) => ({ miner, scores: Array(11).fill(i === 0 ? 1 : 2) }));
      const c = await final({ ...authors(11), ballots: rows });
      await expectRevert(claim(c, FIRST), "DeML_NothingOwed", [c.id, FIRST]);
    },
  },
  "given a final competition": {
    "it pays a miner's stake and fees to its payout, whoever calls": async () => {
      for (const from of [EVE, HOST, FIRST]) {
        const c = await final();
        const before = await c.world.chain.balance(payoutOf(FIRST));
        await claim(c, FIRST, from);
        // Two submissions, each fee as two.
        const due = c.terms.bond + 4n * c.fee;
        assert.equal(await c.world.chain.balance(payoutOf(FIRST)), before + due);
      }
    },
    "it pays what penalties left of a stake": async () => {
      const rows = [...unanimous([FIRST, SECOND], SCORES), { miner: THIRD, scores: [90_000, 1] }];
      const c = await final({ ballots: rows });
      const { bond } = c.terms;
      const due = bond - bond / 10n + 2n * c.fee;
      assert.equal(await gain(c, THIRD, payoutOf(THIRD)), due);
    },
    "it pays the whole stake of a miner who did nothing": async () => {
      const c = await final({ ballots: unanimous([FIRST, SECOND], SCORES) });
      assert.equal(await gain(c, THIRD, payoutOf(THIRD)), c.terms.bond);
    },
    "it pays fees for settling to whoever settled": async () => {
      for (const settler of [EVE, ALICE, HOST]) {
        const c = await settling();
        await c.settle(unanimous(MINERS, SCORES), {}, settler);
        await c.finalize();
        assert.equal(await gain(c, settler, settler), 4n * c.fee);
      }
    },
    "it pays a miner's fees for settling with the others": async () => {
      const c = await settling();
      await c.settle(unanimous(MINERS, SCORES), {}, SECOND);
      await c.finalize();
      assert.equal(await gain(c, SECOND, payoutOf(SECOND)), c.terms.bond + 8n * c.fee);
    },
  },
  "given a cancelled competition": {
    "it pays stakes where nothing was decided": async () => {
      const c = await cancelled();
      assert.equal(await gain(c, FIRST, payoutOf(FIRST)), c.terms.bond);
    },
    "when the fees do not exceed the mining pool": {
      "it pays them in full": async () => {
        const c = await worthless();
        const { bond } = c.terms;
        assert.equal(await gain(c, FIRST, payoutOf(FIRST)), bond + 5n * c.fee);
        assert.equal(await gain(c, EVE, EVE), 5n * c.fee);
      },
      "it pays them in full where they are the whole mining pool": async () => {
        // Twenty fees of 97 submissions' 388 are never the pool; those of five submissions are.
        const terms = {
          pricedSubmissions: 5,
          maxPerParticipant: 1,
          prizeFund: 10n ** 19n,
          buyInBps: 2_000,
        };
        const c = await worthless({ terms });
        assert.equal(20n * c.fee, 2n * 10n ** 18n);
        assert.equal(await gain(c, EVE, EVE), 5n * c.fee);
      },
    },
    "when the fees exceed the mining pool": {
      "it pays an equal share of the pool for each, rounded down (I9)": async () => {
        const c = await worthless({ terms: { ...POOR, prizeFund: 10n ** 19n + 99n } });
        // A fifth of the prize fund is 2,000,000,000,000,000,019 wei, for 20 fees.
        const share = 100_000_000_000_000_000n;
        assert.equal(await gain(c, FIRST, payoutOf(FIRST)), c.terms.bond + 5n * share);
        assert.equal(await gain(c, EVE, EVE), 5n * share);
      },
    },
  },
  "when the receiver reverts": {
    "it reverts with DeML_PaymentFailed": async () => {
      const payouts = MINERS.map(freshAddress);
      const c = await finalWith(payouts);
      await makeRefusing(c.world.chain, payouts[0]!);
      const due = await c.deml.view("owed", [c.id, FIRST]);
      await expectRevert(claim(c, FIRST), "DeML_PaymentFailed", [payouts[0], due]);
      assert.equal(await c.deml.view("owed", [c.id, FIRST]), due);
    },
    "it blocks nobody else (I11)": async () => {
      const payouts = MINERS.map(freshAddress);
      const c = await finalWith(payouts);
      await makeRefusing(c.world.chain, payouts[0]!);
      const due = c.terms.bond + 4n * c.fee;
      assert.equal(await gain(c, SECOND, payouts[1]!), due);
      await c.deml.send("withdrawPrize", [c.id], { from: EVE });
    },
  },
  "when the receiver claims again": {
    "it pays once (I9)": async () => {
      const payouts = MINERS.map(freshAddress);
      const c = await finalWith(payouts);
      const [payout] = payouts as [Hex];
      await makeReentering(c.deml, payout, { name: "claim", args: [c.id, FIRST] });
      const due = c.terms.bond + 4n * c.fee;
      assert.equal(await gain(c, FIRST, payout), due);
      assert.equal(await reentry(c.world.chain, payout), "refused");
    },
  },
  "when the receiver claims for somebody else": {
    "it pays each once": async () => {
      const payouts = MINERS.map(freshAddress);
      const c = await finalWith(payouts);
      const [payout, second] = payouts as [Hex, Hex];
      await makeReentering(c.deml, payout, { name: "claim", args: [c.id, SECOND] });
      const due = c.terms.bond + 4n * c.fee;
      assert.equal(await gain(c, FIRST, payout), due);
      assert.equal(await reentry(c.world.chain, payout), "done");
      assert.equal(await c.world.chain.balance(second), due);
    },
  },
  "when something is owed": {
    "it empties the account": async () => {
      const c = await final();
      await claim(c, FIRST);
      const zero = addressZero();
      const stored = await c.deml.view("account", [c.id, FIRST]);
      assert.deepEqual(stored.map(plain), [zero, 0n, 0n, 0n]);
      assert.equal(await c.deml.view("owed", [c.id, FIRST]), 0n);
    },
    "it pays what owed announced": async () => {
      for (const c of [await final(), await cancelled(), await worthless({ terms: POOR })]) {
        const due = await c.deml.view("owed", [c.id, FIRST]);
        assert.equal(await gain(c, FIRST, payoutOf(FIRST)), due);
      }
    },
    "it emits Claimed": async () => {
      const c = await final();
      const due = await c.deml.view("owed", [c.id, FIRST]);
      const { events } = await claim(c, FIRST);
      assert.deepEqual(events.map(({ name }) => name), ["Claimed"]);
      assert.deepEqual(events[0]!.args.map(plain), [c.id, FIRST, payoutOf(FIRST), due]);
    },
  },
});

function addressZero(): Hex {
  return `0x${"00".repeat(20)}`;
}
