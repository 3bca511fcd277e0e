import assert from "node:assert/strict";
import { parseMutant, plant } from "./mutant.ts";

const TEXT = `# Commits are taken late.
invariant: I5
file: contracts/DeML.sol
-        check(end);
-        next();
+        check(end + 1);
`;

Deno.test("parseMutant() reads what is where, and what becomes of it", () => {
  assert.deepEqual(parseMutant("late", TEXT), {
    name: "late",
    fault: "Commits are taken late.",
    invariant: 5,
    file: "contracts/DeML.sol",
    is: "        check(end);\n        next();\n",
    becomes: "        check(end + 1);\n",
  });
});

Deno.test("parseMutant() refuses other text", () => {
  const wrong = [
    "",
    TEXT.replace("# ", ""),
    TEXT.replace("I5", "I14"),
    TEXT.replace("contracts/", "../contracts/"),
    TEXT.replace("-        check", "         check"),
    TEXT.split("\n").slice(0, 3).join("\n"),
    `${TEXT}-        check(end);\n`,
  ];
  for (const text of wrong) assert.throws(() => parseMutant("late", text), SyntaxError, text);
});

Deno.test("plant() changes whole lines in one place", () => {
  const mutant = parseMutant("late", TEXT);
  const source = "{\n        check(end);\n        next();\n}\n";
  assert.equal(plant(mutant, source), "{\n        check(end + 1);\n}\n");
  assert.equal(plant({ ...mutant, becomes: "" }, source), "{\n}\n");
});

Deno.test("plant() refuses lines that are missing, not whole, or there twice", () => {
  const mutant = parseMutant("late", TEXT);
  const whole = "        check(end);\n        next();\n";
  for (const source of ["", "{\n        check(end);\n}\n", `{ ${whole}`, whole + whole]) {
    assert.throws(() => plant(mutant, source), RangeError, source);
  }
  assert.throws(() => plant({ ...mutant, becomes: mutant.is }, whole), RangeError);
});

const ROOT = new URL("../../", import.meta.url);
const FOLDER = new URL("contracts/test/mutants/", ROOT);

Deno.test("contracts/test/mutants fit the contracts, and two or more break each of the thirteen", () => {
  const broken = Array<number>(13).fill(0);
  for (const { name } of Deno.readDirSync(FOLDER)) {
    const mutant = parseMutant(name, Deno.readTextFileSync(new URL(name, FOLDER)));
    plant(mutant, Deno.readTextFileSync(new URL(mutant.file, ROOT)));
    broken[mutant.invariant - 1]! += 1;
  }
  assert.ok(broken.every((count) => count >= 2), `mutants of I1 to I13: ${broken.join(", ")}`);
});
