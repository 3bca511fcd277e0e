import assert from "node:assert/strict";
import { startChain, type TestChain } from "../../../core/chain/testing/chain.ts";
import { SELECTORS } from "../../../core/chain/calls.ts";
import { Stage } from "../../test/support/stage.ts";
import { createReader } from "./reader.ts";

const MANIFEST = `0x${"ab".repeat(32)}` as const;

/** A reader whose node tells of another gap between deadline and beacon while `lies.gap` says so. */
function readerOf({ provider, contract }: TestChain, { chainId = 31_337 } = {}) {
  const lies: { gap?: number } = {};
  const node = {
    request(call: { method: string; params?: readonly unknown[] }) {
      const { data } = (call.params?.[0] ?? {}) as { data?: string };
      if (lies.gap === undefined || data !== SELECTORS.SEAL_GAP) return provider.request(call);
      return Promise.resolve(`0x${lies.gap.toString(16).padStart(64, "0")}`);
    },
  };
  return { reader: createReader({ rpcUrls: [], contract, chainId }, node), lies };
}

Deno.test("snapshot() refuses a node of another chain", async () => {
  await using chain = await startChain();
  await Stage.open(chain, { id: 0, manifest: MANIFEST });
  const { reader } = readerOf(chain, { chainId: 1 });
  await assert.rejects(reader.snapshot(0), /node is on chain 31337, .* contract is on chain 1/);
});

Deno.test("snapshot() refuses what cannot have changed since the first, whatever the competition", async () => {
  await using chain = await startChain();
  await Stage.open(chain, { id: 0, manifest: MANIFEST });
  await Stage.open(chain, { id: 1, manifest: MANIFEST, byteLimit: 9 });
  const { reader, lies } = readerOf(chain);
  const first = await reader.snapshot(0);
  lies.gap = 0;
  for (const id of [0, 1]) {
    await assert.rejects(reader.snapshot(id), /time from deadline to beacon.* cannot change/);
  }
  lies.gap = undefined!;
  assert.deepEqual((await reader.snapshot(0)).constants, first.constants);
  assert.equal((await reader.snapshot(1)).competition.byteLimit, 9);
});
