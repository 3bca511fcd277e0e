import assert from "node:assert/strict";
import type { Operators } from "./operation.ts";
import { MAX_ACTIVATION_BYTES, MAX_NODES, MAX_WORK, REFUSED_OPERATORS } from "./limits.ts";
import { operatorOf, OPERATORS } from "./operators.ts";
import { ATTENTION } from "./rules/attention.ts";
import { CLASSICAL } from "./rules/classical.ts";
import { CONVOLUTION } from "./rules/convolution.ts";
import { ELEMENTWISE } from "./rules/elementwise.ts";
import { INDEXING } from "./rules/indexing.ts";
import { MATRIX } from "./rules/matrix.ts";
import { NORMALISATION } from "./rules/normalisation.ts";
import { POOLING } from "./rules/pooling.ts";
import { QUANTISATION } from "./rules/quantisation.ts";
import { RECURRENT } from "./rules/recurrent.ts";
import { REDUCTION } from "./rules/reduction.ts";
import { SHAPING } from "./rules/shaping.ts";

const GROUPS: [string, Operators][] = [
  ["one element each", ELEMENTWISE],
  ["shapes", SHAPING],
  ["indices and order", INDEXING],
  ["reductions and softmax", REDUCTION],
  ["matrices", MATRIX],
  ["convolutions", CONVOLUTION],
  ["pooling", POOLING],
  ["normalisation", NORMALISATION],
  ["recurrent", RECURRENT],
  ["attention", ATTENTION],
  ["quantised", QUANTISATION],
  ["`ai.onnx.ml`", CLASSICAL],
];

const DOC = new URL("../../../docs/evaluation.md", import.meta.url);

/** The table of docs/evaluation.md. */
function table(): string {
  const rows = GROUPS.map(([group, operators]) => {
    const names = Object.entries(operators).map(([name, { since = 1, until }]) =>
      until === undefined
        ? since > 7 || (group.includes("ml") && since > 1) ? `${name} (${since}+)` : name
        : `${name} (to ${until})`
    );
    return `| ${group} | ${names.sort().join(", ")} |`;
  });
  return ["| group | operators (first or last operator set) |", "|---|---|", ...rows].join("\n");
}

Deno.test("docs/evaluation.md lists the admitted operators", async () => {
  const text = await Deno.readTextFile(DOC);
  const found = /<!-- begin operators -->\n([^]*?)\n?<!-- end operators -->/.exec(text)?.[1];
  assert.equal(found, table(), "the table between the marks must be this one");
});

Deno.test("docs/evaluation.md names every INVALID code, and the caps", async () => {
  const text = await Deno.readTextFile(DOC);
  const source = await Deno.readTextFile(new URL("../invalid.ts", import.meta.url));
  const codes = Array.from(source.matchAll(/^ {2}\| "([a-z-]+)"/gm), ([, code]) => code);
  assert.ok(codes.length > 20);
  for (const code of codes) assert.ok(text.includes(`\`${code}\``), code);
  for (const cap of [MAX_NODES, MAX_WORK]) assert.ok(text.includes(cap.toLocaleString("en")));
  assert.ok(text.includes(`${MAX_ACTIVATION_BYTES / 2 ** 20} MiB`));
});

Deno.test("no operator is in two groups, or both admitted and refused", () => {
  const names = GROUPS.flatMap(([, operators]) => Object.keys(operators));
  assert.equal(new Set(names).size, names.length);
  let admitted = 0;
  for (const operators of OPERATORS.values()) admitted += operators.size;
  assert.equal(admitted, names.length);
  for (const name of REFUSED_OPERATORS.keys()) assert.ok(!OPERATORS.get("")?.has(name), name);
});

Deno.test("operatorOf() takes an operator of its domain and version only", () => {
  const node = (opType: string, domain?: string) => ({
    opType,
    input: [],
    output: [],
    attribute: [],
    ...(domain === undefined ? {} : { domain }),
  });
  const opsets = new Map([["", 17], ["ai.onnx.ml", 3]]);
  assert.equal(operatorOf(node("Relu"), opsets).version, 17);
  assert.equal(operatorOf(node("Relu", "ai.onnx"), opsets).version, 17);
  assert.equal(operatorOf(node("LinearClassifier", "ai.onnx.ml"), opsets).version, 3);
  for (
    const [name, domain] of [
      ["LinearClassifier", ""],
      ["Relu", "ai.onnx.ml"],
      ["toString", ""],
      ["__proto__", ""],
      ["Gelu", ""],
      ["TreeEnsemble", "ai.onnx.ml"],
    ] as const
  ) {
    assert.throws(() => operatorOf(node(name, domain), opsets), { code: "operator" });
  }
});

if (Deno.args.includes("--write")) {
  const text = await Deno.readTextFile(DOC);
  const marked = /<!-- begin operators -->[^]*<!-- end operators -->/;
  const made = `<!-- begin operators -->\n${table()}\n<!-- end operators -->`;
  await Deno.writeTextFile(DOC, text.replace(marked, made));
}
