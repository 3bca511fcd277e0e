/**
 * Compiles the contracts and writes what the rest needs of them: `core/protocol/abi.ts` and
 * `core/protocol/bytecode.ts`. With `--check` it writes nothing and fails if they are out of date.
 */
import { main, readArguments } from "./lib/cli.ts";
import { run } from "./lib/command.ts";

const HELP = `Usage: deno task contracts [--check]

Compiles the contracts and writes core/protocol/abi.ts and core/protocol/bytecode.ts.

  --check  write nothing, and fail if they are out of date
  --help   show this`;

const ROOT = new URL("../", import.meta.url);
const ARTIFACT = new URL("artifacts/contracts/DeML.sol/DeML.json", ROOT);

interface Artifact {
  abi: unknown[];
  bytecode: string;
}

function header(what: string): string {
  return `// Generated from contracts/ by \`deno task contracts\`. Do not edit.\n\n/** ${what} */\n`;
}

/** The generated files: path below the root -> text. */
function generate(artifact: Artifact): Record<string, string> {
  const entries = artifact.abi.map((entry) => `  ${JSON.stringify(entry)},\n`).join("");
  return {
    "core/protocol/abi.ts": header("ABI of the DeML contract.") +
      `export const abi = [\n${entries}] as const;\n`,
    "core/protocol/bytecode.ts": header("Creation code of the DeML contract.") +
      `export const bytecode =\n  "${artifact.bytecode}";\n`,
  };
}

async function read(path: string): Promise<string> {
  try {
    return await Deno.readTextFile(new URL(path, ROOT));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return "";
    throw error;
  }
}

await main(HELP, async (args) => {
  const { check } = readArguments(args, { check: { type: "boolean", default: false } });
  await run("hardhat", ["build", "--quiet", "--no-tests"]);
  const files = generate(JSON.parse(await Deno.readTextFile(ARTIFACT)));
  for (const [path, text] of Object.entries(files)) {
    if (await read(path) === text) continue;
    if (check) {
      throw new Error(`${path} is out of date: run \`deno task contracts\` and commit it`);
    }
    await Deno.writeTextFile(new URL(path, ROOT), text);
  }
});
