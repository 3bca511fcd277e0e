import assert from "node:assert/strict";
import { readOptions } from "./options.ts";

Deno.test("readOptions takes a sealed competition, 7 miners and a quorum of 7 by default", () => {
  assert.deepEqual(readOptions([]), {
    mode: "sealed",
    miners: 7,
    quorum: 7,
    data: undefined,
    models: undefined,
    client: "hardhat",
    seed: 1,
    json: false,
  });
});

Deno.test("readOptions takes an open competition if told", () => {
  assert.equal(readOptions(["--open"]).mode, "open");
});

Deno.test("readOptions asks no more evaluations than there are miners, unless told", () => {
  assert.equal(readOptions(["--miners", "3"]).quorum, 3);
  assert.equal(readOptions(["--miners", "20"]).quorum, 7);
  assert.equal(readOptions(["--miners", "6", "--quorum", "7"]).quorum, 7);
});

Deno.test("readOptions says what is wrong with an argument", () => {
  const wrong: [string[], RegExp][] = [
    [["--miners", "0"], /--miners: expected a whole number from 1 to 256, got "0"/],
    [["--miners", "7.5"], /--miners: expected a whole number/],
    [["--quorum", ""], /--quorum: expected a whole number/],
    [["--client=geth"], /--client: expected hardhat or anvil, got "geth"/],
    [["--seed=x"], /--seed: expected a whole number/],
    [["--miners", "3", "--quorum", "7"], /--miners 3 are too few for --quorum 7/],
    [["--minors", "3"], /Unknown option '--minors'.*See --help/],
    [["folder"], /Unexpected argument 'folder'.*See --help/],
  ];
  for (const [args, message] of wrong) {
    assert.throws(() => readOptions(args), { name: "UsageError", message });
  }
});
