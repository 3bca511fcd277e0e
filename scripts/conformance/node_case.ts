/** One case of ONNX's backend tests as it lies in a folder: a model, and inputs and outputs for it. */
import { decodeTensor, type Dense, toDense } from "./tensor_file.ts";

/** A case. */
export interface NodeCase {
  /** Name of its folder, such as "test_conv_with_strides_padding". */
  readonly name: string;
  /** The ONNX file. */
  readonly onnx: Uint8Array;
  /** Folders of inputs and outputs. */
  readonly sets: readonly string[];
}

/** Inputs and expected outputs, by position. */
export interface DataSet {
  /** What goes in; undefined for an optional input that is left out. */
  readonly inputs: readonly Dense[];
  /** What the reference gives. */
  readonly outputs: readonly Dense[];
}

/** The cases below a folder, by name. @throws {Error} if there are none */
export async function* readCases(data: string): AsyncGenerator<NodeCase> {
  const names: string[] = [];
  for await (const { name, isDirectory } of Deno.readDir(data)) if (isDirectory) names.push(name);
  if (names.length === 0) {
    throw new Error(`${data}: expected folders with model.onnx, got none; see --help`);
  }
  for (const name of names.sort()) {
    const folder = `${data}/${name}`;
    const sets: string[] = [];
    for await (const { name: set, isDirectory } of Deno.readDir(folder)) {
      if (isDirectory && set.startsWith("test_data_set_")) sets.push(`${folder}/${set}`);
    }
    yield { name, onnx: await Deno.readFile(`${folder}/model.onnx`), sets: sets.sort() };
  }
}

/**
 * Reads inputs and outputs.
 *
 * @throws {SyntaxError} for what is no tensor (a sequence, a map)
 * @throws {TypeError} for element types that onnxruntime-web has no array for
 */
export async function readSet(folder: string): Promise<DataSet> {
  return { inputs: await readAll(folder, "input"), outputs: await readAll(folder, "output") };
}

async function readAll(folder: string, kind: "input" | "output"): Promise<Dense[]> {
  const names: string[] = [];
  for await (const { name } of Deno.readDir(folder)) if (name.startsWith(kind)) names.push(name);
  const number = (name: string) => Number(/\d+/.exec(name)?.[0]);
  names.sort((a, b) => number(a) - number(b));
  return await Promise.all(
    names.map(async (name) => toDense(decodeTensor(await Deno.readFile(`${folder}/${name}`)))),
  );
}
