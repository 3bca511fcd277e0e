/** The way of a participant through the site: real Chromium, real chain, real contract, real IPFS reading. */
import assert from "node:assert/strict";
import type { Page } from "playwright-core";
import { readPayload } from "../../core/chain/payload.ts";
import { readSnapshot } from "../../core/chain/reader.ts";
import { packModel } from "../../core/model/packing/pack.ts";
import type { Hex } from "../../core/protocol/types.ts";
import { noiseModel } from "./support/models.ts";
import { Stage } from "./support/stage.ts";
import { chooseFiles, chooseWeights, preparedHere, weighModels } from "./support/weighing.ts";
import { openWorld } from "./support/world.ts";

Deno.test("a participant's way through the site", async (t) => {
  await using world = await openWorld();
  const { chain, rpc, data, page, wallet, witness, url } = world;
  const [, me, other] = chain.accounts as [Hex, Hex, Hex];
  // A buy-in of 1.0000005 ETH, which must not look like 1 ETH where it is paid.
  const prizeFund = 10_000_005n * 10n ** 12n;
  const stage = await Stage.open(chain, {
    id: 0,
    manifest: data.digest,
    prizeFund,
    byteLimit: 400_000,
  });

  /** What follows a step that failed would only hide it. */
  async function step(name: string, work: () => Promise<void> | void): Promise<void> {
    if (!await t.step(name, work)) throw new Error(`stopped at: ${name}`);
  }

  await step("lists the competition, its name from IPFS", async () => {
    await page.goto(url);
    await page.getByRole("heading", { name: "Handwritten digits" }).waitFor();
    await page.getByText("Registration open").waitFor();
    await page.getByText("10 ETH").waitFor();
    await witness.look("competitions");
  });

  await step("opens it; the host's texts are text", async () => {
    await page.getByRole("link", { name: /Handwritten digits/ }).click();
    await page.getByText("<img src=x onerror=alert(1)> is text here").waitFor();
    await witness.look("overview");
  });

  await step("connects the wallet, also after it was declined", async () => {
    await page.getByRole("link", { name: "Submit", exact: true }).click();
    await page.getByRole("heading", { name: "Submit a model" }).waitFor();
    await witness.look("submit-without-wallet");
    wallet.answers.push(false);
    const choice = page.getByRole("main").getByRole("button", { name: "Test wallet" });
    await choice.click();
    await page.getByText("You declined in the wallet").waitFor();
    await choice.click();
    await page.getByText("Connected as").waitFor();
  });

  await step("registers, the cost confirmed first", async () => {
    await page.getByText("An open competition: everybody can see the models").waitFor();
    const register = page.getByRole("button", { name: "Register for 1.0000005 ETH" });
    await register.click();
    const dialog = page.getByRole("dialog", { name: "Register" });
    await dialog.getByRole("row", { name: "Buy-in 1.0000005 ETH" }).waitFor();
    await dialog.getByRole("row", { name: /^Network fee, about [\d,]+ gas 0\.\d{1,6} ETH$/ })
      .waitFor();
    await dialog.getByRole("row", { name: /^Total 1\.\d*5 ETH$/ }).waitFor();
    assert.ok(!wallet.asked.includes("eth_sendTransaction"), "asked before the cost was shown");
    await witness.look("register-dialog");
    await page.keyboard.press("Escape");
    await dialog.waitFor({ state: "detached" });
    await register.click();
    wallet.answers.push(false);
    await dialog.getByRole("button", { name: "Confirm and register" }).click();
    await page.getByText("You declined in the wallet").waitFor();
    await register.click();
    await dialog.getByRole("button", { name: "Confirm and register" }).click();
    await page.getByText("You are a participant").waitFor();
    const focused = await page.evaluate(() => document.activeElement?.tagName);
    assert.equal(focused, "H2", "the focus was lost with the dialog");
  });

  await step("takes submissions once the chain's clock says so, without a reload", async () => {
    await page.getByText("Submissions start when registration ends").waitFor();
    await stage.register(other);
    await stage.enterEpoch(0);
    for (const hidden of [1, 2]) {
      await stage.submit(other, { epoch: 0, payload: packModel(noiseModel({ hidden })) });
    }
    await page.getByText("Choose the model's files").waitFor();
    await page.getByText("Submissions open").waitFor();
    await witness.look("submit");
  });

  await step("refuses what would score nothing, before it costs anything", async () => {
    await chooseFiles(world, [{ name: "photo.onnx", bytes: new Uint8Array(5000).fill(7) }]);
    await page.getByText(/expected a model as .onnx, .keras, .h5/).waitFor();
    await chooseFiles(world, [{ name: "network.pt", bytes: new Uint8Array(100) }]);
    await page.getByText(/"network.pt" is a PyTorch file.*torch.onnx.export/).waitFor();
    await witness.look("refused-format");
  });

  await weighModels(world, step);

  const files = [{ name: "network.onnx", bytes: noiseModel({ hidden: 170 }) }];

  await step("uploads in chunks; a declined chunk stops it", async () => {
    await chooseFiles(world, files);
    await page.getByRole("row", { name: /^float32 .* too large$/ }).waitFor();
    assert.ok(await page.getByRole("radio", { name: "float32" }).isDisabled());
    await witness.look("weights-too-large");
    await chooseWeights(world, "float16");
    const dialog = page.getByRole("dialog", { name: "Upload the model" });
    await dialog.getByText("will ask 3 times").waitFor();
    await witness.look("upload-dialog");
    wallet.answers.push(true, false);
    await dialog.getByRole("button", { name: "Confirm and upload" }).click();
    await page.getByText("Stopped after 1 of 3 chunks. You declined").waitFor();
    await witness.look("upload-paused");
  });

  await step("going on with another account first shows what it costs that one", async () => {
    await wallet.changeAccount(page, other);
    const asked = wallet.asked.length;
    await page.getByRole("button", { name: "Go on" }).click();
    const dialog = page.getByRole("dialog", { name: "Upload the model" });
    await dialog.getByText("The wallet changed to another account").waitFor();
    await dialog.getByText("will ask 3 times").waitFor();
    assert.equal(wallet.asked.length, asked, "asked before the cost was shown");
    await witness.look("upload-dialog-again");
    await dialog.getByRole("button", { name: "Cancel" }).click();
    await wallet.changeAccount(page, me);
  });

  await step("goes on where the chain is after a reload", async () => {
    const asked = wallet.asked.length;
    await page.reload();
    await page.getByText("120.0 KB of").waitFor();
    assert.equal(wallet.asked.length, asked, "the wallet was asked on reload");
    await chooseFiles(world, files);
    const dialog = page.getByRole("dialog", { name: "Upload the model" });
    await dialog.getByText("1 of 3 chunks are on the chain already").waitFor();
    await dialog.getByText("will ask 2 times").waitFor();
    await dialog.getByRole("button", { name: "Confirm and upload" }).click();
    await page.getByText("Your model is on the chain").waitFor();
    await witness.look("upload-done");
  });

  await step("the chain has the model with the weights that were chosen", async () => {
    const { provider, contract } = chain;
    const { submissions } = await readSnapshot(provider, { contract, id: 0 });
    const submission = submissions.at(-1)!;
    const payload = await readPayload(provider, { contract, id: 0, submission });
    const { candidates } = await preparedHere(world, files);
    assert.deepEqual(payload, candidates.find(({ precision }) => precision === "float16")!.packed);
  });

  await step(
    "shows the submission as pending, and its score when the miners have settled it",
    async () => {
      stage.counts[0]!++;
      await page.getByRole("link", { name: "Leaderboard", exact: true }).click();
      const mine = page.getByRole("row", { name: /you/ });
      await mine.getByText("pending").waitFor();
      await witness.look("leaderboard-pending");
      await stage.evaluate(0, [[91_350, 0, 97_010], [91_350, 5, 97_010], [91_350, 9, 97_010]]);
      await mine.getByText("97.010 %").waitFor();
      await page.getByText("void").waitFor();
      assert.match(await mine.innerText(), /^1\s/);
      await witness.look("leaderboard");
    },
  );

  await step("draws the history, with a table that says the same", async () => {
    await stage.enterEpoch(1);
    await stage.submit(other, { epoch: 1, payload: packModel(noiseModel({ hidden: 3 })) });
    await stage.evaluate(1, [[98_120], [98_120], [98_120]]);
    await page.getByRole("link", { name: "History", exact: true }).click();
    await page.getByRole("img", { name: "Scores of 3 submissions; the best is 98.120 %" })
      .waitFor();
    await page.getByText("The same as a table").click();
    await page.getByRole("row", { name: /98.120 % 98.120 %/ }).waitFor();
    await witness.look("history");
  });

  await step("shows the test set as images, by class", async () => {
    await page.getByRole("link", { name: "Data", exact: true }).click();
    const all = new Intl.NumberFormat("en-US").format(data.manifest.test.rows);
    const grid = page.getByRole("region", { name: `${all} images` });
    await grid.waitFor();
    assert.ok(await shades(page) > 20, "the canvas is empty");
    await grid.evaluate((box) => box.scrollTop = 100_000);
    await page.getByRole("button", { name: /^7/ }).click();
    await page.getByRole("button", { name: /^7/, pressed: true }).waitFor();
    assert.ok(await shades(page) > 20, "the canvas is empty after filtering");
    await witness.look("data");
  });

  await step("keeps what it has on the screen while the chain is down", async () => {
    await page.getByRole("link", { name: "Leaderboard", exact: true }).click();
    rpc.down = true;
    await page.getByText("Not up to date: this is how it stood at").waitFor();
    await page.getByText("98.120 %").first().waitFor();
    await witness.look("stale");
    // The button goes away by itself once a poll succeeds: it is found before, and clicked in any case.
    const retry = await page.getByRole("button", { name: "Try now" }).elementHandle();
    rpc.down = false;
    await retry!.evaluate((button) => (button as HTMLElement).click());
    await page.getByText("Not up to date").waitFor({ state: "detached" });
    witness.expect(/503/);
  });

  await step("brings a wallet on another network back, adding the chain", async () => {
    wallet.chainId = 1;
    await page.reload();
    await page.getByText("Your wallet is on another network").waitFor();
    await witness.look("wrong-network");
    await page.getByRole("button", { name: "Switch network" }).click();
    await page.getByText("Your wallet is on another network").waitFor({ state: "detached" });
  });

  await step("follows the wallet to another account, and forgets it on demand", async () => {
    await wallet.changeAccount(page, other);
    await page.getByRole("row", { name: /98.120.*/ }).getByText("you").waitFor();
    await page.getByRole("banner").getByRole("button").click();
    await page.getByRole("button", { name: "Disconnect" }).click();
    await page.getByRole("button", { name: "Connect wallet" }).waitFor();
  });

  await step("names the winner when the competition is final", async () => {
    await stage.finish();
    await page.getByRole("link", { name: "Overview", exact: true }).click();
    await page.getByText("Winning score").waitFor();
    await page.getByText("98.120 %").waitFor();
    await witness.look("final");
  });

  await step("had no error in the console, no refused policy, no accessibility violation", () => {
    assert.deepEqual(witness.findings(), []);
  });
});

/** How many different pixels the canvas has. */
function shades(page: Page): Promise<number> {
  return page.locator(".grid canvas").evaluate(async (canvas: HTMLCanvasElement) => {
    await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
    // From a copy: the page's own canvas is not made for reading.
    const copy = new OffscreenCanvas(canvas.width, canvas.height);
    const context = copy.getContext("2d", { willReadFrequently: true })!;
    context.drawImage(canvas, 0, 0);
    const { data } = context.getImageData(0, 0, canvas.width, canvas.height);
    return new Set(new Uint32Array(data.buffer)).size;
  });
}
