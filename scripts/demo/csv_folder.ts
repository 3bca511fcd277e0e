/** A CSV file of anybody's as a demo's data: finds header, label and classes, and parts it into training and test. */
import type { FileRef, Manifest, Part } from "../../core/dataset/manifest.ts";
import { seededRandom } from "./random.ts";

const MAX_BYTES = 64 * 1024 * 1024;
/** One row in so many becomes a test row. */
const TEST_SHARE = 4;

type Source = Pick<Manifest, "name" | "classes" | "input" | "train" | "test" | "source">;

/** A CSV file's lines, cells trimmed. */
interface Table {
  header: string[] | undefined;
  rows: string[][];
  label: number;
}

/**
 * Reads a CSV file (also .csv.gz) and publishes its rows. The label is the column named "label", else the last one. With
 * `train`, one row in four, chosen by the seed, is a test row and the rest are for training; without, all are test rows.
 *
 * @throws {Error} that names the file and the line if it is no table of numbers with a label
 */
export async function readTable(
  path: string,
  { seed, train, publish }: {
    seed: number;
    train: boolean;
    publish: (bytes: Uint8Array) => Promise<FileRef>;
  },
): Promise<Source> {
  const table = parseTable(await readText(path), path);
  const classes = findClasses(table);
  if (classes.length < 2) throw new Error(`${path}: expected at least 2 classes, found ${classes}`);
  const features = (table.rows[0]?.length ?? 0) - 1;
  const parts: { train?: string[][]; test: string[][] } = train
    ? partRows(table.rows, seed)
    : { test: table.rows };
  async function part(rows: string[][]): Promise<Part> {
    const text = rows.map((row) => row.join(",") + "\n").join("");
    return {
      format: "csv",
      rows: rows.length,
      table: await publish(new TextEncoder().encode(text)),
      csv: { header: false, label: table.label },
    };
  }
  return {
    name: path.split("/").at(-1) ?? path,
    classes,
    input: {
      shape: [features],
      altShapes: squareShapes(features),
      dtype: "float64",
      scale: 1,
      offset: 0,
    },
    ...(parts.train === undefined ? {} : { train: await part(parts.train) }),
    test: await part(parts.test),
  };
}

async function readText(path: string): Promise<string> {
  const { size } = await Deno.stat(path);
  if (size > MAX_BYTES) {
    throw new Error(`${path}: expected at most ${MAX_BYTES} bytes, has ${size}`);
  }
  const file = await Deno.open(path);
  const stream = path.endsWith(".gz")
    ? file.readable.pipeThrough(new DecompressionStream("gzip"))
    : file.readable;
  let text = "";
  const decoder = new TextDecoder();
  for await (const bytes of stream) {
    text += decoder.decode(bytes, { stream: true });
    if (text.length > MAX_BYTES) {
      throw new Error(`${path}: expected at most ${MAX_BYTES} characters`);
    }
  }
  return text;
}

/** Splits a file into header and rows, all of the same width. */
export function parseTable(text: string, path: string): Table {
  const lines = text.split(/\r?\n/);
  const cells = lines.map((line) => line.split(",").map((cell) => cell.trim()));
  const hasHeader = cells[0]?.slice(0, -1).some((cell) => !isNumber(cell)) ?? false;
  const header = hasHeader ? cells[0] : undefined;
  const start = hasHeader ? 1 : 0;
  const width = cells[start]?.length ?? 0;
  const rows: string[][] = [];
  const named = header?.findIndex((name) => name.toLowerCase() === "label") ?? -1;
  const label = named >= 0 ? named : width - 1;
  for (let i = start; i < cells.length; i++) {
    const row = cells[i] as string[];
    if (row.length === 1 && row[0] === "") continue;
    const wrong = row.findIndex((cell, column) => column !== label && !isNumber(cell));
    if (row.length !== width || width < 2 || wrong >= 0) {
      throw new Error(
        `${path}, line ${i + 1}: expected ${
          Math.max(width, 2)
        } cells, numbers but for the label, ` +
          (wrong >= 0 ? `got "${row[wrong]}" in column ${wrong + 1}` : `got ${row.length}`),
      );
    }
    rows.push(row);
  }
  return { header, rows, label };
}

function isNumber(cell: string): boolean {
  return cell !== "" && Number.isFinite(Number(cell));
}

function findClasses({ rows, label }: Table): string[] {
  const names = [...new Set(rows.map((row) => row[label] as string))];
  return names.every(isNumber) ? names.sort((a, b) => Number(a) - Number(b)) : names.sort();
}

/** Shuffles the rows and parts them. */
function partRows(rows: string[][], seed: number): { train: string[][]; test: string[][] } {
  const random = seededRandom(seed, "rows");
  const shuffled = rows.map((row) => ({ row, key: random.next() }))
    .sort((a, b) => a.key - b.key).map(({ row }) => row);
  const size = Math.ceil(rows.length / TEST_SHARE);
  return { test: shuffled.slice(0, size), train: shuffled.slice(size) };
}

/** The same values as a square image, for models that declare one. */
function squareShapes(features: number): number[][] {
  const side = Math.sqrt(features);
  return Number.isInteger(side) && side > 1 ? [[1, side, side], [side, side, 1]] : [];
}
