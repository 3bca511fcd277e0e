/** Files of a hostile host: whatever they hold, they are data or InvalidData, the same for every reader. */
import assert from "node:assert/strict";
import { gzipSync } from "node:zlib";
import { concatBytes } from "@noble/hashes/utils.js";
import { InvalidData } from "./bytes.ts";
import { type CsvShape, maxCsvBytes, readCsv } from "./csv.ts";
import { cellValue, MAX_CELL_BYTES, parseNumber } from "./csv_cell.ts";
import { loadDataset } from "./dataset.ts";
import { checkManifest, type Manifest, MAX_COLUMNS, type Part } from "./manifest.ts";
import { idxFile, pieces, random } from "./testing.ts";

const CID = "bafkreigh2akiscaildcqabsyg3dfr6chu3fgpregiymsck7e7aqa4s52zy";
const LABELS = CID.replace("bafkrei", "bafkrej");
const [ROWS, FEATURES] = [4, 3];
const SHAPE: CsvShape = {
  rows: 1,
  features: 1,
  dtype: "float64",
  header: false,
  label: 1,
  classes: ["a", "b"],
  what: "table",
};
const encode = (text: string) => new TextEncoder().encode(text);

const INPUTS = idxFile([ROWS, FEATURES], Uint8Array.from({ length: ROWS * FEATURES }, (_, i) => i));
const CLASSES = idxFile([ROWS], Uint8Array.of(0, 1, 1, 0));
const TABLE = encode('x,"y, z",w,kind\n1,2.5,-3,a\n"4",.5,6e1,b\n7,8,9,0\n1,1,1,"a"\n');

/** A competition whose test set is read from files of the given format. */
function manifestOf(format: Part["format"]): Manifest {
  const file = { cid: CID, bytes: 2 ** 24 };
  const test: Part = format === "idx" || format === "idx.gz"
    ? { format, rows: ROWS, inputs: file, labels: { ...file, cid: LABELS } }
    : { format, rows: ROWS, table: file, csv: { header: true, label: "kind" } };
  return {
    version: 1,
    name: "hostile",
    mode: "open",
    task: "classification",
    classes: ["a", "b"],
    input: {
      shape: [FEATURES],
      dtype: "table" in test ? "float64" : "uint8",
      scale: 1,
      offset: 0,
    },
    metric: { name: "accuracy" },
    runtime: { name: "onnxruntime-web", version: "1.30.0", wasm: "ab".repeat(32) },
    test,
  };
}

/** Whether files are data (true) or InvalidData (false); anything else fails the test. */
async function isData(
  format: Part["format"],
  files: { [cid: string]: Uint8Array },
  size: number,
): Promise<boolean> {
  const read = (cid: string) => pieces(files[cid]!, size);
  try {
    const { values, labels } = await loadDataset(manifestOf(format), { part: "test", read });
    assert.deepEqual([values.length, labels.length], [ROWS * FEATURES, ROWS]);
    assert.ok(labels.every((label) => label === 0 || label === 1));
    assert.ok(values.every(Number.isFinite));
    return true;
  } catch (error) {
    assert.ok(error instanceof InvalidData, `${format}: ${error}`);
    return false;
  }
}

/** What hurts parsers: structure, numbers at the edge, bytes that are no UTF-8, and runs of all of them. */
const SPICES = ['"', '""', ",", "\n", "\r\n", "\r", "-", "+", ".", "e", "1e999", "9", "0", " "]
  .map(encode).concat([
    Uint8Array.of(0),
    Uint8Array.of(0xff),
    Uint8Array.of(0xef, 0xbb, 0xbf),
    encode("\u2028"),
  ]);

