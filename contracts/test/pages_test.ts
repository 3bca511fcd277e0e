import assert from "node:assert/strict";
import { ABSTAIN } from "../../core/protocol/codec.ts";
import type { Hex } from "../../core/protocol/types.ts";
import { ALICE, EVE } from "./support/actors.ts";
import { unanimous } from "./support/ballot.ts";
import type { Competition } from "./support/competition.ts";
import type { DeML, FunctionName } from "./support/deml.ts";
import { unpackStruct } from "./support/layout.ts";
import {
  authors,
  enrolled,
  final,
  MINERS,
  settled,
  submitted,
  submitting,
  unsealed,
} from "./support/phases.ts";
import { expectRevert } from "./support/revert.ts";
import { type Cases, describe } from "./support/tree.ts";
import { world } from "./support/world.ts";

const HUGE = 2n ** 256n - 1n;
const UNDECIDED = HUGE;

/** Rows of a page. */
async function page(
  deml: DeML,
  name: FunctionName,
  { args, width }: { args: unknown[]; width: number },
): Promise<bigint[][]> {
  const words: bigint[] = [...await deml.view(name, args)];
  assert.equal(words.length % width, 0);
  return Array.from(
    { length: words.length / width },
    (_, i) => words.slice(width * i, width * i + width),
  );
}

/** That a row's words are the struct that a view returns. */
async function assertStruct(
  deml: DeML,
  view: FunctionName,
  row: { args: unknown[]; words: bigint[] },
) {
  const stored = await deml.view(view, row.args);
  for (const [field, value] of Object.entries(unpackStruct(view, row.words))) {
    assert.equal(value, BigInt(stored[field]), `${view}.${field}`);
  }
}

/** Cases of any page: which rows it gives of `total`, told apart by their text. */
function slices(
  name: FunctionName,
  { width, open }: {
    width: number;
    open: () => Promise<{ deml: DeML; args: unknown[]; total: number }>;
  },
): Cases {
  return {
    "it gives the rows from one number on, and leaves out what is past the end": async () => {
      const { deml, args, total } = await open();
      const rows = async (from: number | bigint, count: number | bigint) =>
        (await page(deml, name, { args: [...args, from, count], width })).map((row) => row.join());
      const all = await rows(0, total);
      assert.equal(all.length, total);
      assert.ok(total >= 3);
      assert.deepEqual(await rows(0, HUGE), all);
      assert.deepEqual(await rows(1, 1), all.slice(1, 2));
      assert.deepEqual(await rows(1, total), all.slice(1));
      assert.deepEqual(await rows(total - 1, 2), all.slice(-1));
      for (const [from, count] of [[total, 1], [HUGE, HUGE], [0, 0], [HUGE, 1]] as const) {
        assert.deepEqual(await rows(from, count), []);
      }
    },
  };
}

/** A page that refuses competitions which do not exist. */
function refusesUnknown(name: FunctionName, args: (id: bigint) => unknown[] = (id) => [id]): Cases {
  return {
    "it reverts with DeML_NoCompetition for an unknown one": async () => {
      const { deml } = await world();
      const count = await deml.view("competitionCount");
      const call = deml.view(name, [...args(count), 0, 1]);
      await expectRevert(call, "DeML_NoCompetition", [count, count]);
    },
  };
}

/** Three epochs with submissions in the first and the last; the first is decided. */
async function epochs(): Promise<Competition> {
  const c = await submitting({ terms: { epochs: 3 } });
  await c.submit(ALICE);
  c.world.chain.travelTo(c.unsealAt(0));
  await c.postBeacon(0);
  await c.evaluate(unanimous(MINERS, [5]));
  c.world.chain.travelTo(c.epochStartsAt(2));
  await c.submit(ALICE, { epoch: 2 });
  return c;
}

/** Three rounds, of 32, 32 and 1 submission. */
function threeRounds(): Promise<Competition> {
  return unsealed(authors(65));
}

