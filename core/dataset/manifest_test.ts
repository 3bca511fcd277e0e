import assert from "node:assert/strict";
import { CID as Multi } from "multiformats/cid";
import { create as createMultihash } from "multiformats/hashes/digest";
import {
  checkManifest,
  encodeManifest,
  featureCount,
  InvalidManifest,
  type Manifest,
  MAX_MANIFEST_BYTES,
  parseManifest,
} from "./manifest.ts";

const CID = "bafkreigh2akiscaildcqabsyg3dfr6chu3fgpregiymsck7e7aqa4s52zy";
const DIGEST = "ab".repeat(32);

function idx(rows: number) {
  const file = { cid: CID, bytes: 1000, sha256: DIGEST };
  return { format: "idx.gz" as const, rows, inputs: { ...file }, labels: { ...file } };
}

function valid(): Manifest {
  return {
    version: 1,
    name: "MNIST",
    mode: "open",
    task: "classification",
    classes: ["zero", "one", "two"],
    input: {
      shape: [1, 28, 28],
      altShapes: [[28, 28, 1], [784]],
      dtype: "uint8",
      scale: 0.00392156862745098,
      offset: 0,
    },
    metric: { name: "accuracy" },
    runtime: { name: "onnxruntime-web", version: "1.30.0", wasm: DIGEST },
    train: idx(60_000),
    test: idx(10_000),
  };
}

function table(): Manifest {
  return {
    ...valid(),
    input: { shape: [4], dtype: "float64", scale: 1, offset: -0.5 },
    train: {
      format: "csv",
      rows: 100,
      table: { cid: CID, bytes: 1000 },
      csv: { header: true, label: "species" },
    },
    test: {
      format: "csv.gz",
      rows: 50,
      table: { cid: CID, bytes: 1000 },
      csv: { header: false, skipLines: 1, label: 4 },
    },
  };
}

/** Puts a value at a path like "input.shape[0]" of a copy; undefined takes the field away. */
function changed(manifest: Manifest, path: string, value: unknown): unknown {
  const copy = JSON.parse(JSON.stringify(manifest));
  const steps = path.replaceAll("[", ".").replaceAll("]", "").split(".");
  const last = steps.pop() as string;
  let at = copy;
  for (const step of steps) at = at[step];
  if (value === undefined) delete at[last];
  else at[last] = value;
  return copy;
}

function messageFor(value: unknown): string {
  try {
    checkManifest(value);
  } catch (error) {
    assert.ok(error instanceof InvalidManifest, String(error));
    assert.ok(error.message.startsWith(`${error.path}: `));
    return error.message;
  }
  assert.fail("expected the manifest to be refused");
}

Deno.test("checkManifest() takes manifests of images and of tables", () => {
  for (const manifest of [valid(), table()]) assert.equal(checkManifest(manifest), manifest);
  assert.equal(featureCount(valid()), 784);
  const regression = { ...table(), task: "regression" as const, metric: { name: "r2" as const } };
  delete regression.classes;
  checkManifest(regression);
  checkManifest({ ...valid(), mode: "sealed" });
  const { train: _, ...open } = valid();
  checkManifest(open);
});

Deno.test("encodeManifest() and parseManifest() keep every field, unknown ones included", () => {
  const manifest = {
    ...valid(),
    colour: { r: 1 },
    metric: { name: "macro-f1" as const, scale: 9 },
  };
  assert.deepEqual(parseManifest(encodeManifest(manifest)), manifest);
  assert.throws(() => encodeManifest({ ...valid(), name: "" }), InvalidManifest);
});

