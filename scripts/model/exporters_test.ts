/** Files of real exporters: what docs/models.md promises, and the advice that each common mistake gets. */
import assert from "node:assert/strict";
import { analyse } from "../../core/model/admission/admit.ts";
import type { ModelTask } from "../../core/model/admission/signature.ts";
import { type InvalidCode, InvalidModel } from "../../core/model/invalid.ts";
import { encodeModel } from "../../core/model/onnx/codec.ts";
import { packModel } from "../../core/model/packing/pack.ts";
import { prepareModel } from "../../core/model/packing/prepare.ts";
import { readRows } from "./data.ts";
import { loadModel } from "./load.ts";
import { createScorer } from "./score.ts";
import { taskOf } from "./task.ts";

const FILES = new URL("testdata/exporters/", import.meta.url).pathname;
const IRIS = new URL("../../../shared/data/tabular/iris.csv", import.meta.url);

/** Grey images of 8 x 8, three classes; 150 rows, so that the last run has 50. */
const IMAGES: ModelTask = {
  shapes: [[1, 8, 8], [8, 8, 1], [64]],
  batch: 100,
  rows: 150,
  classes: 3,
};
/** Rows of four numbers, three classes. */
const FLOWERS: ModelTask = { shapes: [[4]], batch: 100, rows: 150, classes: 3 };
/** Rows of 30 numbers, two classes. */
const TUMOURS: ModelTask = { shapes: [[30]], batch: 100, rows: 150, classes: 2 };
/** Rows of one number. */
const WORDS: ModelTask = { ...FLOWERS, shapes: [[1]] };
const REGRESSION: ModelTask = { ...FLOWERS, classes: undefined };

async function prepare(file: string, task: ModelTask) {
  const { model, data } = await loadModel([FILES + file]);
  return prepareModel(model, { data, task });
}

/** Which output counts, and as what: "y label". */
async function signature(file: string, task: ModelTask): Promise<string> {
  const { output, kind } = analyse(await prepare(file, task), task);
  return `${output} ${kind}`;
}

async function refuses(
  file: string,
  { task, code, message }: { task: ModelTask; code: InvalidCode; message: RegExp },
): Promise<void> {
  await assert.rejects(prepare(file, task), (error) => {
    assert.ok(error instanceof InvalidModel, `${file}: ${error}`);
    assert.equal(error.code, code, `${file}: ${error.message}`);
    assert.match(error.message, message);
    return true;
  });
}

Deno.test("what PyTorch exports is admitted: open batch, its defaults, legacy with wrong axes", async () => {
  assert.equal(await signature("torch_good.onnx", IMAGES), "linear scores");
  assert.equal(await signature("torch_default.onnx", IMAGES), "linear scores");
  assert.equal(await signature("torch_wrong_axes.onnx", IMAGES), "y scores");
  assert.equal(await signature("torch_binary.onnx", TUMOURS), "sigmoid binary");
});

Deno.test("what scikit-learn, LightGBM and XGBoost export is admitted, read by its labels", async () => {
  for (const file of ["sk_zipmap_default", "lightgbm", "xgboost"]) {
    assert.match(await signature(`${file}.onnx`, FLOWERS), /label$/, file);
  }
  assert.equal(await signature("sk_ridge.onnx", REGRESSION), "variable value");
});

Deno.test("each common mistake with PyTorch is answered with what mends it", async () => {
  const cases: [string, InvalidCode, RegExp, ModelTask?][] = [
    ["train_legacy", "training", /Dropout without a training mode.*call model\.eval\(\)/],
    ["train_bn_legacy", "shape", /BatchNormalization, got training_mode.*call model\.eval\(\)/],
    ["argmax_keep", "output", /got int64 \[100,1\]; .*argmax\(1\), without keepdim/],
    ["classes7", "output", /got float \[100,7\]; return one score for each of the 3 classes/],
    ["double", "input", /got double \[N,1,8,8\].*model\.float\(\)/],
    ["half", "input", /got float16 \[N,1,8,8\].*model\.float\(\)/],
    ["int_input", "input", /got uint8 \[N,1,8,8\].*cast to other types inside the model/],
    ["two_inputs", "input", /one input, got 2; export a model of one tensor/],
    ["rgb", "input", /got float \[N,3,8,8\]; .*repeat them inside the model/],
    ["rnd", "operator", /RandomNormalLike is not admitted.*take the noise out/],
    ["cond_legacy", "operator", /If is not admitted.*torch\.where/],
    ["opset26", "opset", /opset 7 to 25.*got 26; .*opset_version=20/],
    ["no_batch", "input", /batch dimension that varies, got 1.*dynamic_shapes=/],
    ["binary_flat", "output", /\[N,1\], got float \[100\]; .*without squeeze/, TUMOURS],
    ["binary_double", "output", /got double \[100,2\]; make the scores float32/, TUMOURS],
  ];
  for (const [file, code, message, task = IMAGES] of cases) {
    await refuses(`torch_${file}.onnx`, { task, code, message });
  }
});

Deno.test("each common mistake with scikit-learn is answered with what mends it", async () => {
  const cases: [string, InvalidCode, RegExp, ModelTask?][] = [
    ["sk_knn", "operator", /Scan is not admitted.*nearest neighbours/],
    ["sk_knn_cdist", "domain", /got "com\.microsoft"; .*cdist/],
    ["sk_string_labels", "shape", /got none or texts; train on the classes' numbers/],
    ["sk_string_mlp", "tensors", /got texts; train on the classes' numbers/],
    ["sk_onehot_only", "input", /got string .*; rows hold numbers only/, WORDS],
    ["sk_column_transformer_df", "input", /one input, got 4; .*column numbers in place of names/],
    ["sk_opset26", "ir-version", /got 14; .*target_opset=21/],
    ["sk_double", "input", /got double .*astype\("float32"\)/],
    ["sk_ridge", "output", /got float \[100,1\]; .*one number a row is a regression/],
  ];
  for (const [file, code, message, task = FLOWERS] of cases) {
    await refuses(`${file}.onnx`, { task, code, message });
  }
});

const iris = await Deno.readTextFile(IRIS).catch((error) => {
  if (error instanceof Deno.errors.NotFound) return undefined;
  throw error;
});

Deno.test({
  name: iris === undefined
    ? "models score what their libraries say (skipped: no ../shared/data)"
    : "models score what their libraries say, on the 150 rows of iris",
  ignore: iris === undefined,
  fn: async () => {
    const folder = await Deno.makeTempDir();
    try {
      const rows = iris!.slice(iris!.indexOf("\n") + 1);
      await Deno.writeTextFile(`${folder}/iris.csv`, `a,b,c,d,label\n${rows}`);
      const dataset = (await readRows({ data: folder }))!;
      const score = createScorer(dataset);
      // How many of the 150 rows the libraries' own predict() got right.
      const right = { sk_zipmap_default: 146, lightgbm: 145, xgboost: 148 };
      for (const [file, count] of Object.entries(right)) {
        const model = await prepare(`${file}.onnx`, taskOf(dataset));
        const outcome = await score(packModel(encodeModel(model)));
        assert.deepEqual(outcome, { score: Math.floor(count * 1e5 / 150) }, file);
      }
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
});
