import assert from "node:assert/strict";
import { snapshotOf } from "../../functions/testing/snapshot.ts";
import type { Snapshot } from "../../core/chain/types.ts";
import type { Evidence } from "./evidence.ts";
import type { Ledger } from "./ledger.ts";
import { summarize } from "./report.ts";

const LEDGER: Ledger = { entries: [], left: 0n, balanced: true, gas: new Map() };
const EVIDENCE: Evidence = {
  unsealRound: 5_000,
  relayStatus: 425,
  beaconPosted: false,
  sealed: 3,
  openedBefore: 0,
  openedAfter: 3,
  testSetFault: null,
  ownerTransactions: 0,
};

/** A competition that has ended with one settled submission. */
function ended(changes: Partial<Snapshot["competition"]> = {}): Snapshot {
  const snapshot = snapshotOf();
  return {
    ...snapshot,
    competition: { ...snapshot.competition, status: "final", best: 0, ...changes },
    submissions: [{
      number: 0,
      author: `0x${"11".repeat(20)}`,
      hash: `0x${"22".repeat(32)}`,
      size: 100,
      lastBlock: 5,
      upload: 1,
      epoch: 0,
      result: { state: "settled", score: 90_000, agreeing: 3 },
    }],
  };
}

function isOk(
  { competition = {}, ledger = {}, evidence = EVIDENCE }: {
    competition?: Partial<Snapshot["competition"]>;
    ledger?: Partial<Ledger>;
    evidence?: Evidence | undefined;
  },
): boolean {
  const names = { person: String, model: () => "model" };
  const books = { ...LEDGER, ...ledger };
  return summarize(ended(competition), { names, ledger: books, evidence, seconds: 1 }).ok;
}

Deno.test("a demo is ok if it has a winner, books that balance, and evidence that convinces", () => {
  assert.equal(isOk({}), true);
  const wrong: Parameters<typeof isOk>[0][] = [
    { competition: { status: "cancelled" } },
    { competition: { best: undefined } },
    { ledger: { balanced: false } },
    { ledger: { left: 1n } },
    { evidence: { ...EVIDENCE, openedBefore: 1 } },
    { evidence: { ...EVIDENCE, testSetFault: "false" } },
    { evidence: { ...EVIDENCE, ownerTransactions: 1 } },
  ];
  for (const change of wrong) assert.equal(isOk(change), false);
});

Deno.test("the summary of an open demo has no evidence and says so", () => {
  const names = { person: String, model: () => "model" };
  const options = { names, ledger: LEDGER, seconds: 1 };
  const open = summarize(ended(), { ...options, evidence: undefined });
  assert.deepEqual([open.ok, open.mode, "sealed" in open], [true, "open", false]);
  const sealed = summarize(ended(), { ...options, evidence: EVIDENCE });
  assert.deepEqual([sealed.mode, sealed.sealed], ["sealed", EVIDENCE]);
});
