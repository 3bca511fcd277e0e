import assert from "node:assert/strict";
import { gzipSync } from "node:zlib";
import { createHash } from "node:crypto";
import { type Dataset, type FileReader, firstRows, InvalidData, loadDataset } from "./dataset.ts";
import { checkManifest, type Manifest } from "./manifest.ts";
import { idxFile, pieces, random } from "./testing.ts";

const SHARED = new URL("../../../shared/data/", import.meta.url);
const CID_A = "bafkreigh2akiscaildcqabsyg3dfr6chu3fgpregiymsck7e7aqa4s52zy";
const CID_B = "bafkreiacndfy443ter6qr2tmbbdhadvxxheowwf75s6zehscklu6ezxmta";
const RUNTIME = { name: "onnxruntime-web" as const, version: "1.30.0", wasm: "ab".repeat(32) };

function reader(files: Record<string, Uint8Array | string>, size = 1000): FileReader {
  return (cid) => pieces(files[cid] as Uint8Array | string, size);
}

function images(
  change: Partial<Manifest> = {},
): { manifest: Manifest; files: Record<string, Uint8Array> } {
  const next = random(5);
  const values = Uint8Array.from({ length: 6 * 4 }, () => Math.floor(next() * 256));
  const inputs = new Uint8Array(gzipSync(idxFile([6, 2, 2], values)));
  const labels = new Uint8Array(gzipSync(idxFile([6], Uint8Array.of(0, 1, 2, 2, 1, 0))));
  const part = {
    format: "idx.gz" as const,
    rows: 6,
    inputs: { cid: CID_A, bytes: inputs.length },
    labels: { cid: CID_B, bytes: labels.length },
  };
  const manifest: Manifest = {
    version: 1,
    name: "small images",
    mode: "open",
    task: "classification",
    classes: ["a", "b", "c"],
    input: { shape: [1, 2, 2], altShapes: [[4]], dtype: "uint8", scale: 1 / 255, offset: -0.5 },
    metric: { name: "accuracy" },
    runtime: RUNTIME,
    test: part,
    ...change,
  };
  checkManifest(manifest);
  return { manifest, files: { [CID_A]: inputs, [CID_B]: labels } };
}

Deno.test("loadDataset() loads IDX files and converts them for models", async () => {
  const { manifest, files } = images();
  const dataset = await loadDataset(manifest, { part: "test", read: reader(files, 5) });
  assert.equal(dataset.rows, 6);
  assert.equal(dataset.features, 4);
  assert.deepEqual(dataset.labels, Int32Array.of(0, 1, 2, 2, 1, 0));
  const inputs = dataset.inputs;
  assert.equal(inputs, dataset.inputs, "converted once");
  dataset.values.forEach((value, i) => {
    assert.equal(inputs[i], Math.fround(value * (1 / 255) - 0.5));
  });
});

Deno.test("loadDataset() refuses what the manifest does not say", async () => {
  const { manifest, files } = images();
  const load = (change: Record<string, unknown>, content = files) => {
    const test = { ...manifest.test, ...change } as Manifest["test"];
    return loadDataset({ ...manifest, test }, { part: "test", read: reader(content) });
  };
  await assert.rejects(load({ rows: 5 }), /^InvalidData: test labels: expected 5 rows, got 6$/);
  await assert.rejects(
    load({ labels: { cid: CID_B, bytes: 10 } }),
    /^InvalidData: test labels: expected at most 10 bytes, got more$/,
  );
  await assert.rejects(
    load({ format: "idx" }),
    /^InvalidData: test labels: expected an IDX file .* got 1f 8b 08 00$/,
  );
  await assert.rejects(
    load({ inputs: { cid: CID_A, bytes: 9999, sha256: "00".repeat(32) } }),
    /^InvalidData: test inputs: expected content with SHA-256 0{64}, got/,
  );
  const labels = gzipSync(idxFile([6], Uint8Array.of(0, 1, 3, 2, 1, 0)));
  await assert.rejects(
    load({ labels: { cid: CID_B, bytes: 9999 } }, { ...files, [CID_B]: new Uint8Array(labels) }),
    /^InvalidData: test labels, row 2: expected a class from 0 to 2, got 3$/,
  );
  await assert.rejects(
    loadDataset(manifest, { part: "train", read: reader(files) }),
    /^RangeError: manifest.train: expected a data set, got nothing$/,
  );
});

Deno.test("loadDataset() checks the digest of the file as it is stored", async () => {
  const { manifest, files } = images();
  const sha256 = createHash("sha256").update(files[CID_A] as Uint8Array).digest("hex");
  const test = {
    ...manifest.test,
    inputs: { cid: CID_A, bytes: 9999, sha256 },
  } as Manifest["test"];
  await loadDataset({ ...manifest, test }, { part: "test", read: reader(files) });
});

Deno.test("loadDataset() lets failures of reading through as they are", async () => {
  const { manifest } = images();
  const down = new Error("gateway down");
  // deno-lint-ignore require-yield
  const read: FileReader = async function* () {
    await Promise.resolve();
    throw down;
  };
  await assert.rejects(loadDataset(manifest, { part: "test", read }), (error) => error === down);
});

