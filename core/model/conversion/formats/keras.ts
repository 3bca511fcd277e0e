/** Keras' own files: `.keras` (Keras 3, and Keras 2 from 2.12 on) and `.h5`. */
import { parseArchitecture } from "../architecture.ts";
import { ConversionError } from "../error.ts";
import { member, parseJson } from "../json.ts";
import { MAX_JSON_BYTES } from "../limits.ts";
import { type Arrays, NamedArrays, type Part, type StoredArray } from "../weights.ts";
import { type Hdf5, withHdf5 } from "./hdf5.ts";
import type { Source } from "./source.ts";
import { readZipEntry, zipEntries } from "./zip.ts";

/** What `convert` makes of a source while its file is open. */
export type Work<T> = (source: Source) => T;

/**
 * Reads a `.keras` file: a zip archive of config.json (the architecture), metadata.json (the version) and
 * model.weights.h5 (keras/src/saving/saving_lib.py).
 *
 * @throws {ConversionError} if a part is missing or damaged, and what `work` throws
 */
export async function withKeras<T>(bytes: Uint8Array, work: Work<T>): Promise<T> {
  const entries = zipEntries(bytes);
  const read = (name: string, maxBytes?: number) => {
    const entry = entries.get(name);
    if (entry !== undefined) {
      return readZipEntry(bytes, entry, maxBytes === undefined ? {} : { maxBytes });
    }
    throw new ConversionError(
      `.keras file: expected ${name} in it, got none; save the whole model with model.save("model.keras").`,
    );
  };
  const json = parseJson(read("config.json", MAX_JSON_BYTES), "config.json of the .keras file");
  const metadata = parseJson(
    read("metadata.json", MAX_JSON_BYTES),
    "metadata.json of the .keras file",
  );
  const model = parseArchitecture(json);
  const keras = majorVersion(member(metadata, "keras_version"));
  return await withHdf5(
    read("model.weights.h5"),
    (file) => work({ model, origin: { keras, tfjs: false }, arrays: new StoredByPath(file, "") }),
  );
}

/**
 * Reads a `.h5` file that `model.save` wrote: the architecture in the attribute model_config, weights by layer below
 * model_weights (keras/src/legacy/saving/legacy_h5_format.py).
 *
 * @throws {ConversionError} if it holds weights alone or is damaged, and what `work` throws
 */
export async function withH5<T>(bytes: Uint8Array, work: Work<T>): Promise<T> {
  return await withHdf5(bytes, (file) => {
    const [config] = file.texts("/", "model_config") ?? [];
    if (config === undefined) {
      throw new ConversionError(
        'This .h5 file holds weights without the architecture; save the whole model with model.save("model.keras").',
      );
    }
    const model = parseArchitecture(parseJson(config, "model_config of the .h5 file"));
    const keras = majorVersion(file.texts("/", "keras_version")?.[0]);
    return work({ model, origin: { keras, tfjs: false }, arrays: new StoredByLayer(file) });
  });
}

/** "3.15.1" is 3; anything older, or without version, has the semantics of 2. */
export function majorVersion(version: unknown): 2 | 3 {
  return typeof version === "string" && Number.parseInt(version) >= 3 ? 3 : 2;
}

/** `.keras`: arrays at `<path>/vars/<index>`, the layers of a model below `layers/`. */
class StoredByPath implements Arrays {
  readonly #file: Hdf5;
  readonly #path: string;

  constructor(file: Hdf5, path: string) {
    this.#file = file;
    this.#path = path;
  }

  at(index: number): StoredArray | undefined {
    return this.#file.array(`${this.#path}vars/${index}`);
  }

  part({ attributes }: Part): StoredByPath {
    const paths = attributes.flatMap((attribute) => [
      `${this.#path}${attribute}/`,
      `${this.#path}${attribute.replace(/^layers\//, "_layer_checkpoint_dependencies/")}/`, // Keras 2.12
    ]);
    const found = paths.find((path) => this.#file.has(path.slice(0, -1)));
    return new StoredByPath(this.#file, found ?? `${this.#path}${attributes[0]}/`);
  }
}

/** `.h5`: a group for each layer of the model itself, which lists the names of its arrays. */
class StoredByLayer implements Arrays {
  readonly #file: Hdf5;

  constructor(file: Hdf5) {
    this.#file = file;
  }

  at(): undefined {
    return undefined;
  }

  part({ names }: Part): NamedArrays {
    const group = `model_weights/${names[0]}`;
    const listed = this.#file.texts(group, "weight_names") ?? [];
    const entries = listed.map((name) => ({
      segments: name.replace(/:\d+$/, "").split("/"),
      array: this.#stored(`${group}/${name}`),
    }));
    return new NamedArrays(entries);
  }

  #stored(path: string): StoredArray {
    const array = this.#file.array(path);
    if (array !== undefined) return array;
    throw new ConversionError(
      `.h5 file: expected the weight ${JSON.stringify(path.slice(0, 200))}, got none.`,
    );
  }
}
