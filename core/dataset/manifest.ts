import { CID } from "multiformats/cid";
import {
  asBoolean,
  asFinite,
  asList,
  asObject,
  asOneOf,
  asText,
  asWhole,
  type Field,
  InvalidManifest,
  member,
  present,
  unexpected,
} from "./schema.ts";

export { InvalidManifest } from "./schema.ts";

/** Most bytes of a manifest: it is one raw IPFS block. */
export const MAX_MANIFEST_BYTES = 1024 * 1024;
/** Most rows of a part of a data set. */
export const MAX_ROWS = 10_000_000;
/** Most values (rows times features) of a part: as float32, 256 MiB. */
export const MAX_VALUES = 2 ** 26;
/** Most bytes of one data file, as it is stored. */
export const MAX_FILE_BYTES = 512 * 1024 * 1024;
/** Most classes of a classification task. */
export const MAX_CLASSES = 10_000;

/** A file on IPFS. */
export interface FileRef {
  /** Root CID (any version); in a sealed competition's test part, that of the sealed file. */
  cid: string;
  /** Size in bytes at that CID: no more is read. */
  bytes: number;
  /** SHA-256 (64 hex digits) of the file, of the opened one if it is sealed; before it is unzipped. */
  sha256?: string;
}

/** Rows in two IDX files (yann.lecun.com/exdb/mnist): uint8 inputs `[rows, ...]` and uint8 labels `[rows]`. */
export interface IdxPart {
  format: "idx" | "idx.gz";
  rows: number;
  inputs: FileRef;
  labels: FileRef;
}

/** How to read a CSV file (RFC 4180, UTF-8, comma; no line breaks inside quotes). */
export interface CsvOptions {
  /** Whether the first line (after `skipLines`) names the columns. */
  header: boolean;
  /** Lines to leave out at the start. */
  skipLines?: number;
  /** The label's column: its name in the header, or its index from 0. The others are features, in order. */
  label: string | number;
}

/** Rows in one CSV file. A label is a class's name or index from 0, or for regression a number. */
export interface CsvPart {
  format: "csv" | "csv.gz";
  rows: number;
  table: FileRef;
  csv: CsvOptions;
}

/** One part of a data set. */
export type Part = IdxPart | CsvPart;

/** What a competition is about, version 1: JSON on IPFS, its SHA-256 in the contract (PROTOCOL.md section 2). */
export interface Manifest {
  version: 1;
  /** Name of the competition or data set, for people. */
  name: string;
  /** PROTOCOL.md section 3. */
  mode: "open" | "sealed";
  task: "classification" | "regression";
  /** Names of the classes in the order of their indices; for classification only. */
  classes?: string[];
  input: {
    /** Shape of one row as models see it, without the batch dimension. */
    shape: number[];
    /** Other shapes of the same values in the same order: a model may declare any of them. */
    altShapes?: number[][];
    /** Type of the values in the files: bytes, or (CSV only) any finite numbers. */
    dtype: "uint8" | "float64";
    /** A model's input is `float32(value * scale + offset)`, computed in double and rounded once. */
    scale: number;
    offset: number;
  };
  metric: { name: "accuracy" | "macro-f1" | "r2" };
  /** The runtime that all miners use: version and SHA-256 (64 hex digits) of its .wasm file. */
  runtime: { name: "onnxruntime-web"; version: string; wasm: string };
  /** Public training set; a sealed competition must have one, as the stand-in for a false test set. */
  train?: Part;
  test: Part;
  licence?: string;
  source?: string;
}

/**
 * Reads and checks a manifest. Fields that version 1 does not know are kept and ignored.
 *
 * @throws {InvalidManifest} with the path of the wrong field, what was expected and what it has
 */
export function parseManifest(bytes: Uint8Array): Manifest {
  if (bytes.length > MAX_MANIFEST_BYTES) {
    const limit = `at most ${MAX_MANIFEST_BYTES} bytes`;
    throw new InvalidManifest("manifest", `expected ${limit}, got ${bytes.length}`);
  }
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new InvalidManifest("manifest", `expected JSON in UTF-8, got "${why}"`, { cause });
  }
  return checkManifest(value);
}

/**
 * The bytes of a manifest, checked: the SHA-256 of exactly these goes into the contract.
 *
 * @throws {InvalidManifest} as {@link parseManifest}
 */
export function encodeManifest(manifest: Manifest): Uint8Array<ArrayBuffer> {
  const bytes = new TextEncoder().encode(JSON.stringify(manifest, null, 1) + "\n");
  parseManifest(bytes);
  return bytes;
}

/** Values of one row: the product of the input shape. */
export function featureCount(manifest: Manifest): number {
  return product(manifest.input.shape);
}

/**
 * Checks a JSON value against the schema of version 1 and returns it with its type.
 *
 * @throws {InvalidManifest} with the path of the first wrong field
 */
