import { type ByteStream, InvalidData } from "./bytes.ts";
import { findColumns, type LabelReader, labelReader } from "./csv_labels.ts";
import { cellEnd, mismatch, parseNumber } from "./csv_cell.ts";
import type { CsvOptions } from "./manifest.ts";
import type { Rows } from "./rows.ts";

/** What a CSV file must hold. */
export interface CsvShape extends CsvOptions {
  /** Number of rows, the header not counted. */
  rows: number;
  /** Columns besides the label's. */
  features: number;
  /** What the values may be: whole numbers from 0 to 255, or any finite numbers. */
  dtype: "uint8" | "float64";
  /** Names of the classes; absent for regression. */
  classes?: readonly string[];
  /** Names the file in errors. */
  what: string;
}

/** Bytes allowed for each cell of a line, on average: a float64 in full has at most 25. */
const CELL_BYTES = 32;
/** More for each line in all of a file: the longest name of a class. */
const LABEL_BYTES = 400;
const MIN_LINE_BYTES = 64 * 1024;

const NEWLINE = 0x0a;
const RETURN = 0x0d;
const COMMA = 0x2c;
const POINT = 0x2e;
const MINUS = 0x2d;
const ZERO = 0x30;

/** Powers of ten that are exact in float64. */
const POWERS = Float64Array.from({ length: 23 }, (_, power) => Number(`1e${power}`));
/** With at most 15 digits the value and a power up to 22 are exact, so one division rounds correctly. */
const EXACT_DIGITS = 15;

/** Most bytes of a file that holds what `shape` says: a bound for what is unzipped. */
export function maxCsvBytes({ rows, features, skipLines = 0 }: CsvShape): number {
  const line = maxLineBytes(features);
  return line * 2 + skipLines * MIN_LINE_BYTES + rows * ((features + 1) * CELL_BYTES + LABEL_BYTES);
}

/**
 * Reads a CSV file as it streams in. Empty lines are passed over; a byte order mark and CR LF are
 * taken. Numbers are read to the nearest float64, as `Number(text)` does.
 *
 * @throws {InvalidData} with line and column of the first wrong cell, or for another number of rows
 */
export async function readCsv(source: ByteStream, shape: CsvShape): Promise<Rows> {
  const parser = new CsvParser(shape);
  for await (const chunk of source) parser.push(chunk);
  return parser.end();
}

class CsvParser {
  readonly #shape: CsvShape;
  readonly #values: Uint8Array | Float64Array;
  readonly #labels: Int32Array | Float64Array;
  readonly #readLabel: LabelReader;
  readonly #maxLine: number;
  /** Its first `#begun` bytes are the start of a line whose end has not come yet. */
  #rest: Uint8Array = new Uint8Array(0);
  #begun = 0;
  #line = 0;
  #row = 0;
  #labelColumn: number;
  #names: readonly string[] = [];
  #headerDue: boolean;

  constructor(shape: CsvShape) {
    const { rows, features, dtype, classes, label, header } = shape;
    this.#shape = shape;
    this.#values = dtype === "uint8"
      ? new Uint8Array(rows * features)
      : new Float64Array(rows * features);
    this.#labels = classes === undefined ? new Float64Array(rows) : new Int32Array(rows);
    this.#readLabel = labelReader(classes);
    this.#maxLine = maxLineBytes(features);
    this.#labelColumn = typeof label === "number" ? label : -1;
    this.#headerDue = header;
  }