Deno.test("checkManifest() names the wrong field with what was expected and what it has", () => {
  const long = "x".repeat(101);
  const cases: [string, unknown, string][] = [
    ["version", 2, "expected 1, got 2"],
    ["version", undefined, "expected 1, got nothing"],
    ["name", "", 'expected text of 1 to 200 characters, got ""'],
    ["mode", "secret", 'expected "open" or "sealed", got "secret"'],
    ["task", null, 'expected "classification" or "regression", got null'],
    ["classes", undefined, "expected a list of 2 to 10000 entries, got nothing"],
    ["classes", ["a"], "expected a list of 2 to 10000 entries, got 1"],
    ["classes[1]", long, `expected text of 1 to 100 characters, got "${"x".repeat(78)}…`],
    ["classes[2]", "one", 'expected each class once, got "one"'],
    ["input", 5, "expected an object, got 5"],
    ["input.shape", [], "expected a list of 1 to 6 entries, got 0"],
    ["input.shape[1]", 28.5, "expected a whole number from 1 to 16,777,216, got 28.5"],
    ["input.altShapes[1]", [783], "expected a shape of 784 values, got a list of 1"],
    ["input.dtype", "float32", 'expected "uint8" or "float64", got "float32"'],
    ["input.scale", 0, "expected a number other than 0, got 0"],
    ["input.offset", "0", 'expected a finite number, got "0"'],
    ["metric", [], "expected an object, got a list of 0"],
    ["metric.name", "r2", 'expected "accuracy" or "macro-f1", got "r2"'],
    ["runtime.name", "tfjs", 'expected "onnxruntime-web", got "tfjs"'],
    ["runtime.version", 1.3, "expected text of 1 to 40 characters, got 1.3"],
    [
      "runtime.wasm",
      DIGEST.toUpperCase(),
      `expected a SHA-256 as 64 lower-case hex digits, got "${DIGEST.toUpperCase()}"`,
    ],
    ["test", undefined, "expected an object, got nothing"],
    ["test.format", "npy", 'expected "idx" or "idx.gz" or "csv" or "csv.gz", got "npy"'],
    ["test.rows", "x", 'expected a whole number from 1 to 10,000,000, got "x"'],
    ["test.rows", 0, "expected a whole number from 1 to 10,000,000, got 0"],
    ["test.rows", 90_000, "expected at most 67108864 values in all rows, got 70560000"],
    ["test.labels", undefined, "expected an object, got nothing"],
    ["test.inputs.cid", "QmNope", 'expected an IPFS CID, got "QmNope"'],
    ["test.inputs.bytes", -1, "expected a whole number from 1 to 536,870,912, got -1"],
    ["train.labels.sha256", "", 'expected a SHA-256 as 64 lower-case hex digits, got ""'],
    ["licence", 3, "expected text of 0 to 2000 characters, got 3"],
  ];
  for (const [path, value, message] of cases) {
    const got = messageFor(changed(valid(), path, value));
    assert.ok(got.startsWith(`manifest.${path}: ${message}`), `${path}: ${got}`);
  }
});

Deno.test("checkManifest() bounds the bytes of one batch", () => {
  const shaped = (features: number, rows: number) => {
    const { train: _, ...open } = valid();
    const input = { shape: [features], dtype: "uint8" as const, scale: 1, offset: 0 };
    return { ...open, input, test: idx(rows) };
  };
  for (const [features, rows] of [[2 ** 24, 1], [167_772, 100], [167_772, 400]] as const) {
    checkManifest(shaped(features, rows));
  }
  for (
    const [features, rows, batch] of [[2 ** 24, 2, 2], [167_773, 100, 100], [167_773, 300, 100]]
  ) {
    const message = messageFor(shaped(features!, rows!));
    const got = batch! * features! * 4;
    assert.equal(
      message,
      "manifest.input.shape: expected at most 67108864 bytes in a batch of " +
        `${batch} rows (4 a value), got ${got}`,
    );
  }
  assert.match(
    messageFor({ ...shaped(2 ** 23, 2), train: idx(3) }),
    /^manifest\.input\.shape: .* batch of 3 rows/,
  );
});

Deno.test("checkManifest() refuses CIDs that the verified reader cannot read", () => {
  const digest = new Uint8Array(32).fill(7);
  const of = (codec: number, hash: number, bytes = digest) =>
    Multi.createV1(codec, createMultihash(hash, bytes)).toString();
  for (const good of [of(0x55, 0x12), of(0x70, 0x12), of(0x55, 0x00, digest.subarray(0, 9))]) {
    checkManifest(changed(valid(), "test.inputs.cid", good));
  }
  checkManifest(changed(valid(), "test.inputs.cid", Multi.parse(of(0x70, 0x12)).toV0().toString()));
  const cases: [string, string][] = [
    [of(0x55, 0x1b), "a CID of a sha2-256 hash"], // keccak-256
    [of(0x55, 0x1e), "a CID of a sha2-256 hash"], // blake3
    [of(0x71, 0x12), "a CID of a file (codec raw or dag-pb)"], // dag-cbor
    [of(0x55, 0x12, digest.subarray(0, 20)), "an IPFS CID"],
  ];
  for (const [cid, expected] of cases) {
    for (const path of ["test.inputs.cid", "train.labels.cid"]) {
      assert.equal(
        messageFor(changed(valid(), path, cid)),
        `manifest.${path}: expected ${expected}, got "${cid}"`,
      );
    }
  }
});

