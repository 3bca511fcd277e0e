import { bounded, type ByteStream, digested, gunzip, InvalidData } from "./bytes.ts";
import { maxCsvBytes, readCsv } from "./csv.ts";
import { readIdx } from "./idx.ts";
import { scaleInputs } from "./inputs.ts";
import {
  type CsvPart,
  featureCount,
  type FileRef,
  type IdxPart,
  type Manifest,
} from "./manifest.ts";
import type { Rows } from "./rows.ts";

export { type ByteStream, InvalidData } from "./bytes.ts";
export type { Rows } from "./rows.ts";

/** One part of a data set in memory. */
export class Dataset implements Rows {
  /** Number of rows. */
  readonly rows: number;
  /** Values of each row. */
  readonly features: number;
  /** See {@link Rows}. */
  readonly values: Uint8Array | Float64Array;
  /** See {@link Rows}. */
  readonly labels: Int32Array | Float64Array;
  #inputs: Float32Array<ArrayBuffer> | undefined;

  /**
   * Rows that lie in memory already; {@link loadDataset} reads them from files.
   *
   * @throws {RangeError} if the numbers of values and labels do not fit each other and the manifest
   */
  constructor(readonly manifest: Manifest, { values, labels }: Rows) {
    this.rows = labels.length;
    this.features = featureCount(manifest);
    this.values = values;
    this.labels = labels;
    if (values.length !== this.rows * this.features) {
      throw new RangeError(
        `data set: expected ${this.rows} x ${this.features} values, got ${values.length}`,
      );
    }
  }

  /**
   * What models get, row after row; see {@link scaleInputs}. Converted at the first use and kept: every
   * model of a competition reads the same array. Do not change it.
   */
  get inputs(): Float32Array<ArrayBuffer> {
    return this.#inputs ??= scaleInputs(this.values, this.manifest.input);
  }
}

/**
 * Reads a file by its CID, verified. Must not yield more than `maxBytes`. Whatever it throws reaches the
 * caller unchanged.
 */
export type FileReader = (cid: string, maxBytes: number) => ByteStream;

/**
 * Loads the training or the test set of a competition: fetches, unzips, parses and checks as the
 * bytes stream in, bounded by the sizes in the manifest. {@link loadTestSet} opens a sealed test set.
 *
 * @throws {InvalidData} if a file does not hold what the manifest says
 * @throws {RangeError} if the manifest has no such part
 */
export async function loadDataset(
  manifest: Manifest,
  { part, read }: { part: "train" | "test"; read: FileReader },
): Promise<Dataset> {
  const source = manifest[part];
  if (source === undefined) {
    throw new RangeError(`manifest.${part}: expected a data set, got nothing`);
  }
  const features = featureCount(manifest);
  const context = { manifest, read, part, features };
  const content = "table" in source
    ? await loadCsv(source, context)
    : await loadIdx(source, context);
  return new Dataset(manifest, content);
}

/**
 * The first rows of a data set: what takes the place of a false test set (PROTOCOL.md section 7). They are
 * copied, so that the others can leave the memory.
 *
 * @throws {RangeError} if it has fewer
 */
export function firstRows(dataset: Dataset, rows: number): Dataset {
  if (!Number.isInteger(rows) || rows < 1 || rows > dataset.rows) {
    throw new RangeError(`rows: expected 1 to ${dataset.rows}, got ${rows}`);
  }
  return new Dataset(dataset.manifest, {
    values: dataset.values.slice(0, rows * dataset.features),
    labels: dataset.labels.slice(0, rows),
  });
}

interface Context {
  manifest: Manifest;
  read: FileReader;
  part: "train" | "test";
  features: number;
}

async function loadIdx(source: IdxPart, context: Context): Promise<Rows> {
  const { rows } = source;
  const { manifest, features, part } = context;
  const labelFile = `${part} labels`;
  const inputFile = `${part} inputs`;
  const bytes = await readIdx(open(source.labels, labelFile, { source, ...context }), {
    rows,
    features: 1,
    what: labelFile,
  });
  const labels = manifest.classes === undefined
    ? Float64Array.from(bytes)
    : checkedClasses(bytes, { classes: manifest.classes.length, what: labelFile });
  const values = await readIdx(open(source.inputs, inputFile, { source, ...context }), {
    rows,
    features,
    what: inputFile,
  });
  return { values, labels };
}

async function loadCsv(source: CsvPart, context: Context): Promise<Rows> {
  const { manifest, features, part } = context;
  const what = `${part} table`;
  const shape = {
    ...source.csv,
    rows: source.rows,
    features,
    dtype: manifest.input.dtype,
    ...(manifest.classes === undefined ? {} : { classes: manifest.classes }),
    what,
  };
  const bytes = open(source.table, what, { source, ...context });
  return await readCsv(bounded(bytes, { maxBytes: maxCsvBytes(shape), what }), shape);
}

/** A file's content: bounded, its digest checked if the manifest has one, unzipped. */
function open(
  file: FileRef,
  what: string,
  { source, read }: Context & { source: IdxPart | CsvPart },
): ByteStream {
  let bytes: ByteStream = bounded(read(file.cid, file.bytes), { maxBytes: file.bytes, what });
  if (file.sha256 !== undefined) bytes = digested(bytes, { expected: file.sha256, what });
  return source.format.endsWith(".gz") ? gunzip(bytes, { what }) : bytes;
}

function checkedClasses(
  labels: Uint8Array,
  { classes, what }: { classes: number; what: string },
): Int32Array {
  const row = labels.findIndex((label) => label >= classes);
  if (row >= 0) {
    throw new InvalidData(
      `${what}, row ${row}: expected a class from 0 to ${classes - 1}, got ${labels[row]}`,
    );
  }
  return Int32Array.from(labels);
}
