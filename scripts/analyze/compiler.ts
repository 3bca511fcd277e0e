/** The Solidity compiler of the dependencies, and the sources that it is to look at. */
import solc from "solc";

const ROOT = new URL("../../", import.meta.url);

/** Sources by their path below the root. */
export type Sources = Record<string, { content: string }>;

/** What the compiler says about a place in a source. */
export interface Message {
  /** "error", "warning" or "info". */
  severity: string;
  /** Without its place. */
  message: string;
  /** With its place and the line. */
  formattedMessage: string;
}

/** What the compiler gives back, of what is used here. */
export interface Output {
  /** In no order. */
  errors?: Message[];
  /** By source and name. */
  contracts?: Record<string, Record<string, { abi: unknown[] }>>;
}

/** The contract's sources: all below contracts/ but the tests, in order of their paths. */
export async function productSources(): Promise<Sources> {
  const paths: string[] = [];
  for (const folder of ["contracts/", "contracts/interfaces/", "contracts/libraries/"]) {
    for await (const { name, isFile } of Deno.readDir(new URL(folder, ROOT))) {
      if (isFile && name.endsWith(".sol")) paths.push(folder + name);
    }
  }
  return await readSources(paths.sort());
}

/** Sources of these paths. */
export async function readSources(paths: string[]): Promise<Sources> {
  const entries = paths.map(async (path): Promise<[string, { content: string }]> => [
    path,
    { content: await Deno.readTextFile(new URL(path, ROOT)) },
  ]);
  return Object.fromEntries(await Promise.all(entries));
}

/** Compiles; imports are found among the sources only. `settings` are those of the compiler's JSON input. */
export function compile(sources: Sources, settings: Record<string, unknown>): Output {
  return JSON.parse(solc.compile(JSON.stringify({ language: "Solidity", sources, settings })));
}