Deno.test("checkManifest() checks how a table is to be read", () => {
  const cases: [string, unknown, string][] = [
    ["test.csv", undefined, "expected an object, got nothing"],
    ["test.csv.header", 1, "expected true or false, got 1"],
    ["test.csv.skipLines", -1, "expected a whole number from 0 to 1,000, got -1"],
    ["test.csv.label", 5, "expected a whole number from 0 to 4, got 5"],
    [
      "test.csv.label",
      "species",
      'expected a column\'s index, since the file has no header, got "species"',
    ],
    ["train.csv.label", "", 'expected text of 1 to 200 characters, got ""'],
    ["train.table", undefined, "expected an object, got nothing"],
    ["train.format", "idx", 'expected "csv" or "csv.gz" for float64 values, got "idx"'],
  ];
  for (const [path, value, message] of cases) {
    assert.equal(messageFor(changed(table(), path, value)), `manifest.${path}: ${message}`);
  }
});

Deno.test("checkManifest() asks a sealed competition for digests and a stand-in", () => {
  const sealed = { ...valid(), mode: "sealed" as const };
  const nothing = "expected a SHA-256 as 64 lower-case hex digits, got nothing";
  for (const file of ["inputs", "labels"]) {
    const path = `test.${file}.sha256`;
    assert.equal(messageFor(changed(sealed, path, undefined)), `manifest.${path}: ${nothing}`);
  }
  assert.match(messageFor(changed(sealed, "train", undefined)), /^manifest\.train: expected a tr/);
  assert.match(
    messageFor(changed(sealed, "train.rows", 9_999)),
    /^manifest\.train\.rows: expected at least the 10000 rows of the test set, got 9999$/,
  );
  assert.match(messageFor({ ...table(), mode: "sealed" }), /^manifest\.test\.table\.sha256: /);
});

Deno.test("checkManifest() refuses classes in a regression", () => {
  const regression = { ...table(), task: "regression", metric: { name: "r2" } };
  assert.match(messageFor(regression), /^manifest\.classes: expected no classes/);
});

Deno.test("checkManifest() survives any JSON value anywhere", () => {
  const odd: unknown[] = [null, true, 0, -1, 1e308, "", "x", [], [[]], {}, { constructor: 1 }];
  for (const value of odd) messageFor(value);
  const paths: string[] = [];
  (function walk(value: unknown, path: string) {
    if (path !== "") paths.push(path);
    if (typeof value !== "object" || value === null) return;
    for (const [key, child] of Object.entries(value)) {
      walk(child, Array.isArray(value) ? `${path}[${key}]` : path === "" ? key : `${path}.${key}`);
    }
  })(table(), "");
  for (const path of paths) {
    for (const value of odd) {
      try {
        checkManifest(changed(table(), path, value));
      } catch (error) {
        assert.ok(error instanceof InvalidManifest, `${path} = ${JSON.stringify(value)}: ${error}`);
      }
    }
  }
});

Deno.test("parseManifest() refuses what is no JSON, no UTF-8, or too large", () => {
  const text = new TextEncoder();
  for (const bytes of [text.encode("{"), text.encode(""), Uint8Array.of(0x22, 0xff, 0x22)]) {
    assert.throws(() => parseManifest(bytes), /^InvalidManifest: manifest: expected JSON in UTF-8/);
  }
  const large = new Uint8Array(MAX_MANIFEST_BYTES + 1).fill(0x20);
  assert.throws(
    () => parseManifest(large),
    /^InvalidManifest: manifest: expected at most 1048576 bytes, got 1048577$/,
  );
});

Deno.test("checkManifest() takes limits below the protocol's maxima", () => {
  for (
    const limits of [
      {},
      { work: 1 },
      { work: 20_000_000, activations: 67_108_864 },
      { activations: 1 },
    ]
  ) {
    assert.deepEqual(checkManifest({ ...valid(), limits }).limits, limits);
  }
  for (const work of [0, 20_000_001, 1.5, "1", null]) {
    assert.match(messageFor({ ...valid(), limits: { work } }), /^manifest.limits.work: /);
  }
  for (const activations of [0, 67_108_865]) {
    assert.match(
      messageFor({ ...valid(), limits: { activations } }),
      /limits.activations: expected/,
    );
  }
  assert.match(messageFor({ ...valid(), limits: 5 }), /^manifest.limits: /);
});
