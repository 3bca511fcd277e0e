import assert from "node:assert/strict";
import { type Evidence, isConvincing } from "./evidence.ts";

Deno.test("evidence of a sealed demo convinces only if all of it does", () => {
  const good: Evidence = {
    unsealRound: 5_000,
    relayStatus: 425,
    beaconPosted: false,
    sealed: 7,
    openedBefore: 0,
    openedAfter: 7,
    ownerTransactions: 0,
  };
  assert.equal(isConvincing(good), true);
  const bad: Partial<Evidence>[] = [
    { relayStatus: 200 },
    { relayStatus: 404 },
    { beaconPosted: true },
    { sealed: 0, openedAfter: 0 },
    { openedBefore: 1 },
    { openedAfter: 6 },
    { ownerTransactions: 1 },
  ];
  for (const change of bad) {
    assert.equal(isConvincing({ ...good, ...change }), false, JSON.stringify(change));
  }
});
