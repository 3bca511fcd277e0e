import assert from "node:assert/strict";
import { InvalidData } from "./bytes.ts";
import { type CsvShape, readCsv } from "./csv.ts";
import { pieces, random } from "./testing.ts";

const SHAPE: CsvShape = {
  rows: 2,
  features: 2,
  dtype: "float64",
  header: false,
  label: 2,
  classes: ["cat", "dog"],
  what: "test table",
};

function read(text: string, change: Partial<CsvShape> = {}, size = Infinity) {
  return readCsv(pieces(text, size), { ...SHAPE, ...change });
}

function fails(text: string, message: string, change: Partial<CsvShape> = {}) {
  return assert.rejects(
    read(text, change, 3),
    (error) => {
      assert.ok(error instanceof InvalidData, String(error));
      assert.equal(error.message, `test table${message}`);
      return true;
    },
  );
}

Deno.test("readCsv() reads rows, labels by name or index", async () => {
  const rows = await read("1,2.5,dog\n-3,4e2,0\n");
  assert.deepEqual(rows.values, Float64Array.of(1, 2.5, -3, 400));
  assert.deepEqual(rows.labels, Int32Array.of(1, 0));
});

Deno.test("readCsv() finds the label's column by its name in the header", async () => {
  const text = 'size,"kind, really",weight\n1,cat,2\n3,dog,4\n';
  const rows = await read(text, { header: true, label: "kind, really" });
  assert.deepEqual(rows.values, Float64Array.of(1, 2, 3, 4));
  assert.deepEqual(rows.labels, Int32Array.of(0, 1));
  await fails(text, ', line 1: expected a column "kind", got none', {
    header: true,
    label: "kind",
  });
});

Deno.test("readCsv() takes CR LF, a byte order mark, blank lines, quotes and no last newline", async () => {
  const text = '\ufeff"1", 2 ,"do""g"\r\n\r\n3,4,cat';
  for (let size = 1; size < 40; size++) {
    const rows = await read(text, { classes: ["cat", 'do"g'] }, size);
    assert.deepEqual(rows.values, Float64Array.of(1, 2, 3, 4));
    assert.deepEqual(rows.labels, Int32Array.of(1, 0));
  }
});

Deno.test("readCsv() takes a byte order mark before a quoted name", async () => {
  const text = '\ufeff"a, b",c,d\n1,2,cat\n3,4,dog\n';
  const rows = await read(text, { header: true, label: "d" });
  assert.deepEqual(rows.values, Float64Array.of(1, 2, 3, 4));
});

Deno.test("readCsv() skips lines, then reads the header", async () => {
  const text = "2,2,cat,dog\nanything\na,b,c\n1,2,cat\n3,4,dog\n";
  const rows = await read(text, { skipLines: 2, header: true, label: "c" });
  assert.deepEqual(rows.values, Float64Array.of(1, 2, 3, 4));
});

Deno.test("readCsv() reads numbers as labels of a regression", async () => {
  const { classes: _, ...regression } = SHAPE;
  const rows = await readCsv(pieces("1,2,-0.5\n3,4,1e-3\n"), regression);
  assert.deepEqual(rows.labels, Float64Array.of(-0.5, 0.001));
  await assert.rejects(
    readCsv(pieces("1,2,x\n"), regression),
    /test table, line 1, column 3: expected a number, got "x"$/,
  );
});

Deno.test("readCsv() takes no index where a class is named by digits", async () => {
  const rows = await read("1,2,2\n3,4,1\n", { classes: ["1", "2"] });
  assert.deepEqual(rows.labels, Int32Array.of(1, 0));
  await fails(
    "1,2,0\n",
    ', line 1, column 3: expected a class (name or index), got "0"',
    { classes: ["1", "2"] },
  );
});

Deno.test("readCsv() reads every number as Number() does", async () => {
  const next = random(3);
  const digits = (count: number) =>
    Array.from({ length: count }, () => Math.floor(next() * 10)).join("");
  const texts = [
    "0",
    "-0",
    "00012",
    "5.",
    ".5",
    "-.25",
    "+7",
    "1e400".slice(0, 3),
    "9007199254740993",
  ];
  texts.push("123456789012345", "999999999999999", "0.000000000000001", "0.1", "179769e303");
  for (let i = 0; i < 3000; i++) {
    const sign = ["", "-", "+"][Math.floor(next() * 3)];
    const point = next() < 0.7 ? `.${digits(Math.floor(next() * 12))}` : "";
    const power = next() < 0.2 ? `e${["", "-", "+"][i % 3]}${Math.floor(next() * 30)}` : "";
    texts.push(`${sign}${digits(1 + Math.floor(next() * 12))}${point}${power}`);
  }
  if (texts.length % 2 === 1) texts.push("1");
  let text = "";
  for (let i = 0; i < texts.length; i += 2) text += `${texts[i]},${texts[i + 1]},0\n`;
  const rows = await read(text, { rows: texts.length / 2 }, 1000);
  assert.deepEqual(rows.values, Float64Array.from(texts, Number));
});

