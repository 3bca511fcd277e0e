import assert from "node:assert/strict";
import { gateway } from "../../core/ipfs/gateway.ts";
import { MemoryStore } from "../../core/ipfs/store.ts";
import { localBeacon } from "../../core/seal/local_beacon.ts";
import { NO_CONTEXT, seal } from "../../core/seal/sealed.ts";
import { serve } from "../../functions/testing/world.ts";
import { publishData, readData } from "./data.ts";
import { type Evidence, findFault, isConvincing } from "./evidence.ts";

Deno.test("evidence of a sealed demo convinces only if all of it does", () => {
  const good: Evidence = {
    unsealRound: 5_000,
    relayStatus: 425,
    beaconPosted: false,
    sealed: 7,
    openedBefore: 0,
    openedAfter: 7,
    testSetFault: null,
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
    { testSetFault: "expected content with another SHA-256" },
    { ownerTransactions: 1 },
  ];
  for (const change of bad) {
    assert.equal(isConvincing({ ...good, ...change }), false, JSON.stringify(change));
  }
});

Deno.test("a test set that opens to other bytes than promised is found out", async () => {
  await using stack = new AsyncDisposableStack();
  const { network, sign } = localBeacon(new Uint8Array(32).fill(9), { genesis: 0, period: 3 });
  const target = { round: 12, publicKey: network.publicKey, context: NO_CONTEXT };
  const data = await readData({ seed: 1, mode: "sealed", train: false });
  const store = new MemoryStore();
  const { manifest } = await publishData(data, { store, seal: (plain) => seal(plain, target) });
  const opening = {
    gatewayUrl: serve(gateway(store), stack),
    signature: sign(target.round).signature,
  };
  assert.equal(await findFault(manifest, opening), null);
  const { test } = manifest;
  assert.ok("labels" in test);
  const labels = { ...test.labels, sha256: "0".repeat(64) };
  const wrong = { ...manifest, test: { ...test, labels } };
  assert.match(await findFault(wrong, opening) ?? "", /expected content with SHA-256 0{64}/);
});
