/** The participants' models of a demo: trained on the spot, or ONNX files of a folder. */
import { packModel } from "../../core/model/packing/pack.ts";
import { type Progress, trainParticipants } from "./train.ts";
import type { DemoData } from "./data.ts";

/** A model as its author submits it. */
export interface DemoModel {
  /** Its name in the demo, such as "mlp16". */
  name: string;
  /** The packed model. */
  packed: Uint8Array;
}

/** What a payload can hold at the most (PROTOCOL.md section 2). */
const MAX_BYTE_LIMIT = 1024 * 1024;

/**
 * Trains the demo's own models, or reads a folder's.
 *
 * @throws {Error} if the folder has no ONNX files, or one that does not fit a payload
 */
export async function makeModels(
  { folder, data, seed, onProgress }: {
    folder: string | undefined;
    data: DemoData;
    seed: number;
    onProgress: (progress: Progress) => void;
  },
): Promise<DemoModel[]> {
  if (folder !== undefined) return await readModels(folder);
  if (data.train === undefined) throw new Error("There is no training set to learn from.");
  const trained = await trainParticipants({
    seed,
    train: data.train,
    standardize: data.isTable,
    onProgress,
  });
  return trained.map(({ name, onnx }) => ({ name, packed: packModel(onnx) }));
}

async function readModels(folder: string): Promise<DemoModel[]> {
  const models: DemoModel[] = [];
  for (const name of await listModels(folder)) {
    const packed = packModel(await Deno.readFile(`${folder}/${name}`));
    if (packed.length > MAX_BYTE_LIMIT) {
      throw new Error(
        `${folder}/${name}: expected at most ${MAX_BYTE_LIMIT} bytes packed, has ${packed.length}`,
      );
    }
    models.push({ name: name.slice(0, -".onnx".length), packed });
  }
  return models;
}

async function listModels(folder: string): Promise<string[]> {
  let names: string[];
  try {
    names = (await Array.fromAsync(Deno.readDir(folder))).map((entry) => entry.name);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    throw new Error(`--models ${folder}: expected a folder, there is none`, { cause: error });
  }
  const models = names.filter((name) => name.endsWith(".onnx")).sort();
  if (models.length > 0) return models;
  throw new Error(`--models ${folder}: expected .onnx files, found none`);
}
