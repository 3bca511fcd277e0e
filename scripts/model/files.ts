/** Files of a model on this machine, and those that belong to them. */
import { externalFiles } from "../../core/model/packing/inline.ts";
import { InvalidModel } from "../../core/model/invalid.ts";
import { decodeModel } from "../../core/model/onnx/codec.ts";
import { baseName, type ModelFile } from "../../core/model/conversion/file.ts";

/** Most bytes of one file: more than any model that a miner would inflate, converted or not. */
const MAX_FILE_BYTES = 64 * 1024 * 1024;
/** Most files of one model. */
const MAX_FILES = 256;

/**
 * Reads the files of one model: those that are named, all of a folder that is named (not those in folders inside), and
 * what belongs to a named file in its own folder: the external data of an .onnx file, the shards of a TensorFlow.js
 * model.json.
 *
 * @throws {Error} if there are none, too many or too large ones
 */
export async function readModelFiles(paths: readonly string[]): Promise<ModelFile[]> {
  const found = new Map<string, ModelFile>();
  for (const path of await expand(paths)) found.set(path, await readOne(path));
  if (found.size === 0) {
    throw new Error(`${paths[0]}: expected a model in this folder, got no files`);
  }
  for (const [path, file] of [...found]) {
    for (const other of await besides(path, file)) {
      if (!found.has(other)) found.set(other, await readOne(other));
    }
  }
  return [...found.values()];
}

async function expand(paths: readonly string[]): Promise<string[]> {
  const files: string[] = [];
  for (const path of paths) {
    const info = await stat(path);
    if (info.isFile) files.push(path);
    else if (info.isDirectory) {
      const names = (await Array.fromAsync(Deno.readDir(path)))
        .filter((entry) => entry.isFile && !entry.name.startsWith("."))
        .map((entry) => entry.name).sort();
      if (names.includes("saved_model.pb")) files.push(`${path}/saved_model.pb`);
      else {files.push(
          ...names.filter(isOfModel).map((name) => `${path.replace(/\/$/, "")}/${name}`),
        );}
    }
    if (files.length > MAX_FILES) {
      throw new Error(`${path}: expected at most ${MAX_FILES} files of one model`);
    }
  }
  return files;
}

/** What of a folder may be a model's: README and the like are not. */
function isOfModel(name: string): boolean {
  return /\.(onnx|data|keras|h5|hdf5|json|packed)$/i.test(name) || isShard(name);
}

function isShard(name: string): boolean {
  return /\.bin$/i.test(name) || /shard\d+of\d+$/.test(name);
}

/**
 * Files of the same folder that belong to a model: those that an .onnx file refers to, and the shards beside a .json file.
 * None if it cannot be read, which is for the converter to say.
 */
async function besides(path: string, { name, bytes }: ModelFile): Promise<string[]> {
  const folder = path.slice(0, path.length - name.length);
  if (/\.json$/i.test(name)) {
    const names = (await Array.fromAsync(Deno.readDir(folder === "" ? "." : folder)))
      .filter((entry) => entry.isFile && isShard(entry.name)).map((entry) => entry.name);
    return names.sort().slice(0, MAX_FILES).map((name) => folder + name);
  }
  if (!/\.onnx$/i.test(name)) return [];
  const found: string[] = [];
  for (const name of referredTo(bytes)) if (await exists(folder + name)) found.push(folder + name);
  return found;
}

function referredTo(onnx: Uint8Array): string[] {
  try {
    return externalFiles(decodeModel(onnx)).slice(0, MAX_FILES);
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof InvalidModel) return [];
    throw error;
  }
}

async function readOne(path: string): Promise<ModelFile> {
  const { size } = await stat(path);
  if (size > MAX_FILE_BYTES) {
    throw new Error(`${path}: expected at most ${MAX_FILE_BYTES} bytes, has ${size}`);
  }
  return { name: baseName(path), bytes: await Deno.readFile(path) };
}

async function stat(path: string): Promise<Deno.FileInfo> {
  try {
    return await Deno.stat(path);
  } catch (cause) {
    if (!(cause instanceof Deno.errors.NotFound)) throw cause;
    throw new Error(`${path}: expected a file or folder, there is none`, { cause });
  }
}

async function exists(path: string): Promise<boolean> {
  try {
    return (await Deno.stat(path)).isFile;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}
