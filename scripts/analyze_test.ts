import assert from "node:assert/strict";
import { productSources, readSources, type Sources } from "./analyze/compiler.ts";
import { checkCompiler } from "./analyze/compiler_checks.ts";
import { checkLint } from "./analyze/lint.ts";
import { proveAll, type Theorem, theorems } from "./analyze/proofs.ts";

const ROOT = new URL("../", import.meta.url);
const MONEY = "contracts/libraries/Money.sol";
const MONEY_PROOFS = "contracts/test/smt/MoneyProofs.sol";
const TALLY_PROOFS = "contracts/test/smt/TallyProofs.sol";

/** Sources with one piece of text replaced, which must be there exactly once. */
function planted(sources: Sources, path: string, [from, to]: readonly [string, string]): Sources {
  const { content } = sources[path]!;
  assert.equal(content.split(from).length, 2, `${from} in ${path}`);
  return { ...sources, [path]: { content: content.replace(from, () => to) } };
}

Deno.test("the compiler's warnings are findings, and so is what the interface does not have", async () => {
  const sources = await productSources();
  assert.deepEqual(checkCompiler(sources), []);
  const unused = planted(sources, MONEY, [
    "return prizeFund * bps / BPS;",
    "uint256 unused; return prizeFund * bps / BPS;",
  ]);
  assert.match(checkCompiler(unused).join("\n"), /Unused local variable/);
  const more = planted(sources, "contracts/DeML.sol", [
    "    function _pay(",
    "    function sweep() external {}\n\n    function _pay(",
  ]);
  const findings = checkCompiler(more).filter((finding) => finding.startsWith("DeML has"));
  const sweep = "function sweep() nonpayable returns ()";
  assert.deepEqual(findings, [`DeML has what IDeML has not: ${sweep}`]);
});

Deno.test("solhint finds what is planted, also one more of what is accepted", async () => {
  const sources = await productSources();
  const before = await checkLint(sources);
  const added = async (path: string, change: readonly [string, string]) => {
    const after = await checkLint(planted(sources, path, change));
    return after.filter((line) => !before.includes(line)).join("\n");
  };
  const pay = '(bool ok,) = to.call{value: amount}("");';
  const origin = await added("contracts/DeML.sol", [pay, `require(tx.origin == to); ${pay}`]);
  assert.match(origin, /avoid-tx-origin, in DeML\._pay/);
  const check = "if (block.timestamp < startsAt) revert";
  const twice = `if (block.timestamp == 0) return; ${check}`;
  const time = await added("contracts/DeMLState.sol", [check, twice]);
  assert.match(time, /not-rely-on-time, in DeMLState\._checkFrom/);
  const gone = await added("contracts/DeML.sol", [
    "uint32 index = c.miners++;",
    "uint32 index = 0;",
  ]);
  assert.match(gone, /gas-increment-by-one: 1 accepted in DeML\.enroll, there are 0/);
});

Deno.test("each rule of solhint that is off is argued in docs/analysis.md", async () => {
  const { rules } = JSON.parse(await Deno.readTextFile(new URL(".solhint.json", ROOT)));
  const page = await Deno.readTextFile(new URL("docs/analysis.md", ROOT));
  for (const [rule, setting] of Object.entries(rules)) {
    if (setting === "off") assert.match(page, new RegExp(`^\\| \`${rule}\` \\| \\S`, "m"), rule);
  }
});

Deno.test("the solver refutes what is planted in the money rules and in the median's rule", async () => {
  const sources = await readSources([MONEY, MONEY_PROOFS, TALLY_PROOFS]);
  const plants: [contract: string, path: string, change: readonly [string, string]][] = [
    ["StakeProofs", MONEY, ["bond - penalty : 0", "bond - penalty : bond"]],
    ["StakeProofs", MONEY, ["penalty < bond ? bond - penalty : 0", "bond - penalty"]],
    ["TermsProofs", MONEY, ["PAID_AS / count : 1", "PAID_AS : 1"]],
    ["TermsProofs", MONEY, ["return PAID_AS * maxPer", "return maxPer"]],
    ["TermsProofs", MONEY, ["count < PAID_AS ? PAID_AS / count : 1", "PAID_AS / count"]],
    ["CancelledFeeProofs", MONEY, ["> miningPool ? miningPool / fees", "> miningPool ? fee"]],
    ["CancelledFeeProofs", MONEY, ["? miningPool / fees :", "? miningPool / fees + 1 :"]],
    ["CancelledFeeProofs", MONEY, ["? miningPool / fees :", "? 0 :"]],
    ["ConservationProofs", MONEY, ["penalties - fees * feePrice", "penalties - feePrice"]],
    ["UniqueMedianProofs", TALLY_PROOFS, ["|| notAbove <= middle", "|| notAbove < middle"]],
    ["LowerMedianProofs", TALLY_PROOFS, [
      "= (rows - 1) / 2;\n        uint256 below =",
      "= rows / 2;\n        uint256 below =",
    ]],
    ["MajorityProofs", TALLY_PROOFS, ["below > middle ||", "below >= middle ||"]],
    ["LaneProofs", TALLY_PROOFS, ["require(value < TOP && median < TOP);", ""]],
  ];
  for (const [contract, path, change] of plants) {
    const changed = planted(sources, path, change);
    const theorem = theorems(changed).find((one) => one.contract === contract) as Theorem;
    const [proof] = await proveAll([theorem], changed);
    assert.ok(proof!.failures.length > 0, `${change[1]} is not refuted by ${contract}`);
  }
});

Deno.test("the median's rule of the proofs is that of Tally.sol", async () => {
  const tally = (await productSources())["contracts/libraries/Tally.sol"]!.content;
  const proofs = (await readSources([TALLY_PROOFS]))[TALLY_PROOFS]!.content;
  for (const text of ["below > middle || notAbove <= middle", "uint256 middle = (rows - 1) / 2;"]) {
    assert.ok(tally.includes(text) && proofs.includes(text), text);
  }
  const [, ones] = /ONES = (0x[0-9a-f]{64})/.exec(tally) ?? [];
  assert.ok(ones !== undefined && proofs.includes(ones), "ONES");
});
