import assert from "node:assert/strict";
import { type GasReport, gasTable, measureGas } from "./support/gas.ts";

/** What the calls cost when the snapshot was written: `UPDATE_GAS=1 deno test -A contracts/test/gas_test.ts`. */
const SNAPSHOT = new URL("gas.json", import.meta.url);

let measured: Promise<GasReport> | undefined;

function report(): Promise<GasReport> {
  return measured ??= measureGas();
}

Deno.test("gas: every call costs what the snapshot says", async () => {
  const figures = await report();
  const text = `${JSON.stringify(figures, null, 2)}\n`;
  if (Deno.env.get("UPDATE_GAS") === "1") await Deno.writeTextFile(SNAPSHOT, text);
  assert.deepEqual(
    figures,
    JSON.parse(await Deno.readTextFile(SNAPSHOT)),
    "the gas changed; if that is meant, write the snapshot anew with UPDATE_GAS=1",
  );
});

Deno.test("gas: an evaluation among 20 submissions x 100 miners stays within its budget", async () => {
  const { self, many } = (await report()).perEvaluation;
  assert.ok(self <= 7_200, `${self} where each miner reveals for itself`);
  assert.ok(many <= 5_900, `${many} with revealMany`);
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
  const { functions } = await report();
  for (const name of ["finalize", "withdrawPrize"]) {
    const many = functions[`${name}: 20 submissions, 100 miners`]!;
    // A few zero bytes in the numbers' encoding may differ.
    assert.ok(Math.abs(many - functions[name]!) < 100, `${name}: ${many}, ${functions[name]}`);
  }
});

Deno.test("gas: the table names every figure", async () => {
  const figures = await report();
  const table = gasTable(figures);
  for (const [name, gas] of Object.entries(figures.functions)) {
    assert.match(table, new RegExp(`${name} .*${gas.toLocaleString("en")}$`, "m"));
  }
});
