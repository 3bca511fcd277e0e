/** A sealed competition on the site: real Chromium, real chain, real beacon, real IPFS reading. */
import assert from "node:assert/strict";
import { readPayload } from "../../core/chain/payload.ts";
import { readSnapshot } from "../../core/chain/reader.ts";
import { BEACON } from "../../core/chain/testing/chain.ts";
import { unsealRound } from "../../core/protocol/clock.ts";
import type { Hex } from "../../core/protocol/types.ts";
import { payloadContext, SEAL_BYTES, unseal } from "../../core/seal/sealed.ts";
import { layoutShift } from "./support/browser.ts";
import { noiseModel } from "./support/models.ts";
import { Stage } from "./support/stage.ts";
import { chooseFiles, chooseWeights, preparedHere } from "./support/weighing.ts";
import { openWorld } from "./support/world.ts";

const HOUR = 3600;

Deno.test("a sealed competition on the site", async (t) => {
  await using world = await openWorld();
  const { chain, data, page, wallet, witness, url } = world;
  const { network } = chain.beacon;
  const [, me, other] = chain.accounts as [Hex, Hex, Hex];
  const registrationEndsAt = await chain.now() + HOUR;
  const times = { registrationEndsAt, submissionEndsAt: registrationEndsAt + 24 * HOUR, epochs: 1 };
  const round = unsealRound(times, 0, { ...network, sealGap: BEACON.sealGap });
  const publicKey = network.publicKey;
  const honest = await data.addSealed({ round, publicKey });
  const stage = await Stage.open(chain, { id: 0, manifest: honest.digest, ...times });
  // A host who sealed the test set to another beacon, and one who opens it after the first of three epochs.
  const cheat = await data.addSealed({ round: round + 1, publicKey });
  await Stage.open(chain, { id: 1, manifest: cheat.digest, ...times });
  await Stage.open(chain, { id: 2, manifest: honest.digest, ...times, epochs: 3 });
  const files = [{ name: "network.onnx", bytes: noiseModel({ hidden: 60 }) }];
  const { packed } = (await preparedHere(world, files)).candidates[0]!;

  /** What follows a step that failed would only hide it. */
  async function step(name: string, work: () => Promise<void> | void): Promise<void> {
    if (!await t.step(name, work)) throw new Error(`stopped at: ${name}`);
  }

  async function open(tab: string): Promise<void> {
    await page.getByRole("link", { name: tab, exact: true }).click();
    await page.getByRole("heading", { level: 2 }).waitFor();
  }

  /** What the chain has of a submission, opened as its author's. */
  async function opened(number: number, author: Hex): Promise<Uint8Array> {
    const { provider, contract } = chain;
    const { submissions } = await readSnapshot(provider, { contract, id: 0 });
    const payload = await readPayload(provider, {
      contract,
      id: 0,
      submission: submissions[number]!,
    });
    const context = payloadContext({ chainId: 31_337, contract, id: 0, author });
    return unseal(payload, { signature: chain.beacon.sign(round).signature, context });
  }

  await step("the list and the overview say what is sealed, and until when", async () => {
    await page.goto(url);
    await page.getByRole("heading", { name: "Sealed digits" }).first().waitFor();
    assert.equal(await page.getByText("Sealed", { exact: true }).count(), 3);
    await witness.look("sealed-competitions");
    await page.goto(`${url}#/competition/0`);
    await page.getByText("models and test set are encrypted until").waitFor();
    await page.getByText("beacon of its own instead of drand's").waitFor();
    await page.getByText("Unsealed in").waitFor();
    await witness.look("sealed-overview");
  });

  await step("the training set is public, the test set sealed", async () => {
    await open("Data");
    await page.getByText(/1,000 rows, sealed until/).waitFor();
    await page.getByRole("region", { name: /^Training set: [\d,]+ images/ }).waitFor();
    await witness.look("sealed-data");
  });

  await step("registers after fetching the sealed test set as it is", async () => {
    await open("Submit");
    await page.getByRole("main").getByRole("button", { name: "Test wallet" }).click();
    await page.getByText("A sealed competition: models and test set are encrypted until").waitFor();
    await page.getByText("beacon of its own instead of drand's").waitFor();
    await witness.look("sealed-register");
    await page.getByRole("button", { name: "Register for 1 ETH" }).click();
    await page.getByRole("button", { name: "Confirm and register" }).click();
    await page.getByText("You are a participant").waitFor();
  });

  const dialog = page.getByRole("dialog", { name: "Upload the model" });

  await step("seals the model in the browser, and says what that means", async () => {
    await stage.register(other);
    await stage.enterEpoch(0);
    await page.getByText("Your model is sealed in this browser until").waitFor();
    await page.getByText("A copy under another address is worth nothing").waitFor();
    await witness.look("sealed-submit");
    await chooseFiles(world, files);
    await page.getByText(/on the training set \([\d,]+ rows|on the training set \(all/).waitFor();
    await page.getByText("The test set is sealed: what counts will differ").waitFor();
    await witness.look("sealed-weights");
    await chooseWeights(world, "float32");
    const kilobytes = (packed.length + SEAL_BYTES) / 1000;
    await dialog.getByText(`and is sealed to ${kilobytes.toFixed(1)} KB`).waitFor();
    await dialog.getByText(/It opens on .*, not before, and as a model of this account only/)
      .waitFor();
    await dialog.getByText("beacon of its own instead of drand's").waitFor();
    await dialog.getByText("All chunks must be in blocks before the epoch ends, in").waitFor();
    await witness.look("sealed-upload-dialog");
  });

  await step("goes on with the same seal after a reload", async () => {
    wallet.answers.push(true, false);
    await dialog.getByRole("button", { name: "Confirm and upload" }).click();
    await page.getByText("Stopped after 1 of 2 chunks. You declined").waitFor();
    await page.reload();
    await page.getByText("in the browser that sealed it").waitFor();
    await witness.look("sealed-unfinished");
    await chooseFiles(world, files);
    await dialog.getByText("1 of 2 chunks are on the chain already").waitFor();
    await dialog.getByRole("button", { name: "Confirm and upload" }).click();
    await page.getByText(/Your model is on the chain. It is sealed until/).waitFor();
    await witness.look("sealed-upload-done");
    stage.counts[0]!++;
  });

  await step(
    "what is on the chain opens to the same packed model, as the author's only",
    async () => {
      assert.deepEqual(await opened(0, me), packed);
      await assert.rejects(opened(0, other), { name: "InvalidSeal" });
    },
  );

  await step("seals again for another account, with a submission of its own", async () => {
    await wallet.changeAccount(page, other);
    await page.getByRole("button", { name: "Upload another" }).click();
    await chooseFiles(world, files);
    await chooseWeights(world, "float32");
    await dialog.getByText("will ask 2 times").waitFor();
    await dialog.getByRole("button", { name: "Confirm and upload" }).click();
    await page.getByText(/Your model is on the chain/).waitFor();
    assert.deepEqual(await opened(1, other), packed);
    await wallet.changeAccount(page, me);
    stage.counts[0]!++;
  });

  await step("the board counts sealed submissions and says when scores come", async () => {
    await open("Leaderboard");
    await page.getByText("2 sealed submissions").waitFor();
    await page.getByText("All models are sealed until").waitFor();
    assert.equal(await page.getByText("sealed", { exact: true }).count(), 2);
    await witness.look("sealed-leaderboard");
  });

  await step("what loads takes the place that was kept for it", async () => {
    for (const path of ["", "#/competition/0", "#/competition/0/leaderboard"]) {
      await page.goto("about:blank");
      await page.goto(`${url}${path}`);
      await page.getByText("Sealed", { exact: true }).first().waitFor();
      const shift = await layoutShift(page);
      assert.ok(shift <= 0.05, `${path || "the list"} shifts by ${shift}`);
    }
  });

  await step("once the beacon is posted, miners evaluate", async () => {
    await stage.postBeacon(0);
    await page.getByText("All models are open. Miners evaluate them").waitFor();
    await witness.look("unsealed-leaderboard");
    await stage.evaluate(0, [[97_010, 0], [97_010, 0], [97_010, 0]]);
    await page.getByText("97.010 %").waitFor();
    await page.getByText("All models are open").waitFor({ state: "detached" });
    await open("Overview");
    await page.getByText("The beacon has opened them").waitFor();
  });

  await step("opens the test set in the browser", async () => {
    await open("Data");
    await page.getByText("opened in this browser with the beacon").waitFor();
    await page.getByRole("region", { name: "Test set: 1,000 images" }).waitFor();
    await witness.look("unsealed-data");
  });

  await step("shows the training set's first rows in place of a false test set", async () => {
    await page.goto(`${url}#/competition/1/data`);
    await page.getByText("The test set does not open to what the host promised").waitFor();
    await page.getByText(/which is the one that opens it as this node says/).waitFor();
    await page.getByText("beacon of its own instead of drand's").waitFor();
    await page.getByRole("region", { name: "Test set: 1,000 images" }).waitFor();
    await witness.look("false-test-set");
  });

  await step("takes no part where the test set opens too early", async () => {
    await page.goto(`${url}#/competition/2`);
    await page.getByText("Do not take part").waitFor();
    await witness.look("unfair-overview");
    await open("Submit");
    await page.getByText("No models are taken for a sealed competition with several epochs")
      .waitFor();
    assert.equal(await page.getByRole("button", { name: /^Register/ }).count(), 0);
    await witness.look("unfair-submit");
  });

  await step("had no error in the console, no refused policy, no accessibility violation", () => {
    assert.deepEqual(witness.findings(), []);
  });
});
