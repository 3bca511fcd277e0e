import assert from "node:assert/strict";
import { abi } from "../../core/protocol/abi.ts";
import { functionNames } from "./support/deml.ts";
import { casePaths, parseTree } from "./support/tree.ts";

const FOLDER = new URL("./", import.meta.url);

/** Files of this folder whose names end so. */
function files(suffix: string): string[] {
  return [...Deno.readDirSync(FOLDER)].map(({ name }) => name).filter((name) =>
    name.endsWith(suffix)
  )
    .sort();
}

function read(name: string): string {
  return Deno.readTextFileSync(new URL(name, FOLDER));
}

const TREES = new Map(files(".tree").map((name) => [name.slice(0, -".tree".length), read(name)]));

function snakeCase(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

function named(type: "error" | "event"): string[] {
  return abi.flatMap((entry) => entry.type === type ? [entry.name] : []);
}

Deno.test("trees: each function that changes state has its own", () => {
  for (const name of functionNames({ changingState: true })) {
    assert.ok(TREES.has(snakeCase(name)), `${snakeCase(name)}.tree is missing`);
  }
});

Deno.test("trees: each view has its branch", () => {
  const text = `${TREES.get("views")}${TREES.get("pages")}`;
  for (const name of functionNames({ changingState: false })) {
    assert.match(text, new RegExp(`\\b${name}\\b`), `no tree names ${name}`);
  }
});

Deno.test("trees: each error of the contract is expected somewhere", () => {
  const text = [...TREES.values()].join("\n");
  for (const name of named("error")) {
    assert.match(text, new RegExp(`it reverts with ${name}\\b`), `no tree expects ${name}`);
  }
});

Deno.test("trees: each event of the contract is expected somewhere", () => {
  const text = [...TREES.values()].join("\n");
  for (const name of named("event")) {
    assert.match(text, new RegExp(`it emits .*\\b${name}\\b`), `no tree expects ${name}`);
  }
});

Deno.test("trees: each stands beside a test that compares itself with it", () => {
  for (const name of TREES.keys()) {
    const test = read(`${name}_test.ts`);
    assert.ok(test.includes("describe(import.meta.url, {"), `${name}_test.ts does not describe`);
  }
  for (const name of files("_test.ts")) {
    const described = read(name).includes("describe(import.meta.url, {") &&
      name !== "trees_test.ts";
    assert.equal(TREES.has(name.slice(0, -"_test.ts".length)), described, name);
  }
});

Deno.test("INVARIANTS.md names the tests that cite each invariant, and no others", () => {
  const cited: string[] = [];
  for (const [name, text] of TREES) {
    for (const path of parseTree(text).paths) cited.push(`${name}: ${path.join(", ")}`);
  }
  for (const name of files("_test.ts")) {
    for (const [, title] of read(name).matchAll(/^Deno\.test\(\s*"(.+?)"/gm)) cited.push(title!);
  }
  const expected = new Map<string, string[]>();
  for (const title of cited) {
    for (const [, list] of title.matchAll(/\(((?:I\d+(?:, )?)+)\)/g)) {
      for (const number of list!.split(", ")) {
        expected.set(number, [...expected.get(number) ?? [], title]);
      }
    }
  }
  for (const { number, title } of campaigns()) {
    expected.set(number, [...expected.get(number) ?? [], title]);
  }
  const listed = new Map<string, string[]>();
  let current = "";
  for (const line of read("INVARIANTS.md").split("\n")) {
    current = line.match(/^## (I\d+)\b/)?.[1] ?? current;
    const title = line.match(/^- `(.+)`$/)?.[1];
    if (title !== undefined) listed.set(current, [...listed.get(current) ?? [], title]);
  }
  assert.deepEqual(sortedEntries(listed), sortedEntries(expected));
});

/** The stateful tests in Solidity: `invariant_I01_...` is of I1. */
function campaigns(): { number: string; title: string }[] {
  return files(".t.sol").flatMap((file) =>
    [...read(file).matchAll(/^ {4}function (invariant_I(\d\d)_\w+)\(/gm)].map((
      [, name, digits],
    ) => ({
      number: `I${Number(digits)}`,
      title: `${file}: ${name}`,
    }))
  );
}

Deno.test("each of the thirteen has a campaign in Solidity", () => {
  const numbers = campaigns().map(({ number }) => number);
  assert.deepEqual(numbers, Array.from({ length: 13 }, (_, i) => `I${i + 1}`));
});

function sortedEntries(map: Map<string, string[]>): [string, string[]][] {
  return [...map].map(([key, values]): [string, string[]] => [key, values.toSorted()])
    .sort(([a], [b]) => Number(a.slice(1)) - Number(b.slice(1)));
}

Deno.test("INVARIANTS.md has all thirteen, in order", () => {
  const numbers = [...read("INVARIANTS.md").matchAll(/^## I(\d+)\b/gm)].map(([, n]) => Number(n));
  assert.deepEqual(numbers, Array.from({ length: 13 }, (_, i) => i + 1));
});

Deno.test("parseTree() reads the way to each test", () => {
  const text = "f\n├── given a\n│   ├── when b\n│   │   └── it c\n│   └── it d\n└── it e\n";
  const paths = [["given a", "when b", "it c"], ["given a", "it d"], ["it e"]];
  assert.deepEqual(parseTree(text), { title: "f", paths });
});

Deno.test("parseTree() refuses what is no tree", () => {
  const broken = [
    "f\n── it a",
    "f\n├── a",
    "f\n├── it a\n│   └── it b",
    "f\n│   └── it a",
    "f\n\n├── it a",
  ];
  for (const text of broken) assert.throws(() => parseTree(text), SyntaxError, text);
});

Deno.test("casePaths() refuses tests without it and branches with it", () => {
  assert.throws(() => casePaths({ "when a": () => {} }), SyntaxError);
  assert.throws(() => casePaths({ "it a": { "it b": () => {} } }), SyntaxError);
});
