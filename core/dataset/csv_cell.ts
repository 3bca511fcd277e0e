/** One cell of a CSV line (RFC 4180): where it ends, its text, its number. */

const QUOTE = 0x22;
const COMMA = 0x2c;
const MAX_SHOWN = 60;
const DECIMAL = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/;
const UTF8 = new TextDecoder();

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

/** The text of a cell without quotes and the blanks around it; undefined if its quotes do not match. */
export function cellValue(cell: Uint8Array): string | undefined {
  const text = UTF8.decode(cell).trim();
  if (!text.includes('"')) return text;
  const inner = /^"((?:[^"]|"")*)"$/.exec(text)?.[1];
  return inner?.replaceAll('""', '"');
}

/** A cell's number: a finite decimal, to the nearest float64; undefined if it is none. */
export function parseNumber(cell: Uint8Array): number | undefined {
  const text = cellValue(cell);
  if (text === undefined || !DECIMAL.test(text)) return undefined;
  const value = Number(text);
  return Number.isFinite(value) ? value : undefined;
}

/** A cell as an error shows it: not longer than a line. */
export function cellText(cell: Uint8Array): string {
  const text = UTF8.decode(cell.subarray(0, 4 * MAX_SHOWN));
  return text.length > MAX_SHOWN ? `${text.slice(0, MAX_SHOWN - 1)}…` : text;
}
