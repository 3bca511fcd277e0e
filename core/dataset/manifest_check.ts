import { checkHash, type Cid, DAG_PB, parseCid, RAW } from "../ipfs/cid.ts";
import {
  type Manifest,
  MAX_BATCH_BYTES,
  MAX_CLASSES,
  MAX_COLUMNS,
  MAX_FILE_BYTES,
  MAX_ROW_WORK,
  MAX_ROWS,
  MAX_RUN_BYTES,
  MAX_VALUES,
} from "./manifest_types.ts";
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
  checkLimits(member(manifest, "limits"));
  const checked = value as Manifest;
  checkPart(member(manifest, "test"), manifest);
  const train = member(manifest, "train");
  if (present(train)) checkPart(train, manifest);
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

/** A manifest may ask less of miners than the protocol does, never more. */
function checkLimits(limits: Field): void {
  if (!present(limits)) return;
  asObject(limits);
  for (const [name, max] of [["work", MAX_ROW_WORK], ["activations", MAX_RUN_BYTES]] as const) {
    const limit = member(limits, name);
    if (present(limit)) asWhole(limit, { min: 1, max });
  }
}

function checkPart(part: Field, manifest: Field): void {
  const { input } = manifest.value as Manifest;
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
  checkBatch(member(member(manifest, "input"), "shape"), { rows, features: product(input.shape) });
  if (format === "csv" || format === "csv.gz") {
    checkColumns(member(member(manifest, "input"), "shape"), product(input.shape) + 1);
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

function checkBatch(shape: Field, { rows, features }: { rows: number; features: number }): void {
  const batch = Math.min(rows, 100);
  const bytes = batch * features * 4;
  if (bytes > MAX_BATCH_BYTES) {
    throw new InvalidManifest(
      shape.path,
      `expected at most ${MAX_BATCH_BYTES} bytes in a batch of ${batch} rows (4 a value), got ${bytes}`,
    );
  }
}

function checkColumns(shape: Field, columns: number): void {
  if (columns <= MAX_COLUMNS) return;
  throw new InvalidManifest(
    shape.path,
    `expected at most ${MAX_COLUMNS} columns in a CSV file, the label's included, got ${columns}`,
  );
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
  checkCid(member(file, "cid"));
  asWhole(member(file, "bytes"), { min: 1, max: MAX_FILE_BYTES });
  if (present(member(file, "sha256"))) checkDigest(member(file, "sha256"));
}

/** A CID that the verified reader (core/ipfs) can read. */
function checkCid(field: Field): void {
  const text = asText(field, { max: 120 });
  let cid: Cid;
  try {
    cid = parseCid(text);
  } catch (cause) {
    if (!(cause instanceof SyntaxError)) throw cause;
    throw unexpected(field, "an IPFS CID");
  }
  try {
    checkHash(cid);
  } catch (cause) {
    if (!(cause instanceof TypeError)) throw cause;
    throw unexpected(field, "a CID of a sha2-256 hash");
  }
  if (cid.code !== RAW && cid.code !== DAG_PB) {
    throw unexpected(field, "a CID of a file (codec raw or dag-pb)");
  }
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
