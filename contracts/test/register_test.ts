import assert from "node:assert/strict";
import { ALICE, BOB, HOST } from "./support/actors.ts";
import { openOnly } from "./support/guards.ts";
import { created, enrolled } from "./support/phases.ts";
import { expectRevert, plain } from "./support/revert.ts";
import { describe } from "./support/tree.ts";

describe(import.meta.url, {
  ...openOnly((deml, id) => deml.send("register", [id], { from: ALICE })),
  "given that registration ended": {
    "it reverts with DeML_TooLate from the first second on": async () => {
      const c = await created();
      const { registrationEndsAt } = c.terms;
      c.world.chain.travelTo(registrationEndsAt);
      const values = [registrationEndsAt, registrationEndsAt];
      await expectRevert(c.register(ALICE), "DeML_TooLate", values);
    },
  },
  "when the host registers": {
    "it reverts with DeML_HostBarred": async () => {
      const c = await created();
      await expectRevert(c.register(HOST), "DeML_HostBarred", [HOST]);
    },
  },
  "when a participant registers again": {
    "it reverts with DeML_AlreadyRegistered": async () => {
      const c = await enrolled({ participants: [ALICE] });
      await expectRevert(c.register(ALICE), "DeML_AlreadyRegistered", [ALICE]);
    },
  },
  "when a miner registers": {
    "it reverts with DeML_AlreadyEnrolled": async () => {
      const c = await enrolled({ miners: [ALICE], participants: [] });
      await expectRevert(c.register(ALICE), "DeML_AlreadyEnrolled", [ALICE]);
    },
  },
  "when the payment is not the buy-in": {
    "it reverts with DeML_WrongPayment": async () => {
      const c = await created();
      for (const value of [0n, c.buyIn - 1n, c.buyIn + 1n]) {
        const call = c.deml.send("register", [c.id], { from: ALICE, value });
        await expectRevert(call, "DeML_WrongPayment", [value, c.buyIn]);
      }
    },
  },
  "when an outsider pays the buy-in": {
    "it asks for a share of the prize fund, rounded down": async () => {
      const c = await created({ terms: { prizeFund: 10n ** 19n + 9_999n, buyInBps: 1_001 } });
      // 1,001,000,000,000,000,000 and 1,000.8999 wei.
      const value = 1_001_000_000_000_001_000n;
      await c.deml.send("register", [c.id], { from: ALICE, value });
    },
    "it registers them, in the last second too": async () => {
      const c = await created();
      await c.register(BOB);
      c.world.chain.travelTo(c.terms.registrationEndsAt - 1);
      await c.register(ALICE);
      for (const who of [ALICE, BOB]) {
        const stored = await c.deml.view("participant", [c.id, who]);
        const empty = new Array(6).fill(0n);
        assert.deepEqual(stored.map(plain), [true, ...empty, `0x${"00".repeat(32)}`]);
      }
      assert.equal((await c.deml.view("competition", [c.id])).participants, 2n);
    },
    "it takes the buy-in": async () => {
      const c = await created();
      const before = await c.world.chain.balance(c.deml.address);
      await c.register(ALICE);
      assert.equal(await c.world.chain.balance(c.deml.address), before + c.buyIn);
    },
    "it emits ParticipantRegistered": async () => {
      const c = await created();
      const { events } = await c.register(ALICE);
      assert.deepEqual(events.map(({ name }) => name), ["ParticipantRegistered"]);
      assert.deepEqual(events[0]!.args.map(plain), [c.id, ALICE]);
    },
  },
  "when a participant of another competition registers": {
    "it registers them here too": async () => {
      const other = await enrolled({ participants: [ALICE] });
      const c = await enrolled({ participants: [ALICE] });
      assert.notEqual(c.id, other.id);
      assert.equal((await c.deml.view("participant", [c.id, ALICE])).registered, true);
    },
  },
});
