/**
 * Proofs of the contracts in contracts/test/smt by solc's SMTChecker: its BMC engine states each assert, and each
 * operation that could overflow or divide by zero, as a formula over all inputs, and z3, which is built into the
 * compiler, decides it. z3 counts its steps and not its time, so that the answer is the same on every machine.
 */
import { fileURLToPath } from "node:url";
import { runPool } from "../lib/pool.ts";
import type { Message, Sources } from "./compiler.ts";

const WORKER = fileURLToPath(new URL("prove.ts", import.meta.url));
/** KB of stack: formulas are nested deeper than JavaScript's usual 984 KB. */
const STACK_KB = 4_000;

/** A contract whose functions state properties. */
export interface Theorem {
  /** Its source. */
  path: string;
  /** Its name. */
  contract: string;
}

/** A solver that is at it for so long will not find anything: the formula should be stated otherwise. */
const LIMIT_MS = 300_000;

/** What became of a contract's properties. */
export interface Proof extends Theorem {
  /** Asserts and operations that were proved. */
  proved: number;
  /** Asserts of the contract itself among them. */
  asserts: number;
  /** One line for each that was not, with its place. */
  failures: string[];
}

/** The contracts that have asserts, in the order of the sources. */
export function theorems(sources: Sources): Theorem[] {
  return Object.entries(sources).flatMap(([path, { content }]) =>
    [...content.matchAll(/^contract (\w+)/gm)].map(([, contract]) => ({
      path,
      contract: contract!,
    }))
  );
}

/** Proves all contracts, as many at once as there are cores; sources include what they import. */
export async function proveAll(list: Theorem[], sources: Sources): Promise<Proof[]> {
  const proofs: Proof[] = [];
  await runPool([...list.entries()], navigator.hardwareConcurrency, async ([i, theorem]) => {
    proofs[i] = await prove(theorem, sources);
  });
  return proofs;
}

/** Proves one contract, in a process with the stack that it needs. @throws {Error} if the solver breaks */
export async function prove(theorem: Theorem, sources: Sources): Promise<Proof> {
  const command = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", `--v8-flags=--stack-size=${STACK_KB}`, WORKER],
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  });
  const child = command.spawn();
  const input = child.stdin.getWriter();
  await input.write(
    new TextEncoder().encode(
      JSON.stringify({ ...theorem, sources: needed(theorem.path, sources) }),
    ),
  );
  await input.close();
  const timer = setTimeout(() => child.kill("SIGKILL"), LIMIT_MS);
  const { success, stdout, stderr } = await child.output().finally(() => clearTimeout(timer));
  const text = new TextDecoder().decode(stdout);
  if (!success || !text.startsWith("[")) {
    throw new Error(
      `the solver broke on ${theorem.contract}: ${text}${new TextDecoder().decode(stderr)}`,
    );
  }
  return judge(theorem, JSON.parse(text), sources);
}

/** A source and what it imports: the engine looks at all the contracts that it is given. */
function needed(path: string, sources: Sources): Sources {
  const source = sources[path];
  if (source === undefined) throw new TypeError(`expected ${path} among the sources`);
  const imports = [...source.content.matchAll(/^import .*"(\.[^"]+)";$/gm)].map(([, relative]) =>
    new URL(relative!, `file:///${path}`).pathname.slice(1)
  );
  return Object.assign({ [path]: source }, ...imports.map((next) => needed(next, sources)));
}

const DEPRECATED = /^The BMC engine of the SMTChecker is deprecated/;
const SAFE = /^BMC: (.+) check is safe!/;

function judge(theorem: Theorem, messages: Message[], sources: Sources): Proof {
  const proof: Proof = { ...theorem, proved: 0, asserts: 0, failures: [] };
  for (const { message, formattedMessage } of messages) {
    // The compiler is pinned: the engine does not go away by itself.
    if (DEPRECATED.test(message)) continue;
    const [, what] = SAFE.exec(message) ?? [];
    if (what === undefined) proof.failures.push(place(formattedMessage));
    else proof.proved++;
    if (what === "Assertion violation") proof.asserts++;
  }
  const stated = statedAsserts(theorem, sources);
  if (proof.failures.length === 0 && proof.asserts !== stated) {
    proof.failures.push(`${stated} asserts are stated, the solver answered for ${proof.asserts}`);
  }
  return proof;
}

/** Message, place and line in one line. */
function place(formattedMessage: string): string {
  const [message, at, , line] = formattedMessage.split("\n").map((text) => text.trim());
  return [message, at, line].filter((text) => text !== undefined && text !== "").join(" ");
}

function statedAsserts({ path, contract }: Theorem, sources: Sources): number {
  const [, body = ""] = sources[path]!.content.split(new RegExp(`^contract ${contract} \\{`, "m"));
  return body.split(/^\}/m)[0]!.match(/\bassert\(/g)?.length ?? 0;
}
