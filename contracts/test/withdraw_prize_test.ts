import assert from "node:assert/strict";
import { ALICE, BOB, EVE } from "./support/actors.ts";
import { unanimous } from "./support/ballot.ts";
import type { Competition } from "./support/competition.ts";
import { type Outcome, STATUS } from "./support/deml.ts";
import { existingOnly } from "./support/guards.ts";
import { cancelled, enrolled, final, MINERS, SCORES, settled } from "./support/phases.ts";
import { freshAddress, makeReentering, makeRefusing, reentry } from "./support/receivers.ts";
import { expectRevert, plain } from "./support/revert.ts";
import { describe } from "./support/tree.ts";

function withdraw(c: Competition, from = EVE): Promise<Outcome> {
  return c.deml.send("withdrawPrize", [c.id], { from });
}

describe(import.meta.url, {
  ...existingOnly((deml, id) => deml.send("withdrawPrize", [id], { from: ALICE })),
  "given an open competition": {
    "it reverts with DeML_WrongStatus (I2)": async () => {
      for (const c of [await enrolled(), await settled()]) {
        await expectRevert(withdraw(c), "DeML_WrongStatus", [STATUS.open, STATUS.final]);
      }
    },
  },
  "given a cancelled competition": {
    "it reverts with DeML_WrongStatus": async () => {
      const c = await cancelled();
      await expectRevert(withdraw(c), "DeML_WrongStatus", [STATUS.cancelled, STATUS.final]);
    },
  },
  "given that the prize was withdrawn": {
    "it reverts with DeML_NothingOwed (I9)": async () => {
      const c = await final();
      await withdraw(c);
      await expectRevert(withdraw(c), "DeML_NothingOwed", [c.id, ALICE]);
    },
  },
  "when the winner's address reverts": {
    "it reverts with DeML_PaymentFailed and blocks nobody else (I11)": async () => {
      const winner = freshAddress();
      const c = await final({ participants: [winner, BOB] });
      await makeRefusing(c.world.chain, winner);
      const pot = await c.deml.view("pot", [c.id]);
      await expectRevert(withdraw(c), "DeML_PaymentFailed", [winner, pot]);
      for (const miner of MINERS) await c.deml.send("claim", [c.id, miner], { from: EVE });
      assert.equal(await c.deml.view("pot", [c.id]), pot);
    },
  },
  "when the winner's address withdraws again": {
    "it pays once (I9)": async () => {
      const winner = freshAddress();
      const c = await final({ participants: [winner, BOB] });
      const pot = await c.deml.view("pot", [c.id]);
      const before = await c.world.chain.balance(winner);
      await makeReentering(c.deml, winner, { name: "withdrawPrize", args: [c.id] });
      await withdraw(c);
      assert.equal(await reentry(c.world.chain, winner), "refused");
      assert.equal(await c.world.chain.balance(winner), before + pot);
    },
  },
  "when anybody calls": {
    "it pays prize fund and buy-ins without the fees to the winner": async () => {
      for (const from of [EVE, BOB, ALICE]) {
        const c = await final();
        const before = await c.world.chain.balance(ALICE);
        await withdraw(c, from);
        // Two settled submissions, three miners and the settler, each fee as two.
        const due = c.terms.prizeFund + 2n * c.buyIn - 16n * c.fee;
        assert.equal(await c.world.chain.balance(ALICE), before + due);
      }
    },
    "it adds the penalties": async () => {
      const ballots = [...unanimous(MINERS.slice(1), SCORES), {
        miner: MINERS[0]!,
        scores: [1, 1],
      }];
      const c = await final({ ballots });
      const before = await c.world.chain.balance(ALICE);
      await withdraw(c);
      const penalties = 2n * (c.terms.bond / 10n);
      const due = c.terms.prizeFund + 2n * c.buyIn - 12n * c.fee + penalties;
      assert.equal(await c.world.chain.balance(ALICE), before + due);
    },
    "it counts the buy-ins of those who submitted nothing": async () => {
      const c = await final({ participants: [ALICE, BOB, EVE], authors: [ALICE, BOB] });
      const pot = c.terms.prizeFund + 3n * c.buyIn - 16n * c.fee;
      const { events } = await withdraw(c);
      assert.equal(events[0]!.args.amount, pot);
    },
    "it pays the author of the best submission": async () => {
      const c = await final({ ballots: unanimous(MINERS, [1, 2]) });
      const { events } = await withdraw(c);
      assert.equal(plain(events[0]!.args.winner), BOB);
    },
    "it does not depend on claims before or after": async () => {
      const c = await final();
      const pot = await c.deml.view("pot", [c.id]);
      await c.deml.send("claim", [c.id, MINERS[0]], { from: EVE });
      const { events } = await withdraw(c);
      assert.equal(events[0]!.args.amount, pot);
    },
    "it leaves what is still owed in the contract, to the wei (I1)": async () => {
      const c = await enrolled();
      const { chain } = c.world;
      const deposits = c.terms.prizeFund + 2n * c.buyIn + 3n * c.terms.bond;
      const others = await chain.balance(c.deml.address) - deposits;
      chain.travelTo(c.terms.registrationEndsAt);
      for (const author of [ALICE, BOB]) await c.submit(author);
      chain.travelTo(c.unsealAt());
      await c.postBeacon();
      await c.evaluate(unanimous(MINERS, SCORES));
      await c.finalize();
      await withdraw(c);
      for (const who of [...MINERS, EVE]) await c.deml.send("claim", [c.id, who], { from: EVE });
      assert.equal(await chain.balance(c.deml.address), others);
    },
    "it emits PrizeWithdrawn": async () => {
      const c = await final();
      const pot = await c.deml.view("pot", [c.id]);
      const { events } = await withdraw(c);
      assert.deepEqual(events.map(({ name }) => name), ["PrizeWithdrawn"]);
      assert.deepEqual(events[0]!.args.map(plain), [c.id, ALICE, pot]);
    },
  },
});
