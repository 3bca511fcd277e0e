/**
 * The import-direction check: who may import from whom (ARCHITECTURE.md shows the same arrows).
 * Runs inside `deno lint`. Folders that are not named here may import anything.
 */
import { fileURLToPath, pathToFileURL } from "node:url";

const ROOT = fileURLToPath(new URL("../", import.meta.url));

/** Folder of the repository -> folders it may import from (besides itself). */
const FOLDERS: Record<string, string[]> = {
  core: [],
  functions: ["core"],
  web: ["core"],
  contracts: ["core"],
  scripts: ["core", "functions", "contracts"],
};

/** The same inside core/: protocol and ipfs are the ground, nothing imports upwards. */
const CORE: Record<string, string[]> = {
  protocol: [],
  ipfs: [],
  seal: ["protocol"],
  model: ["protocol"],
  dataset: ["protocol", "ipfs", "seal"],
  chain: ["protocol"],
  evaluate: ["protocol", "model", "dataset"],
};

/** Says why `from` (a file below the root) may not import `to`, or undefined if it may. */
export function violation(from: string, to: string): string | undefined {
  const [a, aa] = from.split("/");
  const [b, bb] = to.split("/");
  if (a === undefined || b === undefined) return;
  if (a !== b) {
    if (b === "scripts" && a !== "scripts") return "nothing may import from scripts/";
    if (FOLDERS[a] === undefined || FOLDERS[b] === undefined || FOLDERS[a].includes(b)) return;
    return `${a}/ may not import from ${b}/`;
  }
  if (a !== "core" || aa === bb || aa === undefined || bb === undefined) return;
  // Tests and what supports them may use any other part as oracle or supplier.
  if (/_test\.ts$|\/testing(\/|\.ts$)/.test(from) || CORE[aa]?.includes(bb)) return;
  return `core/${aa}/ may not import from core/${bb}/`;
}

function check(context: Deno.lint.RuleContext, node: Deno.lint.Node, source: string): void {
  if (!source.startsWith(".") || !context.filename.startsWith(ROOT)) return;
  const target = fileURLToPath(new URL(source, pathToFileURL(context.filename).href));
  if (!target.startsWith(ROOT)) return;
  const message = violation(context.filename.slice(ROOT.length), target.slice(ROOT.length));
  if (message !== undefined) context.report({ node, message });
}

export default {
  name: "layers",
  rules: {
    direction: {
      create: (context) => ({
        ImportDeclaration: (node) => check(context, node, node.source.value),
        ExportNamedDeclaration: (node) => node.source && check(context, node, node.source.value),
        ExportAllDeclaration: (node) => check(context, node, node.source.value),
        ImportExpression: (node) =>
          node.source.type === "Literal" && check(context, node, String(node.source.value)),
      }),
    },
  },
} satisfies Deno.lint.Plugin;
