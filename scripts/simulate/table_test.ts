import assert from "node:assert/strict";
import { fillPage, toMarkdown } from "./table.ts";

const TABLE = {
  name: "one",
  columns: [{ title: "a" }, { title: "b", align: "right" as const }],
  rows: [["x", "1"]],
};

Deno.test("toMarkdown: headings, alignment, rows", () => {
  assert.equal(toMarkdown(TABLE), "| a | b |\n| --- | ---: |\n| x | 1 |");
});

Deno.test("fillPage replaces what stands between the marks, and nothing else", () => {
  const page = "before\n<!-- begin one -->\nold\n<!-- end one -->\nafter\n";
  const filled = fillPage(page, [TABLE]);
  assert.equal(
    filled,
    `before\n<!-- begin one -->\n${toMarkdown(TABLE)}\n<!-- end one -->\nafter\n`,
  );
  assert.equal(fillPage(filled, [TABLE]), filled);
});

Deno.test("fillPage refuses a page without a place for the table", () => {
  assert.throws(() => fillPage("<!-- begin one -->", [TABLE]), SyntaxError);
  assert.throws(() => fillPage("<!-- end one --> <!-- begin one -->", [TABLE]), SyntaxError);
});