/** Cuts, changes, repeats and inserts in a few places. */
function spoiled(bytes: Uint8Array, next: () => number): Uint8Array {
  const below = (bound: number) => Math.floor(next() * bound);
  let all = bytes;
  for (let times = 1 + below(4); times > 0; times--) {
    const at = below(all.length + 1);
    const skip = below(3) === 0 ? below(all.length - at + 1) : below(2);
    const spice = SPICES[below(SPICES.length)]!;
    const run = new Uint8Array(spice.length * [0, 1, 1, 2, 70_000 / spice.length][below(5)]! | 0);
    for (let i = 0; i < run.length; i++) run[i] = spice[i % spice.length]!;
    all = concatBytes(all.subarray(0, at), run, all.subarray(at + skip));
  }
  return all;
}

for (const format of ["csv", "csv.gz", "idx", "idx.gz"] as const) {
  Deno.test(`spoiled ${format} files are data or InvalidData`, async () => {
    const next = random(format.length);
    const isZip = format.endsWith(".gz");
    const packed = (bytes: Uint8Array) => isZip ? new Uint8Array(gzipSync(bytes)) : bytes;
    const sound = format.startsWith("csv") ? [TABLE] : [INPUTS, CLASSES];
    const counts = { data: 0, invalid: 0 };
    for (let i = 0; i < 400; i++) {
      const target = i % sound.length;
      const [first, second] = sound.map((bytes, file) => {
        if (file !== target) return packed(bytes);
        return isZip && next() < 0.5 ? spoiled(packed(bytes), next) : packed(spoiled(bytes, next));
      });
      const files = { [CID]: first!, [LABELS]: second ?? first! };
      counts[await isData(format, files, 1 + Math.floor(next() * 9000)) ? "data" : "invalid"]++;
    }
    assert.ok(counts.data >= 1 && counts.invalid > 100, JSON.stringify(counts));
  });
}

Deno.test("a cell is read up to its bound, and not decoded beyond it", async () => {
  const longest = "0".repeat(MAX_CELL_BYTES - 1);
  assert.equal(parseNumber(encode(`${longest}7`)), 7);
  assert.equal(parseNumber(encode(`${longest}07`)), undefined);
  const name = "n".repeat(MAX_CELL_BYTES - 2);
  assert.equal(cellValue(encode(`"${name}"`)), name);
  assert.equal(cellValue(encode(`"${name}n"`)), undefined);
  const { decode } = TextDecoder.prototype;
  const decoded: number[] = [];
  TextDecoder.prototype.decode = function (bytes, options) {
    decoded.push(bytes!.byteLength);
    return decode.call(this, bytes, options);
  };
  try {
    for (const huge of ["1".repeat(60_000) + "x", `"${"a".repeat(60_000)}"`, "é".repeat(30_000)]) {
      for (const text of [`${huge},a\n`, `1,${huge}\n`]) {
        await assert.rejects(readCsv(pieces(text), SHAPE), {
          name: "InvalidData",
          message: / in at most 1000 bytes, got ".{59}…"$/,
        });
      }
      await assert.rejects(readCsv(pieces(`a,${huge}\n`), { ...SHAPE, header: true }), {
        name: "InvalidData",
        message: /: expected a column's name in at most 1000 bytes, got/,
      });
    }
  } finally {
    TextDecoder.prototype.decode = decode;
  }
  assert.ok(Math.max(...decoded) <= MAX_CELL_BYTES, `${Math.max(...decoded)} bytes`);
});

Deno.test("quotes match or the cell is none, whatever is between them", () => {
  const cases: [string, string | undefined][] = [
    ['""', ""],
    ['"a""b"', 'a"b'],
    ['""""', '"'],
    [' "a" ', "a"],
    ['"', undefined],
    ['"""', undefined],
    ['"a"b"', undefined],
    ['a"', undefined],
    ['"a" b', undefined],
    ['a""b', undefined],
  ];
  for (const [cell, text] of cases) assert.equal(cellValue(encode(cell)), text, cell);
  // The grammar, in words that backtrack.
  const next = random(17);
  for (let i = 0; i < 2000; i++) {
    const cell = Array.from({ length: i % 12 }, () => '"a '[Math.floor(next() * 2.2)]).join("");
    const text = cell.trim();
    const inner = /^"((?:[^"]|"")*)"$/.exec(text)?.[1]?.replaceAll('""', '"');
    assert.equal(cellValue(encode(cell)), text.includes('"') ? inner : text, cell);
  }
});

