import assert from "node:assert/strict";
import {
  createStyle,
  formatEther,
  formatEthers,
  formatInteger,
  formatScore,
  formatTable,
  printable,
  shortHex,
  wantsColor,
} from "./table.ts";

const ETHER = 10n ** 18n;

Deno.test("formatTable sets numbers to the right and leaves no spaces at line ends", () => {
  const table = formatTable(
    [{ title: "author" }, { title: "score", align: "right" }, { title: "note" }],
    [["ann", "97.345 %", ""], ["bartholomew", "5 %", "late"]],
  );
  assert.equal(
    table,
    [
      "author          score  note",
      "-----------  --------  ----",
      "ann          97.345 %",
      "bartholomew       5 %  late",
    ].join("\n"),
  );
});

Deno.test("formatTable measures styled and non-ASCII text by what is seen", () => {
  const { red } = createStyle({ color: true });
  const [, , first, second] = formatTable(
    [{ title: "a" }, { title: "b", align: "right" }],
    [[red("x"), "1"], ["ü😀", "2"]],
  ).split("\n");
  assert.equal(first, `${red("x")}   1`);
  assert.equal(second, "ü😀  2");
});

Deno.test("formatTable writes headings without rows and refuses uneven rows", () => {
  assert.equal(formatTable([{ title: "a" }, { title: "bc" }], []), "a  bc\n-  --");
  assert.throws(() => formatTable([{ title: "a" }], [["1", "2"]]), /takes 1 cells, not 2/);
});

Deno.test("formatEther is exact to the wei", () => {
  const cases: [bigint, string][] = [
    [0n, "0"],
    [1n, "0.000000000000000001"],
    [-1n, "-0.000000000000000001"],
    [ETHER, "1"],
    [15n * ETHER / 10n, "1.5"],
    [1234567n * ETHER + 1n, "1,234,567.000000000000000001"],
    [2n ** 256n - 1n, `${thousands((2n ** 256n - 1n) / ETHER)}.584007913129639935`],
    [-ETHER / 10n, "-0.1"],
  ];
  for (const [wei, text] of cases) assert.equal(formatEther(wei), text);
});

function thousands(value: bigint): string {
  return value.toLocaleString("en-US");
}

Deno.test("formatEther reads back to the same wei, for random amounts", () => {
  let state = 7n;
  for (let i = 0; i < 500; i++) {
    state = BigInt.asUintN(96, state * 6364136223846793005n + 1442695040888963407n);
    const wei = (i % 2 ? -state : state) >> BigInt(i % 90);
    const [whole, fraction = ""] = formatEther(wei).replaceAll(",", "").replace("-", "").split(".");
    const back = BigInt(`${whole}${fraction.padEnd(18, "0")}`);
    assert.equal(formatEther(wei).startsWith("-") ? -back : back, wei);
  }
});

Deno.test("formatEther pads decimals and signs amounts on request", () => {
  assert.equal(formatEther(ETHER, { minDecimals: 4 }), "1.0000");
  assert.equal(formatEther(ETHER / 100_000n, { minDecimals: 4 }), "0.00001");
  assert.equal(formatEther(ETHER, { sign: true }), "+1");
  assert.equal(formatEther(0n, { sign: true }), "0");
  assert.equal(formatEther(-ETHER, { sign: true }), "-1");
});

Deno.test("formatEthers gives all amounts of a column the same decimals", () => {
  assert.deepEqual(formatEthers([ETHER, -25n * ETHER / 100n, 0n]), ["1.00", "-0.25", "0.00"]);
  assert.deepEqual(formatEthers([ETHER], { minDecimals: 1, sign: true }), ["+1.0"]);
  assert.deepEqual(formatEthers([]), []);
});

Deno.test("formatInteger and formatScore", () => {
  assert.equal(formatInteger(999), "999");
  assert.equal(formatInteger(-1234567), "-1,234,567");
  assert.equal(formatInteger(-100), "-100");
  assert.equal(formatInteger(10n ** 20n), "100,000,000,000,000,000,000");
  assert.throws(() => formatInteger(0.5), RangeError);
  assert.equal(formatScore(97345), "97.345 %");
  assert.equal(formatScore(100_000), "100.000 %");
  assert.equal(formatScore(7), "0.007 %");
  assert.throws(() => formatScore(0.97), RangeError);
  assert.throws(() => formatScore(-1), RangeError);
});

Deno.test("shortHex leaves short texts whole", () => {
  assert.equal(shortHex("0x1234567890abcdef1234567890abcdef12345678"), "0x1234...5678");
  assert.equal(shortHex("0x12345678"), "0x12345678");
});

Deno.test("printable takes the power to move the cursor from foreign text", () => {
  assert.equal(printable("\x1b[2Jmodel\r\n\u202e"), "?[2Jmodel???");
  assert.equal(printable("größe 漢😀"), "größe 漢😀");
});

Deno.test("colour needs a terminal and no NO_COLOR", () => {
  assert.equal(wantsColor({ noColor: undefined, terminal: true }), true);
  assert.equal(wantsColor({ noColor: "", terminal: true }), true);
  assert.equal(wantsColor({ noColor: "1", terminal: true }), false);
  assert.equal(wantsColor({ noColor: undefined, terminal: false }), false);
  assert.equal(createStyle({ color: true }).green("ok"), "\x1b[32mok\x1b[39m");
  const plain = createStyle({ color: false });
  assert.deepEqual([plain.bold("a"), plain.dim("b"), plain.red("c")], ["a", "b", "c"]);
});
