import assert from "node:assert/strict";
import { ALICE, BOB, HOST, payoutOf } from "./support/actors.ts";
import { openOnly } from "./support/guards.ts";
import { created, enrolled, MINERS } from "./support/phases.ts";
import { expectRevert, plain } from "./support/revert.ts";
import { describe } from "./support/tree.ts";

const ZERO = `0x${"00".repeat(20)}` as const;
const [FIRST, SECOND] = MINERS as [typeof ALICE, typeof ALICE];

describe(import.meta.url, {
  ...openOnly((deml, id) => deml.send("enroll", [id, ALICE], { from: ALICE })),
  "given that registration ended": {
    "it reverts with DeML_TooLate from the first second on": async () => {
      const c = await created();
      const { registrationEndsAt } = c.terms;
      c.world.chain.travelTo(registrationEndsAt);
      const values = [registrationEndsAt, registrationEndsAt];
      await expectRevert(c.enroll(FIRST), "DeML_TooLate", values);
    },
  },
  "when the host enrols": {
    "it reverts with DeML_HostBarred": async () => {
      const c = await created();
      await expectRevert(c.enroll(HOST), "DeML_HostBarred", [HOST]);
    },
  },
  "when a participant enrols": {
    "it reverts with DeML_AlreadyRegistered": async () => {
      const c = await enrolled({ participants: [BOB] });
      await expectRevert(c.enroll(BOB), "DeML_AlreadyRegistered", [BOB]);
    },
  },
  "when a miner enrols again": {
    "it reverts with DeML_AlreadyEnrolled": async () => {
      const c = await enrolled();
      await expectRevert(c.enroll(FIRST), "DeML_AlreadyEnrolled", [FIRST]);
    },
  },
  "when the payout is zero": {
    "it reverts with DeML_PayoutZero": async () => {
      const c = await created();
      await expectRevert(c.enroll(FIRST, ZERO), "DeML_PayoutZero", []);
    },
  },
  "when the payment is not the bond": {
    "it reverts with DeML_WrongPayment": async () => {
      const c = await created();
      const { bond } = c.terms;
      for (const value of [0n, bond - 1n, bond + 1n]) {
        const call = c.deml.send("enroll", [c.id, payoutOf(FIRST)], { from: FIRST, value });
        await expectRevert(call, "DeML_WrongPayment", [value, bond]);
      }
    },
  },
  "when an outsider pays the bond": {
    "it gives them the next index, from 0, in the last second too": async () => {
      const c = await created();
      await c.enroll(SECOND);
      c.world.chain.travelTo(c.terms.registrationEndsAt - 1);
      await c.enroll(FIRST);
      for (const [index, miner] of [SECOND, FIRST].entries()) {
        const stored = await c.deml.view("account", [c.id, miner]);
        assert.deepEqual(stored.map(plain), [payoutOf(miner), BigInt(index + 1), 0n, 0n]);
      }
      assert.equal((await c.deml.view("competition", [c.id])).miners, 2n);
    },
    "it owes them the bond": async () => {
      const c = await enrolled();
      assert.equal(await c.deml.view("owed", [c.id, FIRST]), c.terms.bond);
    },
    "it takes the bond": async () => {
      const c = await created();
      const before = await c.world.chain.balance(c.deml.address);
      await c.enroll(FIRST);
      assert.equal(await c.world.chain.balance(c.deml.address), before + c.terms.bond);
    },
    "it lets several miners share a payout": async () => {
      const c = await created();
      for (const miner of MINERS) await c.enroll(miner, ALICE);
      for (const miner of MINERS) {
        const { payout } = await c.deml.view("account", [c.id, miner]);
        assert.equal(plain(payout), ALICE);
      }
    },
    "it emits MinerEnrolled": async () => {
      const c = await created();
      await c.enroll(FIRST);
      const { events } = await c.enroll(SECOND);
      assert.deepEqual(events.map(({ name }) => name), ["MinerEnrolled"]);
      assert.deepEqual(events[0]!.args.map(plain), [c.id, SECOND, 1n, payoutOf(SECOND)]);
    },
  },
});
