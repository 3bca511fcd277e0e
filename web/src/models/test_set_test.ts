import assert from "node:assert/strict";
import { startChain } from "../../../core/chain/testing/chain.ts";
import { verifyBeacon } from "../../../core/seal/beacon.ts";
import { Stage } from "../../test/support/stage.ts";
import { testManifest, visit } from "../../test/support/visitor.ts";
import type { PublishedBeacon } from "../work/data_worker.ts";
import { createTestSet } from "./test_set.ts";

Deno.test("a sealed test set waits for the posted beacon, and opens with its signature", async () => {
  await using chain = await startChain();
  const manifest = `0x${"ab".repeat(32)}` as const;
  const stage = await Stage.open(chain, { id: 0, manifest, epochs: 1 });
  const sealed = testManifest({ mode: "sealed" });
  const visitor = await visit(chain, { account: chain.accounts[1]!, manifest: sealed });
  const data = visitor.competition.data.value!;
  const asked: PublishedBeacon[] = [];
  const { open } = data;
  data.open = (beacon, onProgress) => {
    asked.push(beacon);
    return open(beacon, onProgress);
  };
  const testSet = createTestSet(visitor);
  await assert.rejects(testSet.load(), /not posted yet/);
  await stage.postBeacon(0);
  await visitor.competition.refresh();
  assert.equal((await testSet.load()).fault, undefined);
  await testSet.load();
  assert.equal(asked.length, 1);
  const [{ publicKey, round, signature }] = asked as [PublishedBeacon];
  assert.equal(publicKey, chain.beacon.network.publicKey);
  assert.equal(round, stage.unsealRound(0));
  verifyBeacon({ publicKey }, { round, signature });
});