  /** Takes the next bytes; parses the lines that are complete. */
  push(chunk: Uint8Array): void {
    let start = 0;
    for (;;) {
      const end = chunk.indexOf(NEWLINE, start);
      if (end < 0) break;
      if (this.#begun === 0) this.#takeLine(chunk, start, end);
      else {
        this.#begin(chunk.subarray(start, end));
        // Not the buffer itself: what an earlier line left in it must not look like the next byte.
        const line = this.#rest.subarray(0, this.#begun);
        this.#begun = 0;
        this.#takeLine(line, 0, line.length);
      }
      start = end + 1;
    }
    if (start < chunk.length) this.#begin(chunk.subarray(start));
  }

  /** After the last byte: the rows, if there are as many as there must be. */
  end(): Rows {
    if (this.#begun > 0) this.push(Uint8Array.of(NEWLINE));
    const { rows, what } = this.#shape;
    if (this.#row !== rows) {
      throw new InvalidData(`${what}: expected ${rows} rows, got ${this.#row}`);
    }
    return { values: this.#values, labels: this.#labels };
  }

  /** Adds to the line that has begun. The buffer grows twofold: pieces are copied twice on average, however many. */
  #begin(bytes: Uint8Array): void {
    const begun = this.#begun + bytes.length;
    if (begun > this.#maxLine) {
      this.#line++;
      throw this.#tooLong();
    }
    if (begun > this.#rest.length) {
      const larger = new Uint8Array(
        Math.min(this.#maxLine, Math.max(begun, 2 * this.#rest.length)),
      );
      larger.set(this.#rest.subarray(0, this.#begun));
      this.#rest = larger;
    }
    this.#rest.set(bytes, this.#begun);
    this.#begun = begun;
  }

  #tooLong(): InvalidData {
    return this.#error(`expected a line of at most ${this.#maxLine} bytes, got more`);
  }

  /** One line: bytes `start` up to `end`, the newline not among them. */
  #takeLine(bytes: Uint8Array, start: number, end: number): void {
    this.#line++;
    if (end - start > this.#maxLine) throw this.#tooLong();
    if (this.#line === 1 && startsWithMark(bytes, start)) start += 3;
    if (end > start && bytes[end - 1] === RETURN) end--;
    if (this.#line <= (this.#shape.skipLines ?? 0) || start === end) return;
    if (this.#headerDue) this.#takeHeader(bytes, start, end);
    else if (this.#row === this.#shape.rows) {
      throw this.#error(`expected ${this.#shape.rows} rows, got more`);
    } else this.#takeRow(bytes, start, end);
  }

  #takeHeader(bytes: Uint8Array, start: number, end: number): void {
    const { features, label, what } = this.#shape;
    const where = `${what}, line ${this.#line}`;
    this.#names = findColumns(bytes.subarray(start, end), { count: features + 1, where });
    if (typeof label === "string") {
      this.#labelColumn = this.#names.indexOf(label);
      if (this.#labelColumn < 0) throw this.#error(`expected a column "${label}", got none`);
    }
    this.#headerDue = false;
  }

  /** The hot loop: plain decimals are read here, byte by byte; anything else goes to `#slowNumber`. */
  #takeRow(bytes: Uint8Array, start: number, end: number): void {
    const { features, dtype } = this.#shape;
    const values = this.#values;
    const columns = features + 1;
    const whole = dtype === "uint8";
    let out = this.#row * features;
    let at = start;
    for (let column = 0; column < columns; column++) {
      const from = at;
      if (column === this.#labelColumn) at = this.#takeLabel(bytes, from, end);
      else {
        let value = 0;
        let digits = 0;
        let point = -1;
        if (bytes[at] === MINUS) at++;
        const first = at;
        for (; at < end; at++) {
          const digit = bytes[at]! - ZERO;
          if (digit >= 0 && digit <= 9) {
            value = value * 10 + digit;
            digits++;
          } else if (digit === POINT - ZERO && point < 0) point = at;
          else break;
        }
        const plain = digits > 0 && digits <= EXACT_DIGITS && (at === end || bytes[at] === COMMA);
        if (plain) {
          if (point >= 0) value /= POWERS[at - point - 1]!;
          if (first > from) value = -value;
        } else {
          at = cellEnd(bytes, from, end);
          value = this.#slowNumber(bytes.subarray(from, at), column);
        }
        if (whole && (value < 0 || value > 255 || value !== Math.floor(value))) {
          const cell = bytes.subarray(from, at);
          throw this.#error(mismatch("a whole number from 0 to 255", cell), column);
        }
        values[out++] = value;
      }
      if (at < end !== column < columns - 1) throw this.#wrongCount(bytes.subarray(start, end));
      at++;
    }
    this.#row++;
  }

  #slowNumber(cell: Uint8Array, column: number): number {
    const value = parseNumber(cell);
    if (value === undefined) throw this.#error(mismatch("a number", cell), column);
    return value;
  }

  #takeLabel(bytes: Uint8Array, start: number, end: number): number {
    const at = cellEnd(bytes, start, end);
    const cell = bytes.subarray(start, at);
    const label = this.#readLabel(cell);
    if (label === undefined) {
      const expected = this.#shape.classes === undefined ? "a number" : "a class (name or index)";
      throw this.#error(mismatch(expected, cell), this.#labelColumn);
    }
    this.#labels[this.#row] = label;
    return at;
  }

  #wrongCount(line: Uint8Array): InvalidData {
    let cells = 0;
    for (let at = 0; at <= line.length; at = cellEnd(line, at, line.length) + 1) cells++;
    return this.#error(`expected ${this.#shape.features + 1} columns, got ${cells}`);
  }

  #error(message: string, column?: number): InvalidData {
    const name = column === undefined ? undefined : this.#names[column];
    const place = column === undefined
      ? `line ${this.#line}`
      : `line ${this.#line}, column ${column + 1}${name === undefined ? "" : ` ("${name}")`}`;
    return new InvalidData(`${this.#shape.what}, ${place}: ${message}`);
  }
}

function maxLineBytes(features: number): number {
  return Math.max(MIN_LINE_BYTES, (features + 1) * CELL_BYTES);
}

/** UTF-8 byte order mark. */
function startsWithMark(bytes: Uint8Array, at: number): boolean {
  return bytes[at] === 0xef && bytes[at + 1] === 0xbb && bytes[at + 2] === 0xbf;
}
