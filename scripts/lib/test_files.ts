/** Which test files there are, and which need a process of their own. */

import { fileURLToPath, pathToFileURL } from "node:url";

/** A chain in the process: Hardhat's native part must be loaded only once in a process, by one file's isolate. */
const CHAIN = /from "hardhat"/;
const IMPORT = /(?:from|import\() ?"(\.[^"]+)"/g;

/** The test files at or below the given paths, in order. */
export async function findTests(paths: string[], root: URL): Promise<string[]> {
  const lists = await Promise.all(paths.map(async (path) => {
    try {
      return await find(new URL(path, root));
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
      throw new Error(`${path}: expected a file or folder, there is none`, { cause: error });
    }
  }));
  return lists.flat().sort();
}

async function find(path: URL): Promise<string[]> {
  if (!(await Deno.stat(path)).isDirectory) return [fileURLToPath(path)];
  const folder = new URL(path.href.replace(/\/?$/, "/"));
  const files: string[] = [];
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    if (isDirectory) files.push(...await find(new URL(`${name}/`, folder)));
    else if (/_test\.tsx?$/.test(name)) files.push(fileURLToPath(new URL(name, folder)));
  }
  return files;
}

/** Whether a file, or anything of ours that it imports, brings a chain into the process. */
export async function needsOwnProcess(file: string, seen = new Set<string>()): Promise<boolean> {
  if (seen.has(file)) return false;
  seen.add(file);
  const text = await Deno.readTextFile(file);
  if (CHAIN.test(text)) return true;
  for (const [, path] of text.matchAll(IMPORT)) {
    const imported = fileURLToPath(new URL(path as string, pathToFileURL(file).href));
    if (/\.tsx?$/.test(imported) && await needsOwnProcess(imported, seen)) return true;
  }
  return false;
}
