import assert from "node:assert/strict";
import type { Hex } from "../../core/protocol/types.ts";
import { ALICE, BOB, EVE, HOST } from "./support/actors.ts";
import type { Competition } from "./support/competition.ts";
import { type Outcome, STATUS } from "./support/deml.ts";
import { existingOnly } from "./support/guards.ts";
import { cancelled, enrolled, final, MINERS, POOR, settled, worthless } from "./support/phases.ts";
import { freshAddress, makeReentering, makeRefusing, reentry } from "./support/receivers.ts";
import { expectRevert, plain } from "./support/revert.ts";
import { describe } from "./support/tree.ts";

function refund(c: Competition, who: Hex, from: Hex = EVE): Promise<Outcome> {
  return c.deml.send("refund", [c.id, who], { from });
}

/** What somebody gets when anybody asks for their refund. */
async function gain(c: Competition, who: Hex): Promise<bigint> {
  const before = await c.world.chain.balance(who);
  await refund(c, who);
  return await c.world.chain.balance(who) - before;
}

describe(import.meta.url, {
  ...existingOnly((deml, id) => deml.send("refund", [id, ALICE], { from: ALICE })),
  "given an open competition": {
    "it reverts with DeML_WrongStatus (I2)": async () => {
      for (const c of [await enrolled(), await settled()]) {
        for (const who of [ALICE, HOST]) {
          const values = [STATUS.open, STATUS.final];
          await expectRevert(refund(c, who), "DeML_WrongStatus", values);
        }
      }
    },
  },
  "given a final competition": {
    "it reverts with DeML_WrongStatus": async () => {
      const c = await final();
      for (const who of [ALICE, HOST]) {
        const values = [STATUS.final, STATUS.cancelled];
        await expectRevert(refund(c, who), "DeML_WrongStatus", values);
      }
    },
  },
  "when it is for neither a participant nor the host": {
    "it reverts with DeML_NothingOwed": async () => {
      const c = await cancelled();
      for (const who of [EVE, MINERS[0]!]) {
        await expectRevert(refund(c, who), "DeML_NothingOwed", [c.id, who]);
      }
    },
  },
  "when it was paid": {
    "it reverts with DeML_NothingOwed (I9)": async () => {
      const c = await cancelled();
      for (const who of [ALICE, HOST]) {
        await refund(c, who);
        await expectRevert(refund(c, who), "DeML_NothingOwed", [c.id, who]);
      }
    },
  },
  "when the receiver reverts": {
    "it reverts with DeML_PaymentFailed and blocks nobody else (I11)": async () => {
      const who = freshAddress();
      const c = await cancelled({ participants: [who, BOB] });
      await makeRefusing(c.world.chain, who);
      await expectRevert(refund(c, who), "DeML_PaymentFailed", [who, c.buyIn]);
      assert.equal(await gain(c, BOB), c.buyIn);
      assert.equal(await gain(c, HOST), c.terms.prizeFund);
    },
  },
  "when the receiver asks again": {
    "it pays once (I9)": async () => {
      const who = freshAddress();
      const c = await cancelled({ participants: [who, BOB] });
      await makeReentering(c.deml, who, { name: "refund", args: [c.id, who] });
      assert.equal(await gain(c, who), c.buyIn);
      assert.equal(await reentry(c.world.chain, who), "refused");
    },
  },
  "when it is for a participant": {
    "it pays the whole buy-in, whoever calls": async () => {
      for (const from of [EVE, ALICE, HOST]) {
        const c = await cancelled();
        const before = await c.world.chain.balance(ALICE);
        await refund(c, ALICE, from);
        assert.equal(await c.world.chain.balance(ALICE), before + c.buyIn);
      }
    },
    "it pays the whole buy-in where fees were earned": async () => {
      for (const terms of [{}, POOR]) {
        const c = await worthless({ terms });
        assert.equal(await gain(c, ALICE), c.buyIn);
      }
    },
    "it emits Refunded": async () => {
      const c = await cancelled();
      const { events } = await refund(c, ALICE);
      assert.deepEqual(events.map(({ name }) => name), ["Refunded"]);
      assert.deepEqual(events[0]!.args.map(plain), [c.id, ALICE, c.buyIn]);
    },
  },
  "when it is for the host": {
    "it pays the whole prize fund where nothing was decided, whoever calls": async () => {
      for (const from of [EVE, ALICE, HOST]) {
        const c = await cancelled();
        const before = await c.world.chain.balance(HOST);
        await refund(c, HOST, from);
        assert.equal(await c.world.chain.balance(HOST), before + c.terms.prizeFund);
      }
    },
    "it keeps back the fees": async () => {
      const c = await worthless();
      assert.equal(await gain(c, HOST), c.terms.prizeFund - 20n * c.fee);
    },
    "it keeps back no more than the mining pool (I9)": async () => {
      const c = await worthless({ terms: { ...POOR, prizeFund: 10n ** 19n + 99n } });
      // The pool is 2,000,000,000,000,000,019 wei, the 19 of which are no share of 20 fees.
      assert.equal(await gain(c, HOST), 8n * 10n ** 18n + 99n);
    },
    "it adds the penalties": async () => {
      const ballots = MINERS.map((miner, i) => ({ miner, scores: [i === 0 ? 7 : 0] }));
      const c = await worthless({ ballots });
      const penalty = c.terms.bond / 10n;
      assert.equal(await gain(c, HOST), c.terms.prizeFund - 15n * c.fee + penalty);
    },
    "it emits Refunded": async () => {
      const c = await cancelled();
      const { events } = await refund(c, HOST);
      assert.deepEqual(events.map(({ name }) => name), ["Refunded"]);
      assert.deepEqual(events[0]!.args.map(plain), [c.id, HOST, c.terms.prizeFund]);
    },
  },
  "when everybody is paid": {
    "it leaves nothing of the competition in the contract (I1)": async () => {
      for (const terms of [{}, POOR]) {
        const c = await worthless({ terms });
        const { chain } = c.world;
        const deposits = c.terms.prizeFund + c.buyIn + 3n * c.terms.bond;
        const others = await chain.balance(c.deml.address) - deposits;
        for (const who of [ALICE, HOST]) await refund(c, who);
        for (const who of [...MINERS, EVE]) await c.deml.send("claim", [c.id, who], { from: EVE });
        assert.equal(await chain.balance(c.deml.address), others);
      }
    },
  },
});