Deno.test("a header has as many columns as a manifest allows, each name looked up once", async () => {
  const features = MAX_COLUMNS - 1;
  const names = Array.from({ length: MAX_COLUMNS }, (_, i) => `c${i}`);
  const row = `${"1,".repeat(features)}a\n`;
  const shape = { ...SHAPE, features, header: true, label: names.at(-1)! };
  const { indexOf } = Array.prototype;
  let lookedUp = 0;
  Array.prototype.indexOf = function (...of) {
    lookedUp++;
    return indexOf.apply(this, of);
  };
  try {
    const { labels } = await readCsv(pieces(`${names}\n${row}`, 9000), shape);
    assert.deepEqual(labels, Int32Array.of(0));
    names[features - 1] = names[0]!;
    await assert.rejects(readCsv(pieces(`${names}\n${row}`, 9000), shape), {
      message: 'table, line 1: expected each column once, got "c0" twice',
    });
  } finally {
    Array.prototype.indexOf = indexOf;
  }
  assert.ok(lookedUp <= 2, `${lookedUp} searches through all names`);
});

Deno.test("a manifest allows no more columns of a CSV file", () => {
  const table = manifestOf("csv.gz");
  const withFeatures = (features: number) => ({
    ...table,
    input: { ...table.input, shape: [features] },
  });
  checkManifest(withFeatures(MAX_COLUMNS - 1));
  assert.throws(() => checkManifest(withFeatures(MAX_COLUMNS)), {
    name: "InvalidManifest",
    message: "manifest.input.shape: expected at most 65536 columns in a CSV file, " +
      "the label's included, got 65537",
  });
});

Deno.test("a line that comes byte by byte is copied a few times, not once for each piece", async () => {
  const text = `1${" ".repeat(900)},a\n`.repeat(70);
  const long = `${"1,".repeat(30_000)}a\n`;
  for (
    const [content, shape] of [
      [text, { ...SHAPE, rows: 70 }],
      [long, { ...SHAPE, features: 30_000, label: 30_000 }],
    ] as const
  ) {
    const copied = await countCopied(() => readCsv(pieces(content, 1), shape));
    assert.ok(copied <= 4 * content.length, `${copied} bytes copied of ${content.length}`);
  }
});

/** Bytes that go from one array to another in the meantime. */
async function countCopied(run: () => Promise<unknown>): Promise<number> {
  const typed = Object.getPrototypeOf(Uint8Array.prototype);
  const { set } = typed;
  let copied = 0;
  typed.set = function (this: Uint8Array, from: ArrayLike<number>, at?: number) {
    copied += from.length;
    return set.call(this, from, at);
  };
  try {
    await run();
  } finally {
    typed.set = set;
  }
  return copied;
}

Deno.test("bytes of an earlier line are never taken for those of a later one", async () => {
  // A quoted cell ends each line, and the one before had quotes where it ends.
  const lines = ['1,"""""""a"\n', '2,"b"\n', "3,\n", "4,a\n"];
  const classes = ['"""a', "b", ""];
  const { labels } = await readCsv(pieces(lines.slice(0, 2).join("") + "3,b\n", 1), {
    ...SHAPE,
    rows: 3,
    classes,
  });
  assert.deepEqual(labels, Int32Array.of(0, 1, 1));
  for (let size = 1; size < 12; size++) {
    await assert.rejects(readCsv(pieces(lines.join(""), size), { ...SHAPE, rows: 4, classes }), {
      message: 'table, line 4, column 2: expected a class (name or index), got "a"',
    });
  }
});

Deno.test("lines that are skipped do not raise the bound of a file to many long lines", () => {
  const shape = { ...SHAPE, features: MAX_COLUMNS - 1 };
  const line = MAX_COLUMNS * 32;
  assert.ok(maxCsvBytes({ ...shape, skipLines: 1000 }) - maxCsvBytes(shape) < 40 * line);
});
