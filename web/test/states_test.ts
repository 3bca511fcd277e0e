/** What the site shows when there is nothing to show, or something is out of reach; and that it needs no mouse. */
import assert from "node:assert/strict";
import { layoutShift } from "./support/browser.ts";
import { Stage } from "./support/stage.ts";
import { openWorld } from "./support/world.ts";

Deno.test("the site when things are missing, broken or out of reach", async (t) => {
  await using world = await openWorld();
  const { chain, rpc, data, page, witness, url, config } = world;

  /** What follows a step that failed would only hide it. */
  async function step(name: string, work: () => Promise<void> | void): Promise<void> {
    if (!await t.step(name, work)) throw new Error(`stopped at: ${name}`);
  }

  await step("an empty list says so", async () => {
    await page.goto(url);
    await page.getByText("There are no competitions yet").waitFor();
    await witness.look("no-competitions");
  });

  await step("a competition that does not exist, and an address that leads nowhere", async () => {
    await page.goto(`${url}#/competition/7`);
    await page.getByText("There is no competition 7").waitFor();
    await witness.look("no-such-competition");
    await page.goto(`${url}#/somewhere`);
    await page.getByRole("heading", { name: "Nothing here" }).waitFor();
    await witness.look("nothing-here");
  });

  await step("a chain that is down from the start, and comes back", async () => {
    rpc.down = true;
    await page.goto(url);
    await page.reload();
    await page.getByText("This could not be loaded. No chain node answered").waitFor();
    await witness.look("chain-down");
    rpc.down = false;
    await page.getByText("There are no competitions yet").waitFor();
    witness.expect(/503/);
  });

  const stage = await Stage.open(chain, { id: 0, manifest: data.digest });

  await step("a gateway that is down: the rest works, and trying again helps", async () => {
    config.gateways = [`${data.url}/nothing`];
    await page.goto(`${url}#/competition/0`);
    await page.reload();
    await page.getByText("Could not load the manifest. Cannot read").waitFor();
    await page.getByRole("heading", { name: "Competition 0" }).waitFor();
    await page.getByRole("definition").getByText("10 ETH").first().waitFor();
    await witness.look("gateway-down");
    await page.getByRole("link", { name: "Data", exact: true }).click();
    await page.getByText("Could not load the manifest").waitFor();
    config.gateways = [data.url];
    await page.reload();
    await page.getByRole("region", { name: /images/ }).waitFor();
    witness.expect(/Failed to load resource|CORS/);
  });

  await step("views without submissions", async () => {
    await page.getByRole("link", { name: "Leaderboard", exact: true }).click();
    await page.getByText("No model was submitted yet").waitFor();
    await witness.look("leaderboard-empty");
    await page.getByRole("link", { name: "History", exact: true }).click();
    await page.getByText("Nothing has a score yet").waitFor();
    await witness.look("history-empty");
  });

  await step("the keyboard is enough: skip link, tabs, wallet menu", async () => {
    await page.goto(`${url}#/competition/0`);
    await page.reload();
    await page.getByRole("heading", { name: "Overview" }).waitFor();
    await page.keyboard.press("Tab");
    assert.equal(await focused(), "Skip to the content");
    await page.keyboard.press("Enter");
    for (const name of ["All competitions", "Overview", "Leaderboard"]) {
      await page.keyboard.press("Tab");
      assert.equal(await focused(), name);
    }
    await page.keyboard.press("Enter");
    await page.getByText("No model was submitted yet").waitFor();
    // The heading of the new view takes the focus once it is drawn.
    await page.waitForFunction(() => document.activeElement?.tagName === "H2");
    assert.equal(await focused(), "Leaderboard");
    await page.getByRole("button", { name: "Connect wallet" }).focus();
    await page.keyboard.press("Enter");
    await page.getByText("Test wallet").first().waitFor();
    await page.keyboard.press("Tab");
    assert.equal(await focused(), "Test wallet");
    await witness.look("wallet-menu");
    await page.keyboard.press("Escape");
    assert.equal(await focused(), "Connect wallet");
  });

  await step("what loads takes the place that was kept for it", async () => {
    for (const path of ["", "#/competition/0", "#/competition/0/leaderboard"]) {
      await page.goto("about:blank");
      await page.goto(`${url}${path}`);
      await page.getByText("Handwritten digits").waitFor();
      const shift = await layoutShift(page);
      assert.ok(shift <= 0.05, `${path || "the list"} shifts by ${shift}`);
    }
  });

  await step("with too few miners, the phase says that it can only close", async () => {
    await stage.enterEpoch(0);
    await page.goto(`${url}#/competition/0/submit`);
    await page.getByText("How it ends is certain").waitFor();
    await page.getByText("No submissions are taken any more").waitFor();
  });

  await step("a configuration that is wrong names the field", async () => {
    config.contract = "0x12";
    await page.goto("about:blank");
    await page.goto(url);
    await page.getByText("config.json: contract: expected an address").waitFor();
  });

  await step(
    "had no other error in the console, no refused policy, no accessibility violation",
    () => {
      assert.deepEqual(witness.findings(), []);
    },
  );

  function focused(): Promise<string> {
    return page.evaluate(() => document.activeElement?.textContent ?? "");
  }
});