Deno.test("readCsv() names line and column of a bad cell", async () => {
  const good = "1,2,cat\n";
  await fails(`${good}1,x,cat\n`, ', line 2, column 2: expected a number, got "x"');
  await fails(`${good},2,cat\n`, ', line 2, column 1: expected a number, got ""');
  for (
    const bad of ["nan", "Infinity", "0x10", "1e999", "1.2.3", "--1", "1 2", "-", ".", "1e"]
  ) {
    await fails(`${bad},2,cat\n`, `, line 1, column 1: expected a number, got "${bad}"`);
  }
  await fails("1,2,bird\n", ', line 1, column 3: expected a class (name or index), got "bird"');
  await fails("1,2,2\n", ', line 1, column 3: expected a class (name or index), got "2"');
  await fails(
    `a,weight,c\n${good}1,heavy,cat\n`,
    ', line 3, column 2 ("weight"): expected a number, got "heavy"',
    { header: true },
  );
  const shown = `${"9".repeat(59)}…`;
  await fails(
    `x${"9".repeat(500)},2,cat\n`,
    `, line 1, column 1: expected a number, got "x${shown.slice(1)}"`,
  );
});

Deno.test("readCsv() checks the range of bytes", async () => {
  const rows = await read("0,255,cat\n-0,7.0,dog\n", { dtype: "uint8" });
  assert.deepEqual(rows.values, Uint8Array.of(0, 255, 0, 7));
  for (const bad of ["256", "-1", "1.5", "1e3"]) {
    await fails(
      `1,${bad},cat\n`,
      `, line 1, column 2: expected a whole number from 0 to 255, got "${bad}"`,
      { dtype: "uint8" },
    );
  }
});

Deno.test("readCsv() counts columns and rows", async () => {
  const good = "1,2,cat\n";
  await fails(`${good}1,2\n`, ", line 2: expected 3 columns, got 2");
  await fails(`${good}1\n`, ", line 2: expected 3 columns, got 1");
  await fails(`${good}1,2,cat,9\n`, ", line 2: expected 3 columns, got 4");
  await fails(`${good}1,2,cat,\n`, ", line 2: expected 3 columns, got 4");
  await fails(good, ": expected 2 rows, got 1");
  await fails("", ": expected 2 rows, got 0");
  await fails(good + good + good, ", line 3: expected 2 rows, got more");
  await fails("a,b\n", ", line 1: expected 3 columns, got 2", { header: true });
  await fails("a,b,c,d\n", ", line 1: expected 3 columns, got more", { header: true });
  await fails("a,b,a\n", ', line 1: expected each column once, got "a" twice', { header: true });
});

Deno.test("readCsv() bounds a line without an end", async () => {
  async function* endless() {
    for (;;) yield new Uint8Array(10_000).fill(0x31);
  }
  await assert.rejects(
    readCsv(endless(), SHAPE),
    /test table, line 1: expected a line of at most 65536 bytes, got more$/,
  );
});

Deno.test("readCsv() judges the length of a line alike, however the bytes are cut", async () => {
  const next = random(11);
  const features = 99;
  for (const [length, fits] of [[65_535, true], [65_536, true], [65_537, false]] as const) {
    for (const end of ["\n", "\r\n", ""]) {
      const cells = Array.from({ length: features }, (_, i) => String(i).padStart(655, "0"));
      const blanks = length - cells.join().length - ",cat".length - (end === "\r\n" ? 1 : 0);
      const line = `${cells},${" ".repeat(blanks)}cat`;
      const first = `${"1,".repeat(features)}dog\n`;
      const bytes = new TextEncoder().encode(`${first}${line}${end}`);
      for (let round = 0; round < 12; round++) {
        const cuts = Array.from({ length: round }, () => Math.floor(next() * (bytes.length + 1)));
        if (round % 3 === 1) cuts.push(bytes.length - 1 - end.length, bytes.length - end.length);
        const read = readCsv(cutAt(bytes, cuts), { ...SHAPE, features, label: features });
        const name = `${length} bytes cut at ${cuts}`;
        if (fits) assert.deepEqual((await read).labels, Int32Array.of(1, 0), name);
        else {await assert.rejects(
            read,
            /line 2: expected a line of at most 65536 bytes, got more$/,
          );}
      }
    }
  }
});

async function* cutAt(bytes: Uint8Array, cuts: number[]): AsyncGenerator<Uint8Array> {
  const ends = [...cuts, bytes.length].sort((a, b) => a - b);
  for (const [i, end] of ends.entries()) {
    await Promise.resolve();
    yield bytes.subarray(ends[i - 1] ?? 0, end);
  }
}
