import { InvalidData } from "./bytes.ts";
import { cellEnd, cellText, cellValue, parseNumber } from "./csv_cell.ts";

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
 * @throws {InvalidData} if there are not `count` of them, or one occurs twice or is badly quoted
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
      throw new InvalidData(`${where}: expected a column's name, got "${cellText(cell)}"`);
    }
    names.push(name);
    if (names.length > count) break;
  }
  if (names.length !== count) {
    const got = names.length > count ? "more" : names.length;
    throw new InvalidData(`${where}: expected ${count} columns, got ${got}`);
  }
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) {
    throw new InvalidData(`${where}: expected each column once, got "${twice}" twice`);
  }
  return names;
}
