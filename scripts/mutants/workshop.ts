/** Copies of the contracts and their invariant tests, in which faults are planted: never the work tree itself. */
import { tool } from "../lib/command.ts";
import { failure } from "../invariants/campaign.ts";
import { type Mutant, plant } from "./mutant.ts";

const ROOT = new URL("../../", import.meta.url);
const SETTINGS = ["hardhat.config.ts", "package.json", "deno.json", "deno.lock"];
const SOURCES = [
  "contracts/DeML.sol",
  "contracts/DeMLState.sol",
  "contracts/interfaces",
  "contracts/libraries",
  "contracts/test/Fuzz.sol",
  "contracts/test/Invariants.t.sol",
  "contracts/test/invariants",
];

/** What became of a run of the tests. */
export type Verdict = { passed: true } | { passed: false; how: string };

/** A project of its own in a temporary folder. */
export class Workshop {
  readonly #folder: URL;

  private constructor(folder: URL) {
    this.#folder = folder;
  }

  /** Copies sources and settings, and compiles them. @throws {Error} if they do not compile */
  static async open(): Promise<Workshop> {
    const workshop = await Workshop.#make();
    try {
      for (const path of [...SETTINGS, ...SOURCES]) {
        await copy(new URL(path, ROOT), new URL(path, workshop.#folder));
      }
      await workshop.#hardhat(["build", "--quiet"], {});
    } catch (error) {
      await workshop.close();
      throw error;
    }
    return workshop;
  }

  /** Another one, with what is compiled already. */
  async clone(): Promise<Workshop> {
    const workshop = await Workshop.#make();
    for (const path of [...SETTINGS, "contracts", "artifacts", "cache"]) {
      await copy(new URL(path, this.#folder), new URL(path, workshop.#folder));
    }
    return workshop;
  }

  static async #make(): Promise<Workshop> {
    const folder = new URL(`file://${await Deno.makeTempDir({ prefix: "deml-mutants-" })}/`);
    await Deno.symlink(new URL("node_modules", ROOT), new URL("node_modules", folder));
    return new Workshop(folder);
  }

  /**
   * Runs the campaigns of these invariants on the contracts with a fault, or without.
   *
   * @param options `runs`: of each campaign; `invariants`: a part of the tests' names; `alone`: a campaign looks at its
   * own invariant only
   * @throws {RangeError} if the fault does not fit the source
   * @throws {Error} if the contracts do not compile
   */
  async test(
    mutant: Mutant | undefined,
    { runs, invariants, alone = false }: { runs: number; invariants: string; alone?: boolean },
  ): Promise<Verdict> {
    const args = ["test", "solidity", "--grep", invariants];
    const env = {
      DEML_INVARIANTS_RUNS: String(runs),
      DEML_INVARIANTS_SHRINK: "0",
      DEML_INVARIANTS_ALONE: alone ? "1" : "0",
    };
    if (mutant === undefined) return verdict(await this.#hardhat(args, env));
    const path = new URL(mutant.file, this.#folder);
    const source = await Deno.readTextFile(path);
    await Deno.writeTextFile(path, plant(mutant, source));
    try {
      return verdict(await this.#hardhat(args, env));
    } finally {
      await Deno.writeTextFile(path, source);
    }
  }

  /** Removes it. */
  async close(): Promise<void> {
    await Deno.remove(this.#folder, { recursive: true });
  }

  async #hardhat(args: string[], env: Record<string, string>): Promise<string> {
    const { success, stdout, stderr } = await tool("hardhat", args, { cwd: this.#folder, env })
      .output();
    const text = new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr);
    // Where tests ran, they say how they ended.
    if (!success && !/^\s*\d+ failing$/m.test(text)) throw new Error(text.trim());
    return text;
  }
}

/** @throws {Error} unless an invariant holds or is broken: a handler that breaks down has found nothing */
function verdict(output: string): Verdict {
  if (/^\s*\d+ failing$/m.test(output)) {
    const how = failure(output).split("\n", 1)[0] ?? "";
    if (/^Error: I\d+: /.test(how)) return { passed: false, how: how.slice("Error: ".length) };
    throw new Error(`expected the tests to name an invariant, not to end with: ${how}`);
  }
  if (/^\s*[1-9]\d* passing$/m.test(output)) return { passed: true };
  throw new Error(`expected tests to run:\n${output.trim()}`);
}

async function copy(from: URL, to: URL): Promise<void> {
  if (!(await Deno.stat(from)).isDirectory) {
    await Deno.mkdir(new URL("./", to), { recursive: true });
    return await Deno.copyFile(from, to);
  }
  for await (const { name } of Deno.readDir(from)) {
    await copy(new URL(`${from.href.replace(/\/?$/, "/")}${name}`), new URL(`${to.href}/${name}`));
  }
}
