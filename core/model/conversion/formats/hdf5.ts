/** HDF5 files, read by h5wasm (the HDF5 library of the HDF Group in WebAssembly), which is loaded when first needed. */
import type { Attribute, Dataset, File, Group, H5Module, Metadata } from "./h5wasm.ts";
import { ConversionError } from "../error.ts";
import { fromHalf } from "../../packing/half.ts";
import { MAX_CONSTANT_BYTES, MAX_FILE_BYTES, MAX_JSON_BYTES, MAX_RANK } from "../limits.ts";
import type { StoredArray } from "../weights.ts";

const MAGIC = [0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a];

/** Whether bytes start like an HDF5 file. */
export function isHdf5(bytes: Uint8Array): boolean {
  return MAGIC.every((byte, i) => bytes[i] === byte);
}

/**
 * Opens an HDF5 file for as long as `work` takes. h5wasm reads files of its own memory only: this one lies there under
 * a random name meanwhile.
 *
 * @throws {ConversionError} if the file is too large or no HDF5 file, and what `work` throws
 */
export async function withHdf5<T>(bytes: Uint8Array, work: (file: Hdf5) => T): Promise<T> {
  if (bytes.length > MAX_FILE_BYTES) {
    throw new ConversionError(
      `HDF5 file: expected at most ${MAX_FILE_BYTES} bytes, got ${bytes.length}.`,
    );
  }
  const { default: h5wasm } = await import("h5wasm");
  const module: H5Module = await h5wasm.ready;
  const path = `/${crypto.randomUUID()}`;
  guard("no memory for it", () => module.FS.writeFile(path, bytes));
  // Its errors would be printed to the console otherwise.
  module.activate_throwing_error_handler();
  let file: File | undefined;
  try {
    file = guard("it does not open", () => new h5wasm.File(path, "r"));
    if (file.file_id <= 0n) throw damaged("it does not open");
    return work(new Hdf5(module, file));
  } finally {
    module.deactivate_throwing_error_handler();
    const opened = file;
    guard("it does not close", () => {
      if (opened !== undefined && opened.file_id > 0n) opened.close();
      module.FS.unlink(path);
    });
  }
}

/** An open file. */
export class Hdf5 {
  readonly #module: H5Module;
  readonly #file: File;

  /** Use {@link withHdf5}. */
  constructor(module: H5Module, file: File) {
    this.#module = module;
    this.#file = file;
  }

  /** Whether there is a group or dataset at `path`. */
  has(path: string): boolean {
    return this.#get(path) !== undefined;
  }

  /**
   * An attribute's texts; undefined if it is absent or holds none. Keras cuts long lists into `name0`, `name1`, ...
   *
   * @throws {ConversionError} if there are too many bytes
   */
  texts(path: string, name: string): string[] | undefined {
    const attributes = this.#attributes(path);
    const whole = this.#texts(attributes, name);
    if (whole !== undefined) return whole;
    const parts: string[] = [];
    for (let i = 0; i < MAX_PARTS; i++) {
      const part = this.#texts(attributes, `${name}${i}`);
      if (part === undefined) return i === 0 ? undefined : parts;
      parts.push(...part);
    }
    throw damaged(`too many parts of ${name}`);
  }

  /** A dataset of numbers; undefined if there is none at `path`. @throws {ConversionError} if it is too large or of another type */
  array(path: string): StoredArray | undefined {
    const dataset = this.#get(path);
    if (dataset === undefined || dataset.type !== "Dataset") return undefined;
    const metadata = guard(`dataset ${shortened(path)}`, () => (dataset as Dataset).metadata);
    const dims = checkedDims(path, metadata);
    return { dims, values: () => this.#values(path, { metadata, dims }) };
  }

  #get(path: string): Dataset | Group | undefined {
    const entity = guard(shortened(path), () => this.#file.get(path));
    return entity === null ? undefined : entity as Dataset | Group;
  }

  #attributes(path: string): Readonly<Record<string, Attribute>> {
    const entity = path === "/" ? this.#file : this.#get(path);
    return entity === undefined ? {} : guard(shortened(path), () => entity.attrs);
  }

