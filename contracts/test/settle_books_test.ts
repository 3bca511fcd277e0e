import assert from "node:assert/strict";
import { ABSTAIN } from "../../core/protocol/codec.ts";
import type { Hex } from "../../core/protocol/types.ts";
import { ALICE, EVE, HOST } from "./support/actors.ts";
import { unanimous } from "./support/ballot.ts";
import { books, decided, FIVE, row, totals } from "./support/judged.ts";
import { authors, MINERS, SCORES, settling, submitting } from "./support/phases.ts";
import { describe } from "./support/tree.ts";
import { world } from "./support/world.ts";

const BALLOTS = unanimous(MINERS, SCORES);
const [FIRST, SECOND] = MINERS as [Hex, Hex];

describe(import.meta.url, {
  "when a miner's evaluation agrees": {
    "it books a fee for the miner and one for the settler (I7)": async () => {
      const c = await decided([row(6), row(6), row(6), row(6), row(6)]);
      assert.deepEqual(await books(c, FIVE), FIVE.map(() => [6, 0]));
      assert.deepEqual(await books(c, [EVE]), [[6, 0]]);
      assert.deepEqual(await totals(c), { fees: 36n, penalties: 0n });
      assert.equal(await c.deml.view("owed", [c.id, FIVE[0]]), c.terms.bond + 6n * c.fee);
    },
  },
  "when the round has fewer than five submissions": {
    "it counts each fee as 5, 2, 1 and 1 fees": async () => {
      for (const [count, weight] of [[1, 5], [2, 2], [3, 1], [4, 1], [5, 1]] as const) {
        const c = await decided(FIVE.map(() => row(count)));
        const fees = count * weight;
        assert.deepEqual(await books(c, [...FIVE, EVE]), Array(6).fill([fees, 0]));
        assert.equal((await totals(c)).fees, BigInt(6 * fees));
      }
    },
    "it counts each dissent once": async () => {
      const c = await decided([[7], [7], [7], [8], "silent"]);
      assert.deepEqual(await books(c, FIVE), [[5, 0], [5, 0], [5, 0], [0, 1], [0, 1]]);
    },
  },
  "when a miner's evaluation dissents": {
    "it takes a tenth of the bond, rounded down": async () => {
      const c = await decided([row(6), row(6), row(6), row(6), row(6).with(2, 1)]);
      assert.deepEqual(await books(c, FIVE), [...Array(4).fill([6, 0]), [5, 1]]);
      const { bond } = c.terms;
      assert.equal(bond % 10n, 9n);
      assert.deepEqual(await totals(c), { fees: 35n, penalties: (bond - 9n) / 10n });
      const left = bond - (bond - 9n) / 10n;
      assert.equal(await c.deml.view("owed", [c.id, FIVE[4]]), left + 5n * c.fee);
    },
  },
  "when a miner dissents ten times": {
    "it leaves what the division left": async () => {
      const c = await decided([row(10), row(10), row(10), row(10), row(10, 1)]);
      assert.equal((await totals(c)).penalties, c.terms.bond - 9n);
      assert.equal(await c.deml.view("owed", [c.id, FIVE[4]]), 9n);
    },
  },
  "when a miner dissents more than ten times": {
    "it takes the whole bond and no more (I9)": async () => {
      for (const count of [11, 32]) {
        const c = await decided([row(count), row(count), row(count), row(count), row(count, 1)]);
        assert.equal((await totals(c)).penalties, c.terms.bond);
        assert.equal(await c.deml.view("owed", [c.id, FIVE[4]]), 0n);
      }
    },
    "it takes nothing for those of a later epoch": async () => {
      const c = await submitting({ ...authors(11), terms: { maxPerParticipant: 8, epochs: 2 } });
      const { participants, authors: order } = authors(11);
      for (const author of order) await c.submit(author);
      const first = [...unanimous(MINERS.slice(1), row(11)), { miner: FIRST, scores: row(11, 1) }];
      c.world.chain.travelTo(c.unsealAt(0));
      await c.postBeacon(0);
      await c.submit(participants[0]!, { epoch: 1 });
      await c.evaluate(first);
      c.world.chain.travelTo(Math.max(c.world.chain.now, c.unsealAt(1)));
      await c.postBeacon(1);
      const second = [...unanimous(MINERS.slice(1), [9]), { miner: FIRST, scores: [1] }];
      await c.evaluate(second, { epoch: 1 });
      assert.deepEqual(await books(c, [FIRST]), [[0, 12]]);
      assert.equal((await totals(c)).penalties, c.terms.bond);
    },
  },
  "when the penalties together take more than 96 bits": {
    "it books them whole (I1, I11)": async () => {
      const { chain } = await world();
      const bond = 2n ** 96n - 1n;
      for (const miner of FIVE) await chain.setBalance(miner, 2n * bond);
      const c = await decided([row(11), row(11), row(11), row(11, 1), row(11, 2)], { bond });
      assert.equal((await totals(c)).penalties, 2n * bond);
      await c.finalize(); // Submissions ended before the evaluation.
      for (const who of FIVE.slice(0, 3)) await c.deml.send("claim", [c.id, who], { from: EVE });
      assert(await c.deml.view("pot", [c.id]) > 2n * bond);
      await c.deml.send("withdrawPrize", [c.id], { from: EVE });
    },
  },
  "when a miner abstains on a settled submission": {
    "it books nothing for it": async () => {
      const c = await decided([row(6), row(6), row(6), row(6).with(5, ABSTAIN), row(6, ABSTAIN)]);
      assert.deepEqual(await books(c, FIVE.slice(3)), [[5, 0], [0, 0]]);
      assert.deepEqual(await totals(c), { fees: 29n, penalties: 0n });
    },
  },
  "when a miner has not committed": {
    "it books nothing": async () => {
      const c = await decided([row(6), row(6), row(6), "absent", "absent"]);
      assert.deepEqual(await books(c, FIVE.slice(3)), [[0, 0], [0, 0]]);
      assert.equal((await totals(c)).penalties, 0n);
    },
  },
  "when a miner has committed and not revealed": {
    "it books dissent on all that settled": async () => {
      const rows = [row(6), row(6), row(6), "silent", "silent"] as const;
      const c = await decided([rows[0], rows[1].with(5, 1), rows[2].with(5, 2), rows[3], rows[4]]);
      // Five settled; the sixth is void.
      assert.deepEqual(await books(c, FIVE.slice(3)), [[0, 5], [0, 5]]);
      assert.equal((await totals(c)).penalties, 10n * (c.terms.bond / 10n));
    },
  },
  "when a submission is void": {
    "it books nothing for it": async () => {
      const c = await decided([[1, 7], [2, 7], [3, 7], [4, 7], [5, 7]]);
      assert.deepEqual(await books(c, FIVE), FIVE.map(() => [2, 0]));
      assert.deepEqual(await books(c, [EVE]), [[2, 0]]);
    },
  },
  "when all submissions are void": {
    "it decides the round and books nothing": async () => {
      const c = await decided([[1, 6], [2, 7], [3, 8], "silent", "silent"]);
      assert.deepEqual(await books(c, [...FIVE, EVE]), Array(6).fill([0, 0]));
      assert.deepEqual(await totals(c), { fees: 0n, penalties: 0n });
      assert.equal((await c.deml.view("round", [c.roundId()])).decided, true);
      assert.equal((await c.deml.view("competition", [c.id])).decided, 1n);
    },
  },
  "when a miner settles": {
    "it books the settler's fees beside the miner's": async () => {
      const c = await settling();
      await c.settle(BALLOTS, {}, SECOND);
      assert.deepEqual(await books(c, MINERS), [[4, 0], [8, 0], [4, 0]]);
    },
  },
  "when somebody else settles": {
    "it books the fees to them, host and participants included": async () => {
      for (const who of [HOST, ALICE, EVE]) {
        const c = await settling();
        await c.settle(BALLOTS, {}, who);
        assert.deepEqual(await books(c, [who]), [[4, 0]]);
        assert.equal(await c.deml.view("owed", [c.id, who]), 4n * c.fee);
      }
    },
  },
});