export function checkManifest(value: unknown): Manifest {
  const manifest: Field = { value, path: "manifest" };
  asOneOf(member(manifest, "version"), [1]);
  asText(member(manifest, "name"), { max: 200 });
  asOneOf(member(manifest, "mode"), ["open", "sealed"]);
  for (const note of ["licence", "source"]) {
    const field = member(manifest, note);
    if (present(field)) asText(field, { min: 0, max: 2000 });
  }
  checkTask(manifest);
  checkInput(member(manifest, "input"));
  checkRuntime(member(manifest, "runtime"));
  const checked = value as Manifest;
  checkPart(member(manifest, "test"), checked);
  const train = member(manifest, "train");
  if (present(train)) checkPart(train, checked);
  if (checked.mode === "sealed") checkSealed(manifest, checked);
  return checked;
}

function checkTask(manifest: Field): void {
  const task = asOneOf(member(manifest, "task"), ["classification", "regression"]);
  const metric = member(member(manifest, "metric"), "name");
  const classes = member(manifest, "classes");
  if (task === "regression") {
    asOneOf(metric, ["r2"]);
    if (present(classes)) throw unexpected(classes, "no classes for a regression");
    return;
  }
  asOneOf(metric, ["accuracy", "macro-f1"]);
  const seen = new Set<string>();
  for (const field of asList(classes, { min: 2, max: MAX_CLASSES })) {
    const name = asText(field, { max: 100 });
    if (seen.has(name)) throw unexpected(field, "each class once");
    seen.add(name);
  }
}

function checkInput(input: Field): void {
  const values = checkShape(member(input, "shape"));
  const alternatives = member(input, "altShapes");
  if (present(alternatives)) {
    for (const field of asList(alternatives, { min: 0, max: 8 })) {
      if (checkShape(field) !== values) throw unexpected(field, `a shape of ${values} values`);
    }
  }
  asOneOf(member(input, "dtype"), ["uint8", "float64"]);
  if (asFinite(member(input, "scale")) === 0) {
    throw unexpected(member(input, "scale"), "a number other than 0");
  }
  asFinite(member(input, "offset"));
}

function checkShape(shape: Field): number {
  const limits = { min: 1, max: 2 ** 24 };
  const dims = asList(shape, { min: 1, max: 6 }).map((dim) => asWhole(dim, limits));
  const values = product(dims);
  if (values > limits.max) {
    throw new InvalidManifest(
      shape.path,
      `expected at most ${limits.max} values a row, got ${values}`,
    );
  }
  return values;
}

function checkRuntime(runtime: Field): void {
  asOneOf(member(runtime, "name"), ["onnxruntime-web"]);
  asText(member(runtime, "version"), { max: 40 });
  checkDigest(member(runtime, "wasm"));
}

function checkPart(part: Field, { input }: Manifest): void {
  asObject(part);
  const format = asOneOf(member(part, "format"), ["idx", "idx.gz", "csv", "csv.gz"]);
  const rows = asWhole(member(part, "rows"), { min: 1, max: MAX_ROWS });
  const values = rows * product(input.shape);
  if (values > MAX_VALUES) {
    throw new InvalidManifest(
      `${part.path}.rows`,
      `expected at most ${MAX_VALUES} values in all rows, got ${values}`,
    );
  }
  if (format === "csv" || format === "csv.gz") {
    checkFile(member(part, "table"));
    checkCsv(member(part, "csv"), product(input.shape));
    return;
  }
  if (input.dtype !== "uint8") {
    throw unexpected(member(part, "format"), `"csv" or "csv.gz" for ${input.dtype} values`);
  }
  checkFile(member(part, "inputs"));
  checkFile(member(part, "labels"));
}

function checkCsv(csv: Field, features: number): void {
  const header = asBoolean(member(csv, "header"));
  const skip = member(csv, "skipLines");
  if (present(skip)) asWhole(skip, { min: 0, max: 1000 });
  const label = member(csv, "label");
  if (typeof label.value !== "string") asWhole(label, { min: 0, max: features });
  else if (header) asText(label, { max: 200 });
  else throw unexpected(label, "a column's index, since the file has no header");
}

function checkFile(file: Field): void {
  asObject(file);
  const cid = member(file, "cid");
  try {
    CID.parse(asText(cid, { max: 120 }));
  } catch (cause) {
    if (cause instanceof InvalidManifest) throw cause;
    throw unexpected(cid, "an IPFS CID");
  }
  asWhole(member(file, "bytes"), { min: 1, max: MAX_FILE_BYTES });
  if (present(member(file, "sha256"))) checkDigest(member(file, "sha256"));
}

function checkDigest(digest: Field): void {
  if (typeof digest.value !== "string" || !/^[0-9a-f]{64}$/.test(digest.value)) {
    throw unexpected(digest, "a SHA-256 as 64 lower-case hex digits");
  }
}

/** A sealed test set must be recognisable once it is open, and have a stand-in (PROTOCOL.md section 7). */
function checkSealed(manifest: Field, { test, train }: Manifest): void {
  for (const name of "table" in test ? ["table"] : ["inputs", "labels"]) {
    checkDigest(member(member(member(manifest, "test"), name), "sha256"));
  }
  if (train === undefined) {
    throw unexpected(member(manifest, "train"), "a training set, which sealed competitions need");
  }
  if (train.rows < test.rows) {
    throw unexpected(
      member(member(manifest, "train"), "rows"),
      `at least the ${test.rows} rows of the test set`,
    );
  }
}

function product(dims: readonly number[]): number {
  return dims.reduce((all, dim) => all * dim, 1);
}
