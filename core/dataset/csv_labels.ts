import { InvalidData } from "./bytes.ts";
import { cellEnd, cellValue, mismatch, parseNumber } from "./csv_cell.ts";

/** Reads a label's cell: a class's index, for regression a number; undefined if it is neither. */
export type LabelReader = (cell: Uint8Array) => number | undefined;

const INDEX = /^\d{1,6}$/;

/**
 * How labels are read. A cell with the name of a class is that class. Other cells are indices from 0,
 * unless some class is named by digits: then an index could be taken for a name, so names only.
 */
export function labelReader(classes: readonly string[] | undefined): LabelReader {
  if (classes === undefined) return parseNumber;
  const byName = new Map(classes.map((name, index) => [name, index]));
  const indices = !classes.some((name) => INDEX.test(name));
  return (cell) => {
    const text = cellValue(cell);
    if (text === undefined) return undefined;
    const named = byName.get(text);
    if (named !== undefined || !indices || !INDEX.test(text)) return named;
    const index = Number(text);
    return index < classes.length ? index : undefined;
  };
}

/**
 * The names of the columns, from a header line.
 *
 * @throws {InvalidData} if there are not `count` of them, or one occurs twice, is badly quoted or too long
 */
export function findColumns(
  line: Uint8Array,
  { count, where }: { count: number; where: string },
): string[] {
  const names: string[] = [];
  for (let at = 0; at <= line.length; at++) {
    const from = at;
    at = cellEnd(line, from, line.length);
    const cell = line.subarray(from, at);
    const name = cellValue(cell);
    if (name === undefined) {
      throw new InvalidData(`${where}: ${mismatch("a column's name", cell)}`);
    }
    names.push(name);
    if (names.length > count) break;
  }
  if (names.length !== count) {
    const got = names.length > count ? "more" : names.length;
    throw new InvalidData(`${where}: expected ${count} columns, got ${got}`);
  }
  checkUnique(names, where);
  return names;
}

function checkUnique(names: readonly string[], where: string): void {
  const seen = new Set<string>();
  for (const name of names) {
    if (seen.has(name)) {
      throw new InvalidData(`${where}: expected each column once, got "${name}" twice`);
    }
    seen.add(name);
  }
}
