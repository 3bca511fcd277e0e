/**
 * Runs the tests and ends with one line that counts them all: `N passed, N failed`.
 *
 * Without arguments: everything but the browser, in Deno and in Solidity. `--web`: the browser's. A path: only the
 * Deno tests below it.
 */
import { main, readPaths } from "./lib/cli.ts";
import { tool } from "./lib/command.ts";
import { runPool } from "./lib/pool.ts";
import { findTests, needsOwnProcess } from "./lib/test_files.ts";

const HELP = `Usage: deno task test [PATH...]    all tests but the browser's, or those below PATH
       deno task test:web           the site's tests in a real Chromium`;

const ROOT = new URL("../", import.meta.url);
const WEB = "web/test";
const FOLDERS = ["core", "functions", "scripts", "contracts", "web/src"];

interface Count {
  passed: number;
  failed: number;
  ignored: number;
}

/** Runs a command, shows its output in one piece, and reads its counts from it. */
async function count(command: Deno.Command, read: (output: string) => Count): Promise<Count> {
  const { success, stdout, stderr } = await command.output();
  await Deno.stdout.write(stdout);
  await Deno.stdout.write(stderr);
  const text = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes)).join("\n");
  // deno-lint-ignore no-control-regex
  const result = read(text.replace(/\x1b\[[0-9;]*m/g, ""));
  // A run that broke before it could count is a failure, and so is one that found nothing to run.
  if ((!success && result.failed === 0) || result.passed + result.failed + result.ignored === 0) {
    result.failed++;
  }
  return result;
}

function sum(text: string, pattern: RegExp): number {
  return [...text.matchAll(pattern)].reduce((total, match) => total + Number(match[1]), 0);
}

/** Runs test files, those with a chain each in a process of its own, as many at once as there are cores. */
async function denoTests(paths: string[]): Promise<Count[]> {
  const groups: string[][] = [[]];
  for (const file of await findTests(paths, ROOT)) {
    if (await needsOwnProcess(file)) groups.push([file]);
    else groups[0]?.push(file);
  }
  const counts: Count[] = [];
  const waiting = groups.filter((files) => files.length > 0);
  await runPool(waiting, navigator.hardwareConcurrency, async (files) => {
    counts.push(await denoTest(files));
  });
  return counts;
}

function denoTest(files: string[]): Promise<Count> {
  const command = new Deno.Command(Deno.execPath(), { args: ["test", "-A", "--quiet", ...files] });
  return count(command, (text) => ({
    passed: sum(text, /^(?:ok|FAILED) \| (\d+) passed/gm),
    failed: sum(text, /^(?:ok|FAILED) \|.*? (\d+) failed/gm),
    ignored: sum(text, /^(?:ok|FAILED) \|.*? (\d+) ignored/gm),
  }));
}

function solidityTests(): Promise<Count> {
  return count(tool("hardhat", ["test", "solidity"]), (text) => ({
    passed: sum(text, /^\s*(\d+) passing/gm),
    failed: sum(text, /^\s*(\d+) failing/gm),
    ignored: 0,
  }));
}

async function runTests(args: string[]): Promise<void> {
  const options = { web: { type: "boolean", default: false } } as const;
  const { values: { web }, paths } = readPaths(args, options);
  const runs: Count[] = [];
  if (web) runs.push(...await denoTests([WEB]));
  else if (paths.length > 0) runs.push(...await denoTests(paths));
  else runs.push(...await denoTests(FOLDERS), await solidityTests());
  const total = (key: keyof Count) => runs.reduce((sum, run) => sum + run[key], 0);
  if (total("ignored") > 0) {
    console.log(`\n${total("ignored")} left out, for want of data beside the repository`);
  }
  if (total("passed") + total("failed") === 0) console.log("\nno tests found");
  console.log(`\n${total("passed")} passed, ${total("failed")} failed`);
  Deno.exitCode = total("failed") > 0 || total("passed") === 0 ? 1 : 0;
}

await main(HELP, runTests);
