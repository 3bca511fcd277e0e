/** Helpers of this folder's tests: stored models, and models made on the spot. */
import type { JsonObject } from "./json.ts";
import type { ModelFile } from "./file.ts";

/** One stored model: see testdata/README.md. */
export interface Fixture {
  /** Names of its files. */
  readonly files: readonly string[];
  /** Name of the file with the framework's outputs for two rows. */
  readonly outputs: string;
  /** Shape of one row. */
  readonly row: readonly number[];
  /** If the input holds whole numbers: how many different ones. */
  readonly vocab?: number;
}

const TESTDATA = new URL("./testdata/", import.meta.url);

/** All stored models. */
export async function fixtures(): Promise<Fixture[]> {
  return JSON.parse(await Deno.readTextFile(new URL("index.json", TESTDATA)));
}

/** A stored file, unpacked. */
export async function readFixture(name: string): Promise<Uint8Array<ArrayBuffer>> {
  const packed = await Deno.readFile(new URL(`${name}.gz`, TESTDATA));
  const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("gzip"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

/** The files of a stored model. */
export function readFiles({ files }: Fixture): Promise<ModelFile[]> {
  return Promise.all(files.map(async (name) => ({ name, bytes: await readFixture(name) })));
}

/** The two rows that a stored model's outputs are for, by the formula of testdata/README.md. */
export function rowsOf({ row, vocab }: Fixture): Float32Array {
  const length = 2 * row.reduce((product, dim) => product * dim, 1);
  const at = vocab === undefined
    ? (i: number) => ((i * 7919 + 13) % 2003) / 1001 - 1
    : (i: number) => (i * 7 + 3) % vocab;
  return Float32Array.from({ length }, (_, i) => at(i));
}

/** A layer of a TensorFlow.js model: its class and config. */
export type LayerSketch = [className: string, config: JsonObject];

/** A sequential TensorFlow.js model; `weights` are shapes by name, all elements 0.5. */
export function sequential(
  layers: readonly LayerSketch[],
  { input = [4], weights = {}, keras = "2.15.0" }: {
    input?: (number | null)[];
    weights?: Record<string, number[]>;
    keras?: string;
  } = {},
): ModelFile[] {
  const listed = layers.map(([className, config], i) => ({
    class_name: className,
    config: {
      name: `layer${i}`,
      ...(i === 0 ? { batch_input_shape: [null, ...input] } : {}),
      ...config,
    },
  }));
  return modelJson({ class_name: "Sequential", config: { name: "model", layers: listed } }, {
    weights,
    keras,
  });
}

/** model.json of any architecture, and its shard. */
export function modelJson(
  architecture: JsonObject,
  { weights = {}, keras = "2.15.0" }: { weights?: Record<string, number[]>; keras?: string } = {},
): ModelFile[] {
  const specs = Object.entries(weights).map(([name, shape]) => ({ name, shape, dtype: "float32" }));
  const size = specs.reduce((sum, { shape }) => sum + shape.reduce((a, b) => a * b, 1), 0);
  const json = {
    format: "layers-model",
    modelTopology: { keras_version: keras, model_config: architecture },
    weightsManifest: [{ paths: ["weights.bin"], weights: specs }],
  };
  return [
    { name: "model.json", bytes: new TextEncoder().encode(JSON.stringify(json)) },
    { name: "weights.bin", bytes: new Uint8Array(new Float32Array(size).fill(0.5).buffer) },
  ];
}
