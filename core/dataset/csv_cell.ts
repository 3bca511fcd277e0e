/** One cell of a CSV line (RFC 4180): where it ends, its text, its number. */

const QUOTE = 0x22;
const COMMA = 0x2c;
const MAX_SHOWN = 60;
/** Each text matches in one way only: time linear in its length. */
const DECIMAL = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?$/;
const UTF8 = new TextDecoder();

/** Most bytes of a cell, quotes and blanks included: names of classes have at most 300, those of label columns 600. */
export const MAX_CELL_BYTES = 1000;

/** Index of the comma after the cell that starts at `start`, or `end`; quotes may hold commas. */
export function cellEnd(bytes: Uint8Array, start: number, end: number): number {
  let at = start;
  if (bytes[at] === QUOTE) {
    for (at++; at < end; at++) {
      if (bytes[at] !== QUOTE) continue;
      if (bytes[at + 1] !== QUOTE) break;
      at++;
    }
  }
  while (at < end && bytes[at] !== COMMA) at++;
  return at;
}

/**
 * The text of a cell without quotes and the blanks around it; undefined if its quotes do not match, or it has over
 * {@link MAX_CELL_BYTES} bytes, which are not even decoded.
 */
export function cellValue(cell: Uint8Array): string | undefined {
  if (cell.length > MAX_CELL_BYTES) return undefined;
  const text = UTF8.decode(cell).trim();
  if (!text.includes('"')) return text;
  const isQuoted = text.length >= 2 && text.startsWith('"') && text.endsWith('"');
  const parts = text.slice(1, -1).split('""');
  return isQuoted && !parts.some((part) => part.includes('"')) ? parts.join('"') : undefined;
}

/** A cell's number: a finite decimal, to the nearest float64; undefined if it is none. */
export function parseNumber(cell: Uint8Array): number | undefined {
  const text = cellValue(cell);
  if (text === undefined || !DECIMAL.test(text)) return undefined;
  const value = Number(text);
  return Number.isFinite(value) ? value : undefined;
}

/** What was expected of a cell and what it has, as an error says it: not longer than a line. */
export function mismatch(expected: string, cell: Uint8Array): string {
  const bound = cell.length > MAX_CELL_BYTES ? ` in at most ${MAX_CELL_BYTES} bytes` : "";
  return `expected ${expected}${bound}, got "${cellText(cell)}"`;
}

function cellText(cell: Uint8Array): string {
  const text = UTF8.decode(cell.subarray(0, 4 * MAX_SHOWN));
  return text.length > MAX_SHOWN ? `${text.slice(0, MAX_SHOWN - 1)}…` : text;
}