  #texts(attributes: Readonly<Record<string, Attribute>>, name: string): string[] | undefined {
    if (!Object.hasOwn(attributes, name)) return undefined;
    const { metadata } = attributes[name] as Attribute;
    if (metadata.type !== STRING || metadata.shape === null) return undefined;
    // Varying texts lie elsewhere in the file, which bounds them.
    if (metadata.size * metadata.total_size > MAX_JSON_BYTES) throw damaged(`a long ${name}`);
    const value = guard(`attribute ${name}`, () => (attributes[name] as Attribute).value);
    if (typeof value === "string") return [value];
    if (Array.isArray(value) && value.every((text) => typeof text === "string")) return value;
    return undefined;
  }

  #values(
    path: string,
    { metadata, dims }: { metadata: Metadata; dims: readonly number[] },
  ): Float32Array<ArrayBuffer> {
    const count = dims.reduce((product, dim) => product * dim, 1);
    const bytes = this.#raw(path, count * metadata.size);
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const read = reader(path, metadata);
    return Float32Array.from({ length: count }, (_, i) => read(view, i * metadata.size));
  }

  /** h5wasm's own reader has no half precision. */
  #raw(path: string, size: number): Uint8Array {
    const module = this.#module;
    const pointer = module._malloc(Math.max(size, 1));
    if (pointer === 0) throw damaged(`no memory for ${shortened(path)}`);
    try {
      const status = guard(
        `dataset ${shortened(path)}`,
        () => module.get_dataset_data(this.#file.file_id, path, null, null, null, BigInt(pointer)),
      );
      if (status < 0) throw damaged(`dataset ${shortened(path)}`);
      return module.HEAPU8.slice(pointer, pointer + size);
    } finally {
      module._free(pointer);
    }
  }
}

const MAX_PARTS = 1000;
const INTEGER = 0;
const FLOAT = 1;
const STRING = 3;

function checkedDims(path: string, metadata: Metadata): number[] {
  const { type, shape, size, chunks } = metadata;
  const dims = (shape ?? []).map(Number);
  const bytes = dims.reduce((product, dim) => product * dim, size);
  const chunk = (chunks ?? []).reduce((product, dim) => product * Number(dim), size);
  if (shape === null || (type !== FLOAT && type !== INTEGER) || metadata.virtual_sources) {
    throw new ConversionError(
      `HDF5 file: expected numbers in ${shortened(path)}, got another type.`,
    );
  }
  if (dims.length > MAX_RANK || !(bytes <= MAX_CONSTANT_BYTES) || !(chunk <= MAX_CONSTANT_BYTES)) {
    throw new ConversionError(
      `HDF5 file: expected ${
        shortened(path)
      } of at most ${MAX_CONSTANT_BYTES} bytes and ${MAX_RANK} dimensions, ` +
        `got shape [${dims.slice(0, MAX_RANK)}].`,
    );
  }
  return dims;
}

function reader(path: string, metadata: Metadata): (view: DataView, at: number) => number {
  const { type, size, signed, littleEndian } = metadata;
  switch (`${type === FLOAT ? "f" : signed ? "i" : "u"}${8 * size}`) {
    case "f16":
      return (view, at) => fromHalf(view.getUint16(at, littleEndian));
    case "f32":
      return (view, at) => view.getFloat32(at, littleEndian);
    case "f64":
      return (view, at) => view.getFloat64(at, littleEndian);
    case "i8":
      return (view, at) => view.getInt8(at);
    case "u8":
      return (view, at) => view.getUint8(at);
    case "i32":
      return (view, at) => view.getInt32(at, littleEndian);
    case "i64":
      return (view, at) => Number(view.getBigInt64(at, littleEndian));
    case "u64":
      return (view, at) => Number(view.getBigUint64(at, littleEndian));
    default:
      throw new ConversionError(
        `HDF5 file: expected ${shortened(path)} in float16, float32 or float64, got another type.`,
      );
  }
}

/** h5wasm throws errors of many kinds for damaged files, also those of WebAssembly. */
function guard<T>(what: string, read: () => T): T {
  try {
    return read();
  } catch (cause) {
    throw damaged(what, cause);
  }
}

function damaged(what: string, cause?: unknown): ConversionError {
  return new ConversionError(`HDF5 file: damaged (${what}).`, { cause });
}

function shortened(path: string): string {
  return JSON.stringify(path.slice(-100));
}
