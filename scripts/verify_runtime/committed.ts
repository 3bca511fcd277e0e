/** The digests that this repository holds every engine to. */
import type { Digests } from "./digests.ts";
import type { EngineRun } from "./engines.ts";

const FILE = new URL("../../core/evaluate/cases/digests.json", import.meta.url);

/** Reads them. */
export async function readCommitted(): Promise<Digests> {
  return JSON.parse(await Deno.readTextFile(FILE)) as Digests;
}

/** Writes them, one line for each case. */
export async function writeCommitted(digests: Digests): Promise<void> {
  await Deno.writeTextFile(FILE, JSON.stringify(digests, null, 2) + "\n");
}

/** A case in which engines differ among themselves or from what is committed. */
export interface Difference {
  /** Name of the case. */
  readonly case: string;
  /** Digest, or what went wrong, by engine; "committed" among them; "none" where an engine lacks the case. */
  readonly found: Readonly<Record<string, string>>;
}

/** Compares everything with everything. A case that failed alike everywhere is a difference too. */
export function differences(runs: readonly EngineRun[]): Difference[] {
  const names = new Set(runs.flatMap(({ digests }) => Object.keys(digests)));
  const differing: Difference[] = [];
  for (const name of names) {
    const found = Object.fromEntries(
      runs.map(({ engine, digests }) => [engine, digests[name] ?? "none"]),
    );
    const values = new Set(Object.values(found));
    if (values.size === 1 && /^[0-9a-f]{64}$/.test([...values][0]!)) continue;
    differing.push({ case: name, found });
  }
  return differing;
}
