import assert from "node:assert/strict";
import { startChain } from "../../../core/chain/testing/chain.ts";
import { Stage } from "../../test/support/stage.ts";
import { competition, snapshot } from "../../test/support/snapshots.ts";
import { confirmWithWallet, differenceOf } from "./fixed.ts";
import { createReader } from "./reader.ts";

Deno.test("differenceOf() names what two nodes tell differently, and only of what is fixed", () => {
  const one = snapshot();
  assert.equal(differenceOf(one, snapshot()), undefined);
  const moving = competition({ submissions: 5, status: "final", bestScore: 7, miners: 9 });
  assert.equal(differenceOf(one, { ...one, competition: moving }), undefined);
  const cases = [
    [{ chainId: 5 }, "chain"],
    [{ constants: { ...one.constants, publicKey: "0x12" } }, "beacon's key"],
    [{ constants: { ...one.constants, genesis: 3 } }, "beacon's start"],
    [{ constants: { ...one.constants, period: 4 } }, "beacon's period"],
    [{ constants: { ...one.constants, sealGap: 0 } }, "time from deadline to beacon"],
    [{ competition: competition({ submissionEndsAt: 1 }) }, "end of submissions"],
    [{ competition: competition({ manifest: "0x12" }) }, "manifest"],
    [{ competition: competition({ prizeFund: 1n }) }, "prize fund"],
  ] as const;
  for (const [change, name] of cases) {
    assert.equal(differenceOf(one, { ...one, ...change }), name);
  }
});

Deno.test("confirmWithWallet() asks the wallet's own node, and refuses what it tells differently", async () => {
  await using chain = await startChain();
  const { provider, contract } = chain;
  await Stage.open(chain, { id: 0, manifest: `0x${"ab".repeat(32)}` });
  const reader = createReader({ rpcUrls: [], contract, chainId: 31_337 }, provider);
  const honest = await reader.snapshot(0);
  await confirmWithWallet(honest, provider);
  const { competition, constants } = honest;
  const lies = [
    [{ competition: { ...competition, manifest: `0x${"cd".repeat(32)}` as const } }, /manifest/],
    [{ constants: { ...constants, sealGap: 0 } }, /time from deadline to beacon/],
    [{ chainId: 5 }, /another chain /],
  ] as const;
  for (const [lie, message] of lies) {
    await assert.rejects(confirmWithWallet({ ...honest, ...lie }, provider), message);
  }
  const unknown = { ...honest, competition: { ...competition, id: 1 } };
  await assert.rejects(confirmWithWallet(unknown, provider), /does not know this competition/);
  const request = () => Promise.reject(new Error("method not supported"));
  await assert.rejects(confirmWithWallet(honest, { request }), /wallet.*method not supported/);
});
