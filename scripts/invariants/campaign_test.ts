import assert from "node:assert/strict";
import { BATCH_RUNS, batches, environment, failure } from "./campaign.ts";

Deno.test("batches() plays all runs, and all thirteen invariants in turn", () => {
  const all = batches({ runs: 10_000 });
  assert.equal(all.reduce((sum, { runs }) => sum + runs, 0), 10_000);
  assert.deepEqual(all[13], { number: 13, invariant: "01", runs: BATCH_RUNS });
  assert.equal(all.at(-1)?.runs, 10_000 % BATCH_RUNS);
  assert.equal(new Set(all.map(({ invariant }) => invariant)).size, 13);
});

Deno.test("environment() gives each batch a seed of its own, and the same one each time", () => {
  const campaign = { runs: 10_000, depth: 200, seed: 7, traces: false };
  const seeds = batches(campaign).map((batch) => environment(campaign, batch).DEML_SEED);
  assert.equal(new Set(seeds).size, seeds.length);
  assert.equal(environment(campaign, batches(campaign)[3]!).DEML_SEED, seeds[3]);
  const other = { ...campaign, seed: 8 };
  assert.notEqual(environment(other, batches(other)[3]!).DEML_SEED, seeds[3]);
});

const OUTPUT = `
  1) I05Test#invariant_I05_commitThenReveal()
    \x1b[31mError: I5: commitScores in competition 2 is accepted, at 1800000123, step 40\x1b[39m
    Counterexample:
      calldata: 0xf0fdf834
      sender: 0x1bba69a1378686010574380d9fd007a3a4efaf6a
      signature: create(uint256)
      args: 43805516384534709104266154527 \x1b[2m[4.38e28]\x1b[0m
    Counterexample:
      calldata: 0xf0fdf835
      signature: commit(uint256)
      args: 7
`;

Deno.test("failure() keeps what broke, and the calls", () => {
  assert.equal(
    failure(OUTPUT),
    "Error: I5: commitScores in competition 2 is accepted, at 1800000123, step 40\n" +
      "  create(43805516384534709104266154527)\n  commit(7)",
  );
});

Deno.test("failure() shows all of an output that it does not know", () => {
  assert.equal(failure("\nError HHE816: no such file\n"), "Error HHE816: no such file");
});