Deno.test("loadDataset() passes the manifest's bound to the reader", async () => {
  const { manifest, files } = images();
  const asked: [string, number][] = [];
  const read: FileReader = (cid, maxBytes) => {
    asked.push([cid, maxBytes]);
    return pieces(files[cid] as Uint8Array);
  };
  await loadDataset(manifest, { part: "test", read });
  const { test } = manifest;
  assert.ok("inputs" in test);
  assert.deepEqual(asked, [[CID_B, test.labels.bytes], [CID_A, test.inputs.bytes]]);
});

Deno.test("loadDataset() bounds what a zipped table unzips to", async () => {
  const bomb = new Uint8Array(gzipSync(new Uint8Array(20_000_000).fill(0x0a)));
  const { manifest } = images({
    input: { shape: [2], dtype: "float64", scale: 1, offset: 0 },
    test: {
      format: "csv.gz",
      rows: 2,
      table: { cid: CID_A, bytes: bomb.length },
      csv: { header: false, label: 0 },
    },
  });
  await assert.rejects(
    loadDataset(manifest, { part: "test", read: reader({ [CID_A]: bomb }) }),
    (error) => error instanceof InvalidData && /expected at most \d+ bytes/.test(error.message),
  );
});

Deno.test("firstRows() takes rows from the start", async () => {
  const { manifest, files } = images();
  const dataset = await loadDataset(manifest, { part: "test", read: reader(files) });
  const first = firstRows(dataset, 2);
  assert.deepEqual(first.values, dataset.values.slice(0, 8));
  assert.deepEqual(first.labels, Int32Array.of(0, 1));
  assert.deepEqual(first.inputs, dataset.inputs.slice(0, 8));
  for (const rows of [0, 7, 1.5]) assert.throws(() => firstRows(dataset, rows), RangeError);
});

const real = await exists(SHARED);

/** The tables as scikit-learn ships them: a first line with counts and class names, the label last. */
const TABLES = [
  {
    file: "iris.csv",
    rows: 150,
    features: 4,
    skipLines: 1,
    classes: ["setosa", "versicolor", "virginica"],
    count: [50, 50, 50],
  },
  {
    file: "breast_cancer.csv",
    rows: 569,
    features: 30,
    skipLines: 1,
    classes: ["malignant", "benign"],
    count: [212, 357],
  },
  {
    file: "digits.csv.gz",
    rows: 1797,
    features: 64,
    skipLines: 0,
    classes: ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"],
    count: [178, 182, 177, 183, 181, 182, 181, 179, 174, 180],
  },
];

for (const { file, rows, features, skipLines, classes, count } of TABLES) {
  const name = `loadDataset() reads ${file} as numpy would`;
  Deno.test({ name, ignore: !real }, async () => {
    const content = await Deno.readFile(new URL(`tabular/${file}`, SHARED));
    const dataset = await loadDataset(
      images({
        classes,
        input: { shape: [features], dtype: "float64", scale: 1, offset: 0 },
        test: {
          format: file.endsWith(".gz") ? "csv.gz" : "csv",
          rows,
          table: { cid: CID_A, bytes: content.length },
          csv: { header: false, skipLines, label: features },
        },
      }).manifest,
      { part: "test", read: reader({ [CID_A]: content }) },
    );
    const counts = classes.map((_, i) => dataset.labels.filter((label) => label === i).length);
    assert.deepEqual(counts, count);
    if (!file.endsWith(".gz")) assert.deepEqual(dataset.values, splitTable(content, skipLines));
  });
}

const MNIST = {
  name: real
    ? "loadDataset() reads the MNIST test set"
    : "loadDataset() reads the MNIST test set (skipped: ../shared/data is not here)",
  ignore: !real,
};
Deno.test(MNIST, async () => {
  const dataset = await mnist();
  assert.equal(dataset.rows, 10_000);
  const digest = createHash("sha256").update(
    idxFile([10_000, 28, 28], dataset.values as Uint8Array),
  );
  assert.equal(
    digest.digest("hex"),
    "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
  );
  assert.deepEqual(dataset.labels.subarray(0, 10), Int32Array.of(7, 2, 1, 0, 4, 1, 4, 9, 5, 9));
});

async function mnist(): Promise<Dataset> {
  const inputs = await Deno.readFile(new URL("mnist/t10k-images-idx3-ubyte.gz", SHARED));
  const labels = await Deno.readFile(new URL("mnist/t10k-labels-idx1-ubyte.gz", SHARED));
  const { manifest } = images({
    classes: Array.from("0123456789"),
    input: { shape: [1, 28, 28], dtype: "uint8", scale: 0.00392156862745098, offset: 0 },
    test: {
      format: "idx.gz",
      rows: 10_000,
      inputs: { cid: CID_A, bytes: inputs.length },
      labels: { cid: CID_B, bytes: labels.length },
    },
  });
  const files = { [CID_A]: inputs, [CID_B]: labels };
  return await loadDataset(manifest, { part: "test", read: reader(files, 65_536) });
}

function splitTable(content: Uint8Array, skipLines: number): Float64Array {
  const lines = new TextDecoder().decode(content).trim().split("\n").slice(skipLines);
  return Float64Array.from(lines.flatMap((line) => line.split(",").slice(0, -1).map(Number)));
}

async function exists(url: URL): Promise<boolean> {
  try {
    await Deno.stat(url);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}
