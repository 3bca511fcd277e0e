/**
 * Trees of cases. A `.tree` file says what a function does: *given* a state, *when* called so, *it* does that. The tests
 * beside it are written as the same tree, and a test of its own compares the two, so that neither can rot.
 */
import assert from "node:assert/strict";

/** Tests by the lines of their tree: a *given* or *when* holds further lines, an *it* a test. */
export interface Cases {
  /** A line without its indentation. */
  [line: string]: Cases | (() => Promise<void> | void);
}

/** A tree as text: its first line, and the way to each of its leaves. */
export interface Tree {
  /** Its first line: what it is about. */
  title: string;
  /** The lines that lead to each *it*, which is the last. */
  paths: string[][];
}

const INDENT = 4;

/**
 * Reads a tree: a title, then lines of `├── ` or `└── `, indented by `│   ` or four spaces for each level.
 *
 * @throws {SyntaxError} naming the line that is no part of a tree
 */
export function parseTree(text: string): Tree {
  const [title, ...lines] = text.trimEnd().split("\n");
  const paths: string[][] = [];
  let path: string[] = [];
  for (const line of lines) {
    const [, indent, words] =
      line.match(/^((?:│ {3}| {4})*)(?:├── |└── )((?:given|when|it) .+)$/) ??
        [];
    const depth = (indent ?? "").length / INDENT;
    if (words === undefined || depth > path.length || path[depth - 1]?.startsWith("it ")) {
      throw new SyntaxError(`expected a line of a tree, not "${line}"`);
    }
    path = [...path.slice(0, depth), words];
    if (words.startsWith("it ")) paths.push(path);
  }
  return { title: title ?? "", paths };
}

/** The ways to all tests of a tree. @throws {SyntaxError} for a test without "it", or a branch with it */
export function casePaths(cases: Cases): { path: string[]; run: () => Promise<void> | void }[] {
  return Object.entries(cases).flatMap(([line, branch]) => {
    const isTest = typeof branch === "function";
    if (isTest !== line.startsWith("it ")) {
      throw new SyntaxError(`a test begins with "it", a branch does not: "${line}"`);
    }
    if (isTest) return [{ path: [line], run: branch }];
    return casePaths(branch).map(({ path, run }) => ({ path: [line, ...path], run }));
  });
}

/**
 * Registers the tests of a tree, and one that says whether the tree in `<file>.tree` is the same.
 *
 * @param file of the test, `import.meta.url`; its tree has the same name
 */
export function describe(file: string, cases: Cases): void {
  const name = file.slice(file.lastIndexOf("/") + 1, -"_test.ts".length);
  const tests = casePaths(cases);
  Deno.test(`${name}: the tree lists the tests`, async () => {
    const { title, paths } = parseTree(await Deno.readTextFile(new URL(`${name}.tree`, file)));
    assert.equal(title, name);
    assert.deepEqual(tests.map(({ path }) => path), paths);
  });
  for (const { path, run } of tests) {
    Deno.test(`${name}: ${path.join(", ")}`, async () => await run());
  }
}