describe(import.meta.url, {
  "when competitionsPage is asked": {
    ...slices("competitionsPage", {
      width: 6,
      open: async () => {
        const { deml } = await enrolled();
        await final();
        await epochs();
        return { deml, args: [], total: Number(await deml.view("competitionCount")) };
      },
    }),
    "it gives six words: the Competition": async () => {
      for (const { deml, id } of [await final(), await epochs(), await enrolled()]) {
        const [words] = await page(deml, "competitionsPage", { args: [id, 1], width: 6 });
        await assertStruct(deml, "competition", { args: [id], words: words! });
      }
    },
  },
  "when submissionsPage is asked": {
    ...refusesUnknown("submissionsPage"),
    ...slices("submissionsPage", {
      width: 3,
      open: async () => {
        const { deml, id } = await submitted(authors(35));
        return { deml, args: [id], total: 35 };
      },
    }),
    "it gives three words: the Submission and its result": async () => {
      const { deml, id } = await submitted(authors(34));
      const rows = await page(deml, "submissionsPage", { args: [id, 0, 40], width: 3 });
      for (const [number, [first, second, result]] of rows.entries()) {
        const row = { args: [id, number], words: [first!, second!] };
        await assertStruct(deml, "submission", row);
        assert.equal(result, UNDECIDED);
      }
    },
    "it gives a result of agreeing evaluations and median, or 0 and median where void":
      async () => {
        const ballots = [[7, 1, ABSTAIN], [7, 2, ABSTAIN], [8, 3, 9]].map((scores, i) => ({
          miner: MINERS[i]!,
          scores,
        }));
        const { deml, id } = await settled({ ...authors(3), ballots });
        const rows = await page(deml, "submissionsPage", { args: [id, 0, 3], width: 3 });
        const expected = [2n * 2n ** 17n + 7n, 2n, BigInt(ABSTAIN)];
        assert.deepEqual(rows.map(([, , result]) => result), expected);
      },
    "it gives results by round and epoch": async () => {
      const c = await epochs();
      const rows = await page(c.deml, "submissionsPage", { args: [c.id, 0, 3], width: 3 });
      const expected = [3n * 2n ** 17n + 5n, UNDECIDED];
      assert.deepEqual(rows.map(([, , result]) => result), expected);
      const many = await threeRounds();
      const scores = Array.from({ length: 32 }, (_, i) => i);
      await many.evaluate(unanimous(MINERS, scores), { round: 1 });
      const args = [many.id, 0, 65];
      const results = (await page(many.deml, "submissionsPage", { args, width: 3 }))
        .map(([, , result]) => result);
      const decided = scores.map((score) => 3n * 2n ** 17n + BigInt(score));
      const open = Array(32).fill(UNDECIDED);
      assert.deepEqual(results, [...open, ...decided, UNDECIDED]);
    },
  },
  "when minersPage is asked": {
    ...refusesUnknown("minersPage"),
    ...slices("minersPage", {
      width: 2,
      open: async () => {
        const { deml, id } = await enrolled();
        return { deml, args: [id], total: 3 };
      },
    }),
    "it gives two words: the miner's address and its Account": async () => {
      const { deml, id } = await settled();
      const rows = await page(deml, "minersPage", { args: [id, 0, 3], width: 2 });
      for (const [index, [address, account]] of rows.entries()) {
        const miner = MINERS[index]!;
        assert.equal(address, BigInt(miner));
        await assertStruct(deml, "account", { args: [id, miner], words: [account!] });
      }
    },
    "it gives 0 for an account that was claimed": async () => {
      const { deml, id } = await final();
      await deml.send("claim", [id, MINERS[1]], { from: EVE });
      const rows = await page(deml, "minersPage", { args: [id, 0, 3], width: 2 });
      assert.deepEqual(rows[1], [BigInt(MINERS[1]!), 0n]);
      assert.notEqual(rows[0]![1], 0n);
    },
  },
  "when epochsPage is asked": {
    ...refusesUnknown("epochsPage"),
    ...slices("epochsPage", {
      width: 1,
      open: async () => {
        const { deml, id } = await epochs();
        return { deml, args: [id], total: 3 };
      },
    }),
    "it gives a word for each epoch, 0 for an empty one: the Epoch": async () => {
      const { deml, id } = await epochs();
      const rows = await page(deml, "epochsPage", { args: [id, 0, 3], width: 1 });
      for (const [number, words] of rows.entries()) {
        await assertStruct(deml, "epoch", { args: [id, number], words });
      }
      assert.deepEqual(rows.map(([word]) => word !== 0n), [true, false, true]);
    },
  },
  "when roundsPage is asked": {
    ...slices("roundsPage", {
      width: 1,
      open: async () => {
        const { deml, id } = await threeRounds();
        return { deml, args: [id, 0], total: 3 };
      },
    }),
    "it gives a word for each round, 0 before its first commit: the Round": async () => {
      const c = await threeRounds();
      await c.commit({ miner: MINERS[0]!, scores: [1] }, { round: 2 });
      await c.commit({ miner: MINERS[1]!, scores: [1] }, { round: 1 });
      const rows = await page(c.deml, "roundsPage", { args: [c.id, 0, 0, 3], width: 1 });
      for (const [round, words] of rows.entries()) {
        await assertStruct(c.deml, "round", { args: [c.roundId({ round })], words });
      }
      assert.deepEqual(rows.map(([word]) => word !== 0n), [false, true, true]);
    },
    "it gives nothing where there is no round": async () => {
      const c = await epochs();
      for (const args of [[c.id, 1], [c.id, 3], [c.id, 256], [c.id + 1n, 0], [HUGE, HUGE]]) {
        const rows = await page(c.deml, "roundsPage", { args: [...args, 0, 5], width: 1 });
        assert.deepEqual(rows, []);
      }
    },
  },
  "when seatsPage is asked": {
    ...refusesUnknown("seatsPage", (id) => [id << 48n]),
    ...slices("seatsPage", {
      width: 2,
      open: async () => {
        const c = await unsealed();
        await c.commit({ miner: MINERS[1]!, scores: [1, 2] });
        return { deml: c.deml, args: [c.roundId()], total: 3 };
      },
    }),
    "it gives two words: the miner's address and its Seat": async () => {
      const c = await unsealed();
      const ballots = unanimous(MINERS.slice(0, 2), [1, 2]);
      await c.commitAll(ballots);
      await c.revealAll(ballots.slice(1));
      const rows = await page(c.deml, "seatsPage", { args: [c.roundId(), 0, 3], width: 2 });
      for (const [index, [address, seat]] of rows.entries()) {
        const miner = MINERS[index]!;
        assert.equal(address, BigInt(miner));
        await assertStruct(c.deml, "seat", { args: [c.roundId(), miner], words: [seat!] });
      }
      assert.deepEqual(rows.map(([, seat]) => seat! >> 248n), [1n, 2n, 0n]);
    },
    "it gives 0 for seats of another attempt": async () => {
      const c = await unsealed();
      await c.commitAll(unanimous(MINERS.slice(0, 2), [1, 2]));
      await c.commitAll(unanimous(MINERS.slice(1), [1, 2]), { attempt: 1 });
      for (
        const [attempt, seats] of [[0, [true, false, false]], [1, [false, true, true]]] as const
      ) {
        const args = [c.roundId({ attempt }), 0, 3];
        const rows = await page(c.deml, "seatsPage", { args, width: 2 });
        assert.deepEqual(rows.map(([, seat]) => seat !== 0n), seats);
      }
    },
    "it gives 0 for all after enrolment": async () => {
      const c = await enrolled();
      const rows = await page(c.deml, "seatsPage", { args: [c.roundId(), 0, 3], width: 2 });
      assert.deepEqual(rows, MINERS.map((miner: Hex) => [BigInt(miner), 0n]));
    },
  },
});
