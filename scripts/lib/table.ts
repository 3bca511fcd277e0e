/** Text for the terminal: tables, amounts of money, percentages, a little colour. Pure functions, no output. */

/** A column of a table. */
export interface Column {
  /** Heading. */
  title: string;
  /** Side to which the cells are set; numbers belong to the right. Default: left. */
  align?: "left" | "right";
}

/** Styles for parts of a line. */
export interface Style {
  /** For headings. */
  bold(text: string): string;
  /** For what matters less. */
  dim(text: string): string;
  /** For what is good. */
  green(text: string): string;
  /** For what is bad. */
  red(text: string): string;
}

// deno-lint-ignore no-control-regex -- the escape character starts what is to be found
const ESCAPES = /\x1b\[[0-9;]*m/g;
const ETHER_DECIMALS = 18;

/**
 * Lays out a table with two spaces between the columns and a line under the headings.
 *
 * @param columns headings and alignment
 * @param rows cells, as many in each row as there are columns; styled text counts as wide as it looks
 * @returns lines without spaces at their ends, joined by line feeds
 * @throws {RangeError} if a row has another number of cells
 */
export function formatTable(
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
): string {
  for (const row of rows) {
    if (row.length === columns.length) continue;
    throw new RangeError(`A row of this table takes ${columns.length} cells, not ${row.length}.`);
  }
  const titles = columns.map((column) => column.title);
  const widths = columns.map((_, i) =>
    Math.max(...[titles, ...rows].map((row) => textWidth(row[i] as string)))
  );
  const lines = [titles, widths.map((width) => "-".repeat(width)), ...rows];
  return lines.map((cells) =>
    cells.map((cell, i) => pad(cell, { width: widths[i] as number, align: columns[i]?.align }))
      .join("  ").trimEnd()
  ).join("\n");
}

/**
 * An amount in ETH, exact to the wei: 1500000000000000000n is "1.5".
 *
 * @param wei amount; may be negative
 * @param options `minDecimals`: decimals that are written even when 0, so that columns line up (0 to 18);
 * `sign`: whether amounts above 0 get a "+"
 */
export function formatEther(
  wei: bigint,
  { minDecimals = 0, sign = false }: { minDecimals?: number; sign?: boolean } = {},
): string {
  const digits = (wei < 0n ? -wei : wei).toString().padStart(ETHER_DECIMALS + 1, "0");
  const whole = groupThousands(digits.slice(0, -ETHER_DECIMALS));
  const fraction = digits.slice(-ETHER_DECIMALS).replace(/0+$/, "").padEnd(minDecimals, "0");
  const mark = wei < 0n ? "-" : sign && wei > 0n ? "+" : "";
  return mark + whole + (fraction === "" ? "" : `.${fraction}`);
}

/**
 * Amounts for one column: all with the same number of decimals, namely those that the most exact one needs.
 *
 * @param options see {@link formatEther}
 */
export function formatEthers(
  amounts: readonly bigint[],
  options: { minDecimals?: number; sign?: boolean } = {},
): string[] {
  const needed = amounts.map((wei) => formatEther(wei).split(".")[1]?.length ?? 0);
  const minDecimals = Math.max(options.minDecimals ?? 0, ...needed);
  return amounts.map((wei) => formatEther(wei, { ...options, minDecimals }));
}

/** A whole number with commas between thousands: "-1,234,567". */
export function formatInteger(value: number | bigint): string {
  if (typeof value === "number" && !Number.isSafeInteger(value)) {
    throw new RangeError(`A whole number is expected here, not ${value}.`);
  }
  const text = value.toString();
  return text.startsWith("-") ? `-${groupThousands(text.slice(1))}` : groupThousands(text);
}

/** A score (percentage times 1,000) as a percentage: 97345 is "97.345 %". */
export function formatScore(score: number): string {
  if (!Number.isSafeInteger(score) || score < 0) {
    throw new RangeError(`A score is a whole number from 0, not ${score}.`);
  }
  return `${Math.floor(score / 1000)}.${(score % 1000).toString().padStart(3, "0")} %`;
}

/** The first and last digits of an address or hash: "0x1234...abcd". */
export function shortHex(hex: string): string {
  return hex.length <= 13 ? hex : `${hex.slice(0, 6)}...${hex.slice(-4)}`;
}

/** Text from a file or the chain, fit for a terminal: control characters, which could move the cursor, become "?". */
export function printable(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu, "?");
}

/**
 * Whether to write in colour: to a terminal, and only if NO_COLOR is not set or empty (no-color.org).
 *
 * @param options `noColor`: the environment variable; `terminal`: whether the output goes to one
 */
export function wantsColor(
  { noColor, terminal }: { noColor: string | undefined; terminal: boolean },
): boolean {
  return terminal && (noColor === undefined || noColor === "");
}

/** Styles that write ANSI escapes (ECMA-48, "select graphic rendition"), or plain text without colour. */
export function createStyle({ color }: { color: boolean }): Style {
  function style(on: number, off: number): (text: string) => string {
    return (text) => color ? `\x1b[${on}m${text}\x1b[${off}m` : text;
  }
  return { bold: style(1, 22), dim: style(2, 22), green: style(32, 39), red: style(31, 39) };
}

function pad(
  cell: string,
  { width, align = "left" }: { width: number; align: Column["align"] | undefined },
): string {
  const space = " ".repeat(width - textWidth(cell));
  return align === "right" ? space + cell : cell + space;
}

/** Characters that a terminal shows, not counting escapes. */
function textWidth(text: string): number {
  return [...text.replaceAll(ESCAPES, "")].length;
}

function groupThousands(digits: string): string {
  return digits.replace(/\B(?=(\d{3})+$)/g, ",");
}
