/** The source files of the repository. */

import { fileURLToPath } from "node:url";

const ROOT = new URL("../../", import.meta.url);

/** Paths of the TypeScript files below the given folders that are part of the product: no tests, none of their helpers. */
export async function sources(folders: string[]): Promise<string[]> {
  const lists = folders.map((folder) => Array.fromAsync(walk(new URL(`${folder}/`, ROOT))));
  return (await Promise.all(lists)).flat().sort();
}

async function* walk(folder: URL): AsyncGenerator<string> {
  for await (const entry of Deno.readDir(folder)) {
    if (entry.isDirectory && !entry.name.startsWith("test")) {
      yield* walk(new URL(`${entry.name}/`, folder));
    }
    if (/\.tsx?$/.test(entry.name) && !/[_.]test\.tsx?$|^testing\.ts$/.test(entry.name)) {
      yield fileURLToPath(new URL(entry.name, folder));
    }
  }
}
