/** A table that is both printed and written into a page. */
import { type Column, formatTable } from "../lib/table.ts";

/** Headings and cells. */
export interface Table {
  /** Name of its place in the page. */
  name: string;
  /** Headings. */
  columns: Column[];
  /** As many cells in each as there are columns. */
  rows: string[][];
}

/** For the terminal. */
export function toText({ columns, rows }: Table): string {
  return formatTable(columns, rows);
}

/** For a page. */
export function toMarkdown({ columns, rows }: Table): string {
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  return [
    line(columns.map(({ title }) => title)),
    line(columns.map(({ align }) => align === "right" ? "---:" : "---")),
    ...rows.map(line),
  ].join("\n");
}

/**
 * Puts tables into a page, each between `<!-- begin NAME -->` and `<!-- end NAME -->`.
 *
 * @throws {SyntaxError} if the page has no place for one
 */
export function fillPage(page: string, tables: readonly Table[]): string {
  for (const table of tables) {
    const [begin, end] = [`<!-- begin ${table.name} -->`, `<!-- end ${table.name} -->`];
    const [from, to] = [page.indexOf(begin), page.indexOf(end)];
    if (from < 0 || to < from) {
      throw new SyntaxError(`the page needs a line "${begin}" and below it one "${end}"`);
    }
    page = `${page.slice(0, from + begin.length)}\n${toMarkdown(table)}\n${page.slice(to)}`;
  }
  return page;
}
