import assert from "node:assert/strict";
import { readBlock, readConstants } from "../../core/chain/constants.ts";
import { explainError } from "../../core/chain/errors.ts";
import { connect, type Provider } from "../../core/chain/rpc.ts";
import { waitForReceipt } from "../../core/chain/sender.ts";
import { localSender } from "../../core/chain/signer.ts";
import { claimCall } from "../../core/chain/writes.ts";
import type { Hex } from "../../core/protocol/types.ts";
import { QUICKNET } from "../../core/seal/quicknet.ts";
import { findAnvil, startAnvil } from "./anvil_node.ts";
import { startNode } from "./chain_node.ts";
import { moveTo, setNextBlockTime } from "./chain_time.ts";
import { deploy } from "./deploy.ts";

/** Key of the node's first account, which everybody knows. */
const KEY: Hex = "0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80";
const NOBODY: Hex = "0x00000000000000000000000000000000000000aa";

for (
  const { name, start, ignore } of [
    { name: "Hardhat's chain", start: startNode, ignore: false },
    { name: "anvil", start: startAnvil, ignore: findAnvil() === undefined },
  ]
) {
  Deno.test({
    name: `${name} takes the contract, keeps the data of reverts, and goes by our clock`,
    ignore,
    async fn() {
      const node = await start();
      try {
        await useChain(node.provider);
      } finally {
        await node.stop();
      }
      await assert.rejects(connect([node.url]).request({ method: "eth_chainId" }), {
        name: "ChainUnreachable",
      });
    },
  });
}

async function useChain(provider: Provider): Promise<void> {
  const sender = localSender(provider, { privateKey: KEY, chainId: 31_337 });
  const contract = await deploy({ provider, sender }, { ...QUICKNET, sealGap: 900 });
  assert.deepEqual(await readConstants(provider, contract), { ...QUICKNET, sealGap: 900 });

  const claim = sender.send(claimCall(contract, { id: 0, who: NOBODY }));
  const error: unknown = await claim.then(() => assert.fail("no revert"), (error) => error);
  assert.equal(explainError(error).name, "DeML_NoCompetition");

  const { number, timestamp } = await readBlock(provider);
  await moveTo(provider, timestamp + 1_000);
  await moveTo(provider, timestamp + 500);
  const moved = await readBlock(provider);
  assert.deepEqual([moved.number, moved.timestamp], [number + 1, timestamp + 1_000]);
  await setNextBlockTime(provider, timestamp + 2_000);
  const hash = await sender.send({ to: NOBODY, data: "0x", value: 1n });
  await waitForReceipt(provider, hash);
  assert.equal((await readBlock(provider)).timestamp, timestamp + 2_000);
}

Deno.test("a local chain that cannot start says why", async () => {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  await assert.rejects(startNode({ port: listener.addr.port }), {
    message: /the local chain ended with code 1:\n[^]*EADDRINUSE|AddrInUse|already in use/,
  });
});

Deno.test("a deployment with a key that is no point is refused before it is sent", async () => {
  const provider = { request: () => Promise.reject(new Error("not to be asked")) };
  const sender = localSender(provider, { privateKey: KEY, chainId: 1 });
  const publicKey: Hex = `0x${"11".repeat(96)}`;
  const beacon = { ...QUICKNET, publicKey, sealGap: 900 };
  await assert.rejects(deploy({ provider, sender }, beacon), RangeError);
});
