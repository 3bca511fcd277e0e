import assert from "node:assert/strict";
import { type GasReport, gasTable, measureGas } from "./support/gas.ts";
import { gasPage } from "./support/gas_page.ts";

/** What the calls cost when they were last written: `deno task gas --write`. */
const SNAPSHOT = new URL("gas.json", import.meta.url);
const PAGE = new URL("../../docs/gas.md", import.meta.url);

let measured: Promise<GasReport> | undefined;

function report(): Promise<GasReport> {
  return measured ??= measureGas();
}

Deno.test("gas: every call costs what the snapshot says", async () => {
  const figures = await report();
  assert.deepEqual(
    figures,
    JSON.parse(await Deno.readTextFile(SNAPSHOT)),
    "the gas changed; if that is meant: deno task gas --write",
  );
  assert.equal(await Deno.readTextFile(PAGE), gasPage(figures), "deno task gas --write");
});

Deno.test("gas: an evaluation among 20 submissions x 100 miners stays within its budget", async () => {
  const { self, many } = (await report()).perEvaluation;
  assert.ok(self <= 7_200, `${self} where each miner reveals for itself`);
  assert.ok(many <= 5_900, `${many} with revealMany`);
});

Deno.test("gas: a full round by 100 miners costs at most 4,600 for each evaluation, to the prize", async () => {
  const { fullRound } = await report();
  assert.ok(fullRound <= 4_600, `${fullRound}`);
});

Deno.test("gas: a beacon costs at most 180,000, the transaction included", async () => {
  const gas = (await report()).functions["postBeacon"]!;
  assert.ok(gas <= 180_000, `${gas}`);
});

Deno.test("gas: models from 10 KiB up cost at most 1.02 times the floor of their calldata", async () => {
  const { storageOverFloor } = await report();
  assert.ok(storageOverFloor >= 1 && storageOverFloor <= 1.02, `${storageOverFloor}`);
});

Deno.test("gas: no call at the caps comes near 2^24 (I10)", async () => {
  const { maxCall, functions } = await report();
  assert.ok(maxCall < 2 ** 24, `${maxCall}`);
  const settle = Object.entries(functions).filter(([name]) => name.startsWith("settle: 32"));
  assert.equal(settle.length, 2);
  for (const [name, gas] of settle) assert.ok(gas <= maxCall, name);
});

Deno.test("gas: the end costs the same however many take part (I10)", async () => {
  const { grid } = await report();
  for (const name of ["finalize", "claim", "withdrawPrize", "refund"]) {
    const figures = grid.map(({ functions }) => functions[name]!);
    // A few zero bytes in the numbers' encoding may differ.
    assert.ok(Math.max(...figures) - Math.min(...figures) < 100, `${name}: ${figures}`);
  }
});

Deno.test("gas: the table names every figure", async () => {
  const figures = await report();
  const table = gasTable(figures);
  for (const [name, gas] of Object.entries(figures.functions)) {
    assert.match(table, new RegExp(`${name} .*${gas.toLocaleString("en")}$`, "m"));
  }
});
