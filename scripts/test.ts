/**
 * Runs the tests and ends with one line that counts them all: `N passed, N failed`.
 *
 * Without arguments: everything but the browser, in Deno and in Solidity. `--web`: the browser's. A path: only the
 * Deno tests below it.
 */
import { tool } from "./lib/command.ts";

const HELP = `Usage: deno task test [PATH...]    all tests but the browser's, or those below PATH
       deno task test:web           the site's tests in a real Chromium`;

const WEB = "web/test";
const FOLDERS = ["core", "functions", "scripts", "contracts", "web/src"];

interface Count {
  passed: number;
  failed: number;
}

/** Runs a command, shows its output as it comes, and reads its counts from it. */
async function count(command: Deno.Command, read: (output: string) => Count): Promise<Count> {
  const child = command.spawn();
  const texts = await Promise.all(
    [child.stdout, child.stderr].map(async (stream) => {
      const decoder = new TextDecoder();
      let text = "";
      for await (const bytes of stream) {
        await Deno.stdout.write(bytes);
        text += decoder.decode(bytes, { stream: true });
      }
      return text;
    }),
  );
  const { success } = await child.status;
  // deno-lint-ignore no-control-regex
  const result = read(texts.join("\n").replace(/\x1b\[[0-9;]*m/g, ""));
  // A run that broke before it could count is a failure, and so is one that found nothing to run.
  if ((!success && result.failed === 0) || result.passed + result.failed === 0) result.failed++;
  return result;
}

function sum(text: string, pattern: RegExp): number {
  return [...text.matchAll(pattern)].reduce((total, match) => total + Number(match[1]), 0);
}

function denoTests(paths: string[]): Promise<Count> {
  const command = new Deno.Command(Deno.execPath(), {
    args: ["test", "-A", "--quiet", ...paths],
    stdout: "piped",
    stderr: "piped",
  });
  return count(command, (text) => ({
    passed: sum(text, /^(?:ok|FAILED) \| (\d+) passed/gm),
    failed: sum(text, /^(?:ok|FAILED) \|.*? (\d+) failed/gm),
  }));
}

function solidityTests(): Promise<Count> {
  const command = tool("hardhat", ["test", "solidity"], { stdout: "piped", stderr: "piped" });
  return count(command, (text) => ({
    passed: sum(text, /^\s*(\d+) passing/gm),
    failed: sum(text, /^\s*(\d+) failing/gm),
  }));
}

if (Deno.args.includes("--help")) {
  console.log(HELP);
  Deno.exit(0);
}
const paths = Deno.args.filter((argument) => argument !== "--web");
const runs: Count[] = [];
if (Deno.args.includes("--web")) runs.push(await denoTests([WEB]));
else if (paths.length > 0) runs.push(await denoTests(paths));
else runs.push(await denoTests(FOLDERS), await solidityTests());

const passed = runs.reduce((total, run) => total + run.passed, 0);
const failed = runs.reduce((total, run) => total + run.failed, 0);
console.log(`\n${passed} passed, ${failed} failed`);
Deno.exitCode = failed > 0 ? 1 : 0;
